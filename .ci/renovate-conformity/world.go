package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/currant-bot/currant/updater/platform/githubtest"
	"github.com/currant-bot/currant/updater/platform/githubtest/spec"
)

// notAsked is a token of the public GitHub, without which Renovate passes over actions. It is not asked: all actions are in the world's own.
const notAsked = "ghp_000000000000000000000000000000000000"

// A world is a GitHub, the registries beside it, and what went wrong.
type world struct {
	*githubtest.Server
	registries *registries
	home       string // of both programs
	cache      string // where Renovate is installed
	out        io.Writer
	verbose    bool
	problems   []string

	sown       atomic.Pointer[time.Time] // when everything was made that the world began with; nil once that is over
	repos      []string                  // that are worked on
	onboarding bool                      // configurations are proposed
}

// newWorld makes a world without repositories, in which the bot is called renovate[bot]. The registries are not its own.
func newWorld(cache string, verbose bool, r *registries, repos ...string) (*world, error) {
	rules, err := spec.Load()
	if err != nil {
		return nil, err
	}
	w := &world{registries: r, cache: cache, out: os.Stdout, verbose: verbose, repos: repos}
	s, err := githubtest.New(githubtest.Options{Bot: "renovate[bot]", Now: w.now})
	if err != nil {
		return nil, err
	}
	w.Server = s
	if w.home, err = os.MkdirTemp("", "renovate-conformity"); err != nil {
		s.Close()
		return nil, err
	}
	s.Observe(func(x githubtest.Traffic) {
		if verbose {
			fmt.Fprintf(w.out, "%d %s %s?%s %s\n", x.Status, x.Method, x.Path, x.Query, x.Op)
		}
		for _, p := range rules.Exchange(x) {
			if strings.HasSuffix(p, "/description: Value is not nullable") {
				continue // of a label: GitHub's own answers have null there, whatever its description says
			}
			w.problem("%d %s %s (%s): %s", x.Status, x.Method, x.Path, x.Op, p)
		}
	})
	return w, nil
}

func (w *world) now() time.Time {
	if t := w.sown.Load(); t != nil {
		return *t
	}
	return time.Now()
}

func (w *world) close() {
	if err := w.Close(); err != nil {
		log.Print(err)
	}
	os.RemoveAll(w.home) // a temporary folder
}

// done is what went wrong, as an error.
func (w *world) done() error {
	w.unanswered()
	if len(w.problems) > 0 {
		return fmt.Errorf("%d problems:\n%s", len(w.problems), strings.Join(w.problems, "\n"))
	}
	return nil
}

func (w *world) problem(format string, args ...any) {
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

// operator writes the operator's configuration, which is the same for both programs.
func (w *world) operator() (file string, err error) {
	requireConfig := "optional"
	if w.onboarding {
		requireConfig = "required"
	}
	text, err := json.Marshal(map[string]any{
		"platform": "github", "endpoint": w.APIURL(), "repositories": w.repos, "onboarding": w.onboarding, "requireConfig": requireConfig,
		"fetchChangeLogs": "off", "npmrc": "registry=" + w.registries.npm.URL + "/",
		"registryAliases": map[string]string{imageHost: w.registries.images()},
		"hostRules":       []map[string]any{{"matchHost": w.registries.images(), "hostType": "docker", "insecureRegistry": true}},
	})
	if err != nil {
		return "", err
	}
	file = filepath.Join(w.home, "config.json")
	return file, os.WriteFile(file, text, 0o600)
}

// renovate runs Renovate once.
func (w *world) renovate() error {
	file, err := w.operator()
	if err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(w.cache, "node", "node_modules", "node", "bin", "node"),
		filepath.Join(w.cache, "renovate", "node_modules", "renovate", "dist", "renovate.js"))
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.home, "RENOVATE_BASE_DIR=" + filepath.Join(w.home, "base"), "RENOVATE_CONFIG_FILE=" + file,
		"RENOVATE_TOKEN=" + w.Token(githubtest.Grant{}), "GITHUB_COM_TOKEN=" + notAsked, "LOG_FORMAT=json", "LOG_LEVEL=debug",
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	begin := time.Now()
	err = cmd.Run()
	fmt.Fprintf(w.out, "Renovate ran for %.1f s\n", time.Since(begin).Seconds())
	w.readLog(&out)
	if err != nil {
		return fmt.Errorf("running Renovate: %w; %s", err, strings.Join(w.problems, "\n"))
	}
	return nil
}

// currant runs the program.
func (w *world) currant(program string, args ...string) (string, error) {
	file, err := w.operator()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(program, args...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.home, "CURRANT_NO_DOWNLOADS=1", "CURRANT_CONFIG=" + file, "CURRANT_TOKEN=" + w.Token(githubtest.Grant{}),
		"GITHUB_COM_TOKEN=" + notAsked,
	}
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err = cmd.Run()
	fmt.Fprintf(w.out, "currant %s: %v\n%s%s", strings.Join(args, " "), err, out.String(), problems.String())
	if err != nil {
		return "", fmt.Errorf("currant %s: %w", strings.Join(args, " "), err)
	}
	return out.String(), nil
}

// readLog takes Renovate's errors (level 50 and above) for problems.
func (w *world) readLog(out *bytes.Buffer) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var entry struct {
			Level int
			Msg   string
		}
		if w.verbose {
			fmt.Fprintln(w.out, lines.Text())
		}
		if json.Unmarshal(lines.Bytes(), &entry) != nil || entry.Level >= 50 {
			w.problem("Renovate: %.2000s", lines.Text())
		}
	}
}

// dashboard returns the body of the dashboard issue, "" if there is none.
func (w *world) dashboard() string {
	req, err := http.NewRequest("GET", w.APIURL()+"repos/"+repo+"/issues?creator=renovate%5Bbot%5D&state=open", nil)
	if err != nil {
		return ""
	}
	req.Header.Set("Authorization", "Bearer "+w.Token(githubtest.Grant{}))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	var list []struct{ Title, Body string }
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		return ""
	}
	for _, i := range list {
		if strings.Contains(i.Title, "Dashboard") {
			return i.Body
		}
	}
	return ""
}

// unanswered takes what the fake does not have for problems.
func (w *world) unanswered() {
	for _, e := range w.Log() {
		if e.Op == "" || e.Status >= 500 {
			w.problem("%d %s %s (%s)", e.Status, e.Method, e.Path, e.Op)
		}
	}
}
