package updater

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/templating/rollout"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/policy"
)

// A project is one that was made from a template.
type project struct {
	repository, template, version string
	base                          string
	settings                      config.Settings
	pulls                         []platform.Pull   // of templates, newest first
	began                         map[string]string // by branch: the commit on the base branch that it began at
}

type platformHead struct{ repository, base, head string }

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
	ctx = platform.OnBehalf(ctx, name)
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
	all, err := r.Passer.Reader.Checks(platform.OnBehalf(ctx, at.repository), at.repository, at.base, []platform.Candidate{{Head: at.head}})
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

// gone returns the versions that a repository has open pull requests for, and the template no longer has.
func (r *Rollouts) gone(ctx context.Context, repository, template string) ([]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	tags, err := r.Versions(ctx, template)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range r.fleet {
		for _, p := range x.pulls {
			m, _ := plan.ReadMarker(p.Body)
			if x.repository == repository && x.template == template && p.State == platform.Open && !slices.Contains(tags, m.Template.Version) {
				out = append(out, m.Template.Version)
			}
		}
	}
	return out, nil
}
