package updater_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

func branchNames(w *world) []string {
	w.Helper()
	p, stop := w.passer()
	defer stop()
	repo, err := p.Reader.Repository(w.Context(), shop)
	w.must(err)
	m, err := p.Open(w.Context(), repo)
	w.must(err)
	refs, err := m.Refs()
	w.must(err)
	names := slices.Sorted(maps.Keys(refs.Heads))
	return slices.DeleteFunc(names, func(name string) bool { return name == repo.Default })
}

// asAnn changes something by hand.
func (w *world) asAnn(method, what, body string) {
	w.Helper()
	req, err := http.NewRequest(method, strings.TrimSuffix(w.APIURL()+"repos/"+shop+"/"+what, "/"), strings.NewReader(body))
	w.must(err)
	req.Header.Set("Authorization", "Bearer "+w.Token(githubtest.Grant{Login: "ann"}))
	resp, err := http.DefaultClient.Do(req)
	w.must(err)
	resp.Body.Close()
	if resp.StatusCode >= 300 {
		w.Fatalf("%s %s: %s", method, what, resp.Status)
	}
}

// With branchPrefixOld what was made under another prefix goes on under its name, and what was declined stays so.
func TestFormerPrefix(t *testing.T) {
	w := newWorld(t, files)
	w.clean()
	before := branchNames(w)
	if diff := cmp.Diff([]string{"renovate/postgres-15.x", "renovate/postgres-16.x", "renovate/redis-7.x"}, before); diff != "" {
		t.Fatal(diff)
	}
	pulls, err := w.Pulls(shop)
	w.must(err)
	for _, p := range pulls {
		if p.Branch == "renovate/postgres-16.x" {
			w.asAnn(http.MethodPatch, fmt.Sprintf("pulls/%d", p.Number), `{"state": "closed"}`)
			w.asAnn(http.MethodDelete, "git/refs/heads/"+p.Branch, "")
		}
	}
	change := func(more string) {
		t.Helper()
		_, err := w.Commit(shop, "", map[string]string{"renovate.json": strings.Replace(files["renovate.json"], `{`, `{`+more, 1)}, "configuration")
		w.must(err)
	}
	change(`"branchPrefix": "currant/", "branchPrefixOld": "renovate/", `)
	r := w.clean()
	want := map[string]plan.Result{"renovate/postgres-15.x": plan.Unchanged, "renovate/redis-7.x": plan.Unchanged, "currant/postgres-16.x": plan.Declined}
	if diff := cmp.Diff(want, results(r)); diff != "" {
		t.Error(diff)
	}
	if got := titles(w); len(got) != 3 {
		t.Errorf("something new was opened: %v", got)
	}
	w.settled()

	// What is new has the new prefix; without branchPrefixOld the others are nobody's.
	w.tags["redis"] = append(w.tags["redis"], "8.0")
	r = w.clean()
	if got := results(r)["currant/redis-8.x"]; got != plan.Unchanged {
		t.Errorf("what is new: %v", results(r))
	}
	change(`"branchPrefix": "currant/", `)
	r = w.clean()
	for name := range results(r) {
		if !strings.HasPrefix(name, "currant/") {
			t.Errorf("%s is taken for ours: %v", name, results(r))
		}
	}
}

// rebaseAllOpenBranches brings what rebaseWhen would leave behind up to date, once.
func TestRebaseAllOpenBranches(t *testing.T) {
	w := newWorld(t, files)
	w.clean()
	_, err := w.Commit(shop, "", map[string]string{"README.md": "hello\n", "renovate.json": strings.Replace(files["renovate.json"], `{`, `{"rebaseWhen": "never", `, 1)}, "elsewhere")
	w.must(err)
	w.clean()
	if got, _ := w.ReadFile(shop, "renovate/postgres-15.x", "README.md"); got != "" {
		t.Fatalf("it was rebased without being asked: %q", got)
	}
	w.global = `{"rebaseAllOpenBranches": true}`
	w.clean()
	for _, name := range []string{"renovate/postgres-15.x", "renovate/redis-7.x"} {
		if got, err := w.ReadFile(shop, name, "README.md"); got != "hello\n" {
			t.Errorf("%s is behind: %q, %v", name, got, err)
		}
	}
	w.settled()
}
