package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// distinctPackages returns the decisions that say something, one of each package, by name.
func (d Dashboard) distinctPackages(says func(Decision) bool) []Decision {
	var out []Decision
	seen := make(map[Package]bool)
	for _, base := range d.Bases {
		for _, x := range base.Decisions {
			if p := PackageKey(x.Datasource, x.Package); says(x) && !seen[p] {
				seen[p] = true
				out = append(out, x)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Decision) int {
		return cmp.Or(strings.Compare(a.Datasource, b.Datasource), strings.Compare(a.Dep.Name, b.Dep.Name))
	})
	return out
}

// maxHealth bounds how many packages a section lists.
const maxHealth = 50

// health tells of packages that should not be used any more. The headings are Renovate's.
func (d Dashboard) health(out *strings.Builder) {
	replacement := func(x Decision) bool {
		return slices.ContainsFunc(x.Updates, func(u Update) bool { return u.Type == "replacement" })
	}
	if list := d.distinctPackages(func(x Decision) bool { return x.Deprecated != "" || replacement(x) }); len(list) > 0 {
		out.WriteString("## Deprecations / Replacements\n\nTheir publishers gave these up, or another package took their place:\n\n| Datasource | Name | Replacement PR? | Why |\n|---|---|---|---|\n")
		for _, x := range list[:min(len(list), maxHealth)] {
			has := "no"
			if replacement(x) {
				has = "yes"
			}
			why := x.Deprecated
			if len(why) > 200 {
				why = strings.ToValidUTF8(why[:200], "") + "…"
			}
			fmt.Fprintf(out, "| %s | %s | %s | %s |\n", Quiet(x.Datasource), code(x.Dep.Name), has, strings.ReplaceAll(Quiet(why), "|", `\|`))
		}
		more(out, len(list))
	}
	if !d.Settings.Bool("dependencyDashboardReportAbandonment") {
		return
	}
	if list := d.distinctPackages(func(x Decision) bool { return !x.Abandoned.IsZero() }); len(list) > 0 {
		out.WriteString("## Abandoned Dependencies\n\nNothing was released of these for longer than abandonmentThreshold says:\n\n| Datasource | Name | Last release |\n|---|---|---|\n")
		for _, x := range list[:min(len(list), maxHealth)] {
			fmt.Fprintf(out, "| %s | %s | %s |\n", Quiet(x.Datasource), code(x.Dep.Name), x.Abandoned.UTC().Format(time.DateOnly))
		}
		more(out, len(list))
	}
}

func more(out *strings.Builder, n int) {
	if n > maxHealth {
		fmt.Fprintf(out, "\n*and %d more*\n", n-maxHealth)
	}
	out.WriteString("\n")
}

// vulnerabilities lists what is known against the versions in use, as
// dependencyDashboardOSVVulnerabilitySummary wants it.
func (d Dashboard) vulnerabilities(out *strings.Builder) {
	want := d.Settings.String("dependencyDashboardOSVVulnerabilitySummary")
	if want == "" || want == "none" {
		return
	}
	out.WriteString("## Vulnerabilities\n\n")
	var lines []string
	all, fixed := 0, 0
	for _, x := range d.distinctPackages(func(x Decision) bool { return len(x.Weaknesses) > 0 }) {
		for _, w := range x.Weaknesses {
			if all++; w.Fix != "" {
				fixed++
			}
			if want == "unresolved" && w.Fix != "" {
				continue
			}
			lines = append(lines, fmt.Sprintf(" - %s: %s%s\n", code(x.Dep.Name+" "+cmp.Or(x.Dep.Locked, x.Current)), w.names(), w.ending()))
		}
	}
	switch {
	case all == 0 && d.State.Unsure != "":
		out.WriteString("It is not known whether there are any: " + Quiet(d.State.Unsure) + ".\n\n")
	case all == 0:
		out.WriteString("None are known.\n\n")
	default:
		fmt.Fprintf(out, "%d are known, and %d of them are mended in a later version.\n\n", all, fixed)
	}
	for i, line := range lines {
		if i == maxHealth {
			break
		}
		out.WriteString(line)
	}
	if len(lines) > 0 {
		more(out, len(lines))
	}
}

// ending says what ends a weakness.
func (w Weakness) ending() string {
	switch {
	case w.Fix == "":
		return ", no version mends it yet"
	case w.After:
		return ", up to " + code(w.Fix)
	}
	return ", mended in " + code(w.Fix)
}
