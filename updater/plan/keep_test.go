package plan

import (
	"testing"

	"github.com/currant-bot/currant/managers"
)

func TestInternalDeps(t *testing.T) {
	internal := with(npm("x", "1.0.0"), func(d *managers.Dep) { d.Skip = managers.InternalPackage })
	for config, want := range map[string]int{`{}`: 0, `{"updateInternalDeps": true}`: 1} {
		d := decide(t, world(t, config), map[string]Listing{"x": answer(releases("1.0.0", "1.1.0")...)}, internal)[0]
		if len(d.Updates) != want {
			t.Errorf("%s: %v", config, updates(d))
		}
	}
}

// A branch that is to stay after its merge does.
func TestPruneBranchAfterAutomerge(t *testing.T) {
	s := scened(t, `{"automerge": true, "pruneBranchAfterAutomerge": false}`)
	if m := s.only(t).Actions[0].Merge; m == nil || m.Branch != "" {
		t.Errorf("%+v", m)
	}
	s.state.Pulls[0].State = "merged"
	s.look(t, answer(releases("1.0.0")...))
	if out := s.reconcile(); len(out) != 0 {
		t.Errorf("%+v", out)
	}
}
