package doctor

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources/versioning/pep440"
	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

func noSleep(context.Context, time.Duration) error { return nil }

// script makes a program that says something, and returns an environment that finds it.
func script(t *testing.T, name, says string) []string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho '"+says+"'\n"), 0o755))
	return []string{"PATH=" + dir}
}

func TestGit(t *testing.T) {
	for says, want := range map[string]string{
		"git version 2.47.1":       "ok : 2.47.1 at /",
		"git version 2.55.0":       "warning : 2.55.0 at ",
		"git version 3.0.0.rc1":    "warning : 3.0.0.rc1 at ",
		"git version 2.30.2":       "problem : template updates need git 2.38 or newer",
		"git version unbelievable": "problem : ",
	} {
		expect(t, says, Git(script(t, "git", says)).Run(t.Context()), want)
	}
	expect(t, "none", Git([]string{"PATH=" + t.TempDir()}).Run(t.Context()), "problem : template updates need git 2.38 or newer: git is not in PATH -> install git")
}

func TestCopier(t *testing.T) {
	g, err := git.Find(t.Context(), os.Environ())
	must(t, err)
	look := func(environ []string, command, installs string) []Finding {
		e := copier.New(g, copier.Options{Command: strings.Fields(command), Cache: t.TempDir(), Downloads: copier.Forbidden, Environ: environ, Versions: pep440.Scheme{}})
		return Copier(e, environ, installs).Run(t.Context())
	}
	empty := []string{"PATH=" + t.TempDir()}
	expect(t, "to be installed", look(script(t, "uv", "uv 0.13.9"), "", "/cache"), "warning : it is not here; the first template update installs "+copier.Pinned+" into /cache, with /")
	expect(t, "with nothing", look(empty, "", "/cache"), "warning : it is not here, nor uv, pipx or Python 3 to install it with")
	expect(t, "forbidden", look(empty, "", ""), "warning : it is not here, and templates cannot be updated: ")
	expect(t, "wrong command", look(empty, "/nowhere/copier", ""), "problem : running the configured Copier")
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, nil, 0o600))
	made := filepath.Join(dir, "a", "b")
	expect(t, "new", Folder("cache", made, "--cache").Run(t.Context()), "ok : "+made)
	expect(t, "in a file", Folder("cache", filepath.Join(file, "x"), "--cache").Run(t.Context()), "problem : mkdir ")
	if left, err := os.ReadDir(made); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

func TestLockTools(t *testing.T) {
	environ := script(t, "uv", "uv 0.13.9")
	tools := []*lockfile.Tool{{Name: "uv", Files: []string{"uv.lock"}}, {Name: "pnpm", Files: []string{"pnpm-lock.yaml"}}}
	k := lockfile.New(lockfile.Options{Tools: tools, Environ: environ})
	expect(t, "one of them", LockTools(k, tools).Run(t.Context()), "ok : uv 0.13.9", "warning : not here: pnpm -> where a repository")
}

func TestRun(t *testing.T) {
	say := func(text string) Check {
		return One("area", text, func(context.Context) (State, string, string) { return OK, "hunter2 " + text, "" })
	}
	redact := func(text string) string { return strings.ReplaceAll(text, "hunter2", "[secret]") }
	got := Run(t.Context(), []Check{say("a"), say("b")}, redact)
	expect(t, "in order", got, "ok a: [secret] a", "ok b: [secret] b")
	ctx, cancel := context.WithCancel(t.Context())
	end := make(chan bool)
	defer close(end)
	stuck := One("area", "stuck", func(context.Context) (State, string, string) { cancel(); <-end; return OK, "", "" })
	late := Run(ctx, []Check{stuck}, redact)
	expect(t, "one that hangs", late, "problem stuck: context canceled")
	if got[0].Area != "area" || Worst(got) != OK || Worst(append(got, late...)) != Problem {
		t.Errorf("%+v", got)
	}
}
