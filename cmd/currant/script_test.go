package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/currant-bot/currant/templating/copier/copiertest"
	"github.com/currant-bot/currant/templating/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Main(os.Args) // the inside of a sandbox is this program too
	testscript.Main(m, map[string]func(){"currant": main})
}

// Each script has a registry of its own: what lies below registry/ in the
// script is served, at $REGISTRY. Below "half/" an answer breaks off in the middle, "private/" wants the token "hunter2-token".
func TestScripts(t *testing.T) {
	command := copiertest.Command(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: false,
		RequireUniqueNames:  true,
		Condition: func(name string) (bool, error) {
			if name != "copier" {
				return false, fmt.Errorf("there is no condition %q", name)
			}
			return command != "", nil
		},
		Setup: func(env *testscript.Env) error {
			s := httptest.NewServer(registry(filepath.Join(env.WorkDir, "registry")))
			env.Defer(s.Close)
			for name, value := range map[string]string{
				"REGISTRY": s.URL, "NPM_CONFIG_REGISTRY": s.URL, "HOME": filepath.Join(env.WorkDir, ".home"), "CURRANT_NO_DOWNLOADS": "1",
				"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
				"GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.test", "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.test",
				"GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
			} {
				env.Setenv(name, value)
			}
			action, err := filepath.Abs("../../deploy/action/report.sh")
			if err != nil {
				return err
			}
			env.Setenv("ACTION", action)
			if command != "" {
				env.Setenv("CURRANT_COPIER", command)
			}
			env.Values["github"] = new(hub)
			return os.MkdirAll(filepath.Join(env.WorkDir, ".home"), 0o755)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"expand": expand, "fill": fill, "code": code, "seal": seal,
			"repo": repo, "tag": tag, "untag": untag, "issue": issue, "pull": pullIs, "status": statusIs, "file": fileHas, "topics": topics, "push": push, "check": check, "closepull": closePull, "proposed": proposed, "app": installApp, "suspend": suspend,
		},
	})
}

// registry serves files of a folder as JSON.
func registry(dir string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path.Clean("/"+r.URL.Path))))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/private/") && r.Header.Get("Authorization") != "Bearer hunter2-token" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if strings.HasPrefix(r.URL.Path, "/half/") {
			w.Header().Set("Content-Length", strconv.Itoa(len(data)))
			data = data[:len(data)/2]
		}
		_, _ = w.Write(data)
	})
}

// expand FILE... replaces $REGISTRY in files, and $HUB with the address of the script's GitHub.
func expand(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		text := strings.ReplaceAll(ts.ReadFile(name), "$REGISTRY", ts.Getenv("REGISTRY"))
		if strings.Contains(text, "$HUB") {
			text = strings.ReplaceAll(text, "$HUB", of(ts).URL())
		}
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o644))
	}
}

// fill FILE MEGABYTES makes a large file.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	line := []byte(strings.Repeat("x", 1023) + "\n")
	for range n * 1024 {
		_, err := f.Write(line)
		ts.Check(err)
	}
	ts.Check(f.Close())
}

// code N COMMAND... runs a command that must end with exit code N.
func code(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		if _, e := fmt.Sscanf(err.Error(), "exit status %d", &got); e != nil {
			ts.Fatalf("%v", err)
		}
	}
	if want, _ := strconv.Atoi(args[0]); got != want {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}
