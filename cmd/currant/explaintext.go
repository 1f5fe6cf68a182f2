package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/plan"
)

// verdict is the answer in a sentence.
func verdict(p placeJSON) string {
	switch {
	case p.Skip != "":
		return "No update: " + lastText(p.Reasons)
	case p.Facts != string(plan.Complete):
		return "Nothing changes, because what is newer is not known completely: " + lastText(p.Reasons)
	case len(p.Updates) == 0 && len(p.Dropped) > 0:
		return fmt.Sprintf("No update: each of %s is ruled out", count(len(p.Dropped), "newer release"))
	case len(p.Updates) == 0:
		return "Up to date: " + lastText(p.Reasons)
	}
	var out []string
	for _, u := range p.Updates {
		out = append(out, u.verdict())
	}
	return strings.Join(out, " ")
}

func lastText(rs []reasonJSON) string {
	if len(rs) == 0 {
		return "nothing is known"
	}
	return rs[len(rs)-1].line()
}

func (u wantedJSON) verdict() string {
	text := fmt.Sprintf("%s update to %s", u.Type, u.target())
	b := u.Branch
	switch {
	case b == nil:
		return text + " waits for others of its group."
	case b.Result == string(plan.Declined):
		return fmt.Sprintf("%s: not again, a person closed #%d.", text, b.Number)
	case b.Result == string(plan.Hands):
		return fmt.Sprintf("%s: #%d is left to the person who committed to it.", text, b.Number)
	case b.Result == string(plan.Hold):
		return fmt.Sprintf("%s: #%d stays as it is, because of doubt.", text, b.Number)
	case b.Result == string(plan.Merge) && b.Number == 0:
		return text + ": its branch is merged now, without a pull request."
	case b.Result == string(plan.Enqueue):
		return fmt.Sprintf("%s: #%d goes into the merge queue now.", text, b.Number)
	case b.Result == string(plan.Merge):
		return fmt.Sprintf("%s: #%d is merged now.", text, b.Number)
	case b.Error != "" || u.State == string(plan.Unsupported):
		return text + " is known, but cannot be made here."
	case u.State == string(plan.Waiting):
		return text + " waits."
	case u.State == string(plan.Approval):
		return text + " needs a person's approval."
	case b.Number > 0:
		text += fmt.Sprintf(" is #%d", b.Number)
	case b.Result == string(plan.Wait):
		return text + " waits: " + lastText(b.Reasons) + "."
	}
	if b.Automerge {
		return text + ", and merges by itself once its conditions are met."
	}
	return text + ", and a person merges it."
}

// target is what the dependency would become.
func (u wantedJSON) target() string {
	if u.Digest != "" && (u.Type == "digest" || u.Type == "pinDigest") {
		return shortDigest(u.Digest)
	}
	return u.Value
}

func (x reasonJSON) line() string {
	if x.Origin == nil {
		return x.Text
	}
	return x.Text + " (" + x.Origin.String() + ")"
}

func (o *originJSON) String() string {
	if o == nil {
		return "built in"
	}
	return config.Origin{File: o.File, Line: o.Line, Column: o.Column, Presets: o.Presets, Option: o.Option}.String()
}

func writeExplanation(w io.Writer, x explanation) {
	for i, p := range x.Places {
		if i > 0 {
			fmt.Fprintln(w)
		}
		writePlace(w, p)
	}
	if len(x.Stale) > 0 {
		fmt.Fprintf(w, "\nNothing merges by itself now: %s\n", strings.Join(x.Stale, "; "))
	}
}

func writePlace(w io.Writer, p placeJSON) {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	fmt.Fprintf(w, "%s %s at %s (%s)\n  %s\n", p.Name, p.Value, at, p.Manager, p.Verdict)
	for _, u := range p.Updates {
		writeWanted(w, p, u)
	}
	var lines []string
	for _, a := range p.Asked {
		lines = append(lines, a.line())
	}
	section(w, "Registry", lines, 5)
	why := linesOf(p.Reasons, string(plan.CodeLookup), string(plan.CodeListed), string(plan.CodeLookupFailed))
	if len(p.Updates) > 0 {
		section(w, "No other update because", why, 8)
	} else {
		section(w, "Why", why, 8)
		section(w, "Rules that applied", ruleLines(p.Rules), 6)
		section(w, "Rules that nearly applied", ruleLines(p.Near), 4)
	}
	section(w, "Not taken", droppedLines(p.Dropped), 6)
}

func writeWanted(w io.Writer, p placeJSON, u wantedJSON) {
	title := fmt.Sprintf("%s: %s → %s", u.Type, p.Value, u.target())
	if b := u.Branch; b != nil {
		lines := []string{"branch " + b.Name, "title " + b.Title}
		if b.Group != "" {
			lines = append(lines, "group "+b.Group)
		}
		if len(b.Others) > 0 {
			lines = append(lines, "together with "+strings.Join(b.Others[:min(8, len(b.Others))], ", "))
		}
		lines = append(lines, "made "+b.Schedule)
		if b.Result != "" {
			lines = append(lines, "next pass: "+b.Result)
		}
		for _, r := range b.Reasons {
			if r.Code != string(plan.CodeAutomerge) {
				lines = append(lines, r.line())
			}
		}
		if b.Error != "" {
			lines = append(lines, b.Error)
		}
		section(w, title, lines, 12)
		section(w, "It does not merge by itself now because", b.Merge, 8)
	} else {
		section(w, title, nil, 0)
	}
	skip := []string{string(plan.CodeRule), string(plan.CodeAutomerge)}
	section(w, "Chosen so because", linesOf(u.Reasons, skip...), 6)
	section(w, "Rules that applied", ruleLines(u.Rules), 6)
	section(w, "Rules that nearly applied", ruleLines(u.Near), 4)
}

// section prints lines under a title, and says how many it left out.
func section(w io.Writer, title string, lines []string, most int) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(w, "  %s\n", title)
	for _, l := range lines[:min(most, len(lines))] {
		fmt.Fprintf(w, "    - %s\n", strings.ReplaceAll(l, "\n", " "))
	}
	if n := len(lines) - most; n > 0 {
		fmt.Fprintf(w, "    - and %d more (--format json)\n", n)
	}
}

func linesOf(rs []reasonJSON, without ...string) []string {
	var out []string
	for _, r := range rs {
		if !slices.Contains(without, r.Code) {
			out = append(out, r.line())
		}
	}
	return out
}

// droppedLines has one line for all releases that were ruled out for the same reason, in the order of the first of each.
func droppedLines(rs []reasonJSON) []string {
	var order []string
	versions := make(map[string][]string)
	for _, line := range linesOf(rs) {
		version, why, _ := strings.Cut(line, ": ")
		if versions[why] == nil {
			order = append(order, why)
		}
		versions[why] = append(versions[why], version)
	}
	out := make([]string, len(order))
	for i, why := range order {
		named := versions[why]
		out[i] = strings.Join(named[:min(3, len(named))], ", ")
		if n := len(named) - 3; n > 0 {
			out[i] += fmt.Sprintf(" and %d more", n)
		}
		out[i] += ": " + why
	}
	return out
}

// wording reports whether a rule changes only how a pull request reads.
func (r ruleJSON) wording() bool {
	return !slices.ContainsFunc(r.Options, func(o string) bool {
		return !strings.HasPrefix(o, "commitMessage") && !strings.HasPrefix(o, "semanticCommit") && !strings.HasPrefix(o, "prBody")
	})
}

// ruleLines puts the rules that stand in a file before those that are built in,
// and leaves out those of the latter that are about wording.
func ruleLines(rs []ruleJSON) []string {
	var own, builtin []string
	for _, r := range rs {
		text := "sets " + strings.Join(r.Options, ", ")
		if r.Text != "" {
			text += ": “" + r.Text + "”"
		}
		if r.Missed != "" {
			text += ", but for " + r.Missed
		}
		text += " (" + r.Origin.String() + ")"
		if r.Origin != nil && r.Origin.Line > 0 {
			own = append(own, text)
		} else if !r.wording() {
			builtin = append(builtin, text)
		}
	}
	return append(own, builtin...)
}

// seen says before a date that it is Currant's own.
func seen(own bool) string {
	if own {
		return "first seen "
	}
	return ""
}

func (a askedJSON) line() string {
	if a.Answer != string(plan.Complete) || a.Releases == 0 {
		return fmt.Sprintf("%s: %s: %s", a.Registry, a.Answer, a.Error)
	}
	var newest []string
	for _, r := range a.Newest {
		text := r.Version
		if len(r.Published) >= 10 {
			text += " (" + seen(r.Seen) + r.Published[:10] + ")"
		}
		newest = append(newest, text)
	}
	return fmt.Sprintf("%s: %s, the whole list; newest: %s", a.Registry, count(a.Releases, "release"), strings.Join(newest, ", "))
}
