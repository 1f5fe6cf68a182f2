package updater

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/templating/rollout"
	"github.com/currant-bot/currant/updater/act"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/policy"
)

// Rollouts lets releases of templates reach a fleet in waves. What it knows it reads from the pull requests of the fleet, once in its life, and from
// the issue in the template's repository that keeps what people decided: there is no state of its own. It is safe for concurrent use.
type Rollouts struct {
	Passer *Passer
	Fleet  func(ctx context.Context) ([]string, error) // all repositories that may be of a rollout

	// Home returns the name that a template's repository has on the platform; "" if it is elsewhere.
	Home func(template string) string

	// Files returns the files of a release of a template.
	Files func(ctx context.Context, template, version string) (func(path string) ([]byte, bool), error)

	// Versions returns the versions that a template has tags of.
	Versions func(ctx context.Context, template string) ([]string, error)

	mu       sync.Mutex
	seen     bool
	fleet    []project
	policies map[rollout.Release][]rollout.Policy
	issues   map[string][]platform.Issue // by template
	checks   map[platformHead]rollout.Checks
	errs     map[string]string // by repository and template, of this life
	asked    map[rollout.Release]rollout.Policy
}

// A project is one that was made from a template.
type project struct {
	repository, template, version string
	base                          string
	settings                      config.Settings
	pulls                         []platform.Pull   // of templates, newest first
	began                         map[string]string // by branch: the commit on the base branch that it began at
}

var errUnread = errors.New("the template cannot be read")

type platformHead struct{ repository, base, head string }

// Gate says how far a release may go in a repository; nil if it is not rolled out in stages. Where that cannot be known now, it goes no further.
func (r *Rollouts) Gate(ctx context.Context, repository string, s config.Settings, mark plan.TemplateMark) (*plan.Gate, error) {
	p, ok, err := r.Policy(ctx, s, mark.Source, mark.Version)
	if errors.Is(err, errUnread) {
		return nil, ctx.Err() // nothing of it can be rendered either, and that says why
	}
	if err == nil && !ok {
		return nil, nil
	}
	var state rollout.State
	if err == nil {
		state, err = r.State(ctx, p, mark.Source, mark.Version)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return &plan.Gate{Text: "it is not known how far it is: " + r.Passer.Engine.clean(err.Error())}, nil
	}
	return &plan.Gate{Open: state.Open(repository), Stopped: state.Stopped(), Text: state.String(), Until: state.Until}, nil
}

// Policy is what configuration says of a template, else what the release itself says: its authors keep it in their configuration file.
func (r *Rollouts) Policy(ctx context.Context, s config.Settings, template, version string) (rollout.Policy, bool, error) {
	own, err := policiesOf(s)
	if err != nil {
		return rollout.Policy{}, false, err
	}
	if p, ok := rollout.For(own, template); ok {
		return p, true, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	all, err := r.released(ctx, rollout.Release{Template: template, Version: version})
	p, ok := rollout.For(all, template)
	return p, ok, err
}

func policiesOf(s config.Settings) ([]rollout.Policy, error) {
	all, err := rollout.Parse(s.Object("templates")["rollouts"])
	if err != nil {
		return nil, fmt.Errorf("templates.%w (%s)", err, s.Origin("templates"))
	}
	return all, nil
}

// released returns the policies that a release says itself.
func (r *Rollouts) released(ctx context.Context, release rollout.Release) ([]rollout.Policy, error) {
	if all, ok := r.policies[release]; ok {
		return all, nil
	}
	files, err := r.Files(ctx, release.Template, release.Version)
	if err != nil {
		return nil, fmt.Errorf("reading how %s of %s is rolled out: %w: %w", release.Version, release.Template, errUnread, err)
	}
	in := r.Passer.Engine.Input(release.Template, files)
	in.Presets = nil // what it extends is about its own dependencies
	c, _, err := config.Resolve(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("reading how %s of %s is rolled out: %w", release.Version, release.Template, err)
	}
	all, err := policiesOf(c.Top())
	if err != nil {
		return nil, fmt.Errorf("reading how %s of %s is rolled out: %w", release.Version, release.Template, err)
	}
	if r.policies == nil {
		r.policies = make(map[rollout.Release][]rollout.Policy)
	}
	r.policies[release] = all
	return all, nil
}

// issuesOf returns the issues in a template's repository that may be about its rollouts, asked for once.
func (r *Rollouts) issuesOf(ctx context.Context, template string) ([]platform.Issue, error) {
	if list, ok := r.issues[template]; ok {
		return list, nil
	}
	name := r.Home(template)
	if name == "" {
		return nil, nil
	}
	list, err := r.Passer.Reader.Issues(ctx, name, nil)
	if errors.Is(err, platform.ErrNotFound) || errors.Is(err, platform.ErrOff) {
		list, err = nil, nil // it is not to be seen from here, or has no issues
	}
	if err != nil {
		return nil, fmt.Errorf("reading what was decided on %s: %w", template, err)
	}
	if r.issues == nil {
		r.issues = make(map[string][]platform.Issue)
	}
	r.issues[template] = list
	return list, nil
}

// visit opens a repository; nil if there is nothing in it.
func (r *Rollouts) visit(ctx context.Context, name string) (*visit, Tree, error) {
	host, err := r.Passer.Reader.Repository(ctx, name)
	if err != nil || host.Archived || host.Default == "" {
		return nil, Tree{}, err
	}
	v := &visit{Passer: r.Passer, name: name, host: host}
	if v.repo, err = r.Passer.Open(ctx, host); err != nil {
		return nil, Tree{}, fmt.Errorf("fetching %s: %w", name, err)
	}
	main, err := v.tree(ctx, host.Default)
	return v, main, err
}

// surveyors is how many repositories are looked at at once.
const surveyors = 4

// survey reads the whole fleet, once. A repository that cannot be read counts as one that has nothing: it cannot be known that it is green, and
// waves wait for nobody who is not there.
func (r *Rollouts) survey(ctx context.Context) error {
	if r.seen {
		return nil
	}
	names, err := r.Fleet(ctx)
	if err != nil {
		return fmt.Errorf("listing the fleet of a rollout: %w", err)
	}
	all := make([][]project, len(names))
	var g errgroup.Group
	g.SetLimit(surveyors)
	for i, name := range names {
		g.Go(func() error {
			found, err := r.projects(ctx, name)
			if err != nil {
				r.Passer.Engine.step(name, "read", "not counted in rollouts: %s", r.Passer.Engine.clean(err.Error()))
			}
			all[i] = found
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	r.fleet, r.seen = slices.Concat(all...), true
	return nil
}

func (r *Rollouts) projects(ctx context.Context, name string) ([]project, error) {
	v, main, err := r.visit(ctx, name)
	if err != nil || v == nil {
		return nil, err
	}
	report, err := r.Passer.Engine.Extract(ctx, main)
	if err != nil || report.Skipped != "" {
		return nil, err
	}
	var out []project
	for _, f := range report.Found {
		if f.Dep.Kind == managers.Template && f.Dep.Skip == "" {
			out = append(out, project{repository: name, template: plan.TemplateID(f.Dep.PackageName()), version: f.Dep.Value.Text, base: main.Base, settings: report.Config.Top()})
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	top := report.Config.Top()
	pulls, err := v.pulls(ctx, top)
	if err != nil {
		return nil, err
	}
	branches, err := v.branches(ctx, top, main.Base)
	if err != nil {
		return nil, err
	}
	began := make(map[string]string)
	for _, b := range branches {
		began[b.Name] = b.MergeBase
	}
	for i := range out {
		out[i].began = began
		for _, p := range pulls {
			if m, ok := plan.ReadMarker(p.Body); ok && m.Template != nil && m.Template.Source == out[i].template {
				out[i].pulls = append(out[i].pulls, p)
			}
		}
	}
	return out, nil
}

// State says how far a release is.
func (r *Rollouts) State(ctx context.Context, p rollout.Policy, template, version string) (rollout.State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	release := rollout.Release{Template: template, Version: version}
	if err := r.survey(ctx); err != nil {
		return rollout.State{}, err
	}
	tags, err := r.Versions(ctx, template)
	if err != nil {
		return rollout.State{}, err
	}
	release.Gone = !slices.Contains(tags, version)
	members, err := r.members(ctx, template, version)
	if err != nil {
		return rollout.State{}, err
	}
	if r.asked == nil {
		r.asked = make(map[rollout.Release]rollout.Policy)
	}
	r.asked[rollout.Release{Template: template, Version: version}] = p
	orders, err := r.orders(ctx, template, version)
	if err != nil {
		return rollout.State{}, err
	}
	return rollout.Decide(p, release, members, orders, r.Passer.Engine.Now()), nil
}

// orders are what people decided on a release.
func (r *Rollouts) orders(ctx context.Context, template, version string) ([]rollout.Order, error) {
	issues, err := r.issuesOf(ctx, template)
	if err != nil {
		return nil, err
	}
	for _, x := range issues {
		n, ok := plan.ReadRolloutNote(x.Body)
		if !ok || !x.Ours || n.Template != template || n.Version != version || n.Orders == nil {
			continue
		}
		var out []rollout.Order
		if err := json.Unmarshal(n.Orders, &out); err != nil {
			return nil, fmt.Errorf("reading what was decided on %s of %s in its issue #%d: %w", version, template, x.Number, err)
		}
		return out, nil
	}
	return nil, nil
}

func (r *Rollouts) members(ctx context.Context, template, version string) ([]rollout.Member, error) {
	var out []rollout.Member
	for _, x := range r.fleet {
		if x.template != template {
			continue
		}
		m := rollout.Member{Repository: x.repository, Has: r.has(x.version, version), Error: r.errs[x.repository+" "+template]}
		for _, p := range x.pulls {
			mark, _ := plan.ReadMarker(p.Body)
			same := mark.Template.Version == version
			if same && m.Pull != nil || !same && (m.Before != nil || p.State != platform.Open || r.has(mark.Template.Version, version)) {
				continue
			}
			pull, err := r.pull(ctx, x, p, *mark.Template)
			if err != nil {
				return nil, err
			}
			if same {
				m.Pull = pull
			} else {
				m.Before = pull
			}
		}
		if i := slices.IndexFunc(out, func(o rollout.Member) bool { return o.Repository == x.repository }); i >= 0 {
			out[i] = both(out[i], m) // several projects of one repository count as one
			continue
		}
		out = append(out, m)
	}
	return out, nil
}

// both is what is known of two projects of one repository: the worse of them.
func both(a, b rollout.Member) rollout.Member {
	if a.Has && !b.Has {
		return b
	}
	if a.Pull == nil || b.Pull != nil && b.Pull.Checks == rollout.Failed {
		a.Pull = b.Pull
	}
	a.Has = a.Has && b.Has
	return a
}

// has reports whether who is at a version has a release.
func (r *Rollouts) has(at, release string) bool {
	scheme := r.scheme()
	return at == release || scheme != nil && scheme.Valid(at) && scheme.Valid(release) && scheme.Compare(at, release) >= 0
}

func (r *Rollouts) scheme() versioning.Scheme {
	for _, s := range r.Passer.Engine.Kit.Managers {
		if s.Name == "copier" {
			scheme, _ := r.Passer.Engine.Kit.Schemes(s.Versioning)
			return scheme
		}
	}
	return nil
}

func (r *Rollouts) pull(ctx context.Context, x project, p platform.Pull, mark plan.TemplateMark) (*rollout.Pull, error) {
	out := &rollout.Pull{
		Number: p.Number, URL: p.URL, Version: mark.Version, Open: p.State == platform.Open, Declined: p.State == platform.Closed, Created: p.Created,
		Conflicts: mark.Grade == "conflicts" || mark.Grade == "lost edits",
	}
	if !out.Open {
		return out, nil
	}
	var err error
	if out.Checks, err = r.checked(ctx, platformHead{x.repository, p.Base, p.Head}); err != nil || out.Checks != rollout.Failed || x.began[p.Branch] == "" {
		return out, err
	}
	before, err := r.checked(ctx, platformHead{x.repository, p.Base, x.began[p.Branch]})
	out.Red = before == rollout.Failed
	return out, err
}

// checked sums up the checks of a commit, without those that only say what a bot thinks.
func (r *Rollouts) checked(ctx context.Context, at platformHead) (rollout.Checks, error) {
	if c, ok := r.checks[at]; ok {
		return c, nil
	}
	all, err := r.Passer.Reader.Checks(ctx, at.repository, at.base, []platform.Candidate{{Head: at.head}})
	if err != nil {
		return rollout.None, fmt.Errorf("reading the checks of %s: %w", at.repository, err)
	}
	out := rollout.None
	for _, x := range all[0].Results {
		switch {
		case policy.Own(x.Name, nil):
		case x.State == platform.Failed:
			out = rollout.Failed
		case out == rollout.Failed:
		case x.State != platform.Passed:
			out = rollout.Running
		case out == rollout.None:
			out = rollout.Green
		}
	}
	if r.checks == nil {
		r.checks = make(map[platformHead]rollout.Checks)
	}
	r.checks[at] = out
	return out, nil
}

// note remembers what a pass could not update, which counts against a release.
func (r *Rollouts) note(repository string, branches []plan.Rendered) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range branches {
		mark := b.TemplateOf()
		if mark == nil || b.Err == "" {
			continue
		}
		if r.errs == nil {
			r.errs = make(map[string]string)
		}
		r.errs[repository+" "+mark.Source] = b.Err
	}
}

// Tell keeps the issues about the rollouts that were asked about, at the end of a run, and says where they are.
func (r *Rollouts) Tell(ctx context.Context) ([]rollout.State, []act.Effect, error) {
	var out []rollout.State
	var effects []act.Effect
	for _, release := range slices.SortedFunc(maps.Keys(r.asked), func(a, b rollout.Release) int {
		return cmp.Or(cmp.Compare(a.Template, b.Template), cmp.Compare(a.Version, b.Version))
	}) {
		s, err := r.State(ctx, r.asked[release], release.Template, release.Version)
		if err != nil {
			return out, effects, err
		}
		out = append(out, s)
		home := r.Home(release.Template)
		if home == "" {
			continue
		}
		_, done, err := r.tell(ctx, home, s, nil)
		if err != nil {
			return out, effects, err
		}
		effects = append(effects, done...)
	}
	return out, effects, nil
}

// Settings returns the configurations of the repositories that were made from a template.
func (r *Rollouts) Settings(template string) []config.Settings {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []config.Settings
	for _, x := range r.fleet {
		if x.template == template {
			out = append(out, x.settings)
		}
	}
	return out
}

// tell writes the issue about a rollout. orders are new decisions.
func (r *Rollouts) tell(ctx context.Context, home string, s rollout.State, orders []rollout.Order) ([]plan.Outcome, []act.Effect, error) {
	old, err := r.orders(ctx, s.Template, s.Version)
	if err != nil {
		return nil, nil, err
	}
	x := plan.RolloutReport{RolloutNote: plan.RolloutNote{Template: s.Template, Version: s.Version}, State: s.String(), Stopped: s.Phase == rollout.Halted}
	if all := append(old, orders...); len(all) > 0 {
		if x.Orders, err = json.Marshal(all); err != nil {
			return nil, nil, fmt.Errorf("writing what was decided: %w", err)
		}
	}
	for _, name := range s.Failing {
		x.Failing = append(x.Failing, r.link(s, name))
	}
	o, ok := plan.RolloutIssue(x, r.issues[s.Template])
	if !ok {
		return nil, nil, nil
	}
	list := []plan.Outcome{o}
	if r.Passer.Runner == nil {
		return list, nil, nil
	}
	effects, err := r.Passer.Runner.Execute(ctx, home, list)
	return list, effects, err
}

// link names a repository and its pull request, for Markdown.
func (r *Rollouts) link(s rollout.State, repository string) string {
	for _, x := range r.fleet {
		if x.repository != repository || x.template != s.Template {
			continue
		}
		for _, p := range x.pulls {
			if m, _ := plan.ReadMarker(p.Body); p.State == platform.Open && m.Template.Version == s.Version && strings.HasPrefix(p.URL, "http") {
				return fmt.Sprintf("[%s#%d](%s)", plan.Quiet(repository), p.Number, p.URL)
			}
		}
	}
	return plan.Quiet(repository)
}

// Order writes down what a person decided on a release, where all runs see it, and returns where the rollout is then.
func (r *Rollouts) Order(ctx context.Context, p rollout.Policy, template, version string, o rollout.Order) (rollout.State, error) {
	home := r.Home(template)
	if home == "" {
		return rollout.State{}, fmt.Errorf("%s is not on this platform, so there is no place where a decision is seen by all runs: write it into the configuration (bypass, allowedVersions)", template)
	}
	s, err := r.State(ctx, p, template, version)
	if err != nil {
		return s, err
	}
	if o.Action == rollout.Resume {
		o.Forgiven = s.Against()
	}
	o.At = r.Passer.Engine.Now().UTC().Truncate(time.Second)
	old, err := r.orders(ctx, template, version)
	if err != nil {
		return s, err
	}
	members, err := r.members(ctx, template, version)
	if err != nil {
		return s, err
	}
	s = rollout.Decide(p, s.Release, members, append(old, o), o.At)
	_, effects, err := r.tell(ctx, home, s, []rollout.Order{o})
	for _, e := range effects {
		err = errors.Join(err, e.Err)
	}
	return s, err
}

// Releases returns the versions of templates that are rolled out or were: those that pull requests are open for, and the newest.
func (r *Rollouts) Releases(ctx context.Context) (map[string][]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.survey(ctx); err != nil {
		return nil, err
	}
	out := make(map[string][]string)
	for _, x := range r.fleet {
		for _, p := range x.pulls {
			if m, _ := plan.ReadMarker(p.Body); p.State == platform.Open {
				out[x.template] = append(out[x.template], m.Template.Version)
			}
		}
		if out[x.template] == nil {
			out[x.template] = []string{}
		}
	}
	for template, versions := range out {
		tags, err := r.Versions(ctx, template)
		if err != nil {
			return nil, err
		}
		scheme := r.scheme()
		newest := ""
		for _, t := range tags {
			if scheme.Valid(t) && scheme.Stable(t) && (newest == "" || scheme.Compare(t, newest) > 0) {
				newest = t
			}
		}
		if newest != "" {
			versions = append(versions, newest)
		}
		slices.SortFunc(versions, scheme.Compare)
		out[template] = slices.Compact(versions)
	}
	return out, nil
}
