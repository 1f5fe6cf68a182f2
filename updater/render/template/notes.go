package template

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/audit"
	"github.com/currant-bot/currant/updater/plan"
)

// notes tells a reader of the pull request what was done, as Markdown.
func notes(o templating.Outcome) []string {
	out := []string{made(o)}
	if len(o.Conflicts) > 0 {
		out = append(out, conflicts(o))
	}
	if len(o.Settled) > 0 {
		var b strings.Builder
		b.WriteString("### Settled conflicts\n\nThese files were changed both here and in the template, and settled without a person.\n\n| File | What | Taken |\n|---|---|---|\n")
		for _, x := range o.Settled {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", code(x.Path), x.Kind, taken(x))
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
			was, now := code(a.Old), code(a.New)
			if a.Old == "" {
				was = "*new question*"
			}
			if a.New == "" {
				now = "*no longer in the answers file*"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", code(a.Key), was, now)
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

// made says what was done.
func made(o templating.Outcome) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Made by running `copier update` from %s to %s of %s.", code(o.From), code(o.To), code(o.Source))
	if o.FromCommit == o.ToCommit {
		b.Reset()
		fmt.Fprintf(&b, "The layer %s was made anew at %s, since it is rendered from answers that changed.", code(o.Source), code(o.To))
	}
	if o.Root != "" {
		fmt.Fprintf(&b, " The project is the folder %s.", code(o.Root))
	}
	if n := len(o.Notes); n > 1 {
		fmt.Fprintf(&b, " On the way it passes %d versions.", n-1)
	}
	switch {
	case o.Effect != "":
		fmt.Fprintf(&b, " With the answers here the template itself changes: %s.", o.Effect)
	case o.Audit != nil:
		b.WriteString(" With the answers here the template itself changes nothing but the answers file.")
	}
	if len(o.Ran) > 0 {
		b.WriteString("\n\n**These migrations of the template's ran:**\n\n")
		for _, m := range o.Ran {
			b.WriteString("- " + code(m) + "\n")
		}
	}
	return b.String()
}

// conflicts lists what people must resolve, and how.
func conflicts(o templating.Outcome) string {
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
	b.WriteString("\nEither commit the resolution to this branch, or make it at home:\n\n" + fenced(fmt.Sprintf(
		"copier update --defaults --skip-answered --conflict inline --answers-file %s --vcs-ref %s %s", answersIn(o), quoted(o.To), quoted(folder(o.Root)))) +
		"\n\nA conflict that always has the same answer can be settled by `templates.conflicts` in the configuration.\n")
	return b.String()
}

func folder(root string) string {
	if root == "" {
		return "."
	}
	return root
}

// answersIn is the answers file as seen from the project's folder.
func answersIn(o templating.Outcome) string {
	return quoted(strings.TrimPrefix(strings.TrimPrefix(o.AnswersFile, o.Root), "/"))
}

// quoted is s for a shell.
func quoted(s string) string {
	if harmless.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

var harmless = regexp.MustCompile(`^[\w./@:+-]+$`)

// taken says what took the place of a settled conflict.
func taken(c templating.Conflict) string {
	switch c.By {
	case templating.Ours:
		return "the repository's side (templates.conflicts)"
	case templating.Theirs:
		return "the template's side (templates.conflicts)"
	case templating.Replayed:
		return "as people resolved it in " + code(strings.Join(c.From, ", "))
	}
	return "both sides (templates.conflicts)"
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
