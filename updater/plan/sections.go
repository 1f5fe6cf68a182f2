package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A section is one heading of the dashboard. Headings, their order and the kinds of their boxes are Renovate's.
type section struct {
	title string
	wish  Wish
	text  string
	bulk  string // the box that stands for all of them; "" for none
	all   string // its text
}

var sections = []section{
	{"Pending Approval", WishApprove, "These wait for a person. Tick one to let it be made.", "approve-all-pending-prs", "🔐 **Make all of them** 🔐"},
	{"Group Size Not Met", WishGroup, "These wait until their group is large enough. Tick one to let it be made now.", "", ""},
	{"Awaiting Schedule", WishNow, "These wait for their schedule. Tick one to let it be made now.", "create-all-awaiting-schedule-prs", "🔐 **Make all of them now** 🔐"},
	{"Awaiting Another Template", WishNow, "These wait until the update of another template, which changes the same files, is merged or closed. Tick one to let it be made now.", "", ""},
	{"Rate-Limited", WishUnlimit, "These wait because of limits. Tick one to let it be made now.", "create-all-rate-limited-prs", "🔐 **Make all of them now** 🔐"},
	{"Open Questions", WishRetry, "These need an answer that only a person can give. It goes into the configuration, as shown; then they are made.", "", ""},
	{"Errored", WishRetry, "These could not be made. They are tried again on each pass; a tick asks for one soon.", "", ""},
	{"PR Creation Approval Required", WishOpen, "The branches of these are there. Tick one to open its pull request.", "", ""},
	{"PR Edited (Blocked)", WishRebase, "A person has committed to these, so they are left alone. Tick one to throw these commits away and begin anew.", "", ""},
	{"Pending Status Checks", WishEarly, "These wait for their release to come of age, or for checks. Tick one to have it now; it still does not merge by itself before.", "", ""},
	{"Open", WishRebase, "The pull requests of these are open. Tick one to make its branch anew.", "rebase-all-open-prs", "**Make all their branches anew**"},
	{"PR Closed (Blocked)", WishRecreate, "Somebody closed these, so they are not proposed again. Tick one to have it after all.", "", ""},
}

// An item is one line of the dashboard.
type item struct {
	branch   string
	wish     Wish
	title    string
	number   int
	names    []string
	why      string
	help     string // Markdown
	category string
	ticked   bool
}

// items sorts what became of branches into sections.
func (d Dashboard) items() map[string][]item {
	wanted := make(map[string]Rendered, len(d.Branches))
	for _, b := range d.Branches {
		wanted[b.Name] = b
	}
	out := make(map[string][]item)
	doubt := false
	for _, o := range d.Outcomes {
		b, ok := wanted[o.Branch]
		where, wish, why := d.place(o, ok)
		if where == "" {
			continue
		}
		x := item{branch: o.Branch, wish: wish, title: o.Title, number: o.Number, why: why}
		if ok {
			x.category = b.Settings.String("dependencyDashboardCategory")
			x.names, x.help = names(b.Branch), b.Help
		}
		_, failed := d.Failed[o.Branch]
		x.ticked = d.State.Wishes.Branches[o.Branch] != "" && (failed || o.Result == Hold || o.Result == Cannot)
		out[where] = append(out[where], x)
		delete(wanted, o.Branch)
	}
	for _, i := range d.Bases {
		doubt = doubt || slices.ContainsFunc(i.Decisions, func(x Decision) bool { return x.Facts == Failed || x.Facts == Partial })
	}
	if doubt {
		d.remember(out)
	}
	return out
}

// remember keeps ticks for updates of which nothing is known just now.
func (d Dashboard) remember(out map[string][]item) {
	for _, name := range slices.Sorted(maps.Keys(d.State.Wishes.Branches)) {
		wish := d.State.Wishes.Branches[name]
		if slices.ContainsFunc(d.Outcomes, func(o Outcome) bool { return o.Branch == name }) {
			continue
		}
		i := slices.IndexFunc(sections, func(s section) bool { return s.wish == wish })
		if i < 0 {
			continue
		}
		out[sections[i].title] = append(out[sections[i].title], item{branch: name, wish: wish, title: name, ticked: true})
	}
}

func names(b Branch) []string {
	var out []string
	for _, m := range b.Members {
		if n := m.Decision.Dep.Name; !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// place says in which section an outcome stands, with which box, and why; the section is "" for none.
func (d Dashboard) place(o Outcome, wanted bool) (where string, wish Wish, why string) {
	failed := d.Failed[o.Branch]
	last := Reason{}
	if len(o.Reasons) > 0 {
		last = o.Reasons[len(o.Reasons)-1]
	}
	switch {
	case o.Branch == MigrationBranch(d.Settings), o.Dashboard, o.Result == Remove && (failed == "" || o.Number == 0), o.Result == Merge && failed == "":
		return "", "", ""
	case o.Result == Hands && last.Code == CodeEdited && wanted:
		return "PR Edited (Blocked)", WishRebase, last.String()
	case o.Result == Declined:
		return "PR Closed (Blocked)", WishRecreate, ""
	case o.Number != 0:
		return "Open", WishRebase, o.inLine()
	case !wanted:
		return "", "", ""
	case failed != "":
		return "Errored", WishRetry, failed
	case o.Result == Cannot && last.Code == CodeAnswer:
		return "Open Questions", WishRetry, last.String()
	case o.Result == Cannot:
		return "Errored", WishRetry, last.String()
	}
	switch last.Code {
	case CodeGroup:
		return "Group Size Not Met", WishGroup, last.String()
	case CodeLayer:
		return "Awaiting Another Template", WishNow, last.String()
	case CodeSchedule:
		return "Awaiting Schedule", WishNow, last.String()
	case CodeLimit:
		return "Rate-Limited", WishUnlimit, last.String()
	case CodeChecks:
		return "Pending Status Checks", WishOpen, last.String()
	}
	switch {
	case o.Result == Approve && d.exists(o.Branch), o.Result == UpdateIt && last.Code == CodeApproval:
		return "PR Creation Approval Required", WishOpen, last.String()
	case o.Result == Approve:
		return "Pending Approval", WishApprove, o.because(CodeApproval)
	case o.Result == Wait:
		return "Pending Status Checks", WishEarly, o.because(CodePending)
	}
	return "Open", WishRebase, "" // made in this pass, where the host gives no number, or held
}

// inLine says whose turn it is before o's; "" if it waits for nobody.
func (o Outcome) inLine() string {
	for _, b := range o.Blocks {
		if b.Code == "line" {
			return b.Text
		}
	}
	return ""
}

func (d Dashboard) exists(branch string) bool {
	_, ok := d.State.Branches[branch]
	return ok
}

// because returns the last reason of a kind; "" if there is none.
func (o Outcome) because(code Code) string {
	for _, r := range slices.Backward(o.Reasons) {
		if r.Code == code {
			return r.String()
		}
	}
	return ""
}

func tick(yes bool) string {
	if yes {
		return "x"
	}
	return " "
}

// section writes so many rows at most, besides those that somebody ticked.
func (d Dashboard) section(out *strings.Builder, s section, items []item, rows int) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(out, "## %s\n\n%s\n\n", s.title, s.text)
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(a.category, b.category) })
	category, shown, left := "", 0, 0
	for _, x := range items {
		if shown >= rows && !x.ticked {
			left++
			continue
		}
		shown++
		if x.category != category {
			category = x.category
			fmt.Fprintf(out, "\n### %s\n\n", Quiet(category))
		}
		x.write(out)
	}
	if left > 0 {
		fmt.Fprintf(out, " - *%d more are not shown: the text would be too long for the host. They follow as soon as there is room.*\n", left)
	}
	if s.bulk != "" && len(items) > 1 {
		if category != "" {
			out.WriteString("\n### All\n\n")
		}
		fmt.Fprintf(out, " - [ ] <!-- %s -->%s\n", s.bulk, s.all)
	}
	out.WriteString("\n")
}

// maxNames bounds the dependencies that are named behind the title.
const maxNames = 10

func (x item) write(out *strings.Builder) {
	title := Quiet(x.title)
	if x.number != 0 {
		title = fmt.Sprintf("[%s](../pull/%d)", title, x.number)
	}
	fmt.Fprintf(out, " - [%s] <!-- %s-branch=%s -->%s", tick(x.ticked), x.wish, x.branch, title)
	if len(x.names) > 1 {
		var all []string
		for i, n := range x.names {
			if i == maxNames {
				all = append(all, fmt.Sprintf("and %d more", len(x.names)-i))
				break
			}
			all = append(all, code(n))
		}
		out.WriteString(" (" + strings.Join(all, ", ") + ")")
	}
	out.WriteString("\n")
	if x.why != "" {
		out.WriteString("   - " + Quiet(x.why) + "\n")
	}
	if x.help != "" {
		out.WriteString("\n     " + strings.ReplaceAll(strings.TrimSpace(x.help), "\n", "\n     ") + "\n\n")
	}
}
