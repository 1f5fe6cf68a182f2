package updater_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// results are what became of the branches.
func results(r *updater.Report) map[string]plan.Result {
	out := make(map[string]plan.Result)
	for _, o := range r.Outcomes {
		out[o.Branch] = o.Result
	}
	return out
}

func titles(w *world) map[string]string {
	w.Helper()
	out := make(map[string]string)
	pulls, err := w.Pulls(shop)
	w.must(err)
	for _, p := range pulls {
		out[p.Title] = p.State
	}
	return out
}

// The main job, from nothing to a merge.
func TestMainJob(t *testing.T) {
	w := newWorld(t, files)
	r, _, err := w.pass(t.Context())
	w.must(err)
	want := map[string]plan.Result{"renovate/redis-7.x": plan.Create, "renovate/postgres-15.x": plan.Create, "renovate/postgres-16.x": plan.Create}
	if diff := cmp.Diff(want, results(r)); diff != "" {
		t.Fatal(diff)
	}
	if got, err := w.ReadFile(shop, "renovate/redis-7.x", "Dockerfile"); err != nil || got != "FROM redis:7.2\r\nRUN true\r\n" {
		t.Errorf("%q, %v", got, err)
	}
	pulls, err := w.Pulls(shop)
	w.must(err)
	for _, p := range pulls {
		if !cmp.Equal(p.Labels, []string{"deps"}) {
			t.Errorf("#%d has the labels %v", p.Number, p.Labels)
		}
	}
	if pushes := count(w.Writes(), "git-receive-pack"); pushes > 2 { // one request lists, one pushes
		t.Errorf("%d requests to push three branches", pushes)
	}

	// Without checks nothing merges, and nothing is written.
	w.settled()

	w.green()
	if r, _, err = w.pass(t.Context()); err != nil || results(r)["renovate/redis-7.x"] != plan.Merge || results(r)["renovate/postgres-15.x"] != plan.Unchanged {
		t.Fatalf("%v, %v", results(r), err)
	}
	wantTitles := map[string]string{"Update redis Docker tag to v7.2": "merged", "Update postgres Docker tag to v15.4": "open", "Update postgres Docker tag to v16": "open"}
	if diff := cmp.Diff(wantTitles, titles(w)); diff != "" {
		t.Error(diff)
	}
	if w.Head(shop, "renovate/redis-7.x") != "" {
		t.Error("the merged branch is still there")
	}
	w.settled()
}

func count(list []githubtest.Exchange, op string) int {
	n := 0
	for _, e := range list {
		if e.Op == op {
			n++
		}
	}
	return n
}

// settled wants that further passes write nothing, and that the second extracts nothing and changes no body.
func (w *world) settled() {
	w.Helper()
	r := w.clean()
	before := w.end()
	w.ResetLog()
	for range 2 {
		var err error
		r, _, err = w.pass(w.Context())
		w.must(err)
	}
	if writes := w.Writes(); len(writes) > 0 {
		w.Errorf("a pass over an unchanged world wrote: %+v", writes)
	}
	if r.Parsed != 0 || r.Skipped != updater.Unchanged {
		w.Errorf("it parsed %d files: %s", r.Parsed, r.Skipped)
	}
	if diff := cmp.Diff(before, w.end()); diff != "" {
		w.Error(diff)
	}
}

// A person's decisions stay, promise 6.
func TestPeopleWin(t *testing.T) {
	w := newWorld(t, files)
	w.clean()
	p, stop := w.passer()
	defer stop()
	account, err := p.Reader.Whoami(t.Context())
	w.must(err)
	if account.Email == "" {
		t.Error("nobody can tell our commits from others'")
	}
	_, err = w.CommitAs("grace", shop, "renovate/redis-7.x", map[string]string{"Dockerfile": "FROM redis:7.1\n"}, "Mine")
	w.must(err)
	w.green()
	r, _, err := w.pass(t.Context())
	w.must(err)
	if got := results(r)["renovate/redis-7.x"]; got != plan.Hands {
		t.Errorf("the branch with a commit of a person: %s", got)
	}
	if got, _ := w.ReadFile(shop, "renovate/redis-7.x", "Dockerfile"); got != "FROM redis:7.1\n" {
		t.Errorf("%q", got)
	}
	w.settled()
}

// The base moves on where the branch changes the same file: the branch is made
// anew, on top.
func TestBaseMovesOn(t *testing.T) {
	w := newWorld(t, files)
	w.clean()
	_, err := w.Commit(shop, "", map[string]string{"db/Dockerfile": "# changed\nFROM postgres:15.1 AS db"}, "change")
	w.must(err)
	w.clean()
	if got, err := w.ReadFile(shop, "renovate/postgres-15.x", "db/Dockerfile"); err != nil || got != "# changed\nFROM postgres:15.4 AS db" {
		t.Errorf("%q, %v", got, err)
	}
	// A person makes the update by hand: nobody needs the pull requests any more.
	_, err = w.Commit(shop, "", map[string]string{"db/Dockerfile": "FROM postgres:16.1"}, "by hand")
	w.must(err)
	w.clean()
	want := map[string]string{"Update redis Docker tag to v7.2": "open", "Update postgres Docker tag to v15.4 - autoclosed": "closed", "Update postgres Docker tag to v16 - autoclosed": "closed"}
	if diff := cmp.Diff(want, titles(w)); diff != "" {
		t.Error(diff)
	}
	// And it goes back: the updates are proposed again, since no person declined them.
	_, err = w.Commit(shop, "", map[string]string{"db/Dockerfile": "FROM postgres:15.1"}, "revert")
	w.must(err)
	w.clean()
	if got := titles(w)["Update postgres Docker tag to v16"]; got != "open" {
		t.Errorf("it is %q", got)
	}
	w.settled()
}

// Promise 2: while the registry is down, no pull request is closed, edited or
// retargeted, and nothing merges.
func TestRegistryOutage(t *testing.T) {
	w := newWorld(t, files)
	w.clean()
	w.green()
	before := w.end()
	w.outage = errDown
	w.ResetLog()
	for range 2 {
		r, effects, err := w.pass(t.Context())
		w.must(err)
		if len(effects) > 0 {
			t.Errorf("%+v", effects)
		}
		for branch, got := range results(r) {
			if got != plan.Hold {
				t.Errorf("%s: %s", branch, got)
			}
		}
	}
	if writes := w.Writes(); len(writes) > 0 {
		t.Errorf("%+v", writes)
	}
	if diff := cmp.Diff(before, w.end()); diff != "" {
		t.Error(diff)
	}
	w.outage = nil
	w.clean()
	if titles(w)["Update redis Docker tag to v7.2"] != "merged" {
		t.Error("it does not go on after the outage")
	}
}

// A preset that cannot be fetched: its last good copy counts, and nothing merges.
func TestPresetOutage(t *testing.T) {
	mine := map[string]string{"renovate.json": `{"extends": ["local>acme/presets"], "prHourlyLimit": 0}`, "Dockerfile": files["Dockerfile"], "db/Dockerfile": files["db/Dockerfile"]}
	w := newWorld(t, mine)
	w.must(w.CreateRepo("acme/presets", map[string]string{"default.json": files["renovate.json"]}))
	w.clean()
	w.green()
	before := w.end()
	w.preset = errDown
	w.ResetLog()
	r, _, err := w.pass(t.Context())
	w.must(err)
	if got := results(r)["renovate/redis-7.x"]; got != plan.Unchanged || len(w.Writes()) > 0 {
		t.Errorf("%s, %+v", got, w.Writes())
	}
	if diff := cmp.Diff(before, w.end()); diff != "" {
		t.Error(diff)
	}
	w.preset = nil
	w.clean()
	if titles(w)["Update redis Docker tag to v7.2"] != "merged" {
		t.Error("it does not go on after the outage")
	}
}

// A preset that never could be fetched: the repository is left as it is.
func TestPresetNeverSeen(t *testing.T) {
	w := newWorld(t, map[string]string{"renovate.json": `{"extends": ["local>acme/presets"]}`, "Dockerfile": files["Dockerfile"]})
	w.preset = errDown
	r, _, err := w.pass(t.Context())
	w.must(err)
	if len(w.Writes()) > 0 {
		t.Errorf("%+v, %s", w.Writes(), r.Skipped)
	}
}

// Promise 7.
func TestNoSecretAnywhere(t *testing.T) {
	w := newWorld(t, files)
	w.outage = nil
	w.clean()
	w.green()
	w.Inject(githubtest.Fault{Op: "pulls/merge", Kind: githubtest.Refuse, Status: 500})
	_, _, err := w.pass(t.Context())
	w.must(err)
	w.Inject(githubtest.Fault{Op: "git-upload-pack", Kind: githubtest.Expire})
	if _, _, err = w.pass(t.Context()); err == nil {
		t.Error("the token has expired, and nobody noticed")
	}
	w.ClearFaults()
	w.clean()
	for _, p := range w.end().Pulls {
		w.line(p.Title + p.Body + strings.Join(p.Comments, ""))
	}
	for _, text := range append(w.lines, everything(t, w.state), everything(t, w.cache)) {
		if strings.Contains(text, w.token) {
			t.Errorf("the token is in %.200q", text)
		}
	}
}

// Archived, disabled and empty repositories are left alone.
func TestNothingToDoHere(t *testing.T) {
	w := newWorld(t, files)
	w.must(w.CreateRepo("acme/empty", nil))
	w.must(w.CreateRepo("acme/old", files, githubtest.Archived()))
	w.must(w.CreateRepo("acme/off", files, githubtest.Disabled()))
	p, stop := w.passer()
	defer stop()
	for name, want := range map[string]string{"acme/empty": "empty", "acme/old": "archived", "acme/off": "disabled"} {
		r, _, err := p.Pass(t.Context(), name)
		w.must(err)
		if !strings.Contains(r.Skipped, want) {
			t.Errorf("%s: %q", name, r.Skipped)
		}
	}
	if _, _, err := p.Pass(t.Context(), "acme/none"); err == nil {
		t.Error("a repository that is not there gives no error")
	}
}
