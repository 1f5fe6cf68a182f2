package plan

import (
	"testing"
	"time"

	"github.com/currant-bot/currant/updater/platform"
)

func TestPrCreation(t *testing.T) {
	at := func(states ...platform.CheckState) State {
		c := platform.Checks{Head: "c1"}
		for i, s := range states {
			c.Results = append(c.Results, platform.Check{Name: string(rune('a' + i)), State: s})
		}
		return State{
			Branches: map[string]BranchState{"renovate/a": {Head: "c1", Changed: map[string]string{"f": "1"}, Committed: monday.Add(-time.Hour)}},
			Checks:   map[string]platform.Checks{"c1": c},
		}
	}
	const pending platform.CheckState = "pending"
	for _, tc := range []struct {
		name, text string
		have       State
		now        time.Time
		want       Result
	}{
		{"immediate", `{"prCreation": "immediate"}`, at(pending), monday, Create},
		{"the branch comes first", `{"prCreation": "not-pending"}`, State{}, monday, UpdateIt},
		{"pending", `{"prCreation": "not-pending"}`, at(platform.Passed, pending), monday, Wait},
		{"no check yet", `{"prCreation": "not-pending"}`, at(), monday, Wait},
		{"failed is not pending", `{"prCreation": "not-pending"}`, at(platform.Failed), monday, Create},
		{"a day later", `{"prCreation": "not-pending"}`, at(pending), monday.Add(24 * time.Hour), Create},
		{"hours", `{"prCreation": "not-pending", "prNotPendingHours": 48}`, at(pending), monday.Add(24 * time.Hour), Wait},
		{"green", `{"prCreation": "status-success"}`, at(platform.Passed), monday, Create},
		{"red", `{"prCreation": "status-success"}`, at(platform.Passed, platform.Failed), monday.Add(999 * time.Hour), Wait},
		{"none is not green", `{"prCreation": "status-success"}`, at(), monday, Wait},
		{"approval: the branch comes first", `{"prCreation": "approval"}`, State{}, monday, UpdateIt},
		{"approval", `{"prCreation": "approval"}`, at(platform.Passed), monday, Approve},
	} {
		o := Reconcile([]Rendered{scheduled(t, tc.text, tc.now)}, nil, tc.have, tc.now)[0]
		opened := false
		for _, a := range o.Actions {
			opened = opened || a.Open != nil
		}
		if o.Result != tc.want || opened != (tc.want == Create) {
			t.Errorf("%s: %s, %v", tc.name, o.Result, o.Reasons)
		}
		if tc.name == "pending" && !o.Until.Equal(monday.Add(24*time.Hour)) {
			t.Errorf("%s: holds until %s", tc.name, o.Until)
		}
	}
}
