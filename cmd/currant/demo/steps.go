package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	worlds "github.com/currant-bot/currant/testdata/demo"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// repositories are those that Currant looks after.
var repositories = []string{"acme/shop", "acme/ledger", "acme/deploy"}

// made are those that were made from the base template.
var made = []string{"acme/shop", "acme/ledger"}

// files reads one of the embedded archives.
func files(name string) (map[string]string, error) {
	data, err := worlds.Files.ReadFile(name + ".txtar")
	if err != nil {
		return nil, err
	}
	out := make(map[string]string)
	for _, f := range txtar.Parse(data).Files {
		out[f.Name] = string(f.Data)
	}
	return out, nil
}

// seed makes the repositories and publishes what they use.
func (w *world) seed(ctx context.Context) (string, error) {
	for name, tag := range map[string]string{"presets": "", "base-template": "v2.5.0", "frontend-template": "v1.3.0"} {
		content, err := files(name)
		if err != nil {
			return "", err
		}
		if err := w.github.CreateRepo("acme/"+name, content, githubtest.Public()); err != nil {
			return "", err
		}
		if tag != "" {
			if err := w.github.Tag("acme/"+name, tag, "main"); err != nil {
				return "", err
			}
		}
	}
	if err := w.github.CreateRepo("actions/checkout", map[string]string{"action.yml": "name: checkout\n"}, githubtest.Public()); err != nil {
		return "", err
	}
	for _, tag := range []string{"v4", "v4.2.2"} {
		if err := w.github.Tag("actions/checkout", tag, "main"); err != nil {
			return "", err
		}
	}
	if err := w.publish(); err != nil {
		return "", err
	}
	if err := w.projects(ctx); err != nil {
		return "", err
	}
	for _, repo := range repositories {
		if err := w.github.SetProtection(repo, "main", &githubtest.Protection{Checks: []string{"ci"}}); err != nil {
			return "", err
		}
	}
	w.github.OnMerge(w.release)
	answers, err := w.github.ReadFile("acme/shop", "main", ".copier-answers.base.yml")
	if err != nil || !strings.Contains(answers, "_commit: v2.5.0") {
		return "", fmt.Errorf("acme/shop is not made from v2.5.0: %q %w", answers, err)
	}
	return "acme/shop has the answers of two templates: base v2.5.0, frontend v1.3.0", nil
}

// publish fills the registry with what is current now.
func (w *world) publish() error {
	for repository, tags := range map[string][]string{
		"acme/shop": {"1.3.9", "1.4.0"}, "base/python": {"3.12.1-slim", "3.12.4-slim", "3.12.4"}, "base/valkey": {"7.2.4", "7.2.5"}, "docker/dockerfile": {"1.6", "1.7"},
	} {
		for _, tag := range tags {
			if err := w.registry.pushImage(repository, tag, tag); err != nil {
				return err
			}
		}
	}
	for chart, version := range map[string]string{"ledger": "0.3.0", "probe": "1.2.0"} {
		if err := w.registry.pushChart(chart, version); err != nil {
			return err
		}
	}
	return nil
}

// projects makes the application repositories by copier copy, as people do.
func (w *world) projects(ctx context.Context) error {
	copier, err := w.o.Copier(ctx)
	if err != nil {
		return err
	}
	for repo, layers := range map[string][]string{"acme/shop": {"base", "frontend"}, "acme/ledger": {"base"}} {
		dir := filepath.Join(w.dir, "made", filepath.Base(repo))
		for _, layer := range layers {
			version := map[string]string{"base": "v2.5.0", "frontend": "v1.3.0"}[layer]
			args := []string{"copy", "--defaults", "--quiet", "--vcs-ref", version, "--data", "project_name=" + filepath.Base(repo)}
			if layer == "base" {
				args = append(args, "--data", "team=core")
			}
			args = append(args, w.github.CloneURL("acme/"+layer+"-template"), dir)
			cmd := exec.CommandContext(ctx, copier[0], append(copier[1:], args...)...)
			cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.dir, "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C.UTF-8"}
			if out, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("making %s with copier copy: %w\n%s", repo, err, out)
			}
		}
		content, err := read(dir)
		if err != nil {
			return err
		}
		if repo == "acme/shop" {
			own, err := files("shop")
			if err != nil {
				return err
			}
			for path, text := range own {
				content[path] = text
			}
		}
		if err := w.github.CreateRepo(repo, content); err != nil {
			return err
		}
	}
	deploy, err := files("deploy")
	if err != nil {
		return err
	}
	return w.github.CreateRepo("acme/deploy", deploy)
}

// read returns all files below a folder.
func read(dir string) (map[string]string, error) {
	out := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	return out, err
}

// quietPass shows that a pass with nothing to do writes nothing.
func (w *world) quietPass(ctx context.Context) (string, error) {
	w.github.ResetLog()
	before := w.registry.writes.Load()
	if err := w.pass(ctx); err != nil {
		return "", err
	}
	if writes := w.github.Writes(); len(writes) > 0 {
		return "", fmt.Errorf("it wrote: %s %s", writes[0].Method, writes[0].Path)
	}
	if n := w.registry.writes.Load() - before; n > 0 {
		return "", fmt.Errorf("it wrote %d times to the registry", n)
	}
	return fmt.Sprintf("%d requests to GitHub, none of them a write", len(w.github.Log())), nil
}

func (w *world) pass(ctx context.Context) error { return w.o.Pass(ctx, w.settings, repositories) }

func (w *world) releaseTemplate(context.Context) (string, error) {
	next, err := files("base-template-next")
	if err != nil {
		return "", err
	}
	sha, err := w.github.Commit("acme/base-template", "", next, "feat: strict linting and a test task")
	if err != nil {
		return "", err
	}
	if err := w.github.Tag("acme/base-template", "v2.6.0", sha); err != nil {
		return "", err
	}
	return "tag v2.6.0 of acme/base-template is commit " + sha[:7], nil
}

// open returns the open pull request of a repository whose branch has the beginning.
func (w *world) open(repo, branch string) (githubtest.PullRequest, error) {
	pulls, err := w.github.Pulls(repo)
	if err != nil {
		return githubtest.PullRequest{}, err
	}
	var found []githubtest.PullRequest
	for _, p := range pulls {
		if p.State == "open" && strings.HasPrefix(p.Branch, branch) {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return githubtest.PullRequest{}, fmt.Errorf("%s has %d open pull requests from %s*, not 1", repo, len(found), branch)
	}
	return found[0], nil
}

// has checks that a file holds all texts.
func (w *world) has(repo, rev, path string, texts ...string) error {
	got, err := w.github.ReadFile(repo, rev, path)
	if err != nil {
		return fmt.Errorf("%s has no %s at %s: %w", repo, path, rev, err)
	}
	for _, t := range texts {
		if !strings.Contains(got, t) {
			return fmt.Errorf("%s at %s of %s has no %q:\n%s", path, rev, repo, t, got)
		}
	}
	return nil
}

const templateBranch = "renovate/"

func (w *world) templatePulls(ctx context.Context) (string, error) {
	if err := w.pass(ctx); err != nil {
		return "", err
	}
	var seen []string
	for _, repo := range made {
		p, err := w.open(repo, templateBranch)
		if err != nil {
			return "", err
		}
		for path, text := range map[string]string{
			".copier-answers.base.yml": "_commit: v2.6.0", "Taskfile.yml": "./lint.sh --strict", ".editorconfig": "end_of_line = lf",
		} {
			if err := w.has(repo, p.Branch, path, text); err != nil {
				return "", err
			}
		}
		seen = append(seen, fmt.Sprintf("%s#%d %q", repo, p.Number, p.Title))
	}
	if err := w.has("acme/shop", mustBranch(w, "acme/shop"), "Taskfile.yml", "This comment is ours"); err != nil {
		return "", fmt.Errorf("the developers' own change is lost: %w", err)
	}
	return strings.Join(seen, "\n"), nil
}

func mustBranch(w *world, repo string) string {
	p, err := w.open(repo, templateBranch)
	if err != nil {
		return ""
	}
	return p.Branch
}

// green lets the checks of all open pull requests succeed, as a CI system would.
func (w *world) green(repos ...string) error {
	for _, repo := range repos {
		pulls, err := w.github.Pulls(repo)
		if err != nil {
			return err
		}
		for _, p := range pulls {
			if p.State != "open" {
				continue
			}
			if err := w.github.SetCheck(repo, p.Head, "ci", "success"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) mergeTemplates(ctx context.Context) (string, error) {
	w.github.ResetLog()
	if err := w.pass(ctx); err != nil {
		return "", err
	}
	for _, repo := range made {
		if _, err := w.open(repo, templateBranch); err != nil {
			return "", fmt.Errorf("before any check was green: %w", err)
		}
	}
	if err := w.green(made...); err != nil {
		return "", err
	}
	if err := w.pass(ctx); err != nil {
		return "", err
	}
	for _, repo := range made {
		if err := w.has(repo, "main", ".copier-answers.base.yml", "_commit: v2.6.0"); err != nil {
			return "", err
		}
	}
	return "main of acme/shop and acme/ledger is at template v2.6.0; no merge before the checks", nil
}

// release is the shop's release workflow: what is merged becomes an image.
func (w *world) release(m githubtest.Merge) {
	if m.Repo != "acme/shop" {
		return
	}
	if err := w.registry.pushImage("acme/shop", "1.4.1", m.Commit); err != nil {
		w.o.Say("release of the shop: " + err.Error())
	}
}

func (w *world) imageReleased(context.Context) (string, error) {
	tags, err := w.registry.tags("acme/shop")
	if err != nil {
		return "", err
	}
	if !slices.Contains(tags, "1.4.1") {
		return "", fmt.Errorf("the registry has only %v of acme/shop", tags)
	}
	// At the same time the people of the cache and of the probe release too.
	if err := w.registry.pushImage("base/valkey", "8.0.0", "8.0.0"); err != nil {
		return "", err
	}
	if err := w.registry.pushChart("probe", "1.2.1"); err != nil {
		return "", err
	}
	return fmt.Sprintf("tags of acme/shop: %s", strings.Join(tags, ", ")), nil
}

func (w *world) deployPulls(ctx context.Context) (string, error) {
	if err := w.pass(ctx); err != nil {
		return "", err
	}
	pulls, err := w.github.Pulls("acme/deploy")
	if err != nil {
		return "", err
	}
	var seen []string
	for _, p := range pulls {
		if p.State == "open" {
			seen = append(seen, fmt.Sprintf("#%d %s", p.Number, p.Title))
		}
	}
	if len(seen) != 3 {
		return "", fmt.Errorf("acme/deploy has %d open pull requests, not 3: %s", len(seen), strings.Join(seen, "; "))
	}
	return strings.Join(seen, "\n"), nil
}

func (w *world) mergeDeploy(ctx context.Context) (string, error) {
	if err := w.green("acme/deploy"); err != nil {
		return "", err
	}
	// Two passes: what changes the same file as another merge waits for the next one.
	for range 3 {
		if err := w.pass(ctx); err != nil {
			return "", err
		}
		if err := w.green("acme/deploy"); err != nil {
			return "", err
		}
	}
	const manifest = "kubernetes/shop/deployment.yaml"
	if err := w.has("acme/deploy", "main", manifest, "acme/shop:1.4.1 # the release workflow publishes it", "base/valkey:7.2.5"); err != nil {
		return "", err
	}
	if err := w.has("acme/deploy", "main", "kubernetes/monitoring/release.yaml", `version: "1.2.1"`); err != nil {
		return "", err
	}
	p, err := w.open("acme/deploy", templateBranch)
	if err != nil {
		return "", err
	}
	if err := w.has("acme/deploy", p.Branch, manifest, "base/valkey:8.0.0"); err != nil {
		return "", err
	}
	return fmt.Sprintf("main runs shop 1.4.1 and probe 1.2.1; #%d %q is open", p.Number, p.Title), nil
}
