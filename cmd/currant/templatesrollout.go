package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/templating/rollout"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/plan"
)

// rollouts lets releases of templates reach the fleet in waves, as configuration says.
func (p *passer) rollouts() *updater.Rollouts {
	r := &updater.Rollouts{
		Passer: p.Passer,
		Fleet: func(ctx context.Context) ([]string, error) {
			if !p.named {
				return p.discovered(ctx)
			}
			all, err := p.engine.github(nil, true) // of a rollout are also those that this run is not about
			if err != nil {
				return nil, err
			}
			return all.Repositories(ctx)
		},
		Home: func(template string) string {
			name, ok := strings.CutPrefix(template, plan.TemplateID(gitHost(p.engine.o.endpoint)))
			if !ok {
				return ""
			}
			return strings.Trim(name, "/")
		},
		Files: func(ctx context.Context, template, version string) (func(string) ([]byte, bool), error) {
			if p.engine.updates == nil {
				return func(string) ([]byte, bool) { return nil, false }, nil
			}
			return p.engine.updates.FilesAt(ctx, p.engine.addressOf(template), version)
		},
		Versions: func(ctx context.Context, template string) ([]string, error) {
			return p.engine.versionsOf(ctx, template)
		},
	}
	return r
}

// versionsOf returns the tags of a template that are versions.
func (e *engine) versionsOf(ctx context.Context, template string) ([]string, error) {
	if e.updates == nil {
		return nil, fmt.Errorf("reading the versions of %s: git is needed", template)
	}
	return e.updates.Releases(ctx, e.addressOf(template))
}

// addressOf returns the address of a template, by its identity.
func (e *engine) addressOf(template string) string {
	if scheme, host, ok := strings.Cut(gitHost(e.o.endpoint), "://"); ok && strings.HasPrefix(template, strings.ToLower(host)+"/") {
		return scheme + "://" + template + ".git"
	}
	return "https://" + template + ".git"
}

func templatesRolloutCommand(w world) *cobra.Command {
	c := &cobra.Command{
		Use:   "rollout",
		Short: "see and steer how far a template's releases have got",
		Long: "A release of a template reaches the fleet in waves where the configuration has templates.rollouts: the\n" +
			"operator's, the department's presets', or the release's own configuration file. Where it stands is read from the pull\n" +
			"requests; what people decide is kept in an issue of the template's repository, so that all runs agree.",
	}
	c.AddCommand(rolloutStatusCommand(w))
	for _, x := range []struct {
		action rollout.Action
		short  string
	}{
		{rollout.Resume, "go on in spite of what failed so far"},
		{rollout.Abort, "let a release go no further"},
		{rollout.Promote, "let a release go to everybody now"},
	} {
		c.AddCommand(rolloutOrderCommand(w, x.action, x.short))
	}
	return c
}

func rolloutStatusCommand(w world) *cobra.Command {
	var q fleetQuery
	c := &cobra.Command{
		Use:   "status [TEMPLATE]",
		Short: "show how far releases have got",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := q.openRollouts(cmd.Context(), w, true)
			if err != nil {
				return err
			}
			defer f.close()
			all, err := f.rolloutStates(cmd.Context(), args)
			f.progress.done()
			if err != nil {
				return err
			}
			return f.show(w, rolloutGrid(all), rolloutJSON(all), nil)
		},
	}
	q.flags(c)
	return c
}

func (q *fleetQuery) openRollouts(ctx context.Context, w world, dry bool) (*fleetView, error) {
	f, err := q.open(ctx, w, nil, dry)
	if err == nil && f.passer == nil {
		f.close()
		return nil, fmt.Errorf("rollouts are of pull requests: use --platform github")
	}
	return f, err
}

// rolloutStates returns where all releases are that are rolled out, those of one template last come first.
func (f *fleetView) rolloutStates(ctx context.Context, only []string) ([]rollout.State, error) {
	r := f.passer.Rollouts
	releases, err := r.Releases(ctx)
	if err != nil {
		return nil, err
	}
	var out []rollout.State
	for _, template := range sortedTemplates(releases) {
		if len(only) > 0 && !sameTemplate(only[0], template) {
			continue
		}
		versions := releases[template]
		for i, version := range slices.Backward(versions) {
			policy, ok, err := f.policyFor(ctx, template, version)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			s, err := r.State(ctx, policy, template, version)
			if err != nil {
				return nil, err
			}
			if i < len(versions)-1 && s.Phase != rollout.Yanked {
				s.Phase, s.Why = rollout.Superseded, "by "+versions[len(versions)-1]
			}
			out = append(out, s)
		}
	}
	return out, nil
}

func sortedTemplates(all map[string][]string) []string {
	var out []string
	for name := range all {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// policyFor is what the operator says of a release, else the release itself, else the first repository of the fleet that was made from the template.
func (f *fleetView) policyFor(ctx context.Context, template, version string) (rollout.Policy, bool, error) {
	for _, s := range append([]config.Settings{f.o.operator}, f.passer.Rollouts.Settings(template)...) {
		if p, ok, err := f.passer.Rollouts.Policy(ctx, s, template, version); err != nil || ok {
			return p, ok, err
		}
	}
	return rollout.Policy{}, false, nil
}

func rolloutGrid(all []rollout.State) grid {
	g := grid{header: []string{"Template", "Version", "State", "Reached", "Failing", "Next wave", "Why"}}
	for _, s := range all {
		why, state, until := s.Why, s, ""
		state.Why = ""
		if !s.Until.IsZero() {
			until = s.Until.UTC().Format("2006-01-02 15:04 MST")
		}
		g.rows = append(g.rows, []string{s.Template, s.Version, state.String(), fmt.Sprintf("%d of %d", s.Reached, s.Members), strings.Join(short(s.Failing), ", "), until, why})
	}
	g.end = count(len(all), "release")
	return g
}

func rolloutJSON(all []rollout.State) any {
	type release struct {
		Template string     `json:"template"`
		Version  string     `json:"version"`
		Phase    string     `json:"phase"`
		Wave     int        `json:"wave"`
		Waves    int        `json:"waves"`
		Reached  int        `json:"reached"`
		Members  int        `json:"members"`
		Failing  []string   `json:"failing"`
		Waiting  []string   `json:"waiting"`
		Until    *time.Time `json:"until,omitempty"`
		Reason   string     `json:"reason,omitempty"`
	}
	out := struct {
		Releases []release `json:"releases"`
	}{[]release{}}
	for _, s := range all {
		j := release{s.Template, s.Version, string(s.Phase), s.Wave, s.Waves, s.Reached, s.Members, append([]string{}, s.Failing...), append([]string{}, s.Waiting...), nil, s.Why}
		if !s.Until.IsZero() {
			j.Until = &s.Until
		}
		out.Releases = append(out.Releases, j)
	}
	return out
}

func rolloutOrderCommand(w world, action rollout.Action, text string) *cobra.Command {
	var q fleetQuery
	var by string
	c := &cobra.Command{
		Use:   string(action) + " TEMPLATE VERSION",
		Short: text,
		Long:  "The decision is written into the issue about the release in the template's repository. The next run acts on it.",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := q.openRollouts(cmd.Context(), w, false)
			if err != nil {
				return err
			}
			defer f.close()
			releases, err := f.passer.Rollouts.Releases(cmd.Context())
			if err != nil {
				return err
			}
			template := ""
			for _, name := range sortedTemplates(releases) {
				if sameTemplate(args[0], name) {
					template = name
				}
			}
			if template == "" {
				return fmt.Errorf("no repository that the token reaches was made from a template %s", args[0])
			}
			if !slices.Contains(releases[template], args[1]) {
				return fmt.Errorf("%s of %s is not rolled out now: there are %s", args[1], template, strings.Join(releases[template], ", "))
			}
			policy, ok, err := f.policyFor(cmd.Context(), template, args[1])
			if err != nil {
				return err
			}
			if !ok {
				return fmt.Errorf("%s is not rolled out in waves: no configuration has templates.rollouts for it", template)
			}
			s, err := f.passer.Rollouts.Order(cmd.Context(), policy, template, args[1], rollout.Order{Action: action, By: by})
			if err != nil {
				return err
			}
			f.progress.done()
			fmt.Fprintf(w.out, "%s of %s: %s\n", args[1], template, s)
			return nil
		},
	}
	q.flags(c)
	c.Flags().StringVar(&by, "by", w.getenv("USER"), "who decides, for the record")
	return c
}
