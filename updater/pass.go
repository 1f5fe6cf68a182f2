package updater

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/act"
	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// A Repo is a repository's git data: a mirror, or a checkout on this machine.
type Repo interface {
	Refs() (gitrepo.Refs, error)
	Snapshot(ctx context.Context, branch string) (*gitrepo.Snapshot, error)
	SnapshotAt(ctx context.Context, commit string) (*gitrepo.Snapshot, error)
	Branches(ctx context.Context, prefix, base string) ([]gitrepo.BranchState, error)
	Log(ctx context.Context, branch string, n int) ([]gitrepo.CommitInfo, error)
}

// A Passer makes passes over repositories of a platform.
type Passer struct {
	Engine *Engine
	Reader platform.Reader
	Runner *act.Runner // nil for a dry run: nothing in reach of it can write
	Memory *Memory     // nil to remember nothing

	Rollouts *Rollouts // nil to roll out nothing in stages; Engine.Gate is its

	// Discovered reports whether a repository was found by itself, rather than named by the operator; nil for none. Forks that were are
	// left alone unless their configuration says otherwise.
	Discovered func(name string) bool

	// Afford says how much may be done in a repository now, and why not everything, as the host's limits allow; nil for everything.
	Afford func(name string) (platform.Means, string)

	// Open brings the git data of a repository up to date.
	Open func(ctx context.Context, r platform.Repository) (Repo, error)
}

// Pass brings one repository up to date, or, in a dry run, says how it would.
func (p *Passer) Pass(ctx context.Context, name string) (*Report, []act.Effect, error) {
	ctx = platform.OnBehalf(ctx, name)
	if means, why := p.means(name); means == platform.Nothing {
		return &Report{Repository: name, Skipped: "put off to the next pass: " + why, Postponed: why}, nil, nil
	}
	account, err := p.Reader.Whoami(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("asking who we are: %w", err)
	}
	host, err := p.Reader.Repository(ctx, name)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("reading the settings of %s: %w", name, err)
	case host.Archived:
		return &Report{Repository: name, Skipped: "it is archived"}, nil, nil
	case host.Disabled:
		return &Report{Repository: name, Skipped: "the platform has disabled it"}, nil, nil
	case host.Default == "":
		return &Report{Repository: name, Skipped: "it is empty"}, nil, nil
	}
	v := visit{Passer: p, name: name, host: host, account: account}
	switch why, err := v.asleep(ctx); {
	case err != nil:
		return nil, nil, err
	case why != "":
		return &Report{Repository: name, Skipped: why}, nil, nil
	}
	p.Engine.step(name, "read", "fetching")
	if v.repo, err = p.Open(ctx, host); err != nil {
		return nil, nil, fmt.Errorf("fetching %s: %w", name, err)
	}
	report, err := v.look(ctx)
	if err == nil {
		p.Rollouts.note(name, report.Branches)
	}
	if err != nil || p.Runner == nil {
		return report, nil, err
	}
	if means, why := p.means(name); means != platform.Everything {
		postpone(report, why)
	}
	runner := *p.Runner
	runner.Author = account
	if report.Skipped != "" {
		effects, err := v.complain(ctx, &runner, report)
		return report, effects, err
	}
	effects, err := v.act(ctx, &runner, report)
	if err != nil {
		return report, effects, fmt.Errorf("acting on %s: %w", name, err)
	}
	return report, effects, v.remember(ctx, effects)
}

// act carries out what is to be done, and then writes the dashboard, which says what came of it.
func (v *visit) act(ctx context.Context, runner *act.Runner, r *Report) ([]act.Effect, error) {
	r.Outcomes = slices.DeleteFunc(r.Outcomes, func(o plan.Outcome) bool { return o.Dashboard })
	effects, err := runner.Execute(ctx, v.name, urgentFirst(r))
	if err != nil || r.Postponed != "" {
		return effects, err // its dashboard comes with all the rest
	}
	failed := make(map[string]string)
	for _, e := range effects {
		if e.Err != nil {
			failed[e.Action.Branch] = v.Engine.clean(fmt.Sprintf("%s: %v", e.Action.Kind(), e.Err))
		}
		for i := range r.Outcomes {
			if o := &r.Outcomes[i]; o.Branch == e.Action.Branch && e.Number != 0 {
				o.Number = e.Number
			}
		}
	}
	notes := v.notes(r, failed, len(effects) > 0)
	r.Outcomes = append(r.Outcomes, notes...)
	more, err := runner.Execute(ctx, v.name, notes)
	return append(effects, more...), err
}

// notes returns what becomes of the issues that the bot keeps.
func (v *visit) notes(r *Report, failed map[string]string, acted bool) []plan.Outcome {
	var out []plan.Outcome
	if r.Onboarding {
		return nil // they come with the first pass after it
	}
	if board, ok := v.board(r, failed, acted); ok {
		out = append(out, board)
	}
	if o, ok := plan.ConfigNotice(r.Config.Top(), v.have.Issues, nil); ok {
		out = append(out, o)
	}
	return out
}

// A visit is one pass over one repository.
type visit struct {
	*Passer
	name    string
	host    platform.Repository
	account platform.Account
	repo    Repo
	have    plan.State
	unsure  string // why not all that is wanted is known; "" if it is
	last    record // what the last pass found
	now     record // what this one found

	proposal *proposal // of a configuration; nil if the repository needs none
}

// look does everything but act.
func (v *visit) look(ctx context.Context) (*Report, error) {
	main, err := v.tree(ctx, v.host.Default)
	if err != nil {
		return nil, err
	}
	g, err := v.found(ctx, main)
	if err != nil || g.report.Skipped != "" {
		return g.report, err
	}
	v.have = g.state
	g.report.Have = g.state
	var r *Report
	if v.proposal != nil {
		r, err = v.onboard(ctx, g)
	} else {
		r, err = v.reconcile(ctx, g)
	}
	if err != nil || r.Skipped != "" {
		return r, err
	}
	for _, o := range r.Outcomes {
		if !o.Until.IsZero() && (r.Until.IsZero() || o.Until.Before(r.Until)) {
			r.Until = o.Until
		}
	}
	v.now.Whole, v.now.Heads = plan.Whole(r.Branches, g.state, v.last.Whole), make(map[string]string)
	for name, b := range g.state.Branches {
		if b.Foreign == "" {
			v.now.Heads[name] = b.Head
		}
	}
	v.now.Until, v.now.Digests, v.now.Quiet, v.now.Renders, v.now.Gates = r.Until, refsOf(r.Digests), quiet(r), renders(r, v.Engine.known), r.Gates
	v.now.Told = toldNow(r, v.have)
	v.have.Told = v.now.Told
	v.now.Watch = watch(r, v.have) // without those that are told everything
	if v.now.Quiet {
		v.now.State, err = v.fingerprints(ctx, g.sides, g.state, v.now)
	}
	return r, err
}

// reconcile says what becomes of the pull requests of a repository that is configured.
func (v *visit) reconcile(ctx context.Context, g ground) (*Report, error) {
	state := g.state
	for _, s := range g.sides {
		if err := v.Engine.decide(ctx, s.tree, s.report, state.Wishes, v.reuse(s.tree, state), func(branch string) bool { _, ok := state.Branches[branch]; return ok }); err != nil {
			return nil, err
		}
	}
	r := merged(g.report, g.sides)
	v.migrated(g.main, g.report, r)
	v.now.Watch = watch(r, state)
	if err := v.check(ctx, state, v.now.Watch); err != nil {
		return nil, err
	}
	r.Outcomes = plan.Reconcile(r.Branches, r.Decisions, state, v.Engine.Now())
	if err := v.tell(ctx, r, g.sides, state); err != nil {
		return nil, err
	}
	r.Outcomes = append(r.Outcomes, v.notes(r, nil, false)...)
	return r, nil
}

// quiet reports whether nothing is to be done until something changes.
func quiet(r *Report) bool {
	for _, o := range r.Outcomes {
		if len(o.Actions) > 0 {
			return false
		}
	}
	return !slices.ContainsFunc(r.Decisions, func(d plan.Decision) bool { return d.Facts != plan.Complete && d.Facts != plan.Absent })
}

// A ground is what a visit stands on.
type ground struct {
	main   Tree
	report *Report
	sides  []side
	state  plan.State
}

// found reads configuration, dependencies and the state of the host. Where
// nothing has changed since the last pass, the report says so in Skipped.
func (v *visit) found(ctx context.Context, main Tree) (g ground, err error) {
	g.main = main
	if g.report, err = v.Engine.open(ctx, main); err != nil {
		return g, err
	}
	if d, bad := broken(g.report); bad {
		g.report.Skipped = "its configuration has errors, so it is left as it is: " + d.String()
		return g, nil
	}
	if g.report.Skipped = v.fork(g.report.Config.Top()); g.report.Skipped != "" {
		return g, nil
	}
	if g.main, g.report, err = v.begin(ctx, main, g.report); err != nil || g.report.Skipped != "" {
		return g, err
	}
	r := g.report
	if g.sides, err = v.sides(ctx, g.main, r); err != nil {
		return g, err
	}
	if len(g.sides) == 0 && v.proposal != nil {
		g.sides = []side{{g.main, r}} // what is missing is told
	}
	if len(g.sides) == 0 {
		r.Skipped = "none of its base branches can be worked on: " + strings.Join(r.Notices, "; ")
		return g, nil
	}
	v.last = v.Memory.get(v.name)
	if g.state, err = v.state(ctx, r.Config, g.sides); err != nil {
		return g, err
	}
	if err := v.read(ctx, r, g.sides, &g.state); err != nil || r.Skipped != "" {
		return g, err
	}
	g.state.Told = v.last.Told
	last := v.last
	if v.now.State, err = v.fingerprints(ctx, g.sides, g.state, last); err != nil {
		return g, err
	}
	if last.Quiet && last.State == v.now.State && (last.Until.IsZero() || v.Engine.Now().Before(last.Until)) {
		v.now = last
		r.Skipped = Unchanged
	}
	return g, nil
}

// fork says why a fork is left alone; "" if it is not, or is none.
func (v *visit) fork(top config.Settings) string {
	if !v.host.Fork {
		return ""
	}
	at := top.Origin("forkProcessing").String()
	switch top.String("forkProcessing") {
	case "enabled":
		return ""
	case "disabled":
		return "it is a fork, and forkProcessing is disabled (" + at + ")"
	}
	if v.Discovered != nil && v.Discovered(v.name) {
		return "it is a fork, and nobody named it: set forkProcessing to enabled in its configuration, or name it"
	}
	return ""
}

// read finds the dependencies of each side, or remembers them.
func (v *visit) read(ctx context.Context, r *Report, sides []side, state *plan.State) error {
	v.now = record{Bases: make(map[string]seen)}
	state.Unread = make(map[string]bool)
	for _, s := range sides {
		if v.proposal != nil && v.proposal.Off != "" {
			v.now.Bases[s.tree.Base] = seen{} // and nothing is found
			continue
		}
		now := seen{Commit: s.tree.Snapshot.Commit, Config: s.report.Config.Digest()}
		if last := v.last.Bases[s.tree.Base]; last.Commit == now.Commit && last.Config == now.Config {
			s.report.Found, s.report.Problems = last.Found, last.Problems
		} else if err := v.Engine.read(ctx, s.tree, s.report); err != nil {
			return err
		}
		if s.report.Skipped != "" {
			r.Skipped = s.report.Skipped
			return nil
		}
		now.Found, now.Problems = s.report.Found, s.report.Problems
		v.now.Bases[s.tree.Base] = now
		if err := cmp.Or(v.advise(ctx, s.report), v.Engine.research(ctx, s.tree, s.report)); err != nil {
			return err
		}
		state.Unsure = cmp.Or(state.Unsure, s.report.Advisories.Unsure)
		for _, p := range s.report.Problems {
			state.Unread[p.Path] = true
		}
	}
	return nil
}

// Unchanged is what a report says of a repository where nothing has changed.
const Unchanged = "nothing has changed since the last pass"

// state asks the host and git what there is.
func (v *visit) state(ctx context.Context, c *config.Config, sides []side) (plan.State, error) {
	if v.proposal != nil {
		return v.proposal.state, nil
	}
	s := plan.State{Repository: v.host, Account: v.account, Branches: make(map[string]plan.BranchState), Checks: make(map[string]platform.Checks), Settings: c.Top(), Whole: v.last.Whole}
	if why, stale := c.Stale(); stale {
		s.Stale = strings.Join(why, "; ")
	}
	s.Stale = cmp.Or(s.Stale, v.unsure)
	var err error
	if s.Pulls, err = v.pulls(ctx, c.Top()); err != nil {
		return s, err
	}
	bases := make(map[string]bool)
	for _, x := range sides {
		bases[x.tree.Base] = true
	}
	for _, x := range sides {
		branches, err := v.branches(ctx, c.Top(), x.tree.Base)
		if err != nil {
			return s, err
		}
		for _, b := range branches {
			if bases[b.Name] || v.sideOf(c.Top(), b.Name, sides).tree.Base != x.tree.Base {
				continue
			}
			if s.Branches[b.Name], err = v.branch(ctx, b, c, x.tree); err != nil {
				return s, err
			}
		}
	}
	if err := v.strayed(ctx, c, sides, &s); err != nil {
		return s, err
	}
	if err := v.issues(ctx, c, &s); err != nil {
		return s, err
	}
	if v.host.BranchesOnly || !s.Orphans() {
		return s, nil
	}
	// A host's list may leave out for a moment what is there: a branch is no
	// orphan before the list was asked for twice.
	s.Pulls, err = v.pulls(ctx, c.Top())
	return s, err
}

// unresolved returns which of the changed files of a commit have conflict markers.
func (v *visit) unresolved(ctx context.Context, head string, changed map[string]string) ([]string, error) {
	at, err := v.repo.SnapshotAt(ctx, head)
	if err != nil {
		return nil, fmt.Errorf("reading commit %s: %w", head, err)
	}
	var out []string
	for path := range changed {
		text, err := fs.ReadFile(at.FS, path)
		if err == nil && conflictMarkers.Match(text) {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out, nil
}

var conflictMarkers = regexp.MustCompile(`(?sm)^<{7} .*^={7}\r?$.*^>{7} `)

// prefixes are how the names of our branches begin, the oldest last.
func prefixes(top config.Settings) []string {
	out := []string{top.String("branchPrefix")}
	if old := plan.FormerPrefix(top); old != "" {
		out = append(out, old)
	}
	return out
}

// pulls lists our pull requests, newest first.
func (v *visit) pulls(ctx context.Context, top config.Settings) ([]platform.Pull, error) {
	var out []platform.Pull
	for _, prefix := range prefixes(top) {
		list, err := v.Reader.Pulls(ctx, v.name, prefix)
		if err != nil {
			return nil, fmt.Errorf("listing the pull requests of %s: %w", v.name, err)
		}
		out = append(out, list...)
	}
	slices.SortStableFunc(out, func(a, b platform.Pull) int { return b.Number - a.Number })
	return slices.CompactFunc(out, func(a, b platform.Pull) bool { return a.Number == b.Number }), nil
}

// branches lists our branches, seen from a base branch.
func (v *visit) branches(ctx context.Context, top config.Settings, base string) ([]gitrepo.BranchState, error) {
	var out []gitrepo.BranchState
	for _, prefix := range prefixes(top) {
		list, err := v.repo.Branches(ctx, prefix, base)
		if err != nil {
			return nil, fmt.Errorf("reading the branches of %s: %w", v.name, err)
		}
		out = append(out, list...)
	}
	return out, nil
}

// branch says of one of our branches what reconciling needs to know.
func (v *visit) branch(ctx context.Context, b gitrepo.BranchState, c *config.Config, t Tree) (plan.BranchState, error) {
	s := plan.BranchState{Head: b.Head, Base: b.MergeBase, Behind: b.Behind, Changed: make(map[string]string)}
	for path, ch := range b.Changed {
		s.Changed[path] = ""
		if !ch.Deleted {
			s.Changed[path] = blob(ch.ID, ch.Mode)
		}
	}
	for _, commit := range b.Commits {
		if when := commit.Committer.When; when.After(s.Committed) {
			s.Committed = when
			s.Subject, _, _ = strings.Cut(commit.Message, "\n")
		}
		if !plan.OwnAddress(c.Top(), v.account, commit.Author.Email) {
			s.Foreign, s.Address = commit.Author.Name, commit.Author.Email
		}
	}
	if v.last.Heads[b.Name] == b.Head {
		s.Foreign, s.Address = "", "" // others' commits below ours are what the base branch had before it was written anew
	}
	if s.Foreign != "" {
		var err error
		if s.Unresolved, err = v.unresolved(ctx, b.Head, s.Changed); err != nil {
			return s, err
		}
	}
	if !b.Behind || b.MergeBase == "" {
		return s, nil
	}
	was, err := v.repo.SnapshotAt(ctx, b.MergeBase)
	if err != nil {
		return s, fmt.Errorf("reading where %s began: %w", b.Name, err)
	}
	for path := range s.Changed {
		if was.ID(path) != t.Snapshot.ID(path) {
			s.Overlap = true
		}
	}
	return s, nil
}
