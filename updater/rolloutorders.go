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
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/templating/rollout"
	"github.com/currant-bot/currant/updater/act"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// issuesOf returns the issues in a template's repository that may be about its rollouts, asked for once.
func (r *Rollouts) issuesOf(ctx context.Context, template string) ([]platform.Issue, error) {
	if list, ok := r.issues[template]; ok {
		return list, nil
	}
	name := r.Home(template)
	if name == "" {
		return nil, nil
	}
	list, err := r.Passer.Reader.Issues(platform.OnBehalf(ctx, name), name, nil)
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
	effects, err := r.Passer.Runner.Execute(platform.OnBehalf(ctx, home), home, list)
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
