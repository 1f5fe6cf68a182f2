package github

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestChecks(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	r := newReader(t, s, githubtest.Grant{})
	head := s.Head("acme/shop", "main")
	for _, c := range [][2]string{
		{"build", "failure"}, {"build", "success"}, // run again: the newest counts
		{"flaky", "success"}, {"flaky", ""},
		{"lint", "neutral"}, {"docs", "skipped"}, {"slow", ""}, {"gone", "cancelled"}, {"late", "timed_out"}, {"ask", "action_required"}, {"both", "success"},
	} {
		must(t, s.SetCheck("acme/shop", head, c[0], c[1]))
	}
	for _, c := range [][2]string{{"ci/one", "pending"}, {"ci/one", "success"}, {"ci/two", "error"}, {"ci/three", "pending"}, {"both", "failure"}} {
		must(t, s.SetStatus("acme/shop", head, c[0], c[1]))
	}
	got, err := r.Checks(t.Context(), "acme/shop", "main", head)
	must(t, err)
	want := platform.Checks{Head: head, Required: []string{}, Results: []platform.Check{
		{Name: "ask", State: platform.Failed}, {Name: "both", State: platform.Failed}, {Name: "build", State: platform.Passed},
		{Name: "ci/one", State: platform.Passed}, {Name: "ci/three", State: platform.Pending}, {Name: "ci/two", State: platform.Failed},
		{Name: "docs", State: platform.Passed}, {Name: "flaky", State: platform.Pending}, {Name: "gone", State: platform.Failed},
		{Name: "late", State: platform.Failed}, {Name: "lint", State: platform.Passed}, {Name: "slow", State: platform.Pending},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRunStates(t *testing.T) {
	for _, test := range []struct {
		status, conclusion string
		want               platform.CheckState
	}{
		{"completed", "success", platform.Passed}, {"completed", "neutral", platform.Passed}, {"completed", "skipped", platform.Passed},
		{"completed", "failure", platform.Failed}, {"completed", "stale", platform.Failed}, {"completed", "startup_failure", platform.Failed},
		{"completed", "something new", platform.Failed}, {"completed", "", platform.Pending},
		{"queued", "", platform.Pending}, {"in_progress", "", platform.Pending}, {"waiting", "", platform.Pending}, {"in_progress", "success", platform.Pending},
	} {
		run := &gh.CheckRun{Status: &test.status, Conclusion: &test.conclusion}
		if got := runState(run); got != test.want {
			t.Errorf("%s %q is %s, want %s", test.status, test.conclusion, got, test.want)
		}
	}
}

func TestRequiredChecks(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	head := s.Head("acme/shop", "main")
	_, err := s.Commit("acme/shop", "release/1.x", map[string]string{"b": "1"}, "release")
	must(t, err)
	all := newReader(t, s, githubtest.Grant{})
	few := newReader(t, s, githubtest.Grant{Permissions: map[string]string{"contents": "write", "checks": "read", "statuses": "read", "pull_requests": "write"}})
	required := func(r *Reader, base string) []string {
		t.Helper()
		got, err := r.Checks(t.Context(), "acme/shop", base, head)
		must(t, err)
		return got.Required
	}
	expect := func(what string, got, want []string) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	expect("no protection", required(all, "main"), []string{})
	expect("may not see that there is none", required(few, "main"), nil)
	must(t, s.SetProtection("acme/shop", "main", &githubtest.Protection{Reviews: 1}))
	expect("protection without checks", required(all, "main"), []string{})
	must(t, s.SetProtection("acme/shop", "main", &githubtest.Protection{Checks: []string{"test", "build"}}))
	expect("protection", required(all, "main"), []string{"build", "test"})
	expect("hidden protection", required(few, "main"), nil)
	must(t, s.SetRuleset("acme/shop", "main", &githubtest.Protection{Checks: []string{"lint", "build"}}))
	expect("both", required(all, "main"), []string{"build", "lint", "test"})
	expect("what the rulesets show", required(few, "main"), []string{"build", "lint"})
	must(t, s.SetProtection("acme/shop", "release/1.x", &githubtest.Protection{Checks: []string{"x"}}))
	must(t, s.SetRuleset("acme/shop", "release/1.x", &githubtest.Protection{Checks: []string{"y"}}))
	expect("a branch with a slash", required(all, "release/1.x"), []string{"x", "y"})
}
