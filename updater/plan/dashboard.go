package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/templating/text"
	"github.com/currant-bot/currant/updater/platform"
)

// A Dashboard is what the issue that lists all updates of a repository is made from.
type Dashboard struct {
	Settings config.Settings // at the top of the default branch's configuration
	State    State           // before the pass
	Bases    []Inventory     // one for each base branch
	Branches []Rendered      // those that are wanted
	Outcomes []Outcome       // what became of them
	Failed   map[string]string
	Problems []string // of the repository, one line each
	Migrate  bool     // the configuration has old spellings
}

// An Inventory is what was found on a base branch.
type Inventory struct {
	Base      string
	Decisions []Decision
}

// legacyTitle is what Renovate once called its dashboard. It takes such an issue over, and so do we.
const legacyTitle = "Update Dependencies (Renovate Bot)"

// DashboardTitles are the titles by which a dashboard is found that another bot made.
func DashboardTitles(s config.Settings) []string {
	return []string{dashboardTitle(s), legacyTitle}
}

func dashboardTitle(s config.Settings) string {
	if t := strings.TrimSpace(s.String("dependencyDashboardTitle")); t != "" {
		return t
	}
	return "Dependency Dashboard"
}

// dashboardMark tells our dashboard from other issues of ours, whatever its title.
const dashboardMark = "dashboard"

// FindDashboard returns the dashboard among issues; nil if there is none. Of several an open one counts, and of these the
// oldest, so that it stays the same.
func FindDashboard(s config.Settings, issues []platform.Issue) *platform.Issue {
	var best *platform.Issue
	rank := -1
	for i := range issues {
		x := &issues[i]
		m, marked := ReadMarker(x.Body)
		marked = marked && m.Kind == dashboardMark && x.Ours
		titled := slices.Contains(DashboardTitles(s), x.Title)
		if !marked && !titled {
			continue
		}
		r := 0
		for n, yes := range []bool{titled, marked, x.Ours, x.Open} {
			if yes {
				r |= 1 << n
			}
		}
		if r >= rank {
			best, rank = x, r
		}
	}
	return best
}

// Wanted reports whether configuration asks for a dashboard: itself, or because a person must be able to approve there.
func (d Dashboard) wanted() bool {
	return d.Settings.Bool("dependencyDashboard") || d.Settings.Bool("dependencyDashboardApproval") || d.Settings.String("prCreation") == "approval" ||
		slices.ContainsFunc(d.Branches, func(b Rendered) bool { return b.wantsApproval() })
}

// Outcome returns what becomes of the issue. ok is false if there is nothing to say of it.
func (d Dashboard) Outcome() (o Outcome, ok bool) {
	if d.State.Repository.NoIssues || d.Settings.String("mode") == "silent" {
		return o, false
	}
	have := FindDashboard(d.Settings, d.State.Issues)
	o = Outcome{Title: dashboardTitle(d.Settings), Dashboard: true}
	if have != nil {
		o.Number = have.Number
	}
	body, empty := d.body()
	if !d.wanted() || empty && d.Settings.Bool("dependencyDashboardAutoclose") {
		return o.retire(d, have)
	}
	marker := Marker{Version: 1, Kind: dashboardMark, Title: Hash(o.Title), Body: Hash(body)}
	labels := d.Settings.Strings("dependencyDashboardLabels")
	if len(labels) > 0 {
		marker.Updates = Hash(strings.Join(labels, "\x00"))
	}
	n := platform.Notice{}
	if have == nil {
		body = sign(marker, body)
		n.Title, n.Body, n.AddLabels = &o.Title, &body, labels
		o.Actions = []Action{{Note: &n}}
		return o.end(Create), true
	}
	if d.adopt(&n, *have, marker, body, o.Title, labels) {
		o.Actions = append(o.Actions, Action{Note: &n})
	}
	o.Actions = append(o.Actions, d.duplicates(*have)...)
	if len(o.Actions) == 0 {
		return o.end(Unchanged), true
	}
	return o.end(Edit), true
}

// adopt fills n with what must change in the issue that there is, and reports whether anything must. A closed one is
// opened again only when it has something new to say.
func (d Dashboard) adopt(n *platform.Notice, have platform.Issue, marker Marker, body, title string, labels []string) bool {
	was, ours := ReadMarker(have.Body)
	n.Number, n.Was = have.Number, &have.Body
	if have.Title != title && (!ours || was.Kind != dashboardMark || was.Title == Hash(have.Title)) {
		n.Title = &title
	}
	if was.Updates != marker.Updates {
		n.AddLabels = labels
	}
	if body = sign(marker, body); body != have.Body {
		n.Body = &body
		if !have.Open {
			open := true
			n.Open = &open
		}
	}
	return n.Title != nil || n.Body != nil
}

// retire closes the dashboard that nobody asks for any more, if it is ours.
func (o Outcome) retire(d Dashboard, have *platform.Issue) (Outcome, bool) {
	if have == nil || !have.Open || !have.Ours {
		return o, false
	}
	closed := false
	o.Actions = append(o.Actions, Action{Note: &platform.Notice{Number: have.Number, Was: &have.Body, Open: &closed}})
	return o.end(Remove), true
}

// duplicates closes other open dashboards of ours.
func (d Dashboard) duplicates(keep platform.Issue) []Action {
	var out []Action
	for _, i := range d.State.Issues {
		m, _ := ReadMarker(i.Body)
		if i.Number == keep.Number || !i.Open || !i.Ours || m.Kind != dashboardMark {
			continue
		}
		closed := false
		out = append(out, Action{Note: &platform.Notice{Number: i.Number, Was: &i.Body, Open: &closed}})
	}
	return out
}

// body returns the text of the issue, and whether there is no update in it.
func (d Dashboard) body() (text string, empty bool) {
	items := d.items()
	foot := ""
	if f := d.template("dependencyDashboardFooter"); f != "" {
		foot = emojis(d.Settings, "---\n\n"+f+"\n")
	}
	limit := maxBody - len(foot)
	head := ""
	for _, rows := range []int{math.MaxInt, 200, 100, 50, 25, 10} { // in each section
		if head = d.head(items, rows); len(head) <= limit {
			break
		}
	}
	if len(head) > limit { // what people write around it is longer than all updates
		head = emojis(d.Settings, d.updates(items, 10))
	}
	head = cut(head, limit)
	return head + d.detected(limit-len(head)) + foot, len(items) == 0
}

// head is the text without what was detected, with so many rows in a section at most.
func (d Dashboard) head(items map[string][]item, rows int) string {
	var out strings.Builder
	if h := d.template("dependencyDashboardHeader"); h != "" {
		out.WriteString(h + "\n\n")
	}
	d.migration(&out)
	d.problems(&out)
	d.health(&out)
	out.WriteString(d.updates(items, rows))
	d.vulnerabilities(&out)
	return emojis(d.Settings, out.String())
}

// updates are the sections with boxes.
func (d Dashboard) updates(items map[string][]item, rows int) string {
	if len(items) == 0 {
		return "This repository has no open or pending updates.\n\n"
	}
	var out strings.Builder
	for _, s := range sections {
		d.section(&out, s, items[s.title], rows)
	}
	return out.String()
}

// template fills a text of the configuration that is about the whole repository.
func (d Dashboard) template(option string) string {
	t := d.Settings.String(option)
	if !strings.Contains(t, "{{") {
		return strings.TrimSpace(t)
	}
	out, err := text.Render(t, map[string]any{"repository": d.State.Repository.Name, "defaultBranch": d.State.Repository.Default})
	if err != nil {
		return strings.TrimSpace(t)
	}
	return strings.TrimSpace(out)
}

// migration offers to write today's spellings.
func (d Dashboard) migration(out *strings.Builder) {
	if !d.Migrate {
		return
	}
	out.WriteString("## Config Migration Needed\n\n")
	name := MigrationBranch(d.Settings)
	for _, o := range d.Outcomes {
		if o.Branch == name && o.Number != 0 && o.Result != Declined && o.Result != Remove {
			fmt.Fprintf(out, "<!-- config-migration-pr-info -->See #%d.\n\n", o.Number)
			return
		}
	}
	fmt.Fprintf(out, " - [%s] <!-- %s -->Tick this box to get a pull request that writes old spellings in the configuration as today's.\n\n", tick(d.State.Wishes.Migrate && d.Failed[name] != ""), migrateBox)
}

// maxProblems bounds the problems that are shown.
const maxProblems = 30

func (d Dashboard) problems(out *strings.Builder) {
	if len(d.Problems) == 0 {
		return
	}
	intro := "These were found on the last pass:"
	if own, ok := d.Settings.Object("customizeDashboard")["repoProblemsHeader"].(string); ok {
		intro = strings.TrimSpace(own)
	}
	out.WriteString("## Repository Problems\n\n" + intro + "\n\n")
	for i, p := range d.Problems {
		if i == maxProblems {
			fmt.Fprintf(out, " - and %d more\n", len(d.Problems)-i)
			break
		}
		fmt.Fprintf(out, " - ⚠️ %s\n", Quiet(p))
	}
	out.WriteString("\n")
}
