package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/currant-bot/currant/updater/platform"
)

// good returns a case in which nothing speaks against merging.
func good() Case {
	return Case{
		Automerge: true, Ready: true, Wanted: "abc",
		Pull:   platform.Pull{Head: "abc", Mergeable: platform.Clean},
		Checks: platform.Checks{Head: "abc", Rules: platform.Rules{Checks: required("build")}, Results: []platform.Check{{Name: "build", State: platform.Passed}}},
	}
}

// required are checks that any app may report; nil for no names.
func required(names ...string) []platform.Requirement {
	var out []platform.Requirement
	for _, n := range names {
		out = append(out, platform.Requirement{Name: n})
	}
	return out
}

func TestJudge(t *testing.T) {
	checks := func(names []string, results ...platform.Check) func(*Case) {
		return func(c *Case) { c.Checks.Rules.Checks, c.Checks.Results = required(names...), results }
	}
	pinned := func(results ...platform.Check) func(*Case) {
		return func(c *Case) {
			c.Checks.Rules.Checks, c.Checks.Results = []platform.Requirement{{Name: "build", App: "7"}}, results
		}
	}
	passed := func(name string) platform.Check { return platform.Check{Name: name, State: platform.Passed} }
	for _, tc := range []struct {
		name   string
		change func(*Case)
		want   []string
	}{
		{"all is well", func(*Case) {}, nil},
		{"automerge is off", func(c *Case) { c.Automerge = false }, []string{"automerge"}},
		{"not of age", func(c *Case) { c.Ready = false }, []string{"age"}},
		{"stale policy", func(c *Case) { c.Stale = "x" }, []string{"policy"}},
		{"a fact is open", func(c *Case) { c.Doubt = "x" }, []string{"facts"}},
		{"warnings", func(c *Case) { c.Warnings = []string{"x", "y"} }, []string{"render", "render"}},
		{"foreign commit", func(c *Case) { c.Foreign = "Ada" }, []string{"edited"}},
		{"another head", func(c *Case) { c.Pull.Head = "def" }, []string{"head"}},
		{"checks of another head", func(c *Case) { c.Checks.Head = "def" }, []string{"head"}},
		{"just pushed", func(c *Case) { c.Wanted = "" }, []string{"head"}},
		{"nothing is known", func(c *Case) { *c = Case{} }, []string{"automerge", "age", "head", "conflict", "checks"}},
		{"draft", func(c *Case) { c.Pull.Draft = true }, []string{"draft"}},
		{"conflict", func(c *Case) { c.Pull.Mergeable = platform.Conflicted }, []string{"conflict"}},
		{"unknown", func(c *Case) { c.Pull.Mergeable = platform.Unknown }, []string{"conflict"}},
		{"blocked", func(c *Case) { c.Pull.Mergeable = platform.Blocked }, []string{"rule"}},
		{"behind", func(c *Case) { c.Pull.Mergeable = platform.Behind }, []string{"behind"}},
		{"no checks at all", checks(nil), []string{"checks"}},
		{"no checks required, none reported", checks([]string{}), []string{"checks"}},
		{"none required, one green", checks([]string{}, passed("lint")), nil},
		{"the host does not say, all green", checks(nil, passed("lint"), passed("test")), nil},
		{"the host does not say, one red", checks(nil, passed("lint"), platform.Check{Name: "test", State: platform.Failed}), []string{"checks"}},
		{"required, but not reported", checks([]string{"build"}, passed("lint")), []string{"checks"}},
		{"required and running", checks([]string{"build"}, platform.Check{Name: "build", State: platform.Pending}), []string{"checks"}},
		{"in a state that nobody knows", checks(nil, platform.Check{Name: "build", State: "odd"}), []string{"checks"}},
		{"not required and red", checks([]string{"build"}, passed("build"), platform.Check{Name: "lint", State: platform.Failed}), []string{"checks"}},
		{"by the app that must report it", pinned(platform.Check{Name: "build", App: "7", State: platform.Passed}), nil},
		{"by another app", pinned(platform.Check{Name: "build", App: "8", State: platform.Passed}), []string{"checks"}},
		{"as a status, of which the host does not say whose it is", pinned(passed("build")), []string{"checks"}},
		{"by both, and the other one's is red", pinned(platform.Check{Name: "build", App: "7", State: platform.Passed}, platform.Check{Name: "build", App: "8", State: platform.Failed}), []string{"checks"}},
		{"a review is missing", func(c *Case) { c.Checks.People = "x" }, []string{"review"}},
		{"a locked branch", func(c *Case) { c.Checks.Rules.Locked = "x" }, []string{"rule"}},
		{"put out of the queue", func(c *Case) { c.Checks.Ousted = "FAILED_CHECKS" }, []string{"queue"}},
		{"behind", func(c *Case) { c.Behind = true }, nil},
		{"behind, and it must not be", func(c *Case) { c.Behind, c.Checks.Rules.Strict = true, true }, []string{"behind"}},
		{"behind, said twice", func(c *Case) { c.Behind, c.Checks.Rules.Strict, c.Pull.Mergeable = true, true, platform.Behind }, []string{"behind"}},
		{"behind, and a queue sees to it", func(c *Case) { c.Behind, c.Checks.Rules.Strict, c.Checks.Rules.Queue = true, true, true }, nil},
		{"only our own by another name", func(c *Case) {
			c.Own = []string{"age"}
			checks(nil, passed("age"))(c)
		}, []string{"checks"}},
		{"only our own", checks(nil, passed("renovate/stability-days"), passed("currant/age")), []string{"checks"}},
	} {
		c := good()
		tc.change(&c)
		var got []string
		for _, b := range Judge(c) {
			got = append(got, b.Code)
			if b.Text == "" {
				t.Errorf("%s: %s without a word", tc.name, b.Code)
			}
		}
		if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}
