// Package template renders template updates, by running Copier.
package template

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/audit"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/render"
)

// A Renderer updates projects with their templates.
type Renderer struct {
	Updater *templating.Updater
	Trust   templating.Trust
	Data    map[string]any // answers besides those in the files
	Audit   audit.Policy   // what becomes of what the audit finds
}

// Render runs Copier on a copy of s, for the answers file that m names.
func (r *Renderer) Render(ctx context.Context, s render.Snapshot, m plan.Member) (render.Change, error) {
	tree, err := templating.FromFS(s.FS)
	if err != nil {
		return render.Change{}, fmt.Errorf("copying the files of %s: %w", s.Repository, err)
	}
	out, err := r.Updater.Update(ctx, templating.Job{Tree: tree, Answers: m.Decision.Path, To: m.Update.Value, Trust: r.Trust, Data: r.Data, Audit: r.Audit})
	if err != nil {
		return render.Change{}, err
	}
	if out.Reason != nil {
		return render.Change{}, errors.New(out.Reason.Text)
	}
	c := render.Change{Files: out.Changes, Notes: notes(out), Warnings: append([]string(nil), out.Holds...)}
	for _, x := range out.Conflicts {
		c.Warnings = append(c.Warnings, fmt.Sprintf("%s: %s in the template and here", x.Path, x.Kind))
	}
	return c, nil
}

// notes tells a reader of the pull request what was done, as Markdown.
func notes(o templating.Outcome) []string {
	var out []string
	out = append(out, fmt.Sprintf("Made by running `copier update` from %s to %s of %s, with its tasks skipped unless the operator trusts them.", code(o.From), code(o.To), code(o.Source)))
	if len(o.Conflicts) > 0 {
		var b strings.Builder
		b.WriteString("### ⚠️ Conflicts\n\nThese files were changed both here and in the template. Resolve them on this branch before merging.\n\n| File | What | In the branch |\n|---|---|---|\n")
		for _, x := range o.Conflicts {
			state := "conflict markers"
			if x.Kept {
				state = "the repository's side"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", code(x.Path), x.Kind, state)
		}
		for _, x := range o.Conflicts {
			if x.Excerpt != "" {
				fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n%s\n</details>\n", plan.Quiet(plain.Replace(x.Path)), fenced(x.Excerpt))
			}
		}
		out = append(out, b.String())
	}
	if text := verdicts(o.Audit); text != "" {
		out = append(out, text)
	}
	if len(o.Answers) > 0 {
		var b strings.Builder
		b.WriteString("### Answers\n\n| Question | Before | Now |\n|---|---|---|\n")
		for _, a := range o.Answers {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", code(a.Key), code(a.Old), code(a.New))
		}
		out = append(out, b.String())
	}
	if len(o.Notes) > 0 {
		var b strings.Builder
		b.WriteString("### Release Notes\n")
		for _, n := range o.Notes {
			fmt.Fprintf(&b, "\n**%s**\n\n%s\n", plan.Quiet(plain.Replace(n.Version)), fenced(cut(n.Text, 4000)))
		}
		out = append(out, b.String())
	}
	for _, w := range o.Warnings {
		out = append(out, "> "+plan.Quiet(plain.Replace(w)))
	}
	return out
}

// maxVerdicts bounds the table of verdicts, since pull request bodies are bounded.
const maxVerdicts = 50

// verdicts tells what the audit found, bad things first. Conflicts and answers have tables of their own.
func verdicts(all []audit.Verdict) string {
	var rows [2][]string
	bad := false
	for _, v := range all {
		if v.Kind == audit.Conflict || v.Kind == audit.Answers {
			continue
		}
		rank, mark := 1, ""
		if v.Kind.Holds() {
			rank, mark, bad = 0, "⚠️ ", true
		}
		rows[rank] = append(rows[rank], fmt.Sprintf("| %s | %s%s | %s |\n", code(v.Path), mark, v.Kind, plan.Quiet(plain.Replace(v.Text))))
	}
	sorted := append(rows[0], rows[1]...)
	if len(sorted) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("### Audit\n\nBoth versions of the template were rendered afresh, and Copier's result was held against what git makes of them.")
	if bad {
		b.WriteString(" **Look at the files with ⚠️ before merging.**")
	}
	b.WriteString("\n\n| File | Verdict | What happened |\n|---|---|---|\n")
	b.WriteString(strings.Join(sorted[:min(len(sorted), maxVerdicts)], ""))
	if more := len(sorted) - maxVerdicts; more > 0 {
		fmt.Fprintf(&b, "\n%d more files have a verdict.\n", more)
	}
	return b.String()
}

var plain = strings.NewReplacer("<", "&lt;", ">", "&gt;", "\n", " ", "\r", " ", "|", `\|`)

// code shows text in a table literally, on one line.
func code(s string) string {
	if s == "" {
		return ""
	}
	s = strings.NewReplacer("`", "'", "\n", " ", "\r", " ", "|", `\|`).Replace(cut(s, 200))
	return "`" + s + "`"
}

var ticks = regexp.MustCompile("`{3,}")

// fenced shows text as it is: nothing in it is a mention, a link or Markdown.
func fenced(s string) string {
	fence := "```"
	for _, t := range ticks.FindAllString(s, -1) {
		if len(t) >= len(fence) {
			fence = t + "`"
		}
	}
	return fence + "\n" + strings.TrimRight(s, "\n") + "\n" + fence
}

func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
