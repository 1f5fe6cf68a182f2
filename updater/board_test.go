package updater_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// boarded is a repository whose updates wait for a person: postgres by a rule, redis by the limit.
var boarded = map[string]string{
	"renovate.json": `{"dependencyDashboard": true, "dependencyDashboardLabels": ["deps"], "prHourlyLimit": 0, "prConcurrentLimit": 1, "separateMajorMinor": false,
  "packageRules": [{"matchPackageNames": ["postgres"], "dependencyDashboardApproval": true}]}`,
	"Dockerfile":    "FROM redis:7.0\n",
	"a/Dockerfile":  "FROM alpine:3.19\n",
	"db/Dockerfile": "FROM postgres:15.1 AS db",
}

// board returns the dashboard, which there must be one of.
func (w *world) board() githubtest.Issue {
	w.Helper()
	all, err := w.Issues(shop)
	w.must(err)
	if len(all) != 1 {
		w.Fatalf("%d issues: %+v", len(all), all)
	}
	return all[0]
}

// tick ticks boxes of the dashboard as a browser does.
func (w *world) tick(marks ...string) {
	w.Helper()
	b := w.board()
	for _, m := range marks {
		if !strings.Contains(b.Body, " - [ ] <!-- "+m+" -->") {
			w.Fatalf("there is no box %s in\n%s", m, b.Body)
		}
		b.Body = strings.Replace(b.Body, " - [ ] <!-- "+m+" -->", " - [x] <!-- "+m+" -->", 1)
	}
	b.Body = strings.ReplaceAll(b.Body, "\n", "\r\n")
	_, err := w.PutIssue(shop, b)
	w.must(err)
}

// quietly makes a pass that must write nothing.
func (w *world) quietly() *plan.Outcome {
	w.Helper()
	w.ResetLog()
	r, effects, err := w.pass(w.Context())
	w.must(err)
	if len(effects) > 0 || len(w.Writes()) > 0 {
		w.Fatalf("a second pass writes: %+v", w.Writes())
	}
	for i := range r.Outcomes {
		if r.Outcomes[i].Dashboard {
			return &r.Outcomes[i]
		}
	}
	return nil
}

func TestDashboardLife(t *testing.T) {
	w := newWorld(t, boarded)
	w.tags["alpine"] = []string{"3.19", "3.20"}
	w.once()
	b := w.board()
	if !b.Open || b.Title != "Dependency Dashboard" || len(b.Labels) != 1 {
		t.Errorf("%+v", b)
	}
	for _, line := range []string{
		" - [ ] <!-- approve-branch=renovate/postgres-16.x -->Update postgres Docker tag to v16",
		" - [ ] <!-- unlimit-branch=renovate/redis-7.x -->Update redis Docker tag to v7.2",
		" - [ ] <!-- rebase-branch=renovate/alpine-3.x -->[Update alpine Docker tag to v3.20](../pull/1)",
		" - `redis 7.0` → [Updates: `7.2`]",
	} {
		if !strings.Contains(b.Body, line) {
			t.Errorf("no %s in\n%s", line, b.Body)
		}
	}
	w.quietly()

	w.tick("approve-branch=renovate/postgres-16.x", "unlimit-branch=renovate/redis-7.x")
	w.once()
	if got := titles(w); got["Update postgres Docker tag to v16"] != "open" || got["Update redis Docker tag to v7.2"] != "open" {
		t.Errorf("%v", got)
	}
	if b = w.board(); strings.Contains(b.Body, "[x]") || strings.Count(b.Body, "](../pull/") != 3 {
		t.Error(b.Body)
	}
	w.quietly()

	// All of them anew: two are behind.
	_, err := w.Commit(shop, "", map[string]string{"README.md": "hello"}, "more")
	w.must(err)
	w.quietly()
	w.tick("rebase-all-open-prs")
	w.once()
	for _, branch := range []string{"renovate/alpine-3.x", "renovate/redis-7.x", "renovate/postgres-16.x"} {
		if text, err := w.ReadFile(shop, branch, "README.md"); text != "hello" || err != nil {
			t.Errorf("%s was not made anew: %v", branch, err)
		}
	}
	w.quietly()

	// A person's commit is thrown away only when somebody asks for it.
	_, err = w.CommitAs("ada", shop, "renovate/redis-7.x", map[string]string{"note": "mine"}, "mine")
	w.must(err)
	w.once()
	if b = w.board(); !strings.Contains(b.Body, "## PR Edited (Blocked)") {
		t.Error(b.Body)
	}
	w.quietly()
	w.tick("rebase-branch=renovate/redis-7.x")
	w.once()
	if _, err := w.ReadFile(shop, "renovate/redis-7.x", "note"); err == nil {
		t.Error("the person's commit is still there")
	}
	w.quietly()

	// Closed by a person, then wanted after all.
	pulls, err := w.Pulls(shop)
	w.must(err)
	for _, p := range pulls {
		if p.Branch == "renovate/redis-7.x" {
			p.State = "closed"
			w.must(w.EditPull(shop, p))
		}
	}
	w.once()
	w.tick("recreate-branch=renovate/redis-7.x")
	w.clean()
	if n := len(titlesOf(w, "renovate/redis-7.x")); n != 2 {
		t.Errorf("%d pull requests", n)
	}

	// Somebody closes the dashboard: it comes back when there is something new.
	b = w.board()
	b.Open = false
	_, err = w.PutIssue(shop, b)
	w.must(err)
	w.quietly()
	w.tags["redis"] = append(w.tags["redis"], "7.4")
	w.once()
	if !w.board().Open {
		t.Error("it stays closed although there is something new")
	}
	_, err = w.Commit(shop, "", map[string]string{"renovate.json": `{"prHourlyLimit": 0}`}, "no dashboard")
	w.must(err)
	w.clean()
	if w.board().Open {
		t.Error("it is open although nobody wants it")
	}
}

func titlesOf(w *world, branch string) (out []string) {
	pulls, err := w.Pulls(shop)
	w.must(err)
	for _, p := range pulls {
		if p.Branch == branch {
			out = append(out, p.Title)
		}
	}
	return out
}

// What is pushed and refused stays ticked.
func TestTicksOutliveFaults(t *testing.T) {
	w := newWorld(t, boarded)
	w.once()
	w.tick("approve-branch=renovate/postgres-16.x")
	w.Inject(githubtest.Fault{Op: "git-receive-pack", Kind: githubtest.Refuse, Status: 500, Times: -1})
	_, _, err := w.pass(t.Context())
	w.must(err)
	if b := w.board(); !strings.Contains(b.Body, "[x] <!-- retry-branch=renovate/postgres-16.x") {
		t.Error(b.Body)
	}
	w.ClearFaults()
	w.clean()
	if titles(w)["Update postgres Docker tag to v16"] != "open" {
		t.Error("the tick was lost")
	}
}

// A token that may not see issues still makes pull requests.
func TestNoPermissionForIssues(t *testing.T) {
	w := newWorld(t, boarded)
	w.Inject(githubtest.Fault{Op: "issues/list-for-repo", Kind: githubtest.Refuse, Status: 403, Times: -1})
	w.clean()
	if titles(w)["Update redis Docker tag to v7.2"] != "open" {
		t.Error("nothing was done")
	}
}

// headings and boxes of a dashboard, and nothing else.
func skeleton(body string) string {
	var out []string
	for _, l := range strings.Split(body, "\n") {
		switch {
		case strings.HasPrefix(l, " - [ ] <!-- rebase-all"), strings.HasPrefix(l, " - [ ] <!-- create-all"), strings.HasPrefix(l, " - [ ] <!-- approve-all"):
			l, _, _ = strings.Cut(l, "-->")
			out = append(out, l+"-->")
		case strings.HasPrefix(l, "## "), strings.HasPrefix(l, " - ["), strings.HasPrefix(l, " - `"):
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// The dashboard has the headings, boxes and links that Renovate 44 wrote for the same repository; numbers of pull requests follow from what was
// made first.
func TestDashboardHasRenovatesForm(t *testing.T) {
	w := newWorld(t, map[string]string{
		"renovate.json": `{"prHourlyLimit": 0, "dependencyDashboard": true, "packageRules": [
  {"matchPackageNames": ["right"], "dependencyDashboardApproval": true}, {"matchPackageNames": ["up"], "schedule": ["before 1am on the first day of january"]},
  {"matchPackageNames": ["down"], "prCreation": "approval"}, {"matchPackageNames": ["a1", "a2"], "groupName": "big", "minimumGroupSize": 5}]}`,
		"package.json": `{"dependencies": {"a1": "1.0.0", "a2": "1.0.0", "b": "1.0.0", "down": "1.0.0", "left": "1.0.0", "none": "1.0.0", "right": "1.0.0", "up": "1.0.0"}}`,
	})
	for _, name := range []string{"left", "up", "down", "a1", "a2", "b"} {
		w.tags[name] = []string{"1.0.0", "1.1.0"}
	}
	w.tags["right"] = []string{"1.0.0", "2.0.0"}
	w.now = func() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) }
	w.once()
	detected := "## Detected Dependencies\n - `a1 1.0.0` → [Updates: `1.1.0`]\n - `a2 1.0.0` → [Updates: `1.1.0`]\n - `b 1.0.0` → [Updates: `1.1.0`]\n - `down 1.0.0` → [Updates: `1.1.0`]\n" +
		" - `left 1.0.0` → [Updates: `1.1.0`]\n - `none 1.0.0`\n - `right 1.0.0` → [Updates: `2.0.0`]\n - `up 1.0.0` → [Updates: `1.1.0`]"
	waiting := `## Repository Problems
## Pending Approval
 - [ ] <!-- approve-branch=renovate/right-2.x -->Update dependency right to v2
## Group Size Not Met
 - [ ] <!-- approveGroup-branch=renovate/big -->Update big to v1.1.0 (` + "`a1`, `a2`" + `)
## Awaiting Schedule
 - [ ] <!-- unschedule-branch=renovate/up-1.x -->Update dependency up to v1.1.0
## PR Creation Approval Required
 - [ ] <!-- approvePr-branch=renovate/down-1.x -->Update dependency down to v1.1.0
`
	if diff := cmp.Diff(waiting+`## Open
 - [ ] <!-- rebase-branch=renovate/b-1.x -->[Update dependency b to v1.1.0](../pull/1)
 - [ ] <!-- rebase-branch=renovate/left-1.x -->[Update dependency left to v1.1.0](../pull/2)
 - [ ] <!-- rebase-all-open-prs -->
`+detected, skeleton(w.board().Body)); diff != "" {
		t.Error(diff)
	}
	w.byAda("left-1.x")
	closed(w)
	w.clean()
	if diff := cmp.Diff(waiting+`## PR Edited (Blocked)
 - [ ] <!-- rebase-branch=renovate/left-1.x -->[Update dependency left to v1.1.0](../pull/2)
## PR Closed (Blocked)
 - [ ] <!-- recreate-branch=renovate/b-1.x -->[Update dependency b to v1.1.0](../pull/1)
`+detected, skeleton(w.board().Body)); diff != "" {
		t.Error(diff)
	}
	w.quietly()
}
