package updater_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

func TestPeopleAreAsked(t *testing.T) {
	w := newWorld(t, map[string]string{
		"renovate.json": `{"prHourlyLimit": 0, "gitAuthor": "Our Bot <bot@example.test>", "assigneesFromCodeOwners": true, "reviewers": ["grace", "mallory"], "additionalReviewers": ["team:ops"],
  "milestone": 1, "draftPR": true, "packageRules": [{"matchPackageNames": ["redis"], "automerge": true, "draftPR": false}]}`,
		".github/CODEOWNERS": "*  @ada\n/db/ @acme/data @bob # the database\n",
		"Dockerfile":         "FROM redis:7.0\n",
		"db/Dockerfile":      "FROM postgres:15.1",
	})
	w.tags["postgres"] = []string{"15.1", "16.1"}
	for _, x := range []string{"ada", "bob", "grace"} {
		w.CreateUser(x)
	}
	w.Stranger("mallory")
	w.CreateTeam("acme", "ops")
	_, err := w.CreateMilestone(shop, "next")
	w.must(err)
	look := func() map[string]string {
		t.Helper()
		pulls, err := w.Pulls(shop)
		w.must(err)
		out := make(map[string]string)
		for _, p := range pulls {
			out[p.Branch] = strings.Join([]string{strings.Join(p.Assignees, ","), strings.Join(p.Reviewers, ","), p.Milestone, p.State}, "|")
		}
		return out
	}
	settle := func() {
		t.Helper()
		for range 3 { // the stranger is refused, twice at most
			_, _, err := w.pass(t.Context())
			w.must(err)
		}
	}
	settle()
	want := map[string]string{"renovate/redis-7.x": "||next|open", "renovate/postgres-16.x": "bob|grace,team:ops|next|open"}
	if diff := cmp.Diff(want, look()); diff != "" {
		t.Error(diff)
	}
	w.quietly()
	w.must(w.SetCheck(shop, w.Head(shop, "renovate/redis-7.x"), "build", "failure"))
	settle()
	want["renovate/redis-7.x"] = "ada|grace,team:ops|next|open"
	if diff := cmp.Diff(want, look()); diff != "" {
		t.Error(diff)
	}
	w.quietly()
}

// Nothing is lost when asking fails in the middle.
func TestPeopleAfterFault(t *testing.T) {
	for _, op := range []string{"issues/add-assignees", "pulls/request-reviewers"} {
		w := newWorld(t, map[string]string{"renovate.json": `{"assignees": ["ada"], "reviewers": ["grace"]}`, "Dockerfile": "FROM redis:7.0\n"})
		w.CreateUser("ada")
		w.CreateUser("grace")
		w.Inject(githubtest.Fault{Op: op, Kind: githubtest.Cut})
		_, _, err := w.pass(t.Context())
		w.must(err)
		w.clean()
		pulls, err := w.Pulls(shop)
		w.must(err)
		if op == "issues/add-assignees" && (len(pulls) != 1 || len(pulls[0].Assignees) != 1 || len(pulls[0].Reviewers) != 1) {
			t.Errorf("%s: %+v", op, pulls)
		}
	}
}

// docs.renovatebot.com/configuration-options, forkProcessing.
func TestForks(t *testing.T) {
	for _, tc := range []struct {
		name, config string
		discovered   bool
		want         string
	}{
		{"named", `{}`, false, ""},
		{"found", `{}`, true, "nobody named it"},
		{"found, and enabled", `{"forkProcessing": "enabled"}`, true, ""},
		{"found, and enabled by the old name", `{"includeForks": true}`, true, ""},
		{"disabled", `{"forkProcessing": "disabled"}`, false, "forkProcessing is disabled (renovate.json:1"},
	} {
		w := newWorld(t, files)
		w.must(w.CreateRepo("acme/fork", map[string]string{"renovate.json": tc.config, "Dockerfile": "FROM redis:7.0\n"}, githubtest.Forked()))
		p, stop := w.passer()
		p.Discovered = func(string) bool { return tc.discovered }
		r, _, err := p.Pass(t.Context(), "acme/fork")
		stop()
		w.must(err)
		if tc.want == "" && r.Skipped != "" || !strings.Contains(r.Skipped, tc.want) {
			t.Errorf("%s: %q", tc.name, r.Skipped)
		}
	}
}

// What excludeCommitPaths names is not changed; a branch of which nothing is left is not made.
func TestExcludeCommitPaths(t *testing.T) {
	w := newWorld(t, map[string]string{
		"renovate.json": `{"groupName": "all", "excludeCommitPaths": ["generated/**"]}`, "Dockerfile": "FROM redis:7.0\n", "generated/Dockerfile": "FROM redis:7.0\n",
	})
	w.clean()
	for path, want := range map[string]string{"Dockerfile": "FROM redis:7.2\n", "generated/Dockerfile": "FROM redis:7.0\n"} {
		if got, err := w.ReadFile(shop, "renovate/all", path); got != want || err != nil {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
}
