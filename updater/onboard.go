package updater

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// asleep says without any git data why a repository is left alone, by optimizeForDisabled; "" to look further. It reads one file.
func (v *visit) asleep(ctx context.Context) (string, error) {
	none := func(string) ([]byte, bool) { return nil, false }
	c, _, err := config.Resolve(ctx, v.Engine.Input(v.name, none))
	if err != nil || !c.Top().Bool("optimizeForDisabled") {
		return "", err
	}
	name := plan.OnboardingFile(c.Top())
	text, err := v.Reader.File(ctx, v.name, name, "")
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, platform.ErrNotFound):
	case err != nil:
		return "", fmt.Errorf("reading %s of %s: %w", name, v.name, err)
	default:
		var ds []config.Diagnostic
		c, ds, err = config.Resolve(ctx, v.Engine.Input(v.name, func(path string) ([]byte, bool) { return text, path == name }))
		if err != nil {
			return "", err
		}
		if slices.ContainsFunc(ds, func(d config.Diagnostic) bool { return d.Severity == config.Error }) {
			return "", nil // what is wrong is told when all of it is read
		}
	}
	if !c.Top().Bool("enabled") {
		return switchedOff(c), nil
	}
	return "", nil
}

func switchedOff(c *config.Config) string {
	return "the configuration says enabled: false (" + c.Top().Origin("enabled").String() + ")"
}

// A proposal is a configuration that is proposed to a repository without one.
type proposal struct {
	plan.Onboarding
	state plan.State
	blob  string
}

// begin decides how work on the repository begins. Where a configuration is to be proposed, it returns the tree and report that
// hold once that is merged, and sets v.proposal. If the report says Skipped, nothing is to be done but its outcomes.
func (v *visit) begin(ctx context.Context, main Tree, r *Report) (Tree, *Report, error) {
	top := r.Config.Top()
	n := plan.Newcomer{Settings: top, File: r.Config.File(), Repository: v.host, Discovered: v.Discovered != nil && v.Discovered(v.name)}
	start, why := n.Start()
	if start == plan.Leave {
		r.Skipped = why.String()
	}
	if start != plan.Propose {
		return main, r, nil
	}
	p := &proposal{Onboarding: plan.Onboarding{Settings: top, File: plan.OnboardingFile(top)}}
	var err error
	if p.state, err = v.onboardingState(ctx, r, main); err != nil {
		return main, r, err
	}
	p.Pulls = p.state.Pulls
	if p.Merged() != nil && p.Open() == nil {
		// It may have been merged since the repository was fetched.
		if main, r, err = v.again(ctx); err != nil || r.Config.File() != "" {
			return main, r, err
		}
	}
	if closed := p.Declined(); closed != nil {
		if top.String("requireConfig") == "optional" {
			return main, r, nil
		}
		o := p.Farewell(*closed)
		r.Skipped, r.Outcomes = o.Reasons[len(o.Reasons)-1].String(), []plan.Outcome{o}
		return main, r, nil
	}
	branch := p.state.Branches[plan.OnboardingBranch(top)]
	p.Edited = branch.Foreign
	if open := p.Open(); open != nil {
		if at := p.Expires(*open); !at.IsZero() && v.Engine.Now().After(at) {
			o := p.GiveUp(*open, branch.Head)
			r.Skipped, r.Outcomes = o.Reasons[0].String(), []plan.Outcome{o}
			return main, r, nil
		}
	}
	return v.propose(ctx, main, p, branch)
}

// again fetches the repository once more.
func (v *visit) again(ctx context.Context) (Tree, *Report, error) {
	var err error
	if v.repo, err = v.Open(ctx, v.host); err != nil {
		return Tree{}, nil, fmt.Errorf("fetching %s: %w", v.name, err)
	}
	main, err := v.tree(ctx, v.host.Default)
	if err != nil {
		return main, nil, err
	}
	r, err := v.Engine.open(ctx, main)
	return main, r, err
}

// onboardingState asks for what there is of a proposal.
func (v *visit) onboardingState(ctx context.Context, r *Report, main Tree) (plan.State, error) {
	top := r.Config.Top()
	name := plan.OnboardingBranch(top)
	s := plan.State{Repository: v.host, Account: v.account, Branches: make(map[string]plan.BranchState), Checks: make(map[string]platform.Checks), Settings: top, Wishes: plan.ReadWishes("")}
	branches, err := v.repo.Branches(ctx, name, main.Base)
	if err != nil {
		return s, fmt.Errorf("reading the branches of %s: %w", v.name, err)
	}
	for _, b := range branches {
		if b.Name == name {
			if s.Branches[name], err = v.branch(ctx, b, r.Config, main); err != nil {
				return s, err
			}
		}
	}
	pulls := func() error {
		if s.Pulls, err = v.Reader.PullsFrom(ctx, v.name, name); err != nil {
			return fmt.Errorf("listing the pull requests of %s: %w", v.name, err)
		}
		return nil
	}
	if err := pulls(); err != nil || !s.Orphans() {
		return s, err
	}
	return s, pulls() // a host's list may leave out for a moment what is there
}

// propose opens the configuration that is proposed: what people made of it, or else what the operator wants.
func (v *visit) propose(ctx context.Context, main Tree, p *proposal, branch plan.BranchState) (Tree, *Report, error) {
	var err error
	if p.Edited != "" {
		if main.Config, err = v.repo.SnapshotAt(ctx, branch.Head); err != nil {
			return main, nil, fmt.Errorf("reading %s of %s: %w", plan.OnboardingBranch(p.Settings), v.name, err)
		}
	} else {
		if p.Text, err = v.proposed(ctx, p.Settings); err != nil {
			return main, nil, err
		}
		main.Draft = map[string]string{p.File: p.Text}
	}
	r, err := v.Engine.open(ctx, main)
	if err != nil {
		return main, nil, err
	}
	switch d, bad := broken(r); {
	case bad && r.Config.Unfetched(): // that may pass: the proposal stays as it is until then
		r.Skipped = "the configuration that is proposed cannot be read now: " + v.Engine.clean(d.String())
		return main, r, nil
	case bad:
		p.Off = "the configuration on this branch has errors: " + v.Engine.clean(d.String())
	case r.Config.File() == "":
		p.Off = "there is no configuration on this branch any more"
	case !r.Config.Top().Bool("enabled"):
		p.Off = switchedOff(r.Config)
	}
	p.blob = blob(gitrepo.BlobID(p.Text), platform.Regular)
	v.proposal = p
	return main, r, nil
}

// proposed is the text of the configuration that is proposed: that of the organisation's presets, where it has some, or onboardingConfig.
func (v *visit) proposed(ctx context.Context, top config.Settings) (string, error) {
	text := top.JSON("onboardingConfig")
	preset, err := v.departments(ctx)
	if err != nil || preset == "" {
		return text, err
	}
	schema, _ := top.Object("onboardingConfig")["$schema"].(string)
	if schema == "" {
		return fmt.Sprintf("{\n  \"extends\": [\n    %q\n  ]\n}\n", preset), nil
	}
	return fmt.Sprintf("{\n  \"$schema\": %q,\n  \"extends\": [\n    %q\n  ]\n}\n", schema, preset), nil
}

// departments returns the preset of the nearest group above the repository that keeps one in a repository called renovate-config, or in
// its ".github"; "" if none does.
func (v *visit) departments(ctx context.Context) (string, error) {
	exists := func(repo, file string) (bool, error) {
		if strings.EqualFold(repo, v.name) {
			return false, nil
		}
		_, err := v.Reader.File(ctx, repo, file, "")
		var denied *platform.AuthError
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, platform.ErrNotFound), errors.As(err, &denied):
			return false, nil // what Currant may not read is no preset for its repositories
		}
		return false, fmt.Errorf("looking for presets in %s: %w", repo, err)
	}
	for group := path.Dir(v.name); group != "."; group = path.Dir(group) {
		for _, x := range []struct{ repo, file, preset string }{
			{group + "/renovate-config", "default.json", "local>" + group + "/renovate-config"},
			{group + "/." + v.Engine.Platform, "renovate-config.json", "local>" + group + "/." + v.Engine.Platform + ":renovate-config"},
		} {
			if ok, err := exists(x.repo, x.file); ok || err != nil {
				return x.preset, err
			}
		}
	}
	return "", nil
}

// onboard says what becomes of the proposal.
func (v *visit) onboard(ctx context.Context, g ground) (*Report, error) {
	p := v.proposal
	for _, s := range g.sides {
		if p.Off != "" {
			continue
		}
		expected, err := v.Engine.propose(ctx, v.Engine.world(s.tree, s.report), s.tree, s.report)
		if err != nil {
			return nil, err
		}
		p.Expected = append(p.Expected, expected...)
	}
	r := merged(g.report, g.sides)
	p.Found = r.Found
	if len(p.Found) == 0 && p.Off == "" && p.Open() == nil && !(plan.Newcomer{Settings: p.Settings, Discovered: v.Discovered != nil && v.Discovered(v.name)}).Bare() {
		r.Skipped = "it has no configuration, and none is proposed, because no dependency was found (onboardingNoDeps)"
		return r, v.Memory.put(v.name, v.now)
	}
	for _, t := range troubles(r) {
		p.Problems = append(p.Problems, v.Engine.clean(t))
	}
	b := p.Rendered(v.Engine.world(g.main, g.report), g.main.Snapshot.Commit, p.blob)
	r.Branches, r.Onboarding = []plan.Rendered{b}, true
	known := slices.DeleteFunc(slices.Clone(r.Decisions), func(d plan.Decision) bool { return d.Facts == plan.Absent }) // which is told, and changes nothing else
	have := p.state
	have.Pulls = slices.DeleteFunc(slices.Clone(have.Pulls), func(x platform.Pull) bool { return x.State == platform.Closed }) // none of them is a no
	r.Outcomes = plan.Reconcile(r.Branches, known, have, v.Engine.Now())
	for _, x := range p.Expected {
		r.Branches = append(r.Branches, plan.Rendered{Branch: x})
	}
	if open := p.Open(); open != nil {
		if at := p.Expires(*open); !at.IsZero() && (r.Until.IsZero() || at.Before(r.Until)) {
			r.Until = at
		}
	}
	return r, nil
}
