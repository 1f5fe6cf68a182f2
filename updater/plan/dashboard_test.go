package plan

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
)

// The boxes are Renovate's (docs.renovatebot.com/key-concepts/dashboard); how each is written was seen in what Renovate 44 writes.
func TestReadWishes(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want Wishes
	}{
		"nothing":           {" - [ ] <!-- approve-branch=renovate/a -->A", Wishes{}},
		"one":               {" - [x] <!-- approve-branch=renovate/a -->A\n - [ ] <!-- approve-branch=renovate/b -->B", Wishes{Branches: map[string]Wish{"renovate/a": WishApprove}}},
		"by a browser":      {"* [X] <!-- unpend-branch=renovate/release/1.x-a -->A\r\n", Wishes{Branches: map[string]Wish{"renovate/release/1.x-a": WishEarly}}},
		"all of a section":  {" - [ ] <!-- unlimit-branch=a -->\n - [ ] <!-- unlimit-branch=b -->\n - [ ] <!-- rebase-branch=c -->\n - [x] <!-- create-all-rate-limited-prs -->", Wishes{Branches: map[string]Wish{"a": WishUnlimit, "b": WishUnlimit}}},
		"all open":          {" - [x] <!-- rebase-all-open-prs -->\n - [ ] <!-- rebase-branch=c -->", Wishes{Branches: map[string]Wish{"c": WishRebase}}},
		"migration":         {" - [x] <!-- create-config-migration-pr -->", Wishes{Migrate: true}},
		"not in the middle": {"title - [x] <!-- approve-branch=a -->", Wishes{}},
	} {
		if tc.want.Branches == nil {
			tc.want.Branches = map[string]Wish{}
		}
		if diff := cmp.Diff(tc.want, ReadWishes(tc.body)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// board returns the dashboard of a scene.
func (s *scene) board() Dashboard {
	out := s.reconcile()
	return Dashboard{Settings: s.w.Config.Top(), State: s.state, Branches: s.want, Outcomes: out, Bases: []Inventory{{Base: "main", Decisions: s.ds}}}
}

const on = `"dependencyDashboard": true, "prConcurrentLimit": 0`

func TestDashboardSections(t *testing.T) {
	for name, tc := range map[string]struct {
		config  string
		change  func(*testing.T, *scene)
		section string
		line    string
		why     string
	}{
		"open":     {"{" + on + "}", func(*testing.T, *scene) {}, "Open", " - [ ] <!-- rebase-branch=renovate/x-1.x -->[Update dependency x to v1.1.0](../pull/1)", ""},
		"approval": {`{"dependencyDashboardApproval": true}`, func(_ *testing.T, s *scene) { s.gone() }, "Pending Approval", " - [ ] <!-- approve-branch=renovate/x-1.x -->Update dependency x to v1.1.0", "a person must approve it first (renovate.json:1 (dependencyDashboardApproval))"},
		"schedule": {`{` + on + `, "schedule": ["before 1am on friday"]}`, func(_ *testing.T, s *scene) { s.gone() }, "Awaiting Schedule", "<!-- unschedule-branch=renovate/x-1.x -->", "it opens at 2026-03-06 00:00 UTC"},
		"limit": {`{"dependencyDashboard": true, "prConcurrentLimit": 1}`, func(_ *testing.T, s *scene) {
			s.gone()
			s.state.Pulls = []platform.Pull{{Number: 9, Branch: "renovate/y", State: platform.Open}}
		}, "Rate-Limited", "<!-- unlimit-branch=renovate/x-1.x -->", "prConcurrentLimit is 1"},
		"group":      {`{` + on + `, "groupName": "g", "minimumGroupSize": 2}`, func(_ *testing.T, s *scene) { s.gone() }, "Group Size Not Met", "<!-- approveGroup-branch=renovate/g -->", "minimumGroupSize is 2"},
		"age":        {`{` + on + `, "minimumReleaseAge": "3 years"}`, func(_ *testing.T, s *scene) { s.gone() }, "Pending Status Checks", "<!-- unpend-branch=renovate/x-1.x -->", "wait until"},
		"errored":    {`{` + on + `}`, func(_ *testing.T, s *scene) { s.gone(); s.want[0].Err = "the file is odd" }, "Errored", "<!-- retry-branch=renovate/x-1.x -->", "the file is odd"},
		"creation":   {`{` + on + `, "prCreation": "approval"}`, func(_ *testing.T, s *scene) { s.state.Pulls = nil }, "PR Creation Approval Required", "<!-- approvePr-branch=renovate/x-1.x -->", ""},
		"edited":     {`{` + on + `}`, func(_ *testing.T, s *scene) { s.change(func(b *BranchState) { b.Foreign = "Ada" }) }, "PR Edited (Blocked)", "<!-- rebase-branch=renovate/x-1.x -->[Update dependency x to v1.1.0](../pull/1)", "Ada committed"},
		"closed":     {`{` + on + `}`, func(_ *testing.T, s *scene) { s.state.Pulls[0].State = platform.Closed }, "PR Closed (Blocked)", "<!-- recreate-branch=renovate/x-1.x -->[Update dependency x to v1.1.0](../pull/1)", ""},
		"category":   {`{` + on + `, "dependencyDashboardCategory": "Our *apps*"}`, func(*testing.T, *scene) {}, "Open", "### Our *apps*", ""},
		"detected":   {`{` + on + `}`, func(*testing.T, *scene) {}, "Detected Dependencies", " - `x 1.0.0` → [Updates: `1.1.0`]", ""},
		"a mention":  {`{` + on + `, "commitMessageTopic": "@team <b> [x](y) #1"}`, func(*testing.T, *scene) {}, "Open", "@\u200bteam &lt;b>", ""},
		"the header": {`{` + on + `, "dependencyDashboardHeader": "Of {{repository}}.", "dependencyDashboardFooter": "The end."}`, func(*testing.T, *scene) {}, "", "Of acme/shop.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := sceneFor(t, tc.config)
			tc.change(t, s)
			o, ok := s.board().Outcome()
			if !ok || o.Result != Create || len(o.Actions) != 1 {
				t.Fatalf("%v %+v", ok, o)
			}
			body := *o.Actions[0].Note.Body
			_, part, found := strings.Cut(body, "## "+tc.section+"\n")
			if tc.section == "" {
				part, found = body, true
			}
			part, _, _ = strings.Cut(part, "\n## ")
			if !found || !strings.Contains(part, tc.line) || !strings.Contains(part, tc.why) {
				t.Errorf("%s: no %q in\n%s", tc.section, tc.line, body)
			}
		})
	}
}

// The life of the issue (docs.renovatebot.com/configuration-options, dependencyDashboard and its like).
func TestDashboardIssue(t *testing.T) {
	plain := "{" + on + "}"
	body := func(s *scene) string {
		o, _ := s.board().Outcome()
		return *o.Actions[0].Note.Body
	}
	settled := func(s *scene) {
		s.state.Issues = []platform.Issue{{Number: 5, Title: "Dependency Dashboard", Body: body(s), Open: true, Ours: true}}
	}
	for name, tc := range map[string]struct {
		config string
		change func(*testing.T, *scene)
		want   Result // "" for none
		check  func(platform.Notice) bool
	}{
		"there is none":       {plain, func(*testing.T, *scene) {}, Create, func(n platform.Notice) bool { return n.Number == 0 && *n.Title == "Dependency Dashboard" }},
		"nothing has changed": {plain, func(_ *testing.T, s *scene) { settled(s) }, Unchanged, nil},
		"not wanted":          {`{}`, func(*testing.T, *scene) {}, "", nil},
		"no longer wanted":    {`{}`, func(_ *testing.T, s *scene) { settled(s) }, Remove, func(n platform.Notice) bool { return n.Number == 5 && !*n.Open }},
		"no longer wanted, and closed": {`{}`, func(_ *testing.T, s *scene) {
			settled(s)
			s.state.Issues[0].Open = false
		}, "", nil},
		"no longer wanted, and another's": {`{}`, func(_ *testing.T, s *scene) {
			settled(s)
			s.state.Issues[0].Ours = false
		}, "", nil},
		"issues are switched off": {plain, func(_ *testing.T, s *scene) { s.state.Repository.NoIssues = true }, "", nil},
		"another's, taken over": {plain, func(_ *testing.T, s *scene) {
			s.state.Issues = []platform.Issue{{Number: 3, Title: "Dependency Dashboard", Body: "Renovate's", Open: true}}
		}, Edit, func(n platform.Notice) bool { return n.Number == 3 && *n.Was == "Renovate's" && n.Title == nil }},
		"an old title, taken over": {plain, func(_ *testing.T, s *scene) {
			s.state.Issues = []platform.Issue{{Number: 3, Title: legacyTitle, Body: "Renovate's", Open: true, Ours: true}}
		}, Edit, func(n platform.Notice) bool { return n.Number == 3 && *n.Title == "Dependency Dashboard" }},
		"configuration changed its title": {`{` + on + `, "dependencyDashboardTitle": "All updates"}`, func(_ *testing.T, s *scene) { settled(s); retitle(&s.state.Issues[0], "Dependency Dashboard") }, Edit, func(n platform.Notice) bool { return n.Number == 5 && *n.Title == "All updates" }},
		"a person changed its title":      {plain, func(_ *testing.T, s *scene) { settled(s); s.state.Issues[0].Title = "Ours" }, Unchanged, nil},
		"closed, and nothing new":         {plain, func(_ *testing.T, s *scene) { settled(s); s.state.Issues[0].Open = false }, Unchanged, nil},
		"closed, and something new": {plain, func(_ *testing.T, s *scene) {
			settled(s)
			s.state.Issues[0].Open = false
			s.state.Pulls[0].State = platform.Closed
		}, Edit, func(n platform.Notice) bool { return *n.Open && n.Body != nil }},
		"a person edited it": {plain, func(_ *testing.T, s *scene) { settled(s); s.state.Issues[0].Body += "\nmine" }, Edit, func(n platform.Notice) bool { return n.Title == nil && n.Open == nil }},
		"a tick is taken away when it is granted": {plain, func(_ *testing.T, s *scene) {
			settled(s)
			s.state.Issues[0].Body = strings.Replace(s.state.Issues[0].Body, "[ ] <!-- rebase-branch", "[x] <!-- rebase-branch", 1)
			s.state.Wishes = ReadWishes(s.state.Issues[0].Body)
		}, Edit, func(n platform.Notice) bool { return !strings.Contains(*n.Body, "[x]") }},
		"a tick stays in doubt": {plain, func(t *testing.T, s *scene) {
			settled(s)
			s.state.Issues[0].Body = strings.Replace(s.state.Issues[0].Body, "[ ] <!-- rebase-branch", "[x] <!-- rebase-branch", 1)
			s.state.Wishes = ReadWishes(s.state.Issues[0].Body)
			s.look(t, Listing{Err: errOutage})
		}, Edit, func(n platform.Notice) bool {
			return strings.Contains(*n.Body, "[x] <!-- rebase-branch=renovate/x-1.x")
		}},
		"several": {plain, func(_ *testing.T, s *scene) {
			settled(s)
			twin := s.state.Issues[0]
			twin.Number = 8
			s.state.Issues = append([]platform.Issue{twin}, s.state.Issues...)
		}, Edit, func(n platform.Notice) bool { return n.Number == 8 && !*n.Open }},
		"an issue of a person with the title": {plain, func(_ *testing.T, s *scene) {
			settled(s)
			s.state.Issues = append([]platform.Issue{{Number: 8, Title: "Dependency Dashboard", Open: true}}, s.state.Issues...)
		}, Unchanged, nil},
		"labels":                 {`{` + on + `, "dependencyDashboardLabels": ["bot"]}`, func(*testing.T, *scene) {}, Create, func(n platform.Notice) bool { return len(n.AddLabels) == 1 }},
		"a label was taken away": {`{` + on + `, "dependencyDashboardLabels": ["bot"]}`, func(_ *testing.T, s *scene) { settled(s) }, Unchanged, nil},
		"empty, and closed then": {`{` + on + `, "dependencyDashboardAutoclose": true}`, func(t *testing.T, s *scene) {
			settled(s)
			s.gone()
			s.look(t, answer(releases("1.0.0")...))
		}, Remove, func(n platform.Notice) bool { return !*n.Open }},
		"empty": {plain, func(t *testing.T, s *scene) { s.gone(); s.look(t, answer(releases("1.0.0")...)) }, Create, func(n platform.Notice) bool { return strings.Contains(*n.Body, "no open or pending") }},
	} {
		t.Run(name, func(t *testing.T) {
			s := sceneFor(t, tc.config)
			if tc.config == `{}` { // the issue was made when it was still wanted
				plain := sceneFor(t, plain)
				s.w.Config, plain.w.Config = plain.w.Config, s.w.Config
				tc.change(t, s)
				s.w.Config = plain.w.Config
			} else {
				tc.change(t, s)
			}
			o, ok := s.board().Outcome()
			if ok != (tc.want != "") || o.Result != tc.want && ok {
				t.Fatalf("%v %s %+v", ok, o.Result, o.Actions)
			}
			if tc.check != nil && (len(o.Actions) != 1 || !tc.check(*o.Actions[0].Note)) {
				t.Errorf("%+v", *o.Actions[0].Note)
			}
			if tc.want == Unchanged && len(o.Actions) > 0 {
				t.Error("it writes")
			}
		})
	}
}

// What is long is cut where it matters least.
func TestDashboardIsBounded(t *testing.T) {
	s := sceneFor(t, "{"+on+"}")
	d := s.board()
	for range 3000 {
		d.Bases[0].Decisions = append(d.Bases[0].Decisions, d.Bases[0].Decisions[0])
	}
	o, _ := d.Outcome()
	body := *o.Actions[0].Note.Body
	if len(body) > 65000 || !strings.Contains(body, "more are not shown") || strings.Count(body, "<details>") != strings.Count(body, "</details>") {
		t.Errorf("%d bytes, ending in %s", len(body), body[len(body)-400:])
	}
}

// With many updates rows are left out, and said to be. A box that somebody ticked stays, and so does every box for a whole section.
func TestDashboardOfManyUpdates(t *testing.T) {
	for _, n := range []int{40, 700, 5000} {
		s := sceneFor(t, `{"dependencyDashboard": true, "dependencyDashboardFooter": "The end."}`)
		d := s.board()
		d.Outcomes = nil
		ticked := "renovate/x-" + strconv.Itoa(n-1)
		for i := range n {
			b := d.Branches[0]
			b.Name = "renovate/x-" + strconv.Itoa(i)
			d.Branches = append(d.Branches, b)
			o := Outcome{Branch: b.Name, Title: "Update dependency of-a-rather-long-name to v1", Result: Wait, Reasons: []Reason{{Code: CodeLimit, Text: "prConcurrentLimit is 1"}}}
			if b.Name == ticked {
				o.Result = Cannot
				o.Reasons = nil
			}
			d.Outcomes = append(d.Outcomes, o)
		}
		d.State.Wishes = Wishes{Branches: map[string]Wish{ticked: WishRetry}}
		o, _ := d.Outcome()
		body := *o.Actions[0].Note.Body
		rows := strings.Count(body, "<!-- unlimit-branch=")
		if len(body) > 65536 || !strings.Contains(body, "[x] <!-- retry-branch="+ticked+" -->") || !strings.Contains(body, "create-all-rate-limited-prs") || !strings.Contains(body, "The end.") {
			t.Errorf("%d updates: %d bytes, ending in %s", n, len(body), body[len(body)-400:])
		}
		note := fmt.Sprintf("*%d more are not shown", n-1-rows)
		if rows < 25 || (rows < n-1) != strings.Contains(body, note) {
			t.Errorf("%d updates: %d rows, and not %q", n, rows, note)
		}
	}
}

func FuzzReadWishes(f *testing.F) {
	f.Add(" - [x] <!-- approve-branch=renovate/a -->A\r\n - [x] <!-- rebase-all-open-prs -->")
	f.Fuzz(func(t *testing.T, body string) {
		start := time.Now()
		ReadWishes(body)
		if time.Since(start) > time.Second+time.Duration(len(body))*time.Millisecond {
			t.Error("too slow")
		}
	})
}

// retitle gives an issue the title that the bot gave it before configuration changed.
func retitle(i *platform.Issue, title string) {
	m, _ := ReadMarker(i.Body)
	m.Title, i.Title = Hash(title), title
	i.Body = sign(m, markerForm.ReplaceAllString(i.Body, ""))
}
