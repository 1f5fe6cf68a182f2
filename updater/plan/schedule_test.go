package plan

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/platform"
)

// settings resolves a configuration for one dependency.
func settings(t *testing.T, text string) config.Settings {
	t.Helper()
	c, diags, err := config.Resolve(context.Background(), config.Input{Repository: "acme/shop", Files: func(path string) ([]byte, bool) {
		return []byte(text), path == "renovate.json"
	}})
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	return c.For(config.Subject{DepName: "a"})
}

func scheduled(t *testing.T, text string, now time.Time) Rendered {
	s := settings(t, text)
	auto, _ := automerge(s)
	d := &Decision{Found: Found{Manager: "m", Path: "f", Dep: managers.Dep{Name: "a"}}, Facts: Complete}
	b := Branch{
		Name: "renovate/a", Base: "main", Title: "Update a", Message: "Update a", State: Ready, Automerge: auto, Settings: s,
		Members: []Member{{Decision: d, Update: Update{Type: "minor", Value: "2", State: Ready, Settings: s}}},
	}
	b.schedule(now)
	return Rendered{Branch: b, BaseHead: "c0", Blobs: map[string]string{"f": "1"}, Changes: platform.Changeset{"f": {Text: "2"}}}
}

var (
	monday  = time.Date(2026, 6, 1, 3, 0, 0, 0, time.UTC)
	tuesday = time.Date(2026, 6, 2, 3, 0, 0, 0, time.UTC)
)

func TestScheduleGatesCreation(t *testing.T) {
	const text = `{"schedule": ["before 6am on monday"], "timezone": "Europe/Berlin"}`
	if o := Reconcile([]Rendered{scheduled(t, text, monday)}, nil, State{}, monday)[0]; o.Result != Create {
		t.Errorf("on Monday: %s, %v", o.Result, o.Reasons)
	}
	b := scheduled(t, text, tuesday)
	o := Reconcile([]Rendered{b}, nil, State{}, tuesday)[0]
	want := `schedule is "before 6am on monday" (Europe/Berlin): it opens at 2026-06-07 22:00 UTC (renovate.json:1 (schedule[0]))`
	if o.Result != Wait || len(o.Actions) != 0 || o.Reasons[len(o.Reasons)-1].String() != want {
		t.Errorf("on Tuesday: %s, %v", o.Result, o.Reasons)
	}
	if !b.Until.Equal(time.Date(2026, 6, 7, 22, 0, 0, 0, time.UTC)) {
		t.Errorf("holds until %s", b.Until)
	}
	if body := Body(World{}, b.Branch, nil); !strings.Contains(body, "branches are made `\"before 6am on monday\" (Europe/Berlin)`, and merged `at any time`") {
		t.Errorf("body: %s", body)
	}
}

func TestScheduleGatesUpdates(t *testing.T) {
	have := State{Branches: map[string]BranchState{"renovate/a": {Head: "c1", Changed: map[string]string{"f": "old"}}}, Pulls: []platform.Pull{{Number: 1, Branch: "renovate/a", Title: "Update a", State: platform.Open, Head: "c1"}}}
	for text, want := range map[string]Result{
		`{"schedule": ["before 6am on monday"]}`:                               UpdateIt,
		`{"schedule": ["before 6am on monday"], "updateNotScheduled": false}`:  Unchanged,
		`{"schedule": ["before 6am on tuesday"], "updateNotScheduled": false}`: UpdateIt,
	} {
		if o := Reconcile([]Rendered{scheduled(t, text, tuesday)}, nil, have, tuesday)[0]; o.Result != want {
			t.Errorf("%s: %s, %v", text, o.Result, o.Reasons)
		}
	}
}

func TestScheduleGatesMerges(t *testing.T) {
	const text = `{"automerge": true, "automergeSchedule": ["before 6am on monday"]}`
	have := State{
		Branches: map[string]BranchState{"renovate/a": {Head: "c1", Changed: map[string]string{"f": "1"}}},
		Checks:   map[string]platform.Checks{"c1": {Head: "c1", Results: []platform.Check{{Name: "ci", State: platform.Passed}}}},
	}
	for now, want := range map[time.Time]Result{monday: Merge, tuesday: Unchanged} {
		b := scheduled(t, text, now)
		b.Complete(World{})
		have.Pulls = []platform.Pull{{Number: 1, Branch: "renovate/a", Title: "Update a", Body: Sign(b.Branch, b.Title, b.Text()), State: platform.Open, Head: "c1", Mergeable: platform.Clean}}
		o := Reconcile([]Rendered{b}, nil, have, now)[0]
		if o.Result != want {
			t.Errorf("%s: %s, %v, %v", now.Weekday(), o.Result, o.Reasons, o.Actions)
		}
		if want == Unchanged && !b.Until.Equal(time.Date(2026, 6, 8, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("holds until %s", b.Until)
		}
	}
}
