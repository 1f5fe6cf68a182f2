package plan

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/currant-bot/currant/datasources"
)

// maxDetails bounds how much of an advisory's own text a pull request shows, in bytes.
const maxDetails = 3000

// weaknesses describes, for the body of b's pull request, what it mends: each
// advisory once.
func weaknesses(b Branch) []string {
	var out []string
	seen := make(map[string]bool)
	for _, m := range b.Members {
		if !m.Update.Security {
			continue
		}
		for _, w := range m.Decision.Weaknesses {
			if key := w.ID + "\x00" + m.Decision.Dep.Name; !seen[key] {
				seen[key] = true
				out = append(out, describe(m.Decision.Dep.Name, w))
			}
		}
	}
	return out
}

// describe is one advisory for people. Nearly all of it was written by others, so it is
// made harmless: it holds no HTML, notifies nobody and links only to what links were given for.
func describe(dep string, w Weakness) string {
	var out strings.Builder
	title := w.Summary
	if title == "" {
		title = w.ID
	}
	fmt.Fprintf(&out, "---\n\n### %s: %s\n\n", Quiet(dep), Quiet(title))
	out.WriteString(w.names() + "\n\n")
	var facts []string
	if w.Severity != "" {
		facts = append(facts, "**Severity**: "+Quiet(w.Severity))
	}
	if w.Score > 0 {
		facts = append(facts, fmt.Sprintf("CVSS %.1f of 10", w.Score))
	}
	if w.Vector != "" {
		facts = append(facts, code(w.Vector))
	}
	switch {
	case w.Fix == "":
		facts = append(facts, "no version mends it yet")
	case w.After:
		facts = append(facts, "versions up to "+code(w.Fix)+" have it")
	default:
		facts = append(facts, "mended in "+code(w.Fix))
	}
	out.WriteString(strings.Join(facts, " · ") + "\n")
	if text := plainly(w.Details); text != "" {
		out.WriteString("\n<details>\n<summary>What " + Quiet(w.From) + " says</summary>\n\n" + text + "\n\n</details>\n")
	}
	for i, url := range w.References {
		if i == 10 {
			break
		}
		if linkable(url) {
			out.WriteString("\n- <" + url + ">")
		}
	}
	return out.String()
}

// names are the advisory's names, with links.
func (w Weakness) names() string {
	var names []string
	for _, id := range slices.Concat(w.Aliases, []string{w.ID}) {
		if page := datasources.AdvisoryPage(id); page != "" {
			id = "[" + id + "](" + page + ")"
		} else {
			id = Quiet(id)
		}
		if !slices.Contains(names, id) {
			names = append(names, id)
		}
	}
	return strings.Join(names, " / ")
}

// plainly makes a text of several lines harmless, and cuts it where it is long.
func plainly(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	cutOff := len(s) > maxDetails
	if cutOff {
		s = s[:maxDetails]
		for !utf8.ValidString(s) && s != "" {
			s = s[:len(s)-1]
		}
	}
	var lines []string
	for line := range strings.Lines(s) {
		line = strings.TrimLeft(strings.TrimSpace(line), "#>=~ ") // no headings, quotes or fences
		if rest := strings.TrimLeft(line, "-*_"); rest == "" {
			line = rest
		}
		lines = append(lines, strings.ReplaceAll(Quiet(line), "://", ":\u200b//"))
	}
	if cutOff {
		lines = append(lines, "…")
	}
	return strings.Join(lines, "\n")
}
