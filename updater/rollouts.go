package updater

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/templating/rollout"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
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

var errUnread = errors.New("the template cannot be read")

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
	gone, err := r.gone(ctx, repository, mark.Source)
	return &plan.Gate{Open: state.Open(repository), Stopped: state.Stopped(), Text: state.String(), Until: state.Until, Gone: gone}, err
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
