package updater

import (
	"strings"
	"testing"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// TestUrgentFirst checks what is done first, and what of it when requests run short: merges and what mends weaknesses, in the order that they
// had.
func TestUrgentFirst(t *testing.T) {
	does := func(branch string, a plan.Action) plan.Outcome {
		a.Branch = branch
		return plan.Outcome{Branch: branch, Actions: []plan.Action{a}}
	}
	opens := plan.Action{Open: &platform.Proposal{}}
	r := &Report{
		Branches: []plan.Rendered{{Branch: plan.Branch{Name: "mend", Security: true}}, {Branch: plan.Branch{Name: "new"}}},
		Outcomes: []plan.Outcome{does("new", opens), does("green", plan.Action{Merge: &platform.Merging{}}), {Branch: "quiet"}, does("mend", opens), does("old", plan.Action{Close: &platform.Closing{}})},
	}
	names := func(list []plan.Outcome, only func(plan.Outcome) bool) string {
		var out []string
		for _, o := range list {
			if only(o) {
				out = append(out, o.Branch)
			}
		}
		return strings.Join(out, " ")
	}
	if got := names(urgentFirst(r), func(plan.Outcome) bool { return true }); got != "green mend new quiet old" {
		t.Errorf("in the order %s", got)
	}
	postpone(r, "GitHub allows no more")
	if got := names(r.Outcomes, func(o plan.Outcome) bool { return len(o.Actions) > 0 }); got != "green mend" || r.Postponed == "" {
		t.Errorf("still done: %s", got)
	}
	if got := names(r.Outcomes, func(o plan.Outcome) bool { return len(o.Reasons) > 0 }); got != "new old" {
		t.Errorf("said of: %s", got)
	}
}
