package github

import (
	"slices"
	"strings"
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
	must(t, s.SetCheckBy("other[bot]", "acme/shop", head, "build", "failure"))
	got, err := r.Checks(t.Context(), "acme/shop", "main", []platform.Candidate{{Head: head}})
	must(t, err)
	apps := map[string]string{}
	for i, x := range got[0].Results {
		if x.App != "" && apps[x.App] == "" {
			apps[x.App] = string(rune('A' + len(apps)))
		}
		got[0].Results[i].App = apps[x.App]
	}
	slices.SortStableFunc(got[0].Results, func(a, b platform.Check) int { return strings.Compare(a.Name+a.App, b.Name+b.App) })
	want := []platform.Checks{{Head: head, Rules: platform.Rules{Checks: []platform.Requirement{}}, Results: []platform.Check{
		{Name: "ask", App: "A", State: platform.Failed}, {Name: "both", State: platform.Failed}, {Name: "both", App: "A", State: platform.Passed},
		{Name: "build", App: "A", State: platform.Passed}, {Name: "build", App: "B", State: platform.Failed},
		{Name: "ci/one", State: platform.Passed}, {Name: "ci/three", State: platform.Pending}, {Name: "ci/two", State: platform.Failed},
		{Name: "docs", App: "A", State: platform.Passed}, {Name: "flaky", App: "A", State: platform.Pending}, {Name: "gone", App: "A", State: platform.Failed},
		{Name: "late", App: "A", State: platform.Failed}, {Name: "lint", App: "A", State: platform.Passed}, {Name: "slow", App: "A", State: platform.Pending},
	}}}
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
