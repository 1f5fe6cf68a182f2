package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
)

// automergeType branch (docs.renovatebot.com/configuration-options): a pull request only where a person is needed.
func TestBranchAutomerge(t *testing.T) {
	const text = `{"automerge": true, "automergeType": "branch"}`
	results := func(r ...platform.Check) func(*scene) {
		return func(s *scene) {
			c := s.state.Checks[ourHead]
			c.Results = r
			s.state.Checks[ourHead] = c
		}
	}
	running := platform.Check{Name: "build", State: platform.Pending}
	old := func(s *scene) { s.change(func(b *BranchState) { b.Committed = now.AddDate(0, 0, -3) }) }
	for _, tc := range []struct {
		name, config string
		change       func(*scene)
		want         Result
		actions      string
		reason       string
	}{
		{"nothing is there", text, func(s *scene) { s.gone() }, UpdateIt, "push", "merges without a pull request"},
		{"green", text, func(*scene) {}, Merge, "merge", "are green"},
		{"running", text, results(running), Wait, "", "not finished: build"},
		{"no check yet", text, results(), Wait, "", "no checks are not green"},
		{"running for days", text, func(s *scene) { results(running)(s); old(s) }, Create, "open", "its checks are not done"},
		{"no check for days", text, func(s *scene) { results()(s); old(s) }, Create, "open", "its checks are not done"},
		{"nothing is known of the checks", text, func(s *scene) { s.state.Checks = nil }, Wait, "", "commit that was judged"},
		{"failed", text, results(platform.Check{Name: "build", State: platform.Failed}), Create, "open", "its checks failed"},
		{"required and not there", text, func(s *scene) { s.rules(platform.Rules{Checks: []platform.Requirement{{Name: "scan"}}}) }, Wait, "", "required but not reported yet: scan"},
		{"pull requests only", text, func(s *scene) { s.rules(platform.Rules{PullOnly: true}) }, Create, "open", "through pull requests only"},
		{"a queue", text, func(s *scene) { s.rules(platform.Rules{Queue: true}) }, Create, "open", "through pull requests only"},
		{"locked", text, func(s *scene) { s.rules(platform.Rules{Locked: "the branch is locked"}) }, Create, "open", "locked"},
		{"the tool warns", text, func(s *scene) { s.want[0].Warnings = []string{"look!"} }, Create, "open report", "a person must look"},
		{"a person committed", text, func(s *scene) { s.change(func(b *BranchState) { b.Foreign = "Ada" }) }, Hands, "", "Ada"},
		{"behind", text, func(s *scene) { s.change(func(b *BranchState) { b.Behind = true }) }, UpdateIt, "push", "moved on"},
		{"policy is stale", text, func(s *scene) { s.state.Stale = "the preset is old" }, Wait, "", "the preset is old"},
		{"asked for on the dashboard", text, func(s *scene) { s.wish(WishOpen) }, Create, "open", ""},
		{"outside of its schedule", `{"automerge": true, "automergeType": "branch", "automergeSchedule": ["before 1am on friday"]}`, func(*scene) {}, Wait, "", "automergeSchedule"},
		{"too young", `{"automerge": true, "automergeType": "branch", "minimumReleaseAge": "3 years", "internalChecksFilter": "none", "statusCheckNames": null}`, func(*scene) {}, Wait, "", "not every update"},
	} {
		s := scened(t, tc.config)
		s.state.Pulls = nil
		s.change(func(b *BranchState) { b.Committed = now })
		tc.change(s)
		o := s.only(t)
		var why []string
		for _, r := range o.Reasons {
			why = append(why, r.String())
		}
		if o.Result != tc.want || kinds(o) != tc.actions || !strings.Contains(strings.Join(why, "\n"), tc.reason) {
			t.Errorf("%s: %s (%s), not %s (%s):\n%s", tc.name, o.Result, kinds(o), tc.want, tc.actions, strings.Join(why, "\n"))
		}
	}
}

// The base is moved to just the commit that was judged; of several branches one at a time.
func TestBranchesMergeInTurn(t *testing.T) {
	s := train(t, `{"automerge": true, "automergeType": "branch"}`, platform.Rules{}, wagon{}, wagon{}, wagon{behind: true})
	s.state.Pulls = nil
	var got []string
	for _, o := range s.reconcile() {
		got = append(got, o.Branch+" "+kinds(o)+" "+o.Reasons[len(o.Reasons)-1].Text)
	}
	const after = " in line; it waits for renovate/y, since each must be up to date with main to be merged"
	want := []string{"renovate/z  third" + after, "renovate/x  first" + after, "renovate/y merge all checks of 0000000 are green"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	s.state.Branches["renovate/y"] = s.state.Branches["renovate/x"] // behind, too
	s.state.Branches["renovate/z"] = s.state.Branches["renovate/x"]
	pushed := 0
	for _, o := range s.reconcile() {
		if kinds(o) == "push" {
			pushed++
		}
	}
	if pushed != 1 {
		t.Errorf("%d branches are made anew", pushed)
	}
}
