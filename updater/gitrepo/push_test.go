package gitrepo

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
)

func branch(name, base, replaces, content string) platform.Branch {
	return platform.Branch{Name: name, Base: base, Replaces: replaces, Message: "Update " + name, Changes: platform.Changeset{"a": text(content)}}
}

func TestPushIsOneExchange(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	srv := serve(t, r)
	m := fetched(t, srv.repo(), Options{})
	srv.requests.Store(0)
	var branches []platform.Branch
	for i := range 8 {
		branches = append(branches, branch(fmt.Sprintf("renovate/b%d", i), r.head("main"), "", fmt.Sprint(i, " new")))
	}
	heads, err := m.Push(t.Context(), bot, at, branches)
	if err != nil {
		t.Fatal(err)
	}
	if n := srv.requests.Load(); n != 2 {
		t.Errorf("%d requests, want one to list and one to push", n)
	}
	for i, b := range branches {
		if r.head(b.Name) != heads[i] {
			t.Errorf("%s is at %s, not %s", b.Name, r.head(b.Name), heads[i])
		}
	}
	// Twice is once: also when it is made at another time.
	srv.before = func(_ http.ResponseWriter, req *http.Request) bool {
		if strings.HasSuffix(req.URL.Path, "git-receive-pack") && req.Method == http.MethodPost {
			t.Error("something was pushed again")
		}
		return false
	}
	again, err := m.Push(t.Context(), bot, at.AddDate(0, 0, 1), branches)
	if diff := cmp.Diff(heads, again); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestPushOnConditions(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	m := fetched(t, r.bare, Options{})
	base := r.head("main")
	first, err := m.Push(t.Context(), bot, at, []platform.Branch{branch("x", base, "", "2")})
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(what string, b platform.Branch) {
		t.Helper()
		before := r.head(b.Name)
		other := branch("other-"+what, base, "", "o")
		_, err := m.Push(t.Context(), bot, at, []platform.Branch{other, b})
		var moved *MovedError
		if !errors.Is(err, platform.ErrMoved) || !errors.As(err, &moved) || !cmp.Equal(moved.Branches, []string{b.Name}) {
			t.Errorf("%s: %v", what, err)
		}
		if r.head(b.Name) != before || r.head(other.Name) != "" {
			t.Errorf("%s: something was changed", what)
		}
	}
	refuse("exists", branch("x", base, "", "3"))
	refuse("elsewhere", branch("x", base, base, "3"))
	refuse("gone", branch("never", base, first[0], "3"))
	refuse("unknown-base", branch("y", strings.Repeat("1", 40), "", "3"))
	if _, err := m.Push(t.Context(), bot, at, []platform.Branch{branch("x", base, first[0], "3")}); err != nil {
		t.Errorf("replacing: %v", err)
	}
	if err := m.Delete(t.Context(), "x", first[0]); !errors.Is(err, platform.ErrMoved) {
		t.Errorf("deleting what was replaced: %v", err)
	}
	if err := m.Delete(t.Context(), "x", r.head("x")); err != nil || r.head("x") != "" {
		t.Errorf("deleting: %v", err)
	}
	if err := m.Delete(t.Context(), "x", base); err != nil {
		t.Errorf("deleting again: %v", err)
	}
	if err := m.Delete(t.Context(), "main", ""); err == nil {
		t.Error("deleting without a condition")
	}
}

// Somebody pushes between our look and our push: the server itself must refuse.
func TestRacingPush(t *testing.T) {
	for _, atomic := range []bool{true, false} {
		r := newRemote(t, map[string]string{"a": "1"})
		runGit(t, r.bare, "config", "receive.advertiseAtomic", fmt.Sprint(atomic))
		srv := serve(t, r)
		m := fetched(t, srv.repo(), Options{})
		base := r.head("main")
		first, err := m.Push(t.Context(), bot, at, []platform.Branch{branch("mine", base, "", "2"), branch("alone", base, "", "2")})
		if err != nil {
			t.Fatal(err)
		}
		raced := ""
		srv.before = func(_ http.ResponseWriter, req *http.Request) bool {
			if req.Method == http.MethodPost && strings.HasSuffix(req.URL.Path, "git-receive-pack") && raced == "" {
				runGit(t, r.work, "fetch", "-q", "origin")
				runGit(t, r.work, "checkout", "-q", "-B", "mine", "origin/mine")
				raced = r.commit("mine", "by a person", map[string]string{"a": "mine"})
			}
			return false
		}
		_, err = m.Push(t.Context(), bot, at, []platform.Branch{branch("mine", base, first[0], "3"), branch("alone", base, first[1], "3")})
		if !errors.Is(err, platform.ErrMoved) || raced == "" {
			t.Errorf("atomic %v: %v", atomic, err)
		}
		if got := r.head("mine"); got != raced {
			t.Errorf("atomic %v: the person's commit is gone", atomic)
		}
		if atomic && r.head("alone") != first[1] {
			t.Error("the push was not all or nothing")
		}
		raced = ""
		if err := m.Delete(t.Context(), "mine", r.head("mine")); !errors.Is(err, platform.ErrMoved) {
			t.Errorf("racing deletion: %v", err)
		}
	}
}

func TestServerRefuses(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	m := fetched(t, serve(t, r).repo(), Options{})
	hook := filepath.Join(r.bare, "hooks", "pre-receive")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\necho 'GH006: protected branch' >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := m.Push(t.Context(), bot, at, []platform.Branch{branch("x", r.head("main"), "", "2")})
	var refused *RefusedError
	if !errors.Is(err, platform.ErrBlocked) || !errors.As(err, &refused) || !strings.Contains(err.Error(), "GH006: protected branch") {
		t.Errorf("%v", err)
	}
}

func TestPushToEmptyRepository(t *testing.T) {
	r := newRemote(t, nil)
	for i, url := range []string{r.bare, serve(t, r).repo()} {
		m, _ := NewMirrors(t.TempDir(), Options{}).Mirror(url)
		name := fmt.Sprint("start", i)
		heads, err := m.Push(t.Context(), bot, at, []platform.Branch{branch(name, "", "", "1")})
		if err != nil || r.head(name) != heads[0] {
			t.Errorf("%v, %v", heads, err)
		}
	}
}

func TestPushFromShallow(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1", "b": "1"})
	r.commit("main", "2", map[string]string{"b": "2"})
	m := fetched(t, serve(t, r).repo(), Options{Depth: 1})
	if _, err := m.Push(t.Context(), bot, at, []platform.Branch{branch("x", r.head("main"), "", "2")}); err != nil {
		t.Fatal(err)
	}
	runGit(t, r.bare, "fsck", "--strict")
}

func TestBranches(t *testing.T) {
	for _, depth := range []int{-1, 1} {
		r := newRemote(t, map[string]string{"a": "1", "b": "1", "d/x": "1", "link": "-> a"})
		root := r.head("main")
		runGit(t, r.work, "checkout", "-q", "-b", "renovate/edited")
		r.commit("renovate/edited", "bot", map[string]string{"a": "2"})
		edited := r.commit("renovate/edited", "person", map[string]string{"d/x": "", "new": "#!", "d/y/z": "1"})
		runGit(t, r.work, "checkout", "-q", "main")
		mainHead := r.commit("main", "on", map[string]string{"b": "2"})
		fresh := r.commit("renovate/fresh", "bot", map[string]string{"b": "3"})
		runGit(t, r.work, "checkout", "-q", "--orphan", "renovate/orphan")
		orphan := r.commit("renovate/orphan", "alone", nil)
		m := fetched(t, serve(t, r).repo(), Options{Depth: depth})
		got, err := m.Branches(t.Context(), "renovate/", "main")
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			for j := range got[i].Commits {
				c := &got[i].Commits[j]
				if c.Author.Email != "ada@example.test" || c.Committer.Name != "Ada" || c.Author.When.IsZero() {
					t.Errorf("commit %+v", c)
				}
				*c = CommitInfo{Message: c.Message}
			}
		}
		blob := func(s string) Change { return Change{ID: BlobID(s)} }
		want := []BranchState{
			{Name: "renovate/edited", Head: edited, MergeBase: root, Behind: true, Commits: []CommitInfo{{Message: "person\n"}, {Message: "bot\n"}}, Changed: map[string]Change{
				"a": blob("2"), "d/x": {Deleted: true}, "new": {ID: BlobID("#!"), Mode: platform.Executable}, "d/y/z": blob("1")}},
			{Name: "renovate/fresh", Head: fresh, MergeBase: mainHead, Commits: []CommitInfo{{Message: "bot\n"}}, Changed: map[string]Change{"b": blob("3")}},
			{Name: "renovate/orphan", Head: orphan, Behind: true, Commits: []CommitInfo{{Message: "alone\n"}}, Changed: map[string]Change{
				"a": blob("1"), "b": blob("3"), "d/x": blob("1"), "link": {ID: BlobID("a"), Mode: platform.Symlink}}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("depth %d: %s", depth, diff)
		}
	}
}

// The clock of who makes a commit may be wrong.
func TestMergeBaseWithWrongClocks(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	run := func(date string, args ...string) {
		t.Helper()
		t.Setenv("GIT_COMMITTER_DATE", date)
		t.Setenv("GIT_AUTHOR_DATE", date)
		runGit(t, r.work, args...)
	}
	run("2020-01-01T00:00:00Z", "commit", "-q", "--allow-empty", "-m", "far past")
	run("2030-01-01T00:00:00Z", "commit", "-q", "--allow-empty", "-m", "far future")
	run("2021-01-01T00:00:00Z", "commit", "-q", "--allow-empty", "-m", "fork")
	fork := runGit(t, r.work, "rev-parse", "HEAD")
	run("2019-01-01T00:00:00Z", "checkout", "-q", "-b", "renovate/x")
	run("2019-01-01T00:00:00Z", "commit", "-q", "--allow-empty", "-m", "bot")
	run("2018-01-01T00:00:00Z", "checkout", "-q", "main")
	run("2018-01-01T00:00:00Z", "merge", "-q", "--no-ff", "-m", "merge", "HEAD~1")
	run("2018-01-01T00:00:00Z", "commit", "-q", "--allow-empty", "-m", "on")
	runGit(t, r.work, "push", "-q", "origin", "main", "renovate/x")
	got, err := fetched(t, r.bare, Options{Depth: -1}).Branches(t.Context(), "renovate/", "main")
	if err != nil || len(got) != 1 || got[0].MergeBase != fork || len(got[0].Commits) != 1 {
		t.Errorf("%v, %+v", err, got)
	}
	if want := runGit(t, r.work, "merge-base", "main", "renovate/x"); want != fork {
		t.Errorf("git says %s", want)
	}
}
