// Package updater brings repositories up to date. It wires the stages:
// snapshot, extract, lookup, decide, group, render, reconcile, execute.
package updater

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/custom"
	"github.com/currant-bot/currant/updater/codeowners"
	"github.com/currant-bot/currant/updater/extract"
	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/lookup"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/render"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

// A Kit is what Currant is made of: its plugins.
type Kit struct {
	Managers []*managers.Manager
	Sources  []*datasources.Source
	Schemes  versioning.Schemes
}

// An Engine plans for repositories. It is safe for concurrent use.
type Engine struct {
	Kit      Kit
	Reach    func(repository string, c *config.Config, fsys fs.FS) (Reach, error)
	Presets  config.Source
	Global   []byte // the operator's configuration
	Platform string // such as "github"; "local" for a checkout
	Endpoint string

	Open   func(message string) (string, error) // what is in an encrypted value; nil without a key
	Opened func(secret string)                  // is told of each, which must never be shown

	Tools map[string]render.Renderer
	Locks *lockfile.Keeper // nil to write no lock files

	// Advisories is asked where osvVulnerabilityAlerts says so; nil for nobody.
	Advisories Database

	// Gate says how far a template's release may go in a repository, nil if it is not rolled out in stages. It may be nil.
	Gate func(ctx context.Context, repository string, s config.Settings, mark plan.TemplateMark) (*plan.Gate, error)

	Memo     *extract.Memo
	Now      func() time.Time
	Redact   func(string) string // takes secrets out of messages
	Progress func(Step)          // nil to be silent; may be called from several goroutines
}

// A Reach is how the registries of a repository are asked. Repositories of one owner with
// the same rules for hosts share one.
type Reach struct {
	Lookup   *lookup.Pass
	Defaults func(datasource, pkg string) []string // registries where nothing else names one
	Next     http.RoundTripper                     // asks registries for tools

	NPMRC     string // what npm is configured with on this machine, without secrets
	RepoNPMRC string // what stands for the repository's .npmrc, without secrets; "" for the file itself
}

// A Step is something that has begun, for people who wait.
type Step struct {
	Repository string
	Stage      string // "read", "look up", "decide", "render", "act"
	Text       string
}

func (e *Engine) step(repo, stage, format string, args ...any) {
	if e.Progress != nil {
		e.Progress(Step{repo, stage, fmt.Sprintf(format, args...)})
	}
}

// A Tree is a repository's files, and what the stages need to know about them.
type Tree struct {
	Repository string // name for rules and messages
	Base       string // branch; "" if unknown
	Snapshot   *gitrepo.Snapshot
	GitDir     string   // of a repository that has Snapshot's commit; "" for none
	Subjects   []string // of recent commits on Base
	Bases      int      // how many branches the repository has updates on; 0 if unknown

	Config *gitrepo.Snapshot // where the configuration is read; nil for Snapshot
	Merge  bool              // that of Snapshot is merged over it
	Draft  map[string]string // files that the configuration is read from instead, by path; nil for none
}

// A Report is what came of one repository.
type Report struct {
	Repository  string
	Base        string
	Commit      string
	Config      *config.Config
	Diagnostics []config.Diagnostic
	Found       []plan.Found
	Problems    []managers.Problem
	Advisories  plan.Advisories
	Notices     []string // for people: what could not be known, and what to do
	Decisions   []plan.Decision
	Branches    []plan.Rendered
	Outcomes    []plan.Outcome
	Digests     []plan.DigestQuery // that were asked
	Facts       plan.Facts         // what registries answered
	Queries     int                // distinct ones
	Parsed      int                // manager and file pairs that were parsed, not remembered
	Skipped     string             // why the repository was not looked at; "" if it was
	Postponed   string             // why not all was done that could be; "" if it was
	Until       time.Time
	Have        plan.State          // what was on the host
	Bases       []plan.Inventory    // what was found, by base branch
	Migrates    bool                // the configuration has old spellings
	Gates       []plan.TemplateMark // the releases of templates whose rollout was asked about
	Onboarding  bool                // it has no configuration: the first of Branches proposes one, and all else is what holds if that is merged

	reach  Reach
	custom []extract.Offer // the managers that configuration defines
}

// Extract reads configuration and dependencies.
func (e *Engine) Extract(ctx context.Context, t Tree) (*Report, error) {
	r, err := e.open(ctx, t)
	if err != nil {
		return nil, err
	}
	return r, e.read(ctx, t, r)
}

// open reads the configuration and prepares what follows from it alone.
func (e *Engine) open(ctx context.Context, t Tree) (*Report, error) {
	r := &Report{Repository: t.Repository, Base: t.Base, Commit: t.Snapshot.Commit}
	var err error
	if r.Config, r.Diagnostics, err = e.Resolve(ctx, t); err != nil {
		return nil, fmt.Errorf("reading the configuration of %s: %w", t.Repository, err)
	}
	if r.reach, err = e.Reach(t.Repository, r.Config, t.Snapshot.FS); err != nil {
		return nil, fmt.Errorf("preparing lookups for %s: %w", t.Repository, err)
	}
	r.custom, r.Problems = customManagers(r.Config)
	_, r.Notices = r.Config.Variables()
	return r, nil
}

// read finds the dependencies of a repository whose configuration is open.
func (e *Engine) read(ctx context.Context, t Tree, r *Report) error {
	e.step(t.Repository, "read", "reading files")
	if !r.Config.Top().Bool("enabled") {
		r.Skipped = switchedOff(r.Config)
		return nil
	}
	found, err := extract.Run(ctx, t.Snapshot, append(e.offers(r.Config), r.custom...), e.Memo)
	if err != nil {
		return err
	}
	r.Found, r.Problems, r.Parsed = plan.Aliased(r.Config, e.homed(found.Found)), append(r.Problems, found.Problems...), found.Parsed
	e.step(t.Repository, "read", "%d dependencies in %d files", len(r.Found), found.Files)
	return nil
}

func (e *Engine) homed(found []plan.Found) []plan.Found {
	if e.Platform != "github" {
		return found
	}
	return plan.Homed(found, e.Endpoint)
}

// Resolve reads the configuration of a repository.
func (e *Engine) Resolve(ctx context.Context, t Tree) (*config.Config, []config.Diagnostic, error) {
	var unread []config.Diagnostic
	files := func(s *gitrepo.Snapshot) func(string) ([]byte, bool) {
		return func(path string) ([]byte, bool) {
			data, err := fs.ReadFile(s.FS, path)
			if err != nil && !errors.Is(err, fs.ErrNotExist) && path != "package.json" {
				unread = append(unread, config.Diagnostic{Severity: config.Error, File: path, Text: "it is there, but cannot be read: " + err.Error()})
			}
			return data, err == nil
		}
	}
	from := t.Snapshot
	if t.Config != nil {
		from = t.Config
	}
	in := e.Input(t.Repository, files(from))
	if t.Draft != nil {
		in.Files = func(path string) ([]byte, bool) {
			text, ok := t.Draft[path]
			return []byte(text), ok
		}
	}
	if t.Merge {
		in.Over, in.OverName = files(t.Snapshot), t.Base
	}
	c, ds, err := config.Resolve(platform.OnBehalf(ctx, t.Repository), in)
	return c, append(unread, ds...), err
}

// Input is what the configuration of a repository with these files is made of.
func (e *Engine) Input(repository string, files func(path string) ([]byte, bool)) config.Input {
	in := config.Input{
		Files: files, Repository: repository, Platform: e.Platform, Endpoint: e.Endpoint,
		Global: e.Global, Presets: e.Presets, Schemes: e.Kit.Schemes, Open: e.Open, Opened: e.Opened,
	}
	for _, m := range e.Kit.Managers {
		in.Managers = append(in.Managers, config.ManagerInfo{
			Name: m.Name, Patterns: m.Files, Categories: m.Categories, Versioning: m.Versioning, Defaults: m.Defaults, Off: m.Off,
		})
	}
	for _, kind := range custom.Kinds {
		in.Managers = append(in.Managers, config.ManagerInfo{Name: kind})
	}
	for _, s := range e.Kit.Sources {
		in.Datasources = append(in.Datasources, config.DatasourceInfo{Name: s.Name, Versioning: s.Versioning, Defaults: s.Defaults})
	}
	return in
}

// Plan reads, looks up, decides, groups and renders. It changes nothing
// anywhere.
func (e *Engine) Plan(ctx context.Context, t Tree) (*Report, error) {
	r, err := e.Extract(ctx, t)
	if err != nil || r.Skipped != "" {
		return r, err
	}
	if err := e.research(ctx, t, r); err != nil {
		return r, err
	}
	return r, e.decide(ctx, t, r, plan.Wishes{}, nil, nil)
}

// Propose is [Engine.Plan] without making changes: its branches say what would
// be updated together, and change no file.
func (e *Engine) Propose(ctx context.Context, t Tree) (*Report, error) {
	return e.ProposeOnly(ctx, t, func(plan.Found) bool { return true })
}

// ProposeOnly is [Engine.Propose] for the dependencies that keep wants.
func (e *Engine) ProposeOnly(ctx context.Context, t Tree, keep func(plan.Found) bool) (*Report, error) {
	r, err := e.Extract(ctx, t)
	if err != nil || r.Skipped != "" {
		return r, err
	}
	r.Found = slices.DeleteFunc(r.Found, func(f plan.Found) bool { return !keep(f) })
	if err := e.research(ctx, t, r); err != nil {
		return r, err
	}
	branches, err := e.propose(ctx, e.world(t, r), t, r)
	for _, b := range branches {
		r.Branches = append(r.Branches, plan.Rendered{Branch: b})
	}
	return r, err
}

// decide carries r from what was found to rendered branches. again may be nil; made says whether a
// branch is on the host, nil for none.
func (e *Engine) decide(ctx context.Context, t Tree, r *Report, wishes plan.Wishes, again reuse, made func(branch string) bool) error {
	w := e.world(t, r)
	branches, err := e.propose(ctx, w, t, r)
	if err != nil {
		return err
	}
	if made != nil {
		branches = plan.Adopt(branches, made)
	}
	return e.render(ctx, w, t, r, plan.Grant(branches, wishes), again, made)
}

// propose carries r from what was found to wanted branches.
func (e *Engine) propose(ctx context.Context, w plan.World, t Tree, r *Report) ([]plan.Branch, error) {
	w.Locks = e.lockable(ctx, t, r)
	asked := plan.Ask(w, r.Found)
	queries := plan.Queries(asked)
	r.Queries = len(queries)
	e.step(t.Repository, "look up", "asking about %d packages", len(queries))
	facts := plan.Facts{Digests: make(map[plan.DigestQuery]plan.Digest), Needs: make(map[plan.DigestQuery]plan.Need)}
	var err error
	if facts.Listings, err = r.reach.Lookup.Listings(ctx, queries); err != nil {
		return nil, err
	}
	e.redact(facts)
	for range 5 { // each round may want to know more of what the one before chose
		var missing plan.Missing
		if r.Decisions, missing = plan.Decide(w, asked, facts); missing.None() {
			break
		}
		r.Digests = append(r.Digests, missing.Digests...)
		digests, err := r.reach.Lookup.Digests(ctx, missing.Digests)
		if err != nil {
			return nil, err
		}
		maps.Copy(facts.Digests, digests)
		needs, err := r.reach.Lookup.Needs(ctx, missing.Needs)
		if err != nil {
			return nil, err
		}
		maps.Copy(facts.Needs, needs)
		e.redact(facts)
	}
	r.Facts = facts
	r.Decisions = append(r.Decisions, plan.Maintain(w, r.Found)...)
	for _, d := range r.Decisions {
		if !d.Until.IsZero() && (r.Until.IsZero() || d.Until.Before(r.Until)) {
			r.Until = d.Until
		}
	}
	branches, err := plan.Group(w, r.Decisions)
	if err != nil {
		return nil, err
	}
	if e.Gate != nil {
		branches, err = plan.Roll(branches, func(b plan.Branch, mark plan.TemplateMark) (*plan.Gate, error) {
			r.Gates = append(r.Gates, mark)
			return e.Gate(ctx, t.Repository, b.Settings, mark)
		})
		if err != nil {
			return nil, err
		}
	}
	for _, b := range branches {
		if !b.Until.IsZero() && (r.Until.IsZero() || b.Until.Before(r.Until)) {
			r.Until = b.Until
		}
	}
	return branches, nil
}

// redact takes secrets out of the errors of facts.
func (e *Engine) redact(facts plan.Facts) {
	if e.Redact == nil {
		return
	}
	for q, l := range facts.Listings {
		if l.Err != nil && e.Redact(l.Err.Error()) != l.Err.Error() {
			l.Err = redacted{l.Err, e.Redact(l.Err.Error())}
			facts.Listings[q] = l
		}
	}
	for q, n := range facts.Needs {
		if n.Err != nil && e.Redact(n.Err.Error()) != n.Err.Error() {
			n.Err = redacted{n.Err, e.Redact(n.Err.Error())}
			facts.Needs[q] = n
		}
	}
	for q, d := range facts.Digests {
		if d.Err != nil && e.Redact(d.Err.Error()) != d.Err.Error() {
			d.Err = redacted{d.Err, e.Redact(d.Err.Error())}
			facts.Digests[q] = d
		}
	}
}

// redacted is an error whose text was cleaned.
type redacted struct {
	err  error
	text string
}

func (r redacted) Error() string        { return r.text }
func (r redacted) Is(target error) bool { return errors.Is(r.err, target) }

func (e *Engine) world(t Tree, r *Report) plan.World {
	w := plan.World{
		Repository: t.Repository, Base: t.Base, Bases: t.Bases, Config: r.Config,
		Managers: make(map[string]*managers.Manager), Sources: make(map[string]*datasources.Source),
		Schemes: e.Kit.Schemes, Defaults: r.reach.Defaults,
		Semantic: semantic(t.Subjects), Renderers: make(map[string]bool), Now: e.Now(), Advisories: r.Advisories,
	}
	for _, m := range e.Kit.Managers {
		w.Managers[m.Name] = m
	}
	for _, o := range r.custom {
		w.Managers[o.Manager.Name] = o.Manager
	}
	for _, s := range e.Kit.Sources {
		w.Sources[s.Name] = s
	}
	owners := sync.OnceValue(func() codeowners.Owners { return codeowners.Read(t.Snapshot.FS) })
	w.Owners = func(path string) []string { return owners().Of(path) }
	customSources(&w)
	for name := range e.Tools {
		w.Renderers[name] = true
	}
	return w
}

func (e *Engine) clean(s string) string {
	if e.Redact == nil {
		return s
	}
	return e.Redact(s)
}

// offers lists the managers that are on, with the files that they are to read.
func (e *Engine) offers(c *config.Config) []extract.Offer {
	var out []extract.Offer
	for _, m := range e.Kit.Managers {
		if _, on := c.Enabled(m.Name); !on {
			continue
		}
		patterns := c.Patterns(m.Name)
		out = append(out, extract.Offer{Manager: m, Match: func(path string) bool {
			if !slices.ContainsFunc(patterns, func(p config.Pattern) bool { return p.Match(path) }) {
				return false
			}
			_, ignored := c.IgnoresFor(m.Name, path)
			return !ignored
		}})
	}
	return out
}

var conventional = regexp.MustCompile(`^(build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(\([^)]*\))?!?: `)

// semantic reports whether commit messages follow Conventional Commits, judged
// by recent ones as Renovate does: a majority of those that are no merges.
func semantic(subjects []string) bool {
	n := 0
	for _, s := range subjects {
		if conventional.MatchString(s) {
			n++
		}
	}
	return n > 0 && n*2 >= len(subjects)
}
