package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
)

// body previews what merging the proposal leads to. w is what would be worked with then.
func (o Onboarding) body(w World, b Branch) string {
	s, f := b.Settings, map[string]any{"repository": w.Repository, "baseBranch": w.Base}
	var out strings.Builder
	out.WriteString(ended(strings.TrimSpace(filled(s.String("prHeader"), f))))
	o.intro(&out)
	o.files(&out)
	o.summary(&out, w)
	o.expected(&out, w)
	o.problems(&out, w)
	if o.Settings.Bool("onboardingRebaseCheckbox") {
		out.WriteString("---\n\n - [ ] <!-- rebase-check -->Tick this box to have the branch made anew")
		if o.Edited != "" {
			out.WriteString(", without what was committed to it")
		}
		out.WriteString("\n")
	}
	if foot := strings.TrimSpace(filled(s.String("prFooter"), f)); foot != "" {
		out.WriteString("\n---\n\n" + foot + "\n")
	}
	return out.String()
}

func (o Onboarding) intro(out *strings.Builder) {
	file := code(o.File)
	out.WriteString("Currant can keep what this repository depends on up to date. This PR proposes a configuration for that, " + file + ", and shows what it would lead to.\n\n")
	out.WriteString("🚦 **To begin, merge this PR.** Until then no other is opened here.\n\n")
	if o.Settings.String("requireConfig") == "optional" {
		out.WriteString("🔕 **Close** it to do without " + file + ": Currant then works as its operator configured it.\n\n")
	} else {
		out.WriteString("🔕 **Close** it, and Currant leaves this repository alone.\n\n")
	}
	if o.Edited != "" {
		fmt.Fprintf(out, "📝 %s has committed to this branch: Currant leaves its files as they are. What follows is what they lead to.\n\n", Quiet(o.Edited))
		return
	}
	out.WriteString("📝 To change something, edit " + file + " on this branch: the text below follows it.\n\n")
}

// maxListed bounds the files, and maxPreview the pull requests, that are shown.
const (
	maxListed  = 100
	maxPreview = 60
)

func (o Onboarding) files(out *strings.Builder) {
	out.WriteString("### Detected Package Files\n\n")
	seen := make(map[string]bool)
	for _, f := range o.Found {
		seen[code(f.Path)+" ("+Quiet(f.Manager)+")"] = true
	}
	for i, line := range slices.Sorted(maps.Keys(seen)) {
		if i == maxListed {
			fmt.Fprintf(out, " * and %d more\n", len(seen)-i)
			break
		}
		out.WriteString(" * " + line + "\n")
	}
	if len(seen) == 0 {
		out.WriteString("None yet.\n")
	}
	out.WriteString("\n")
}

func (o Onboarding) summary(out *strings.Builder, w World) {
	out.WriteString("### Configuration Summary\n\nWith this configuration Currant will:\n\n")
	for _, line := range Summary(w.Config) {
		out.WriteString(" - " + line + "\n")
	}
	out.WriteString("\n")
}

// Summary tells in words what a configuration does for a repository as a whole, as Markdown, one line each. Then come the words of those
// who wrote it and its presets.
func Summary(c *config.Config) []string {
	s := c.Top()
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	list := func(option string) string {
		var names []string
		for _, n := range s.Strings(option) {
			names = append(names, code(n))
		}
		return strings.Join(names, ", ")
	}
	if s.Bool("dependencyDashboard") {
		add("Keep an issue that lists all updates, the Dependency Dashboard")
	}
	if s.Bool("automerge") {
		add("Merge updates by itself when their checks are green, unless a rule says otherwise")
	} else {
		add("Leave merging to people, unless a rule says otherwise")
	}
	if w := s.Strings("schedule"); len(w) > 0 && !slices.Equal(w, []string{"at any time"}) {
		add("Open pull requests at these times only: %s", list("schedule"))
	}
	if n := s.Int("prHourlyLimit"); n > 0 {
		add("Open at most %d pull requests an hour", n)
	}
	if n := s.Int("prConcurrentLimit"); n > 0 {
		add("Keep at most %d pull requests open at a time", n)
	}
	if age := s.String("minimumReleaseAge"); age != "" {
		add("Wait until a release is %s old", Quiet(age))
	}
	if s.Bool("separateMajorMinor") {
		add("Keep major updates apart from the others")
	}
	switch s.String("semanticCommits") {
	case "enabled":
		add("Write commit messages as Conventional Commits")
	case "disabled":
	default:
		add("Write commit messages as Conventional Commits if the repository does")
	}
	if s.Bool("dependencyDashboardApproval") {
		add("Ask for approval on the dashboard before it opens a pull request")
	}
	if s.Bool("pinDigests") {
		add("Pin images and actions to digests")
	}
	if lock, _ := s.Object("lockFileMaintenance")["enabled"].(bool); lock {
		add("Renew lock files from time to time")
	}
	for _, x := range []struct{ option, text string }{
		{"labels", "Give pull requests these labels"}, {"assignees", "Assign them to"}, {"reviewers", "Ask for review by"},
		{"baseBranchPatterns", "Work on these branches"}, {"enabledManagers", "Look at these kinds of files only"},
		{"ignorePaths", "Ignore what lies in"}, {"includePaths", "Look only at what lies in"}, {"ignoreDeps", "Leave alone"},
	} {
		if names := list(x.option); names != "" {
			add("%s: %s", x.text, names)
		}
	}
	for _, d := range s.Strings("description") {
		if d = Quiet(d); !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

func (o Onboarding) expected(out *strings.Builder, w World) {
	out.WriteString("### What to Expect\n\n")
	var list []Branch
	for _, b := range o.Expected {
		if b.State != Unsupported {
			list = append(list, b)
		}
	}
	switch {
	case o.Off != "":
		out.WriteString("No pull requests: " + Quiet(o.Off) + ".\n\n")
		return
	case len(list) == 0:
		out.WriteString("No pull requests for now: all that was found is up to date.\n\n")
		return
	case len(list) == 1:
		out.WriteString("One pull request:\n\n")
	default:
		fmt.Fprintf(out, "%d pull requests:\n\n", len(list))
	}
	for i, b := range list {
		if i == maxPreview {
			fmt.Fprintf(out, "and %d more.\n\n", len(list)-i)
			break
		}
		preview(out, b)
	}
	s := w.Config.Top()
	if n := s.Int("prHourlyLimit"); n > 0 && len(list) > n {
		fmt.Fprintf(out, "🚸 They are not opened all at once: at most %d an hour (prHourlyLimit).\n\n", n)
	}
}

// preview tells of a pull request that is to come.
func preview(out *strings.Builder, b Branch) {
	fmt.Fprintf(out, "<details>\n<summary>%s</summary>\n\n", Quiet(b.Title))
	fmt.Fprintf(out, " - Branch: %s, to be merged into %s\n", code(b.Name), code(b.Base))
	out.WriteString(" - Schedule: " + scheduleText(b) + "\n")
	for _, r := range b.Reasons {
		if r.Code == CodeAutomerge {
			out.WriteString(" - Merging: " + Quiet(r.String()) + "\n")
		}
	}
	switch b.State {
	case Waiting:
		out.WriteString(" - It waits until its releases are old enough\n")
	case Approval:
		out.WriteString(" - It waits until somebody approves it on the dashboard\n")
	}
	for i, m := range b.Members {
		if i == 10 {
			fmt.Fprintf(out, " - and %d more updates\n", len(b.Members)-i)
			break
		}
		fmt.Fprintf(out, " - %s: %s %s (%s)\n", code(m.Decision.Path), Quiet(m.Decision.Dep.Name), changeCell(m), m.Update.Type)
	}
	out.WriteString("\n</details>\n\n")
}

func (o Onboarding) problems(out *strings.Builder, w World) {
	list := slices.Clone(o.Problems)
	for _, b := range o.Expected {
		if b.State != Unsupported {
			continue
		}
		for _, m := range b.Members {
			for _, r := range m.Update.Reasons {
				if r.Code == CodeUnsupported {
					list = append(list, fmt.Sprintf("%s: %s: %s", m.Decision.Path, m.Decision.Dep.Name, r))
				}
			}
		}
	}
	if len(list) == 0 {
		return
	}
	out.WriteString("### Problems\n\n")
	for i, p := range list {
		if i == maxProblems {
			fmt.Fprintf(out, " - and %d more\n", len(list)-i)
			break
		}
		out.WriteString(" - ⚠️ " + Quiet(p) + "\n")
	}
	out.WriteString("\n")
}
