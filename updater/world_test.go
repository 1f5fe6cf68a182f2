package updater_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	schemes "github.com/currant-bot/currant/datasources/versioning/all"
	managersall "github.com/currant-bot/currant/managers/all"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/act"
	"github.com/currant-bot/currant/updater/extract"
	"github.com/currant-bot/currant/updater/lookup"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/github"
	"github.com/currant-bot/currant/updater/platform/githubtest"
	"github.com/currant-bot/currant/updater/presets"
	"github.com/currant-bot/currant/updater/render"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

const shop = "acme/shop"

// A world is a GitHub with one repository, a registry, and the folders that
// Currant keeps between runs.
type world struct {
	testing.TB
	*githubtest.Server
	token string
	state string // folder
	cache string // folder

	mu     sync.Mutex
	tags   map[string][]string // by image
	outage error               // of the registry
	asked  int
	preset error // why presets cannot be fetched
	lines  []string

	transport http.RoundTripper     // nil for the usual one
	login     func(*github.Options) // changes how Currant logs in; nil for the token
	source    string                // of all packages; "" if the registry does not say
	noter     lookup.Noter          // reads release notes; nil for nobody
	known     updater.Database      // of weaknesses; may be nil
	keeper    *lockfile.Keeper      // nil to run nothing

	tools func() map[string]render.Renderer // of a run; nil for none

	global     string // the operator's configuration
	discovered func(name string) bool
	published  time.Time        // when all releases were; zero if the registry does not say
	slow       bool             // checks are never done
	now        func() time.Time // nil for the usual one
}

// files are the repository that most tests begin with: redis merges by itself, postgres waits for a person.
var files = map[string]string{
	"renovate.json": `{"labels": ["deps"], "prHourlyLimit": 0, "packageRules": [{"matchPackageNames": ["redis"], "matchUpdateTypes": ["minor"], "automerge": true}]}`,
	"Dockerfile":    "FROM redis:7.0\r\nRUN true\r\n",
	"db/Dockerfile": "# ours\nFROM postgres:15.1 AS db",
}

func newWorld(t testing.TB, files map[string]string) *world {
	t.Helper()
	return newWorldAt(t, files, nil)
}

// newWorldAt is newWorld with a clock of GitHub's.
func newWorldAt(t testing.TB, files map[string]string, now func() time.Time) *world {
	t.Helper()
	s, err := githubtest.New(githubtest.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w := &world{TB: t, Server: s, state: t.TempDir(), cache: t.TempDir(), tags: map[string][]string{
		"redis": {"7.0", "7.2"}, "postgres": {"15.1", "15.4", "16.1"},
	}}
	w.token = s.Token(githubtest.Grant{})
	w.must(s.CreateRepo(shop, files))
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// List and Digest make w the registry.
func (w *world) List(_ context.Context, q datasources.Query) (*datasources.Listing, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	if w.outage != nil {
		return nil, w.outage
	}
	l := &datasources.Listing{SourceURL: w.source}
	for _, tag := range w.tags[q.Package] {
		l.Releases = append(l.Releases, datasources.Release{Version: tag, Published: w.published})
	}
	if len(l.Releases) == 0 {
		return nil, datasources.ErrNotFound
	}
	return l, nil
}

func (w *world) Digest(_ context.Context, q datasources.Query, version string) (string, error) {
	return "sha256:" + strings.Repeat("0", 60) + fmt.Sprintf("%04d", len(version)), nil
}

// passer is a Currant that was just started.
func (w *world) passer() (p *updater.Passer, stop func()) {
	w.Helper()
	docker := &datasources.Source{Name: "docker", Doc: "images", Versioning: "docker", Defaults: map[string]any{"commitMessageTopic": "{{{depName}}} Docker tag"}}
	npm := &datasources.Source{Name: "npm", Doc: "packages", Versioning: "npm"}
	gitTags := &datasources.Source{Name: "git-tags", Doc: "tags", Versioning: "pep440"}
	pass := lookup.NewPass(map[string]datasources.Datasource{"docker": w, "npm": w, "git-tags": w}, nil)
	pass.Noter = w.noter
	redact := func(s string) string { return strings.ReplaceAll(s, w.token, "[secret]") }
	options := github.Options{
		URL: w.APIURL(), Token: func(context.Context, string) (string, error) { return w.token, nil },
		Client: &http.Client{Transport: w.transport}, Mirrors: filepath.Join(w.cache, "mirrors"),
	}
	if w.login != nil {
		w.login(&options)
	}
	r, err := github.New(options)
	w.must(err)
	fetch := func(ctx context.Context, ref config.Ref) ([]byte, error) {
		if w.preset != nil {
			return nil, w.preset
		}
		return r.File(ctx, ref.Repository, ref.Path, ref.Tag)
	}
	log, err := act.OpenLog(w.state)
	w.must(err)
	e := &updater.Engine{
		Kit: updater.Kit{Managers: managersall.Managers, Sources: []*datasources.Source{docker, npm, gitTags}, Schemes: schemes.Schemes},
		Reach: func(string, *config.Config, fs.FS) (updater.Reach, error) {
			return updater.Reach{Lookup: pass, Defaults: func(string, string) []string { return []string{"https://registry.example.test"} }}, nil
		},
		Presets: &presets.Source{Dir: filepath.Join(w.state, "presets"), Fetchers: map[string]presets.Fetcher{"local": fetch}},
		Global:  []byte(w.global), Platform: "github", Endpoint: w.APIURL(), Memo: extract.NewMemo(), Now: w.time, Redact: redact,
		Progress: func(s updater.Step) { w.line(fmt.Sprint(s)) }, Advisories: w.known, Locks: w.keeper,
	}
	if w.tools != nil {
		e.Tools = w.tools()
	}
	p = &updater.Passer{
		Discovered: w.discovered,
		Engine:     e, Reader: r, Memory: updater.NewMemory(filepath.Join(w.state, "repositories")),
		Runner: &act.Runner{Writer: r.Writer(), Log: log, Run: "run", Now: time.Now, Redact: redact},
		Open: func(ctx context.Context, repo platform.Repository) (updater.Repo, error) {
			m, err := r.Mirror(repo)
			if err != nil {
				return nil, err
			}
			_, err = m.Fetch(ctx)
			return m, err
		},
	}
	return p, func() { w.must(log.Close()) }
}

func (w *world) time() time.Time {
	if w.now != nil {
		return w.now()
	}
	return time.Now()
}

func (w *world) line(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, s)
}

// pass starts Currant for one pass.
func (w *world) pass(ctx context.Context) (*updater.Report, []act.Effect, error) {
	w.Helper()
	p, stop := w.passer()
	defer stop()
	r, effects, err := p.Pass(ctx, shop)
	if err != nil {
		w.line(err.Error())
	}
	for _, e := range effects {
		w.line(fmt.Sprint(e.Phase, " ", e.Err))
	}
	return r, effects, err
}

// clean makes passes without any fault until nothing is left to do.
func (w *world) clean() *updater.Report {
	w.Helper()
	for range 6 {
		r, effects, err := w.pass(w.Context())
		w.must(err)
		for _, e := range effects {
			w.must(e.Err)
		}
		if len(effects) == 0 {
			return r
		}
	}
	w.Fatal("there is no end to what is to be done")
	return nil
}

// green lets the checks of all open pull requests pass.
func (w *world) green() {
	w.Helper()
	if w.slow {
		return
	}
	w.checks("build", "success")
}

// checks reports a check of all open pull requests.
func (w *world) checks(name, conclusion string) {
	w.Helper()
	pulls, err := w.Pulls(shop)
	w.must(err)
	for _, p := range pulls {
		if p.State == "open" {
			w.must(w.SetCheck(shop, p.Head, name, conclusion))
		}
	}
}

// An end is what a run leaves on the host, without what differs from run to run.
type end struct {
	Branches map[string]string // by name, what they hold
	Pulls    []endPull
	Issues   []githubtest.Issue
}

var pullLink = regexp.MustCompile(`\.\./pull/\d+`)

type endPull struct {
	Branch, Title, Body, State string
	Labels, Comments           []string
	Assignees, Reviewers       []string
	Draft                      bool
	Checks                     map[string]string // of its head
}

func (w *world) end() end {
	w.Helper()
	var e end
	var err error
	e.Branches, err = w.Trees(shop)
	w.must(err)
	pulls, err := w.Pulls(shop)
	w.must(err)
	for _, p := range pulls {
		x := endPull{p.Branch, p.Title, p.Body, p.State, p.Labels, p.Comments, p.Assignees, p.Reviewers, p.Draft, nil}
		x.Checks, err = w.Results(shop, p.Head)
		w.must(err)
		e.Pulls = append(e.Pulls, x)
	}
	e.Issues, err = w.Issues(shop)
	w.must(err)
	for i := range e.Issues { // numbers differ
		e.Issues[i].Number = 0
		e.Issues[i].Body, _, _ = strings.Cut(pullLink.ReplaceAllString(e.Issues[i].Body, "../pull/N"), "<!--currant:")
	}
	slices.SortStableFunc(e.Pulls, func(a, b endPull) int { return strings.Compare(a.Branch, b.Branch) })
	return e
}

// copyDir copies the files under a folder, as they are when a process dies.
func copyDir(t testing.TB, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

var errDown = errors.New("the registry answered 503")
