package gitrepo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/currant-bot/currant/updater/platform"
)

func openLocal(t *testing.T, dir string) *Local {
	t.Helper()
	l, err := OpenLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLocalPush(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1", "d/x": "1"})
	writeFiles(t, r.work, map[string]string{"a": "changed but not committed", "untracked": "1"})
	runGit(t, r.work, "pack-refs", "--all")
	status := runGit(t, r.work, "status", "--porcelain")
	l := openLocal(t, filepath.Join(r.work, "d"))
	base := r.head("main")
	heads, err := l.Push(t.Context(), bot, at, []platform.Branch{branch("renovate/x", base, "", "2"), branch("renovate/y", base, "", "3")})
	if err != nil {
		t.Fatal(err)
	}
	if got := runGit(t, r.work, "rev-parse", "renovate/x", "renovate/y"); got != strings.Join(heads, "\n") {
		t.Errorf("the branches are at %s, want %v", got, heads)
	}
	if got := runGit(t, r.work, "show", "renovate/x:a"); got != "2" {
		t.Errorf("a is %q", got)
	}
	runGit(t, r.work, "fsck", "--strict")
	if now := runGit(t, r.work, "status", "--porcelain"); now != status || runGit(t, r.work, "symbolic-ref", "HEAD") != "refs/heads/main" {
		t.Errorf("the work tree was touched: %q, was %q", now, status)
	}
	again, err := l.Push(t.Context(), bot, at.AddDate(0, 1, 0), []platform.Branch{branch("renovate/x", base, "", "2")})
	if err != nil || again[0] != heads[0] {
		t.Errorf("twice: %v, %v", again, err)
	}
	if _, err := l.Push(t.Context(), bot, at, []platform.Branch{branch("renovate/x", base, "", "9"), branch("renovate/z", base, "", "9")}); !errors.Is(err, platform.ErrMoved) {
		t.Errorf("a branch that exists: %v", err)
	}
	if runGit(t, r.work, "branch", "--list", "renovate/z") != "" {
		t.Error("the other branch was made all the same")
	}
	runGit(t, r.work, "pack-refs", "--all")
	if _, err := l.Push(t.Context(), bot, at, []platform.Branch{branch("renovate/x", base, heads[0], "9")}); err != nil {
		t.Errorf("replacing a packed reference: %v", err)
	}
	if got := runGit(t, r.work, "show", "renovate/x:a"); got != "9" {
		t.Errorf("a is %q", got)
	}
	if locks := runGit(t, r.work, "ls-files"); strings.Contains(locks, ".lock") {
		t.Error(locks)
	}
	states, err := l.Branches(t.Context(), "renovate/", "main")
	if err != nil || len(states) != 2 || states[0].Behind {
		t.Errorf("%v, %+v", err, states)
	}
}

func TestLocalRefusals(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	runGit(t, r.work, "worktree", "add", "-q", "-b", "elsewhere", filepath.Join(t.TempDir(), "wt"))
	runGit(t, r.work, "branch", "renovate")
	l := openLocal(t, r.work)
	base := r.head("main")
	for _, name := range []string{"main", "elsewhere"} {
		_, err := l.Push(t.Context(), bot, at, []platform.Branch{branch(name, base, base, "2")})
		if !errors.Is(err, platform.ErrBlocked) || !strings.Contains(err.Error(), "checked out") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := l.Push(t.Context(), bot, at, []platform.Branch{branch("renovate/x", base, "", "2")}); err == nil {
		t.Error("a branch below a branch")
	}
	lock := filepath.Join(r.work, ".git/refs/heads/busy.lock")
	if err := os.WriteFile(lock, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Push(t.Context(), bot, at, []platform.Branch{branch("busy", base, "", "2")}); !errors.Is(err, platform.ErrMoved) {
		t.Errorf("locked by git: %v", err)
	}
	if _, err := os.Stat(lock); err != nil {
		t.Error("git's lock was taken away")
	}
	if _, err := OpenLocal(t.TempDir()); !errors.Is(err, ErrNoRepository) {
		t.Errorf("no repository: %v", err)
	}
}

func TestLocalRace(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	base := r.head("main")
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			l, err := OpenLocal(r.work)
			if err != nil {
				t.Error(err)
				return
			}
			_, err = l.Push(t.Context(), bot, at, []platform.Branch{branch("x", base, "", strings.Repeat("n", i+2))})
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, platform.ErrMoved):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 8 made the branch", won.Load())
	}
}

func TestLocalSnapshot(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	runGit(t, r.work, "tag", "-m", "release", "v1")
	first := r.head("main")
	writeFiles(t, r.work, map[string]string{"a": "not committed"})
	wt := filepath.Join(t.TempDir(), "wt")
	runGit(t, r.work, "worktree", "add", "-q", "-b", "side", wt)
	for dir, branch := range map[string]string{r.work: "main", wt: "side"} {
		l := openLocal(t, dir)
		for _, rev := range []string{"", "main", "v1", first, first[:10]} {
			s, err := l.Snapshot(t.Context(), rev)
			if err != nil {
				t.Errorf("%s %q: %v", dir, rev, err)
				continue
			}
			if got, _ := fs.ReadFile(s.FS, "a"); string(got) != "1" || s.Commit != first {
				t.Errorf("%s %q: %q at %s", dir, rev, got, s.Commit)
			}
			if rev == "" && s.Branch != branch {
				t.Errorf("%s is on %q", dir, s.Branch)
			}
		}
		if refs, err := l.Refs(); err != nil || refs.Default != branch || refs.Heads["main"] != first || refs.Tags["v1"] != first {
			t.Errorf("%v, %+v", err, refs)
		}
		if _, err := l.Snapshot(t.Context(), "missing"); !errors.Is(err, platform.ErrNotFound) {
			t.Error(err)
		}
	}
}
