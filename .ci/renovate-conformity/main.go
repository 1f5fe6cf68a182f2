// Command renovate-conformity runs the real Renovate against package
// githubtest, to learn whether the fake GitHub is one: Renovate was written by
// others, against the real one.
//
// The world is one npm project with two outdated dependencies on neighbouring
// lines. The first run must open two pull requests and ask for auto-merge; a
// check then merges the first, which leaves the second in conflict; the second
// run must rebase it. Renovate is installed by npm into a cache folder and runs
// as a process of its own (it is AGPL-3.0: nothing of it is linked or kept).
//
// Then Renovate works in a second world and Currant after it, which must take over what is there.
//
//	go run ./.ci/renovate-conformity [-cache DIR] [-only conformity|takeover|install] [-v]
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/currant-bot/currant/updater/platform/githubtest"
	"github.com/currant-bot/currant/updater/platform/githubtest/spec"
)

// What is installed. Renovate asks for this version of Node.
const (
	renovate = "renovate@44.121.2"
	node     = "node@24"
)

const (
	repo = "acme/web"

	manifest = `{
  "name": "web",
  "dependencies": {
    "left-pad": "1.0.0",
    "right-pad": "1.0.0"
  }
}
`
	config = `{"extends": [":dependencyDashboard"], "prHourlyLimit": 0, "automerge": true, "platformAutomerge": true, "automergeStrategy": "squash"}`
)

func main() {
	log.SetFlags(0)
	cache := flag.String("cache", "", "folder to install Renovate in; by default one in the user's cache")
	only := flag.String("only", "", "conformity, takeover, or install; by default all")
	verbose := flag.Bool("v", false, "print every request and Renovate's log")
	flag.Parse()
	if *cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			log.Fatal(err)
		}
		*cache = filepath.Join(dir, "currant", "renovate")
	}
	if err := install(*cache); err != nil {
		log.Fatal(err)
	}
	for _, job := range []struct {
		name string
		run  func(cache string, verbose bool) error
	}{{"conformity", conform}, {"takeover", takeover}} {
		if *only != "" && *only != job.name {
			continue
		}
		if err := job.run(*cache, *verbose); err != nil {
			log.Fatalf("%s: %v", job.name, err)
		}
	}
}

func conform(cache string, verbose bool) error {
	w, err := newWorld(cache, verbose)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.renovate(); err != nil {
		return err
	}
	first, err := w.firstRun()
	if err != nil {
		return err
	}
	dashboard := w.dashboard()
	if err := w.renovate(); err != nil {
		return err
	}
	if err := w.secondRun(first); err != nil {
		return err
	}
	if now := w.dashboard(); now == dashboard || now == "" {
		w.problem("the dashboard did not change")
	}
	w.unanswered()
	if len(w.problems) > 0 {
		return fmt.Errorf("%d problems:\n%s", len(w.problems), strings.Join(w.problems, "\n"))
	}
	fmt.Printf("Renovate is content: %d requests, %d of them writes, all valid\n", len(w.Log()), len(w.Writes()))
	return nil
}

// install installs Renovate and its Node unless they are there.
func install(cache string) error {
	if _, err := os.Stat(filepath.Join(cache, "done")); err == nil {
		return nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	// Renovate's own scripts are not run; Node's fetches the program.
	for _, args := range [][]string{
		{"install", "--silent", "--no-fund", "--no-audit", "--prefix", filepath.Join(cache, "node"), node},
		{"install", "--silent", "--no-fund", "--no-audit", "--prefix", filepath.Join(cache, "renovate"), "--ignore-scripts", "--omit=optional", renovate},
	} {
		fmt.Println("npm", strings.Join(args, " "))
		cmd := exec.Command("npm", args...)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("installing Renovate: %w", err)
		}
	}
	return os.WriteFile(filepath.Join(cache, "done"), nil, 0o644)
}

// A world is the fake GitHub, a fake npm registry, and what went wrong.
type world struct {
	*githubtest.Server
	npm      *httptest.Server
	cache    string
	verbose  bool
	problems []string

	repos      []string // that Renovate works on
	onboarding bool     // it proposes configurations
}

func newWorld(cache string, verbose bool) (*world, error) {
	s, err := githubtest.New(githubtest.Options{Bot: "renovate[bot]"})
	if err != nil {
		return nil, err
	}
	w := &world{Server: s, cache: cache, verbose: verbose, npm: httptest.NewServer(packages("1.0.0", "1.1.0")), repos: []string{repo}}
	rules, err := spec.Load()
	if err != nil {
		return nil, err
	}
	s.Observe(func(x githubtest.Traffic) {
		if verbose {
			fmt.Printf("%d %s %s?%s %s\n", x.Status, x.Method, x.Path, x.Query, x.Op)
		}
		for _, p := range rules.Exchange(x) {
			w.problem("%d %s %s (%s): %s", x.Status, x.Method, x.Path, x.Op, p)
		}
	})
	if err := s.CreateRepo(repo, map[string]string{"package.json": manifest, "renovate.json": config}); err != nil {
		return nil, err
	}
	return w, s.SetProtection(repo, "main", &githubtest.Protection{Checks: []string{"ci"}})
}

func (w *world) close() {
	w.npm.Close()
	if err := w.Close(); err != nil {
		log.Print(err)
	}
}

func (w *world) problem(format string, args ...any) {
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

// packages is a registry in which every package has the same old versions; the last one is the latest.
func packages(all ...string) http.HandlerFunc {
	return func(out http.ResponseWriter, r *http.Request) {
		name := strings.Trim(r.URL.Path, "/")
		versions, times := map[string]any{}, map[string]string{}
		for _, v := range all {
			versions[v] = map[string]any{"name": name, "version": v, "dist": map[string]any{}}
			times[v] = "2020-01-01T00:00:00.000Z"
		}
		out.Header().Set("Content-Type", "application/json")
		json.NewEncoder(out).Encode(map[string]any{"name": name, "dist-tags": map[string]string{"latest": all[len(all)-1]}, "versions": versions, "time": times})
	}
}

// renovate runs Renovate once.
func (w *world) renovate() error {
	home, err := os.MkdirTemp("", "renovate-conformity")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	requireConfig := "optional"
	if w.onboarding {
		requireConfig = "required"
	}
	settings, err := json.Marshal(map[string]any{
		"platform": "github", "endpoint": w.APIURL(), "token": w.Token(githubtest.Grant{}), "repositories": w.repos,
		"onboarding": w.onboarding, "requireConfig": requireConfig, "fetchChangeLogs": "off",
		"npmrc": "registry=" + w.npm.URL + "/", "baseDir": filepath.Join(home, "base"),
	})
	if err != nil {
		return err
	}
	file := filepath.Join(home, "config.json")
	if err := os.WriteFile(file, settings, 0o600); err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(w.cache, "node", "node_modules", "node", "bin", "node"),
		filepath.Join(w.cache, "renovate", "node_modules", "renovate", "dist", "renovate.js"))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "RENOVATE_CONFIG_FILE=" + file, "LOG_FORMAT=json", "LOG_LEVEL=debug"}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	begin := time.Now()
	err = cmd.Run()
	fmt.Printf("Renovate ran for %.1f s\n", time.Since(begin).Seconds())
	w.readLog(&out)
	if err != nil {
		return fmt.Errorf("running Renovate: %w; %s", err, strings.Join(w.problems, "\n"))
	}
	return nil
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
			fmt.Println(lines.Text())
		}
		if json.Unmarshal(lines.Bytes(), &entry) != nil || entry.Level >= 50 {
			w.problem("Renovate: %.2000s", lines.Text())
		}
	}
}

// firstRun looks at the two new pull requests and lets CI pass on the first.
func (w *world) firstRun() (second githubtest.PullRequest, err error) {
	pulls, err := w.Pulls(repo)
	if err != nil {
		return second, err
	}
	if len(pulls) != 2 {
		return second, fmt.Errorf("the first run opened %d pull requests, want 2; %s", len(pulls), strings.Join(w.problems, "\n"))
	}
	for _, p := range pulls {
		fmt.Printf("#%d %s: %s, %s, auto-merge %v\n", p.Number, p.Branch, p.State, p.Mergeable, p.AutoMerge)
		if p.State != "open" || p.Mergeable != "blocked" || !p.AutoMerge {
			w.problem("#%d is %s, %s, auto-merge %v", p.Number, p.State, p.Mergeable, p.AutoMerge)
		}
	}
	if err := w.SetCheck(repo, pulls[0].Head, "ci", "success"); err != nil {
		return second, err
	}
	if pulls, err = w.Pulls(repo); err != nil {
		return second, err
	}
	if pulls[0].State != "merged" || pulls[1].Mergeable != "dirty" {
		w.problem("after the check #1 is %s and #2 %s, want merged and dirty", pulls[0].State, pulls[1].Mergeable)
	}
	return pulls[1], nil
}

// secondRun looks whether the pull request in conflict was rebased.
func (w *world) secondRun(was githubtest.PullRequest) error {
	pulls, err := w.Pulls(repo)
	if err != nil {
		return err
	}
	if len(pulls) != 2 {
		return fmt.Errorf("after the second run there are %d pull requests, want 2", len(pulls))
	}
	p := pulls[1]
	fmt.Printf("#%d %s: %s, %s, rebased %v\n", p.Number, p.Branch, p.State, p.Mergeable, p.Head != was.Head)
	if p.State != "open" || p.Mergeable != "blocked" || p.Head == was.Head {
		w.problem("#%d is %s, %s, head %s after %s: want it rebased", p.Number, p.State, p.Mergeable, p.Head, was.Head)
	}
	for _, c := range p.Comments {
		w.problem("Renovate commented on #%d: %.200s", p.Number, c)
	}
	text, err := w.ReadFile(repo, p.Head, "package.json")
	if err != nil {
		return err
	}
	if strings.Count(text, `"1.1.0"`) != 2 {
		w.problem("the rebased branch has %s", text)
	}
	return nil
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
