package local

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/platformtest"
)

func runGit(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.test", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.test")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// checkout makes a work tree named shop with files committed on main.
func checkout(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	runGit(t, filepath.Dir(dir), "init", "-q", "-b", "main", "shop")
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if files != nil {
		runGit(t, dir, "add", "-A")
		runGit(t, dir, "commit", "-q", "-m", "first")
	}
	return dir
}

func open(t *testing.T, dir string) *Reader {
	t.Helper()
	r, err := New(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestConformance(t *testing.T) {
	platformtest.Run(t, func(t *testing.T) platformtest.World {
		dir := checkout(t, platformtest.Files())
		r := open(t, dir)
		return platformtest.World{Reader: r, Writer: r.Writer(), Repo: "shop", Git: filepath.Join(dir, ".git"), PersonURL: filepath.Join(dir, ".git"), NoPulls: ErrNoPulls}
	})
}

func TestEmptyRepository(t *testing.T) {
	r := open(t, checkout(t, nil))
	if got, err := r.Repository(t.Context(), "shop"); got.Default != "" || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	b := platform.Branch{Name: "renovate/start", Message: "First", Changes: platform.Changeset{"a": {Text: "1"}}}
	if _, err := r.Writer().Push(t.Context(), "shop", []platform.Branch{b}); err != nil {
		t.Error(err)
	}
}

func TestDetachedHead(t *testing.T) {
	dir := checkout(t, map[string]string{"a": "1"})
	runGit(t, dir, "checkout", "-q", "--detach")
	if got, err := open(t, dir).Repository(t.Context(), "shop"); got.Default != "main" || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestNoRepository(t *testing.T) {
	if _, err := New(Options{Dir: t.TempDir()}); !errors.Is(err, gitrepo.ErrNoRepository) {
		t.Errorf("%v", err)
	}
}

func TestCheckedOutBranchStays(t *testing.T) {
	dir := checkout(t, map[string]string{"a": "1"})
	r := open(t, dir)
	refs, err := r.Repo().Refs()
	if err != nil {
		t.Fatal(err)
	}
	base := refs.Heads["main"]
	b := platform.Branch{Name: "main", Base: base, Replaces: base, Message: "m", Changes: platform.Changeset{"a": {Text: "2"}}}
	if _, err := r.Writer().Push(t.Context(), "shop", []platform.Branch{b}); !errors.Is(err, platform.ErrBlocked) {
		t.Errorf("%v", err)
	}
}
