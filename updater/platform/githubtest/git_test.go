package githubtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/transport/http"
	"github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// git runs git in a folder and returns all that it says.
func (w world) git(dir string, args ...string) (string, error) {
	w.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.test", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.test")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// cloneURL is the repository's address with a token in it.
func (w world) cloneURL(token string) string {
	return strings.Replace(w.CloneURL(shop), "http://", "http://x-access-token:"+token+"@", 1)
}

// clone clones acme/shop by git itself.
func (w world) clone(token string, args ...string) string {
	w.Helper()
	dir := filepath.Join(w.TempDir(), "clone") // a new folder at each call
	if out, err := w.git(".", append(append([]string{"clone", "--quiet"}, args...), w.cloneURL(token), dir)...); err != nil {
		w.Fatalf("%v: %s", err, out)
	}
	return dir
}

// change commits a file in a clone.
func (w world) change(dir, path, text string) {
	w.Helper()
	w.ok(os.WriteFile(filepath.Join(dir, path), []byte(text), 0o644))
	for _, args := range [][]string{{"add", "."}, {"commit", "--quiet", "-m", "change"}} {
		if out, err := w.git(dir, args...); err != nil {
			w.Fatalf("%v: %s", err, out)
		}
	}
}

// git clones, shallowly too, and pushes more than the megabyte above which it
// sends its request in chunks.
func TestGit(t *testing.T) {
	w := start(t, githubtest.Options{})
	token := w.Token(githubtest.Grant{})
	w.clone(token, "--depth=1")
	dir := w.clone(token)
	var big strings.Builder
	for i := range 400_000 {
		big.WriteByte(byte(i * i >> 3))
		big.WriteString(time.Unix(int64(i)*7919, 0).Format("150405"))
	}
	w.change(dir, "big", big.String())
	var pushes []githubtest.Push
	w.OnPush(func(p githubtest.Push) { pushes = append(pushes, p) })
	if out, err := w.git(dir, "-c", "http.postBuffer=1024", "push", "origin", "HEAD:refs/heads/big"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got, err := w.ReadFile(shop, "big", "big"); err != nil || got != big.String() {
		t.Errorf("the file that was pushed has %d bytes, %v", len(got), err)
	}
	if len(pushes) != 1 || pushes[0].Ref != "refs/heads/big" || pushes[0].After != w.Head(shop, "big") || pushes[0].By != "currant[bot]" {
		t.Errorf("pushes are %v", pushes)
	}
}

// go-git fetches and pushes as the product does.
func TestGoGit(t *testing.T) {
	w := start(t, githubtest.Options{})
	auth := &http.BasicAuth{Username: "x-access-token", Password: w.Token(githubtest.Grant{})}
	dir := t.TempDir()
	r, err := git.PlainClone(dir, false, &git.CloneOptions{URL: w.CloneURL(shop), Auth: auth, Depth: 1})
	w.ok(err)
	tree, err := r.Worktree()
	w.ok(err)
	w.ok(os.WriteFile(filepath.Join(dir, "new"), []byte("new\n"), 0o644))
	_, err = tree.Add("new")
	w.ok(err)
	sha, err := tree.Commit("add", &git.CommitOptions{Author: &object.Signature{Name: "a", Email: "a@example.test", When: time.Unix(1e9, 0)}})
	w.ok(err)
	w.ok(r.Push(&git.PushOptions{Auth: auth, RefSpecs: []config.RefSpec{"refs/heads/main:refs/heads/renovate/x", "refs/heads/main:refs/heads/renovate/y"}}))
	for _, b := range []string{"renovate/x", "renovate/y"} {
		if got := w.Head(shop, b); got != sha.String() {
			t.Errorf("%s is at %s, want %s", b, got, sha)
		}
	}
}

// Who may fetch and push; a private repository is hidden from others.
func TestGitAccess(t *testing.T) {
	w := start(t, githubtest.Options{})
	read := w.Token(githubtest.Grant{Permissions: map[string]string{"contents": "read"}})
	dir := w.clone(read)
	w.change(dir, "a", "1\n")
	if out, err := w.git(dir, "push", "origin", "HEAD:refs/heads/x"); err == nil || !strings.Contains(out, "403") {
		t.Errorf("pushing with a reading token: %v %s", err, out)
	}
	for _, url := range []string{w.CloneURL(shop), w.cloneURL("unknown")} {
		if out, err := w.git(dir, "ls-remote", url); err == nil {
			t.Errorf("listing %s succeeded: %s", url, out)
		}
	}
	if w.Head(shop, "x") != "" {
		t.Error("the refused push made a branch")
	}
}

// docs.github.com/.../about-protected-branches: no push past required checks,
// no force, no deletion; other branches of the same push go through.
func TestProtectedPush(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.ok(w.Branch(shop, "production", "main"))
	for _, b := range []string{"main", "production"} {
		w.ok(w.SetProtection(shop, b, &githubtest.Protection{Checks: []string{"ci"}}))
	}
	main := w.Head(shop, "main")
	dir := w.clone(w.Token(githubtest.Grant{}))
	w.change(dir, "a", "1\n")
	out, err := w.git(dir, "push", "origin", "HEAD:main", "HEAD:refs/heads/x")
	if err == nil || !strings.Contains(out, "GH006") || !strings.Contains(out, `Required status check "ci" is expected.`) {
		t.Errorf("pushing: %v %s", err, out)
	}
	if out, err := w.git(dir, "push", "origin", ":production"); err == nil || !strings.Contains(out, "Cannot delete a protected branch") {
		t.Errorf("deleting: %v %s", err, out)
	}
	if w.Head(shop, "main") != main || w.Head(shop, "x") == "" {
		t.Errorf("main is at %s, x at %q", w.Head(shop, "main"), w.Head(shop, "x"))
	}
	w.ok(w.SetCheck(shop, w.Head(shop, "x"), "ci", "success"))
	if out, err := w.git(dir, "push", "origin", "HEAD:main"); err != nil {
		t.Errorf("pushing what was checked: %v %s", err, out)
	}
	if out, err := w.git(dir, "push", "--force", "origin", main+":main"); err == nil {
		t.Errorf("forcing succeeded: %s", out)
	}
}

// docs.github.com/.../scopes-for-oauth-apps and the App permission "workflows":
// changing a workflow takes one more permission than changing other files.
func TestWorkflowsPermission(t *testing.T) {
	w := start(t, githubtest.Options{})
	for permission, want := range map[string]bool{"": false, "write": true} {
		dir := w.clone(w.Token(githubtest.Grant{Permissions: map[string]string{"contents": "write", "workflows": permission}}))
		w.change(dir, "a", "1\n")
		if out, err := w.git(dir, "push", "origin", "HEAD:refs/heads/plain"+permission); err != nil {
			t.Errorf("another file with %q: %v %s", permission, err, out)
		}
		w.ok(os.MkdirAll(filepath.Join(dir, ".github/workflows"), 0o755))
		w.change(dir, ".github/workflows/ci.yml", "on: push\n")
		out, err := w.git(dir, "push", "origin", "HEAD:refs/heads/flow"+permission)
		if (err == nil) != want || !want && !strings.Contains(out, "without workflows permission") {
			t.Errorf("a workflow with %q: %v %s", permission, err, out)
		}
	}
}

// A push moves the heads of pull requests; refs/pull/N/head can be fetched but
// not pushed.
func TestPullRef(t *testing.T) {
	w := start(t, githubtest.Options{})
	p := w.open("x", "a.txt", "1\n")
	dir := w.clone(w.Token(githubtest.Grant{}), "--branch=x")
	w.change(dir, "a.txt", "2\n")
	if out, err := w.git(dir, "push", "origin", "x"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	head := w.get(p).GetHead().GetSHA()
	if out, err := w.git(dir, "ls-remote", "origin", "refs/pull/1/head"); err != nil || !strings.HasPrefix(out, head) || head == p.GetHead().GetSHA() {
		t.Errorf("head is %s, refs/pull/1/head %s, %v", head, out, err)
	}
	if out, err := w.git(dir, "push", "--force", "origin", "HEAD~1:refs/pull/1/head"); err == nil {
		t.Errorf("pushing refs/pull/1/head succeeded: %s", out)
	}
}

// An empty repository takes its default branch from the first push.
func TestEmptyRepository(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.ok(w.CreateRepo("acme/new", nil))
	_, _, err := w.gh.Git.GetRef(ctx(t), "acme", "new", "heads/main")
	w.refused(err, 409, "Git Repository is empty.")
	_, _, err = w.gh.Repositories.ListCommits(ctx(t), "acme", "new", nil)
	w.refused(err, 409, "Git Repository is empty.")
	_, _, err = w.gh.Repositories.CreateFile(ctx(t), "acme", "new", "a", &github.RepositoryContentFileOptions{Message: github.String("m"), Content: []byte("1")})
	w.ok(err)
	if w.Head("acme/new", "") == "" {
		t.Error("the first file made no branch")
	}
}
