package copier_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/pep440"
	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/copier/copiertest"
	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Main(os.Args)
	os.Exit(m.Run())
}

// script writes an executable.
func script(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// fakePython is a python3 that makes "virtual environments" whose copier says a version, slowly
// enough that two at the same time would meet. Every installation leaves a line in log.
func fakePython(t *testing.T, dir, log string) {
	script(t, filepath.Join(dir, "python3"), `
case "$*" in
*"-m venv"*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python";;
*"-m pip install"*)
	[ -n "$BREAK" ] && { echo "no such package" >&2; exit 1; }
	bin=$(dirname "$0")
	printf '#!%s/python\n' "$bin" > "$bin/copier.new"; chmod +x "$bin/copier.new"; mv "$bin/copier.new" "$bin/copier"
	echo installed >> `+log+`;;
*json.dumps*) echo '["/usr"]';;
*--version*) echo copier 9.17.2;;
esac
`)
}

func environ(path string, more ...string) []string {
	return append([]string{"PATH=" + path + ":/usr/bin:/bin"}, more...)
}

func newEngine(t *testing.T, o copier.Options) *copier.Engine {
	t.Helper()
	g, err := git.Find(t.Context(), os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	o.Versions = pep440.Scheme{}
	return copier.New(g, o)
}

func TestProvisionedOnce(t *testing.T) {
	dir := t.TempDir()
	log, bin, cache := filepath.Join(dir, "log"), filepath.Join(dir, "bin"), filepath.Join(dir, "cache")
	fakePython(t, bin, log)
	var said sync.Map
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { // each engine stands for a process: they share nothing but the folder
			e := newEngine(t, copier.Options{Cache: cache, Downloads: copier.Allowed, Environ: environ(bin), Progress: func(l string) { said.Store(l, true) }})
			if tool, err := e.Find(t.Context()); err != nil || tool.Version != copier.Pinned || tool.From != "installed with venv" {
				t.Errorf("Find = %+v, %v", tool, err)
			}
		})
	}
	wait.Wait()
	if text, _ := os.ReadFile(log); string(text) != "installed\n" {
		t.Errorf("installations: %q, want one", text)
	}
	if _, ok := said.Load("installing copier==" + copier.Pinned + " in a virtual environment"); !ok {
		t.Error("it was not said what is installed")
	}
}

func TestInterruptedInstallationIsDoneAgain(t *testing.T) {
	dir := t.TempDir()
	log, bin, cache := filepath.Join(dir, "log"), filepath.Join(dir, "bin"), filepath.Join(dir, "cache")
	fakePython(t, bin, log)
	o := copier.Options{Cache: cache, Downloads: copier.Allowed, Environ: environ(bin)}
	tool, err := newEngine(t, o).Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Dir(filepath.Dir(tool.Command[0]))
	if err := os.Remove(filepath.Join(home, "currant-complete")); err != nil { // as a kill would leave it
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "half"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newEngine(t, o).Find(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(home, "half")); err == nil {
		t.Error("the interrupted installation was built upon")
	}
	if text, _ := os.ReadFile(log); strings.Count(string(text), "installed") != 2 {
		t.Errorf("installations: %q, want two", text)
	}
}

func TestWhatIsSaidWhenThereIsNoCopier(t *testing.T) {
	dir := t.TempDir()
	script(t, filepath.Join(dir, "old", "copier"), "echo copier 9.4.0")
	script(t, filepath.Join(dir, "bare", "python3"), `echo "ModuleNotFoundError: No module named 'ensurepip'" >&2; exit 1`)
	script(t, filepath.Join(dir, "ancient", "python3"), `echo "AssertionError: it is Python 3.8, and Copier needs 3.10" >&2; exit 1`)
	fakePython(t, filepath.Join(dir, "offline"), filepath.Join(dir, "log"))
	for name, tt := range map[string]struct {
		options copier.Options
		want    []string
	}{
		"forbidden":                {copier.Options{Environ: environ(filepath.Join(dir, "none"))}, []string{"downloads are forbidden", "uv tool install copier==9.17.2"}},
		"no ensurepip":             {copier.Options{Environ: []string{"PATH=" + filepath.Join(dir, "bare")}, Downloads: copier.Allowed}, []string{"has no venv or ensurepip", "python3-venv"}},
		"old Python":               {copier.Options{Environ: []string{"PATH=" + filepath.Join(dir, "ancient")}, Downloads: copier.Allowed}, []string{"Python 3.8", "needs 3.10"}},
		"no Python":                {copier.Options{Environ: []string{"PATH=" + filepath.Join(dir, "none")}, Downloads: copier.Allowed}, []string{"python3 is not in PATH", "uv is not in PATH", "pipx is not in PATH"}},
		"package is not to be had": {copier.Options{Environ: environ(filepath.Join(dir, "offline"), "BREAK=1"), Downloads: copier.Allowed}, []string{"no such package"}},
		"old command":              {copier.Options{Command: []string{filepath.Join(dir, "old", "copier")}, Environ: environ("")}, []string{}},
		"old pin":                  {copier.Options{Version: "9.4.0", Environ: environ("")}, []string{"too old", "9.17.2"}},
	} {
		t.Run(name, func(t *testing.T) {
			tt.options.Cache = t.TempDir()
			_, err := newEngine(t, tt.options).Find(t.Context())
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
		})
	}
}

func TestCopierOnThePath(t *testing.T) {
	_, e := copiertest.Engine(t)
	real, err := e.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real.Command[0], filepath.Join(bin, "copier")); err != nil {
		t.Fatal(err)
	}
	tool, err := newEngine(t, copier.Options{Environ: environ(bin), Cache: t.TempDir()}).Find(t.Context())
	if err != nil || tool.From != "copier on the PATH" || tool.Version != real.Version {
		t.Errorf("Find = %+v, %v", tool, err)
	}
}

func TestFindStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	fakePython(t, dir, filepath.Join(dir, "log"))
	_, err := newEngine(t, copier.Options{Cache: filepath.Join(dir, "cache"), Downloads: copier.Allowed, Environ: environ(dir)}).Find(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestClassify(t *testing.T) {
	for _, tt := range []struct {
		exit   int
		stderr string
		want   copier.Failure
	}{
		{0, "anything", copier.Failure{}},
		{4, "Template uses potentially unsafe features: jinja_extensions, tasks.\nIf you trust", copier.Failure{Code: copier.NeedsTrust, Detail: "jinja_extensions, tasks"}},
		{1, "    raise ValueError(f'Question \"{var_name}\" is required')\nValueError: Question \"team\" is required\n", copier.Failure{Code: copier.NeedsAnswer, Detail: "team"}},
		{1, "ValueError: Validation error for question 'port': must be a number", copier.Failure{Code: copier.BadAnswer, Detail: "port"}},
		{1, "Destination repository is dirty; cannot continue.", copier.Failure{Code: copier.OurBug, Detail: "repository is dirty"}},
		{1, "You are downgrading from 1.1.0 to 1.0.0. Downgrades are not supported.", copier.Failure{Code: copier.Downgrade, Detail: "downgrading from 1.1.0 to 1.0.0"}},
		{1, "Stderr:       | fatal: invalid reference: v9.9.9", copier.Failure{Code: copier.RefMissing, Detail: "v9.9.9"}},
		{1, "This template requires Copier version >= 99.0, while your version of Copier is 9.", copier.Failure{Code: copier.CopierTooOld, Detail: ">= 99.0"}},
		{1, "Task 'make it' returned non-zero exit status 1.", copier.Failure{Code: copier.TaskFailed, Detail: "'make it'"}},
		{1, "fatal: Could not read from remote repository.", copier.Failure{Code: copier.Unreachable}},
		{1, "Something\nelse entirely", copier.Failure{Code: copier.Failed, Detail: "else entirely"}},
	} {
		if got := copier.Classify(copier.Result{Exit: tt.exit, Stderr: tt.stderr}); got != tt.want {
			t.Errorf("Classify(%d, %q) = %+v, want %+v", tt.exit, tt.stderr, got, tt.want)
		}
	}
	if got := copier.Classify(copier.Result{Exit: -1, Stopped: fmt.Errorf("%w", sandbox.ErrTime)}); got.Code != copier.Timeout {
		t.Errorf("a run that was stopped is %+v", got)
	}
}
