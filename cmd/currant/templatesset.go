package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/act"
	"github.com/currant-bot/currant/updater/plan"
)

func templatesSetCommand(w world) *cobra.Command {
	var q fleetQuery
	var dry bool
	x := answering{}
	var data, where []string
	c := &cobra.Command{
		Use:   "set TEMPLATE --data KEY=VALUE... [REPOSITORY...]",
		Short: "change answers in every repository that was made from a template",
		Long: "Set renders the version of the template that each project is at once more with other answers, by running\n" +
			"Copier, audits the result, and opens a pull request where anything changes. A VALUE is YAML: true, 3, text. --where\n" +
			"KEY=VALUE picks the projects that have that answer now. A person merges what comes of it.\n\n" + fleetHelp,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			x.template = args[0]
			if x.data, err = pairs("--data", data); err != nil {
				return err
			}
			if len(x.data) == 0 {
				return errors.New("name an answer with --data KEY=VALUE")
			}
			if x.where, err = pairs("--where", where); err != nil {
				return err
			}
			f, err := q.open(cmd.Context(), w, args[1:], dry)
			if err != nil {
				return err
			}
			defer f.close()
			if f.passer == nil || f.updates == nil {
				return errors.New("answers are changed by pull requests: use --platform github, and install git")
			}
			x.fleetView = f
			return x.run(cmd.Context(), w)
		},
	}
	q.flags(c)
	c.Flags().StringArrayVar(&data, "data", nil, "an answer as KEY=VALUE; may be repeated")
	c.Flags().StringArrayVar(&where, "where", nil, "only projects with this answer; may be repeated")
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would be done, and do nothing")
	return c
}

// pairs reads KEY=VALUE, where a value is YAML.
func pairs(flag string, all []string) (map[string]any, error) {
	out := make(map[string]any)
	for _, text := range all {
		key, value, ok := strings.Cut(text, "=")
		if !ok || key == "" || strings.HasPrefix(key, "_") {
			return nil, fmt.Errorf("%s %s: it is written as KEY=VALUE", flag, text)
		}
		var v any
		if err := yaml.Unmarshal([]byte(value), &v); err != nil {
			return nil, fmt.Errorf("%s %s: %q is no YAML", flag, text, value)
		}
		out[key] = v
	}
	return out, nil
}

// answering is what the command is asked to do.
type answering struct {
	*fleetView
	template    string
	data, where map[string]any
}

// An answered is what came of one repository.
type answered struct {
	repository string
	outcomes   []plan.Outcome
	effects    []act.Effect
	why        string // nothing was done
	err        error
}

func (x *answering) run(ctx context.Context, w world) error {
	all := make([]answered, len(x.names))
	if err := x.forAll(ctx, func(i int, name string) { all[i] = x.one(ctx, name) }); err != nil {
		return err
	}
	grid := grid{header: []string{"Repository", "Pull request", "Result", "Why"}}
	var failed []string
	type row struct {
		Repository string `json:"repository"`
		Number     int    `json:"pullRequest,omitempty"`
		Result     string `json:"result"`
		Reason     string `json:"reason,omitempty"`
	}
	rows := []row{}
	for _, a := range all {
		if a.err == nil {
			a.err = effectErrors(a.effects)
		}
		if a.err != nil {
			failed = append(failed, a.repository+": "+x.redact(a.err.Error()))
			continue
		}
		r := row{Repository: a.repository, Result: "nothing", Reason: a.why}
		for _, o := range a.outcomes {
			r.Result, r.Number, r.Reason = string(o.Result), o.Number, lastReason(o)
		}
		for _, e := range a.effects {
			if e.Number > 0 {
				r.Number = e.Number
			}
		}
		if a.why == "" && len(a.outcomes) == 0 {
			continue // it has no such project
		}
		rows = append(rows, r)
		number := ""
		if r.Number > 0 {
			number = fmt.Sprintf("#%d", r.Number)
		}
		grid.rows = append(grid.rows, []string{r.Repository, number, r.Result, r.Reason})
	}
	grid.end = fmt.Sprintf("%s with projects of %s", repositoriesText(len(rows)), x.template)
	if x.passer.Runner == nil {
		grid.end += " (dry run)"
	}
	return x.show(w, grid, map[string]any{"repositories": rows, "errors": append([]string{}, failed...)}, failed)
}

// one changes the answers of one repository.
func (x *answering) one(ctx context.Context, name string) (a answered) {
	a.repository = name
	a.outcomes, a.effects, a.err = x.passer.Offer(ctx, name, x.branch(), func(ctx context.Context, t updater.Tree) (*plan.Offer, error) {
		outs, err := x.updatesOf(ctx, t)
		if err != nil {
			return nil, err
		}
		offer := &plan.Offer{Title: "Change answers to " + plan.TemplateID(x.template) + ": " + strings.Join(slices.Sorted(maps.Keys(x.data)), ", ")}
		for _, out := range outs {
			if out.Source == "" {
				continue // it is of another template
			}
			if out.Reason != nil {
				a.why = string(out.Reason.Code) + ": " + out.Reason.Text
				continue
			}
			if offer.Changes == nil {
				offer.Changes = out.Changes
			} else {
				maps.Copy(offer.Changes, out.Changes)
			}
			offer.Warnings = append(offer.Warnings, out.Details()...)
			offer.Body += x.body(out)
		}
		if offer.Changes == nil {
			return nil, nil
		}
		a.why = ""
		return offer, nil
	})
	return a
}

// branch is the same for the same answers.
func (x *answering) branch() string {
	text := strings.ToLower(x.template)
	for _, key := range slices.Sorted(maps.Keys(x.data)) {
		text += fmt.Sprintf("\x00%s=%v", key, x.data[key])
	}
	return "currant-answers/" + plan.Hash(text)
}

// updatesOf renders the projects of a repository anew, each on top of those before it.
func (x *answering) updatesOf(ctx context.Context, t updater.Tree) ([]templating.Outcome, error) {
	var before []templating.Outcome
	return eachProject(ctx, x.fleetView, t, func(path string, tree templating.Tree) (templating.Outcome, error) {
		none := templating.Outcome{}
		link, err := templating.ReadLink(tree.Changes[path].Text)
		if err != nil || !x.meant(link) {
			return none, nil
		}
		if says(link, x.data) {
			return templating.Outcome{Source: x.template, Reason: &templating.Reason{Code: templating.NoUpdate, Text: "it has these answers"}}, nil
		}
		for _, out := range before {
			tree = tree.With(out.Changes)
		}
		out, err := x.updates.Update(ctx, templating.Job{Tree: tree, Answers: path, To: link.Commit, Data: x.data, Trust: templating.Trust(x.o.trust)})
		before = append(before, out)
		return out, err
	})
}

// meant reports whether a project is of the template and has the answers that --where wants.
func (x *answering) meant(link templating.Link) bool {
	id, err := templating.Identity(link.Source)
	if err != nil || !sameTemplate(x.template, id) {
		return false
	}
	return says(link, x.where)
}

// says reports whether an answers file has these answers.
func says(link templating.Link, answers map[string]any) bool {
	for key, want := range answers {
		text, err := yaml.Marshal(want)
		if err != nil || link.Answers[key] != strings.TrimSpace(string(text)) {
			return false
		}
	}
	return true
}

func (x *answering) body(out templating.Outcome) string {
	var b strings.Builder
	fmt.Fprintf(&b, "The answers to template `%s` change, and its version %s is rendered with them by running `copier update`.\n\n| Question | Before | Now |\n|---|---|---|\n", out.Source, out.From)
	for _, a := range out.Answers {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", plan.Quiet(a.Key), plan.Quiet(a.Old), plan.Quiet(a.New))
	}
	if details := out.Details(); len(details) > 0 {
		b.WriteString("\n**Look at these before merging:**\n\n")
		for _, d := range details {
			b.WriteString("- " + plan.Quiet(d) + "\n")
		}
	}
	return b.String()
}
