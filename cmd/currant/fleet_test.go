//go:build fleet

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/currant-bot/currant/templating/copier/copiertest"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// TestFleet measures one release of a base template in a fleet of repositories that are made from three layered templates, against one plain
// "copier update" after the other:
//
//	CURRANT_FLEET=200 go test -tags fleet -count 1 -timeout 3h -run TestFleet -v ./cmd/currant
//
// After one pass every repository has its pull request, and the template's server was asked for objects once.
func TestFleet(t *testing.T) {
	size, err := strconv.Atoi(os.Getenv("CURRANT_FLEET"))
	if err != nil {
		size = 200
	}
	copier := copiertest.Command(t)
	if copier == "" {
		t.Fatal("there is no Copier, so there is nothing to measure")
	}
	hub, err := githubtest.New(githubtest.Options{RateLimit: 1_000_000})
	must(t, err)
	t.Cleanup(func() { hub.Close() })
	layers := []string{"base", "web", "deploy"}
	project := map[string]string{"renovate.json": `{"enabledManagers": ["copier"], "prHourlyLimit": 0, "packageRules": [{"matchManagers": ["copier"], "branchTopic": "{{{depNameSanitized}}}"}]}`}
	for _, layer := range layers {
		files := map[string]string{"copier.yml": "name: demo\nteam: core\n", "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n"}
		for i := range 20 {
			files[fmt.Sprintf("%s/f%d.txt.jinja", layer, i)] = fmt.Sprintf("# {{ name }} of {{ team }}\n%s\n", strings.Repeat(fmt.Sprintf("line of file %d\n", i), 30))
		}
		must(t, hub.CreateRepo("acme/"+layer, files))
		must(t, hub.Tag("acme/"+layer, "v1.0.0", "main"))
		for path, text := range files {
			if path, ok := strings.CutSuffix(path, ".txt.jinja"); ok {
				project[path+".txt"] = text
			}
		}
	}
	var names []string
	for i := range size {
		files := make(map[string]string)
		name := fmt.Sprintf("acme/r%03d", i)
		for path, text := range project {
			files[path] = strings.NewReplacer("{{ name }}", name, "{{ team }}", "core").Replace(text)
		}
		for _, layer := range layers {
			files[".copier-answers."+layer+".yml"] = fmt.Sprintf("_commit: v1.0.0\n_src_path: %s\nname: %s\nteam: core\n", hub.CloneURL("acme/"+layer), name)
		}
		files["base/f3.txt"] += "edited here\n"
		must(t, hub.CreateRepo(name, files))
		names = append(names, name)
	}
	_, err = hub.Commit("acme/base", "main", map[string]string{"base/f1.txt.jinja": "# {{ name }}\nnew\n", "base/new.txt": "new\n"}, "release")
	must(t, err)
	must(t, hub.Tag("acme/base", "v1.1.0", "main"))

	token := hub.Token(githubtest.Grant{})
	hub.ResetLog()
	home := t.TempDir()
	var out, errs bytes.Buffer
	environ := append(os.Environ(), "HOME="+home, "CURRANT_TOKEN="+token, "CURRANT_ENDPOINT="+hub.APIURL(), "CURRANT_COPIER="+copier, "XDG_CACHE_HOME="+home, "XDG_STATE_HOME="+home)
	exe, err := os.Executable()
	must(t, err)
	link := filepath.Join(t.TempDir(), "currant")
	must(t, os.Symlink(exe, link)) // the test binary is the program under this name
	took, cpu := measure(t, func() error {
		cmd := exec.Command(link, append([]string{"run", "-q"}, names...)...)
		cmd.Env, cmd.Stdout, cmd.Stderr = environ, &out, &errs
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%w\n%s%s", err, tail(out.String()), tail(errs.String()))
		}
		return nil
	})
	opened := 0
	for _, name := range names {
		pulls, err := hub.Pulls(name)
		must(t, err)
		for _, p := range pulls {
			if p.State == "open" {
				opened++
			}
		}
	}
	asked, fetched := 0, 0
	for _, e := range hub.Log() {
		if e.Repo == "acme/base" && strings.HasSuffix(e.Path, "/info/refs") {
			asked++
		}
		if e.Repo == "acme/base" && strings.HasSuffix(e.Path, "/git-upload-pack") {
			fetched++
		}
	}
	t.Logf("%d repositories: %d pull requests in one pass, %s by the clock, %s of CPU; the template was listed %d times, and fetched in %d exchanges", size, opened, took, cpu, asked, fetched)
	if opened != size || fetched > 2 || asked > 2 { // one lookup of its tags, and one fetch
		t.Errorf("%d pull requests; %d listings, %d exchanges\n%s%s", opened, asked, fetched, tail(out.String()), tail(errs.String()))
	}

	work := t.TempDir()
	for _, name := range names {
		must(t, run1(work, "git", "clone", "-q", "--depth=1", "file://"+hub.GitDir(name), filepath.Base(name)))
	}
	must(t, os.WriteFile(filepath.Join(work, "gitconfig"), fmt.Appendf(nil, "[url %q]\n\tinsteadOf = %s\n", "file://"+hub.GitDir("acme/base"), hub.CloneURL("acme/base")), 0o600))
	took, cpu = measure(t, func() error {
		for _, name := range names {
			args := append(strings.Fields(copier), "update", "--defaults", "--skip-answered", "-a", ".copier-answers.base.yml", "--vcs-ref", "v1.1.0")
			if err := run1(filepath.Join(work, filepath.Base(name)), args[0], args[1:]...); err != nil {
				return err
			}
		}
		return nil
	})
	t.Logf("%d plain updates one after the other: %s by the clock, %s of CPU", size, took, cpu)
}

func tail(s string) string { return s[max(0, len(s)-4000):] }

func run1(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+filepath.Join(filepath.Dir(dir), "gitconfig"), "GIT_ALLOW_PROTOCOL=file")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v: %w\n%s", name, args, err, out)
	}
	return nil
}

// measure returns the time by the clock and the CPU time of f's child processes.
func measure(t *testing.T, f func() error) (clock, cpu time.Duration) {
	t.Helper()
	children := func() time.Duration {
		var u syscall.Rusage
		must(t, syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u))
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before, started := children(), time.Now()
	must(t, f())
	return time.Since(started).Round(time.Millisecond), (children() - before).Round(time.Millisecond)
}
