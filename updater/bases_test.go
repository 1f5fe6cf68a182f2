package updater_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Names were seen in what Renovate 44 makes of the same configuration.
func TestSeveralBases(t *testing.T) {
	w := newWorld(t, map[string]string{
		"renovate.json": `{"dependencyDashboard": true, "prHourlyLimit": 0, "useBaseBranchConfig": "merge", "baseBranchPatterns": ["$default", "/^release\\//", "gone"],
  "packageRules": [{"matchBaseBranches": ["release/1.x"], "matchUpdateTypes": ["major"], "enabled": false}]}`,
		"db/Dockerfile": "FROM postgres:15.1 AS db",
	})
	w.tags["postgres"] = []string{"15.1", "16.1"}
	for branch, files := range map[string]map[string]string{
		"release/1.x": {"Dockerfile": "FROM redis:7.0\n"},
		"release/2.x": {"renovate.json": `{"labels": ["two"]}`, "Dockerfile": "FROM redis:7.0\n"},
		"feature":     {"Dockerfile": "FROM redis:7.0\n"},
	} {
		_, err := w.Commit(shop, branch, files, "more")
		w.must(err)
	}
	w.once()
	pulls, err := w.Pulls(shop)
	w.must(err)
	got := make(map[string]string)
	for _, p := range pulls {
		got[p.Branch] = strings.Join([]string{p.Base, p.Title, strings.Join(p.Labels, ",")}, "|")
	}
	want := map[string]string{
		"renovate/main-postgres-16.x":        "main|Update postgres Docker tag to v16 (main)|",
		"renovate/release/1.x-redis-7.x":     "release/1.x|Update redis Docker tag to v7.2 (release/1.x)|",
		"renovate/release/2.x-redis-7.x":     "release/2.x|Update redis Docker tag to v7.2 (release/2.x)|two",
		"renovate/release/2.x-postgres-16.x": "release/2.x|Update postgres Docker tag to v16 (release/2.x)|two",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	b := w.board().Body
	for _, s := range []string{"<summary>Branch main</summary>", "<summary>Branch release/1.x</summary>", `there is no branch "gone"`} {
		if !strings.Contains(b, strings.ReplaceAll(s, `"`, "\"")) {
			t.Errorf("no %s in\n%s", s, b)
		}
	}
	w.quietly()

	// What happens on one base leaves the branches of the others alone.
	_, err = w.Commit(shop, "release/2.x", map[string]string{"Dockerfile": "FROM redis:7.2\n"}, "by hand")
	w.must(err)
	w.clean()
	states := make(map[string]string)
	pulls, err = w.Pulls(shop)
	w.must(err)
	for _, p := range pulls {
		states[p.Branch] = p.State
	}
	if states["renovate/release/2.x-redis-7.x"] != "closed" || states["renovate/release/1.x-redis-7.x"] != "open" {
		t.Errorf("%v", states)
	}
	w.quietly()

	// A base branch whose configuration is broken is left as it is, the others are not.
	_, err = w.Commit(shop, "release/2.x", map[string]string{"renovate.json": `{"labels":`}, "oops")
	w.must(err)
	w.tags["redis"] = append(w.tags["redis"], "7.4")
	w.clean()
	if text, err := w.ReadFile(shop, "renovate/release/1.x-redis-7.x", "Dockerfile"); text != "FROM redis:7.4\n" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if w.Head(shop, "renovate/release/2.x-postgres-16.x") == "" {
		t.Error("a branch was closed although nobody knows whether it is wanted")
	}
}

// A pull request follows when configuration chooses another base, and stays where a person pointed it.
func TestAnotherBase(t *testing.T) {
	w := newWorld(t, map[string]string{"renovate.json": `{}`, "Dockerfile": "FROM redis:7.0\n"})
	w.once()
	w.must(w.Branch(shop, "next", "main"))
	_, err := w.Commit(shop, "next", map[string]string{"more": "more"}, "more")
	w.must(err)
	_, err = w.CommitAs("ada", shop, "", map[string]string{"main-only": "x"}, "only here") // it must not seem to be on the branch
	w.must(err)
	before, err := w.Pulls(shop)
	w.must(err)
	before[0].Title = "rebase! " + before[0].Title
	w.must(w.EditPull(shop, before[0]))
	w.clean()
	_, err = w.Commit(shop, "", map[string]string{"renovate.json": `{"baseBranchPatterns": ["next"]}`}, "next")
	w.must(err)
	w.clean()
	pulls, err := w.Pulls(shop)
	w.must(err)
	last := len(pulls) - 1
	if pulls[last].Base != "next" || pulls[last].State != "open" {
		t.Errorf("%+v", pulls)
	}
	if _, err := w.ReadFile(shop, "renovate/redis-7.x", "more"); err != nil {
		t.Error(err)
	}
	w.quietly()
	w.must(w.Retarget(shop, pulls[last].Number, "main"))
	w.once()
	w.quietly()
	if pulls, err = w.Pulls(shop); err != nil || pulls[last].Base != "main" {
		t.Errorf("%+v, %v", pulls, err)
	}
}
