// Package copiertest gives tests the real Copier, installed by the engine itself into the user's
// cache folder, once for all packages and runs.
package copiertest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/pep440"
	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/sandbox"
)

// Engine returns an engine that has found Copier. Where there is none and it cannot be installed, the
// test is skipped; in CI (CI=true) it fails. The test binary's TestMain must call [sandbox.Main].
func Engine(t testing.TB) (*git.Git, *copier.Engine) {
	t.Helper()
	g, e, err := find(t)
	if err != nil {
		t.Skipf("without Copier nothing can be tested here: %v", err)
	}
	return g, e
}

// Command returns the command that runs Copier, for programs that a test starts; "" where [Engine] would skip the test.
func Command(t testing.TB) string {
	t.Helper()
	_, e, err := find(t)
	if err != nil {
		return ""
	}
	tool, err := e.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(tool.Command, " ")
}

// find returns an error only where a test may go on without Copier.
func find(t testing.TB) (*git.Git, *copier.Engine, error) {
	t.Helper()
	g, err := git.Find(t.Context(), os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	e := copier.New(g, copier.Options{
		Cache: Cache(), Downloads: copier.Allowed, Environ: os.Environ(), Versions: pep440.Scheme{},
		Progress: func(line string) { t.Log(line) }, Box: sandbox.New(exe),
	})
	_, err = e.Find(t.Context())
	var missing *copier.MissingError
	if errors.As(err, &missing) && os.Getenv("CI") != "true" {
		return g, nil, err
	}
	if err != nil {
		t.Fatal(err)
	}
	return g, e, nil
}

// Cache returns the folder that Copier is installed in for tests.
func Cache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "currant")
}
