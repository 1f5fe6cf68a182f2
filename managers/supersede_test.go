package managers_test

import (
	"testing"

	"github.com/currant-bot/currant/managers"
)

func TestSupersede(t *testing.T) {
	ms := []*managers.Manager{{Name: "pep621"}, {Name: "poetry", Supersedes: []string{"pep621"}}, {Name: "other"}}
	free := managers.Result{Deps: []managers.Dep{{Name: "a"}}}
	locked := managers.Result{Deps: []managers.Dep{{Name: "b"}, {Name: "a", Locks: []string{"x.lock"}}}}
	for _, c := range []struct {
		name           string
		pep621, poetry managers.Result
		want           [2]int // how many dependencies are left
	}{
		{"neither has a lock file", free, free, [2]int{0, 1}},
		{"both have", locked, locked, [2]int{0, 2}},
		{"only the superseded one has", locked, free, [2]int{2, 0}},
		{"only the other has", free, locked, [2]int{0, 2}},
		{"the other found nothing", free, managers.Result{}, [2]int{1, 0}},
		{"only the other found something", managers.Result{}, free, [2]int{0, 1}},
	} {
		in := []managers.Result{c.pep621, c.poetry, free}
		out := managers.Supersede(ms, in)
		if got := [2]int{len(out[0].Deps), len(out[1].Deps)}; got != c.want || len(out[2].Deps) != 1 {
			t.Errorf("%s: left %v, want %v", c.name, got, c.want)
		}
		if len(in[0].Deps) != len(c.pep621.Deps) || len(in[1].Deps) != len(c.poetry.Deps) {
			t.Errorf("%s: the argument was changed", c.name)
		}
	}
}
