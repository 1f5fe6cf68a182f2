package lockfile_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

func scriptJob(w *world, scripts ...lockfile.Script) lockfile.ScriptJob {
	repo := map[string]string{"a.txt": "old\n", "gone.txt": "x", "web/b.txt": "b\n", ".gitignore": "/node_modules/\n*.log\n!keep.log\n", "bin/make": "#!/bin/sh\necho made > web/made.txt\n"}
	j := lockfile.ScriptJob{
		Scripts: scripts, FS: fstest.MapFS{}, Edited: map[string]string{"a.txt": "edited\n"},
		Match:      func(p, name string) bool { ok, err := config.Matches(p, name); return ok && err == nil },
		Registries: []string{"https://registry.example.test"}, Next: w,
	}
	fsys := fstest.MapFS{}
	for name, text := range repo {
		mode := fs.FileMode(0o644)
		if strings.HasPrefix(name, "bin/") {
			mode = 0o755
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: mode}
		j.Files = append(j.Files, name)
	}
	fsys["a.txt"].Data = []byte("edited\n")
	j.FS = fsys
	slices.Sort(j.Files)
	return j
}

func lines(commands ...string) lockfile.Script {
	return lockfile.Script{Commands: commands, Files: []string{"**/*"}}
}

func shell(commands ...string) lockfile.Script {
	s := lines(commands...)
	s.Shell = true
	return s
}

func TestScripts(t *testing.T) {
	data := `[{"depName": "left"}]`
	for _, x := range []struct {
		name    string
		scripts []lockfile.Script
		env     []string
		want    map[string]string // "gone" for a file that is
		fails   string
	}{
		{"words, not a shell", []lockfile.Script{lines(`/bin/cp a.txt 'b c.txt'`, `cp a.txt ">" x`)}, nil, map[string]string{"b c.txt": "edited\n"}, "`cp a.txt \">\" x` failed: it ended with exit code 1"},
		{"a shell", []lockfile.Script{shell(`echo $LEVEL > x.txt && cat a.txt >> x.txt || true`)}, []string{"LEVEL=7"}, map[string]string{"x.txt": "7\nedited\n"}, ""},
		{"without a shell nothing is filled in", []lockfile.Script{lines(`cp a.txt $LEVEL`)}, []string{"LEVEL=7"}, map[string]string{"$LEVEL": "edited\n"}, ""},
		{"a program of the repository", []lockfile.Script{lines("./bin/make")}, nil, map[string]string{"web/made.txt": "made\n"}, ""},
		{"changed, made, removed", []lockfile.Script{shell("echo new > a.txt; rm gone.txt; mkdir -p d/e; echo e > d/e/f; chmod +x web/b.txt; touch .hidden")}, nil,
			map[string]string{"a.txt": "new\n", "gone.txt": "gone", "d/e/f": "e\n", "web/b.txt": "b\n", ".hidden": ""}, ""},
		{"what git ignores is left out", []lockfile.Script{shell("mkdir node_modules; touch node_modules/x x.log keep.log; mkdir .git; touch .git/config")}, nil, map[string]string{"keep.log": ""}, ""},
		{"only what may change", []lockfile.Script{{Commands: []string{"echo 1 > a.txt; echo 1 > web/b.txt; echo 1 > web/c.log"}, Shell: true, Files: []string{"web/*", "!web/c*"}}}, nil, map[string]string{"web/b.txt": "1\n"}, ""},
		{"one sees what another did", []lockfile.Script{{Commands: []string{"cp a.txt hidden"}, Files: []string{"none"}}, lines("cp hidden shown"), lines("rm hidden")}, nil, map[string]string{"shown": "edited\n"}, ""},
		{"undone", []lockfile.Script{shell("echo 1 > a.txt; echo 1 > n"), shell("echo edited > a.txt; rm n")}, nil, map[string]string{}, ""},
		{"a folder", []lockfile.Script{{Commands: []string{"cp b.txt c.txt"}, Dir: "web", Files: []string{"**/*"}}}, nil, map[string]string{"web/c.txt": "b\n"}, ""},
		{"data", []lockfile.Script{{Commands: []string{`cp "$RENOVATE_POST_UPGRADE_COMMAND_DATA_FILE" data.json`}, Shell: true, Data: &data, Files: []string{"**/*"}}}, nil, map[string]string{"data.json": data}, ""},
		{"the rest goes on", []lockfile.Script{lines("false", "cp a.txt c.txt", "no-such-program-here", "'x")}, nil, map[string]string{"c.txt": "edited\n"}, "`false` failed: it ended with exit code 1|`no-such-program-here` was not run: there is no program|`'x` was not run: it cannot be split"},
		{"no credentials, no files outside", []lockfile.Script{shell("env | grep -c hunter2 > n; cat /etc/shadow; cat " + "$HOME/../../../bin/x && echo bad > bad || true")}, nil, map[string]string{"n": "0\n"}, ""},
		{"no host that nobody named", []lockfile.Script{shell(`/usr/bin/python3 -c 'import urllib.request; urllib.request.urlopen("http://evil.example.test/")'`)}, nil, map[string]string{}, "it wanted to ask evil.example.test"},
		{"a tool that is not there", []lockfile.Script{{Commands: []string{"touch x"}, Tools: map[string]string{"cobol": ""}, Files: []string{"**/*"}}}, nil, map[string]string{}, "installTools names cobol: there is no program cobol here; Currant installs nothing"},
		{"a tool of another version", []lockfile.Script{{Commands: []string{"touch x"}, Tools: map[string]string{"fake": ">=2"}, Files: []string{"**/*"}}}, nil, map[string]string{}, "it is 1.2.3, and constraints wants >=2"},
		{"a tool outside of the system", []lockfile.Script{{Commands: []string{"fake > x || true"}, Shell: true, Tools: map[string]string{"fake": ">=1"}, Files: []string{"**/*"}}}, nil, map[string]string{"x": "ran\n"}, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			w := newWorld(t)
			w.program(t, "fake", "1.2.3", "echo ran\n")
			j := scriptJob(w, x.scripts...)
			j.Env = x.env
			c, problems, err := w.keeper(t).Run(t.Context(), j)
			if err != nil {
				t.Fatal(err)
			}
			got := make(map[string]string)
			for name, f := range c {
				got[name] = "gone"
				if f != nil {
					got[name] = f.Text
				}
			}
			if diff := cmp.Diff(x.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			said := strings.Join(problems, "\n")
			for part := range strings.SplitSeq(x.fails, "|") {
				if !strings.Contains(said, part) || x.fails == "" && said != "" {
					t.Errorf("it says:\n%s\nnot %q", said, part)
				}
			}
		})
	}
}

// The same inputs run nothing again; a run in which something failed is no result.
func TestScriptsRunOnce(t *testing.T) {
	w := newWorld(t)
	clock := shell("date +%N > when.txt")
	first, _, err := w.keeper(t).Run(t.Context(), scriptJob(w, clock))
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := w.keeper(t).Run(t.Context(), scriptJob(w, clock))
	if diff := cmp.Diff(first, again); err != nil || diff != "" {
		t.Error(err, diff)
	}
	j := scriptJob(w, clock)
	j.Env = []string{"A=1"}
	if other, _, err := w.keeper(t).Run(t.Context(), j); err != nil || cmp.Equal(first, other) {
		t.Error("other variables, and the result is the old one", err)
	}
	failing := shell("rm gone.txt; exit 3")
	for range 2 {
		c, problems, err := w.keeper(t).Run(t.Context(), scriptJob(w, failing))
		if _, gone := c["gone.txt"]; err != nil || !gone || len(problems) != 1 || !strings.Contains(problems[0], "exit code 3") {
			t.Error(c, problems, err)
		}
	}
}

func TestAScriptEndsInTime(t *testing.T) {
	w := newWorld(t)
	j := scriptJob(w, lines("/bin/sh -c 'while true; do :; done'"))
	j.Time = 500 * time.Millisecond
	if _, problems, err := w.keeper(t).Run(t.Context(), j); err != nil || len(problems) != 1 || !strings.Contains(problems[0], "out of time") {
		t.Error(problems, err)
	}
}
