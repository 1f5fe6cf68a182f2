package main

import (
	"fmt"
	"strings"

	"github.com/currant-bot/currant/updater/platform/githubtest"
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

func conform(cache string, verbose bool) error {
	r := newRegistries(nil, "1.0.0", "1.1.0")
	defer r.close()
	w, err := newWorld(cache, verbose, r, repo)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.CreateRepo(repo, map[string]string{"package.json": manifest, "renovate.json": config}); err != nil {
		return err
	}
	if err := w.SetProtection(repo, "main", &githubtest.Protection{Checks: []string{"ci"}}); err != nil {
		return err
	}
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
	if err := w.done(); err != nil {
		return err
	}
	fmt.Printf("Renovate is content: %d requests, %d of them writes, all valid\n", len(w.Log()), len(w.Writes()))
	return nil
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
