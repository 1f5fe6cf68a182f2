package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// Takeover: Renovate works first, and Currant second, with the same configuration and as the same App. Currant must open nothing
// that is there already, respect what a person closed, and then come to rest.
const bare = "acme/bare"

// theirs is a branch that a person goes on with.
const theirs = "renovate/bottom-pad-2.x"

const takeoverManifest = `{
  "name": "web",
  "dependencies": {
    "bottom-pad": "1.0.0",
    "left-pad": "1.0.0",
    "right-pad": "^1.0.0",
    "top-pad": "1.0.0"
  },
  "devDependencies": {
    "ruler": "~1.0.0"
  }
}
`

const takeoverConfig = `{
  "extends": ["config:recommended"],
  "prHourlyLimit": 0,
  "labels": ["dependencies"],
  "packageRules": [
    {"matchPackageNames": ["left-pad", "right-pad"], "matchUpdateTypes": ["minor"], "groupName": "pads"},
    {"matchPackageNames": ["ruler"], "commitMessageTopic": "our {{depName}}", "addLabels": ["dev"]}
  ]
}
`

func takeover(cache string, verbose bool) error {
	currant, err := build()
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(currant))
	r := newRegistries(nil, "1.0.0", "1.1.0", "2.0.0")
	defer r.close()
	w, err := newWorld(cache, verbose, r, repo, bare)
	if err != nil {
		return err
	}
	defer w.close()
	w.onboarding = true
	if err := w.CreateRepo(repo, map[string]string{"package.json": takeoverManifest, "renovate.json": takeoverConfig}); err != nil {
		return err
	}
	if err := w.createBare(); err != nil {
		return err
	}
	if err := w.renovate(); err != nil {
		return err
	}
	before, err := w.leave()
	if err != nil {
		return err
	}
	if err := w.preview(currant, before, theirs); err != nil {
		return err
	}
	if err := w.rest(currant); err != nil {
		return err
	}
	if err := w.compare(before); err != nil {
		return err
	}
	if err := w.done(); err != nil {
		return err
	}
	fmt.Println("Currant took over: nothing new, nothing twice")
	return nil
}

// rest runs Currant until there is nothing left to write.
func (w *world) rest(currant string) error {
	for n := range 3 {
		w.ResetLog()
		if _, err := w.currant(currant, "run", "-q"); err != nil {
			return err
		}
		if writes := w.Writes(); n == 2 && len(writes) > 0 {
			w.problem("the third run of Currant still wrote: %+v", writes)
		}
	}
	return nil
}

// build makes the currant that takes over.
func build() (string, error) {
	dir, err := os.MkdirTemp("", "currant-takeover")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "currant"), "./cmd/currant")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("building currant: %w", err)
	}
	return filepath.Join(dir, "currant"), nil
}

// createBare makes a repository that nobody configured. By its history, its commits are semantic ones.
func (w *world) createBare() error {
	err := w.CreateRepo(bare, map[string]string{"package.json": manifest})
	for _, text := range []string{"one", "two", "three"} {
		_, failed := w.Commit(bare, "", map[string]string{"README.md": text}, "docs: "+text)
		err = errors.Join(err, failed)
	}
	return err
}

// leave makes of what Renovate did what a repository looks like after a while: a person closed a pull request, and committed to another one's
// branch, and a branch was left behind.
// It returns the pull requests by repository.
func (w *world) leave() (map[string][]githubtest.PullRequest, error) {
	out := make(map[string][]githubtest.PullRequest)
	for _, name := range w.repos {
		pulls, err := w.Pulls(name)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(pulls, func(p githubtest.PullRequest) bool { return strings.Contains(p.Branch, "top-pad-1.x") })
		if i >= 0 {
			if err := w.closePull(name, pulls[i].Number); err != nil {
				return nil, err
			}
			if err := w.Branch(name, "renovate/left-behind-1.x", w.Head(name, pulls[i].Branch)); err != nil {
				return nil, err
			}
		}
		if i = slices.IndexFunc(pulls, func(p githubtest.PullRequest) bool { return p.Branch == theirs }); i >= 0 {
			if _, err := w.CommitAs("ann", name, theirs, map[string]string{"NOTES.md": "wait\n"}, "Mine"); err != nil {
				return nil, err
			}
		}
		if out[name], err = w.Pulls(name); err != nil {
			return nil, err
		}
		for _, p := range out[name] {
			fmt.Printf("%s#%d %s: %s, %s, %v\n", name, p.Number, p.Branch, p.Title, p.State, p.Labels)
		}
	}
	if len(out[repo]) < 6 || len(out[bare]) != 1 {
		return nil, fmt.Errorf("there are %d and %d pull requests of Renovate; %s", len(out[repo]), len(out[bare]), strings.Join(w.problems, "\n"))
	}
	return out, nil
}

// closePull closes a pull request as a person.
func (w *world) closePull(name string, number int) error {
	req, err := http.NewRequest(http.MethodPatch, fmt.Sprintf("%srepos/%s/pulls/%d", w.APIURL(), name, number), strings.NewReader(`{"state": "closed"}`))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+w.Token(githubtest.Grant{Login: "ann"}))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("closing #%d of %s: %s", number, name, resp.Status)
	}
	return nil
}

// preview wants that currant takeover foresees it, and writes nothing. hands is a branch that a person goes on with.
func (w *world) preview(program string, before map[string][]githubtest.PullRequest, hands string) error {
	w.ResetLog()
	if _, err := w.currant(program, "takeover", "-q"); err != nil {
		return err
	}
	text, err := w.currant(program, "takeover", "-q", "--dry-run", "--format", "json")
	if err != nil {
		return err
	}
	if writes := w.Writes(); len(writes) > 0 {
		w.problem("currant takeover wrote: %+v", writes)
	}
	type item struct {
		Kind   string
		Branch string `json:"branchName"`
		Number int
	}
	var got []struct {
		Repository      string
		New, Duplicates int
		Items           []item
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		return fmt.Errorf("reading what takeover says: %w", err)
	}
	for _, h := range got {
		told := make(map[int]string)
		for _, i := range h.Items {
			if i.Branch == "renovate/left-behind-1.x" && i.Kind != "prune" {
				w.problem("takeover: a branch that was left behind: %s", i.Kind)
			}
			told[i.Number] = i.Kind
		}
		for _, p := range before[h.Repository] {
			want := map[string]string{"open": "adopt", "closed": "respect"}[p.State]
			if p.Branch == hands {
				want = "leave"
			}
			if told[p.Number] != want {
				w.problem("takeover: %s#%d (%s) is %q, want %s", h.Repository, p.Number, p.Branch, told[p.Number], want)
			}
		}
		if h.New > 0 || h.Duplicates > 0 {
			w.problem("takeover: %d new and %d duplicates in %s", h.New, h.Duplicates, h.Repository)
		}
	}
	if len(got) != len(w.repos) {
		w.problem("takeover tells of %d repositories", len(got))
	}
	return nil
}

// compare wants the same pull requests as before, in the same states, with the same titles, labels and content.
func (w *world) compare(before map[string][]githubtest.PullRequest) error {
	for _, name := range w.repos {
		now, err := w.Pulls(name)
		if err != nil {
			return err
		}
		for i, p := range now {
			if i >= len(before[name]) {
				w.problem("%s#%d is new: %s (%s)", name, p.Number, p.Title, p.Branch)
				continue
			}
			was := before[name][i]
			moved := p.Head != was.Head && was.Mergeable != "dirty" // one in conflict is made anew
			if p.State != was.State || p.Title != was.Title || moved || !slices.Equal(p.Labels, was.Labels) || len(p.Comments) != len(was.Comments) {
				w.problem("%s#%d changed: %s %q %.7s %v %q, was %s %q %.7s %v %q", name, p.Number, p.State, p.Title, p.Head, p.Labels, p.Comments, was.State, was.Title, was.Head, was.Labels, was.Comments)
			}
		}
		if w.Head(name, "renovate/left-behind-1.x") != "" {
			w.problem("%s: the branch that was left behind is still there", name)
		}
		issues, err := w.Issues(name)
		if err != nil {
			return err
		}
		if len(issues) > 1 {
			w.problem("%s has %d issues, want one dashboard at most", name, len(issues))
		}
	}
	return nil
}
