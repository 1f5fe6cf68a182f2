// Package template renders template updates, by running Copier.
package template

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/audit"
	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/render"
)

// A Renderer updates projects with their templates.
type Renderer struct {
	Updater *templating.Updater
	Trust   templating.Trust // of templates that templateTrust does not name
}

// Learn takes in how people resolved conflicts, from the default branch.
func (r *Renderer) Learn(ctx context.Context, s render.Snapshot) error {
	return r.Updater.Resolutions.Learn(ctx, s.Repository, s.FS)
}

// Knows names what was learned of the template that is looked up at address.
func (r *Renderer) Knows(address string) string {
	return r.Updater.Resolutions.Knows(plan.TemplateName(address))
}

// What pull requests are marked with.
const (
	conflictLabel  = "template-conflict"
	conflictPrefix = "[conflict] "
	statusName     = "template/update"
)

// Render runs Copier on a copy of s, for the answers file that m names.
func (r *Renderer) Render(ctx context.Context, s render.Snapshot, m plan.Member) (render.Change, error) {
	job, err := r.job(ctx, s, m)
	if err != nil {
		return render.Change{}, err
	}
	out, err := r.Updater.Update(ctx, job)
	if err != nil {
		return render.Change{}, err
	}
	if out.Reason != nil {
		return render.Change{}, refusal(*out.Reason)
	}
	c := changeOf(out, m)
	return c, r.refresh(ctx, s, job, out, m, &c)
}

// refresh takes along the layers that are rendered from answers which the update changed.
func (r *Renderer) refresh(ctx context.Context, s render.Snapshot, job templating.Job, out templating.Outcome, m plan.Member, c *render.Change) error {
	var layers []string
	for _, p := range s.Files {
		if p != job.Answers && answersFile.MatchString(p) {
			layers = append(layers, p)
		}
	}
	all, err := r.Updater.Refresh(ctx, job, out, layers)
	for _, next := range all {
		switch {
		case next.Reason != nil && next.Reason.Code == templating.NoUpdate:
		case next.Reason != nil:
			c.Warnings = append(c.Warnings, fmt.Sprintf("%s reads answers that changed, and could not be made anew: %s", next.AnswersFile, next.Reason.Text))
		case len(next.Changes) > 0 || len(next.Holds) > 0:
			add(c, changeOf(next, m))
		}
	}
	return err
}

var answersFile = regexp.MustCompile(`(answers|copier)[^/]*\.ya?ml$|(^|/)\.?copier[^/]*/[^/]+\.ya?ml$`)

// changeOf is what an update of m comes to.
func changeOf(out templating.Outcome, m plan.Member) render.Change {
	c := render.Change{Files: out.Changes, Notes: notes(out), Warnings: append([]string(nil), out.Holds...), Mark: mark(out, m.Update.Settings)}
	for _, x := range out.Conflicts {
		c.Warnings = append(c.Warnings, fmt.Sprintf("%s: %s", x.Path, x.Kind))
	}
	return c
}

// job is what the configuration wants of m.
func (r *Renderer) job(ctx context.Context, s render.Snapshot, m plan.Member) (templating.Job, error) {
	j := templating.Job{Answers: m.Decision.Path, To: m.Update.Value, Trust: r.trust(m)}
	options := m.Update.Settings.Object("templates")
	j.Data, _ = options["data"].(map[string]any)
	word, _ := options["audit"].(string)
	j.Audit = audit.Policy(word)
	if options["replayResolutions"] != false {
		j.Repository = s.Repository
	}
	rules, _ := options["conflicts"].(map[string]any)
	for glob, rule := range rules {
		if text, ok := rule.(string); ok {
			if j.Settle == nil {
				j.Settle = make(map[string]templating.Settling)
			}
			j.Settle[glob] = templating.Settling(text)
		}
	}
	if s.GitDir != "" && s.Commit != "" {
		j.Tree = templating.Tree{GitDir: s.GitDir, Commit: s.Commit}
		j.Committed = r.Updater.Committed(ctx, j.Tree, j.Answers)
		return j, nil
	}
	var err error
	if j.Tree, err = templating.FromFS(s.FS); err != nil {
		return j, fmt.Errorf("copying the files of %s: %w", s.Repository, err)
	}
	return j, nil
}

// trust is what the operator lets m's template do: the longest glob of templateTrust that matches its name counts.
func (r *Renderer) trust(m plan.Member) templating.Trust {
	name, best, trust := plan.TemplateName(m.Decision.Package), "", r.Trust
	for glob, level := range m.Update.Settings.Object("templateTrust") {
		text, _ := level.(string)
		if ok, err := doublestar.Match(glob, name); err == nil && ok && len(glob) > len(best) {
			best, trust = glob, templating.Trust(text)
		}
	}
	return trust
}

// mark sets apart the pull request of an update that needs people.
func mark(o templating.Outcome, s config.Settings) plan.Mark {
	m := plan.Mark{Grade: string(o.Grade()), Reads: o.Reads, Status: &platform.Status{Name: statusName, State: platform.Passed, Text: "Copier's result is what it should be"}}
	switch n := len(o.Conflicts); {
	case n > 0:
		m.Prefix, m.Labels = conflictPrefix, []string{conflictLabel}
		m.Draft = s.Object("templates")["conflictDraft"] != false
		m.Status.State, m.Status.Text = platform.Failed, fmt.Sprintf("%d files conflict with the template", n)
		if n == 1 {
			m.Status.Text = o.Conflicts[0].Path + " conflicts with the template"
		}
	case len(o.Holds) > 0:
		m.Status.Text = "a person must look: " + o.Holds[0]
	}
	return m
}

// refusal says why there is no update, and what to do where that is a matter of configuration.
func refusal(why templating.Reason) error {
	no := &render.Refusal{Text: why.Text}
	if why.Code != copier.NeedsAnswer {
		return no
	}
	data := make(map[string]string)
	var b strings.Builder
	for _, q := range why.Questions {
		data[q.Name] = "…"
		fmt.Fprintf(&b, "%s", code(q.Name))
		if q.Type != "" {
			fmt.Fprintf(&b, " (%s)", code(q.Type))
		}
		if q.Help != "" {
			fmt.Fprintf(&b, ": %s", plan.Quiet(plain.Replace(cut(q.Help, 500))))
		}
		var choices []string
		for i, c := range q.Choices {
			if i == 20 {
				choices = append(choices, "…")
				break
			}
			choices = append(choices, code(c))
			data[q.Name] = q.Choices[0]
		}
		if choices != nil {
			b.WriteString(" Choices: " + strings.Join(choices, ", ") + ".")
		}
		b.WriteString("\n\n")
	}
	if len(data) == 0 {
		return no
	}
	text, err := json.MarshalIndent(map[string]any{"templates": map[string]any{"data": data}}, "", "  ")
	if err != nil {
		return no // strings always marshal
	}
	fmt.Fprintf(&b, "Write the answer into this repository's configuration, or into a preset for all of them:\n\n%s\n", fenced(string(text)))
	no.Help = b.String()
	return no
}
