package updater_test

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform/github"
	"github.com/currant-bot/currant/updater/platform/github/app"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// A stage is a pass in which something happens: it leaves a world in which the
// next pass has that to do.
type stage struct {
	name    string
	prepare func(*world)
	files   map[string]string // nil for the usual ones
}

var stages = []stage{
	{"create", func(*world) {}, boarding},
	{"merge", func(w *world) { w.once(); w.green() }, small},
	{"edit", func(w *world) {
		w.once()
		w.commit(map[string]string{"renovate.json": `{"labels": ["updates", "images"], "prFooter": "Ours."}`})
	}, map[string]string{"renovate.json": `{"labels": ["deps"]}`, "Dockerfile": "FROM redis:7.0"}},
	{"have the host merge", func(w *world) { w.once(); w.required(); w.checks("build", "") }, small},
	{"take that back", func(w *world) {
		w.once()
		w.required()
		w.checks("build", "")
		w.once()
		w.checks("lint", "failure")
		w.slow = true
	}, small},
	{"queue", func(w *world) {
		w.once()
		w.must(w.SetRuleset(shop, "main", &githubtest.Protection{Checks: []string{"build"}, Queue: true}))
		w.green()
	}, small},
	{"propose a configuration", func(*world) {}, bare},
	{"update what is proposed", func(w *world) { w.once(); w.tags["redis"] = append(w.tags["redis"], "7.4") }, bare},
	{"leave alone", func(w *world) { w.once(); w.patch(`{"state": "closed"}`) }, bare},
	{"update, close and respect", func(w *world) {
		w.once()
		closed(w)
		w.byAda("postgres-16.x")
		w.tags["redis"] = append(w.tags["redis"], "7.4")
		_, err := w.Commit(shop, "", map[string]string{"db/Dockerfile": "FROM postgres:16.1"}, "by hand")
		w.must(err)
	}, nil},
	{"as an app", func(w *world) { w.asApp() }, map[string]string{"renovate.json": `{"labels": ["deps"]}`, "Dockerfile": "FROM redis:7.0"}},
}

// small has nothing that waits for a person.
var small = map[string]string{"renovate.json": files["renovate.json"], "Dockerfile": files["Dockerfile"]}

// boarding has a dashboard, somebody to look at what needs a person, and something that must come of age.
var boarding = map[string]string{
	"renovate.json": `{"dependencyDashboard": true, "assignees": ["ada"], ` + strings.Replace(files["renovate.json"][1:], `"packageRules": [`,
		`"packageRules": [{"matchPackageNames": ["postgres"], "minimumReleaseAge": "3 days", "internalChecksFilter": "none"}, `, 1),
	"Dockerfile":    files["Dockerfile"],
	"db/Dockerfile": files["db/Dockerfile"],
}

// asApp makes Currant a GitHub App, whose commits GitHub makes.
func (w *world) asApp() {
	w.Helper()
	made, err := w.CreateApp("currant", app.Permissions())
	w.must(err)
	w.Install(made.ID, "acme")
	w.login = func(o *github.Options) {
		a, err := app.New(app.Options{URL: w.APIURL(), ID: made.ClientID, Key: made.Key, Client: o.Client, Now: w.time})
		w.must(err)
		o.Token, o.Refused, o.Granted = a.Token, a.Refused, a.Granted
	}
}

// required makes a check required.
func (w *world) required() {
	w.Helper()
	w.must(w.SetProtection(shop, "main", &githubtest.Protection{Checks: []string{"build"}}))
}

// once makes one pass, which must not fail.
func (w *world) once() {
	w.Helper()
	_, _, err := w.pass(w.Context())
	w.must(err)
}

// prepared returns a world before a stage.
func prepared(t testing.TB, s stage) *world {
	t.Helper()
	if s.files == nil {
		s.files = files
	}
	w := newWorld(t, s.files)
	w.CreateUser("ada")
	w.tags["postgres"] = []string{"15.1", "16.1"}
	s.prepare(w)
	w.ResetLog()
	return w
}

// finish makes clean passes with green checks until nothing is left to do.
func (w *world) finish() end {
	w.Helper()
	for left := 6; ; left-- {
		w.green()
		w.must(w.RunQueue(shop, "main"))
		_, effects, err := w.pass(w.Context())
		w.must(err)
		if len(effects) == 0 {
			break
		}
		if left == 0 {
			w.Fatal("there is no end to what is to be done")
		}
	}
	e := w.end()
	for i := range e.Pulls { // the marker says what had to be done again
		e.Pulls[i].Body, _, _ = strings.Cut(e.Pulls[i].Body, "<!--currant:")
	}
	return e
}

// wrongs are what may go wrong at any request. One of them does at each that reads, in turn, so that each happens to all kinds
// of requests in some stage.
var wrongs = []githubtest.Fault{
	{Kind: githubtest.Refuse}, {Kind: githubtest.Cut}, {Kind: githubtest.Expire}, {Kind: githubtest.Refuse, Status: 500},
	{Kind: githubtest.Limit}, {Kind: githubtest.Limit, Status: 429}, {Kind: githubtest.Refuse, Status: 503},
}

// faults are what goes wrong at request number i of a stage.
func faults(stage, i int, x githubtest.Exchange) []githubtest.Fault {
	out := []githubtest.Fault{wrongs[(stage+i)%len(wrongs)]}
	if x.Write {
		out = append(out, githubtest.Fault{Kind: githubtest.Lose}) // done, but nobody hears of it
	}
	switch {
	case x.Op == "pulls/get":
		out = append(out, githubtest.Fault{Kind: githubtest.Unknown})
	case x.Op == "pulls/list", x.Op == "issues/list-for-repo":
		out = append(out, githubtest.Fault{Kind: githubtest.Lag})
	}
	for n := range out {
		out[n].Nth = i + 1
	}
	return out
}

// Something goes wrong at each request of a pass in turn. After that the end is the same as without: all branches, pull requests, issues
// and labels.
func TestFaultAtEachRequest(t *testing.T) {
	for n, s := range stages {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			ref := prepared(t, s)
			_, _, err := ref.pass(t.Context())
			ref.must(err)
			log := ref.Server.Log()
			want := ref.finish()
			for i, x := range log {
				for _, fault := range faults(n, i, x) {
					w := prepared(t, s)
					w.Inject(fault)
					_, _, err := w.pass(t.Context()) // whether it notices or not
					w.ClearFaults()
					if s.name == "as an app" && fault.Kind == githubtest.Expire && x.Op != "git-receive-pack" && x.Op != "git-upload-pack" && err != nil {
						t.Errorf("request %d (%s): a new token would have helped: %v", i+1, x.Op, err)
					}
					if diff := cmp.Diff(want, w.finish()); diff != "" {
						t.Errorf("request %d (%s) meets %+v (%v):\n%s", i+1, x.Op, fault, err, diff)
					}
				}
			}
		})
	}
}

// A killer is a connection to a process that dies at its nth write, before it or
// after.
type killer struct {
	nth   int
	after bool
	die   func()

	mu    sync.Mutex
	count int
	dead  bool
}

func (k *killer) RoundTrip(r *http.Request) (*http.Response, error) {
	k.mu.Lock()
	write := r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "git-upload-pack")
	if write {
		k.count++
	}
	now := write && k.count == k.nth && !k.dead
	if now && !k.after {
		k.die()
		k.dead = true
	}
	dead := k.dead
	k.mu.Unlock()
	if dead {
		return nil, context.Canceled
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if !now {
		return resp, err
	}
	if err == nil {
		resp.Body.Close()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.die()
	k.dead = true
	return nil, context.Canceled
}

// Currant is killed at each write of a pass in turn, before it and after it, and
// started again with the folders as they were at that moment: there is no second pull request, and nothing is lost.
func TestKilledAtEachWrite(t *testing.T) {
	for _, s := range stages {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			ref := prepared(t, s)
			counter := &killer{}
			ref.transport = counter
			_, _, err := ref.pass(t.Context())
			ref.must(err)
			writes := counter.count
			want := ref.finish()
			if writes == 0 {
				t.Fatal("this stage writes nothing")
			}
			for n := range writes {
				for _, after := range []bool{false, true} {
					if !after && n > 0 {
						continue // that is after the one before
					}
					w := prepared(t, s)
					ctx, cancel := context.WithCancel(t.Context())
					left := ""
					w.transport = &killer{nth: n + 1, after: after, die: func() {
						left = copyDir(t, w.state)
						cancel()
					}}
					_, _, err := w.pass(ctx)
					if left == "" {
						t.Errorf("write %d never came", n+1)
						continue
					}
					w.transport, w.state = nil, left
					tear(t, filepath.Join(left, "actions.jsonl"))
					if diff := cmp.Diff(want, w.finish()); diff != "" {
						t.Errorf("killed at write %d (after it: %t) (%v):\n%s", n+1, after, err, diff)
					}
				}
			}
		})
	}
}

// tear cuts the last line of a log in two, as a power failure may.
func tear(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil && info.Size() > 10 {
		err = os.Truncate(path, info.Size()-10)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// BenchmarkNoChange is a pass over a repository in which nothing has changed.
func BenchmarkNoChange(b *testing.B) {
	w := newWorld(b, files)
	w.clean()
	if _, _, err := w.pass(b.Context()); err != nil {
		b.Fatal(err)
	}
	w.ResetLog()
	passes := 0
	for b.Loop() {
		if _, effects, err := w.pass(b.Context()); err != nil || len(effects) > 0 {
			b.Fatal(fmt.Sprint(effects, err))
		}
		passes++
	}
	b.ReportMetric(float64(len(w.Server.Log()))/float64(passes), "requests/op")
	b.ReportMetric(float64(len(w.Writes()))/float64(passes), "writes/op")
}

// A run outlives the tokens of an app, which end after an hour: here each request takes 25 minutes.
func TestRunOutlivesItsTokens(t *testing.T) {
	var minutes atomic.Int64
	start := time.Now()
	clock := func() time.Time { return start.Add(time.Duration(minutes.Load()) * time.Minute) }
	w := newWorldAt(t, files, clock)
	w.now = clock
	w.asApp()
	w.transport = slow(func() { minutes.Add(25) })
	w.once()
	minted := count(w.Server.Log(), "apps/create-installation-access-token")
	if got := titles(w); len(got) != 3 || minted < 5 {
		t.Errorf("with %d tokens: %v", minted, got)
	}
}

// slow is a connection on which time passes.
type slow func()

func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	defer s()
	return http.DefaultTransport.RoundTrip(r)
}

// Currant's own files are lost, cut in two or emptied, one after the other, as a crash of the machine may leave them: what comes of it
// is the same, and only that file is made anew.
func TestOwnFilesAreDamaged(t *testing.T) {
	middle := stage{"", func(w *world) { w.once(); w.tags["redis"] = append(w.tags["redis"], "7.4") }, small}
	ref := prepared(t, middle)
	files := ownFiles(ref)
	want := ref.finish()
	if len(files) < 7 {
		t.Fatalf("there are only %v", files)
	}
	for i := range files {
		for n, keep := range map[string]float64{"emptied": 0, "cut in two": 0.5, "lost": -1} {
			t.Run(fmt.Sprint(i, " ", n), func(t *testing.T) {
				t.Parallel()
				w := prepared(t, middle)
				path := ownFiles(w)[i]
				info, err := os.Stat(path)
				w.must(err)
				if keep < 0 {
					w.must(os.Remove(path))
				} else {
					w.must(os.Chmod(path, 0o600)) // git protects its packs
					w.must(os.Truncate(path, int64(float64(info.Size())*keep)))
				}
				if diff := cmp.Diff(want, w.finish()); diff != "" {
					t.Errorf("%s: %s", path, diff)
				}
			})
		}
	}
}

// ownFiles are those of Currant, in an order.
func ownFiles(w *world) []string {
	w.Helper()
	var out []string
	for _, dir := range []string{w.state, w.cache} {
		w.must(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				out = append(out, path)
			}
			return err
		}))
	}
	return out
}
