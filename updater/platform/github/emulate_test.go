//go:build emulate

package github

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/fleet"
	"github.com/currant-bot/currant/updater/fleet/webhook"
	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/github/app"
)

// These tests run against emulate, a GitHub that nobody of this project wrote: what is right against our own may be wrong in the same
// way on both sides. It has no git, no GraphQL, no commit statuses and no real merge, so they are about what is asked by REST. .ci/emulate
// installs it and says where.

const (
	appID   = 4711
	secret  = "webhook secret"
	granted = "acme/shop"
)

// emulated is a GitHub of others, with an app installed in acme.
type emulated struct {
	url  string
	key  []byte
	jobs chan fleet.Job // that our webhook made of its events
	told chan string    // what it says of each
}

// ada is who owns acme.
const ada = "token-of-ada"

// emulate starts it; signed is the secret that its events are signed with.
func emulate(t *testing.T, signed string) *emulated {
	t.Helper()
	dir := os.Getenv("CURRANT_TEST_EMULATE")
	if dir == "" {
		t.Fatal("CURRANT_TEST_EMULATE names no folder: .ci/emulate DIR makes one")
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	e := &emulated{jobs: make(chan fleet.Job, 100), told: make(chan string, 100)}
	e.key = pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	hook, err := webhook.New(webhook.Options{Secrets: []string{secret}, Self: "currant[bot]", Add: func(j fleet.Job) { e.jobs <- j }, Tell: func(line string) { e.told <- line }})
	must(t, err)
	ours := httptest.NewServer(hook)
	t.Cleanup(ours.Close)
	permissions := map[string]string{"administration": "write"} // more than we need
	for name, level := range app.Permissions() {
		permissions[name] = level
	}
	e.url = start(t, dir, map[string]any{
		"orgs":   []any{map[string]any{"login": "acme", "members": []any{map[string]any{"login": "ada", "role": "admin"}}}, map[string]any{"login": "bank"}},
		"users":  []any{map[string]any{"login": "ada"}},
		"tokens": map[string]any{ada: map[string]any{"login": "ada", "scopes": []string{"repo", "admin:org"}}},
		"repos":  []any{repository("acme", "shop"), repository("acme", "deploy"), repository("bank", "core")},
		"apps": []any{map[string]any{
			"app_id": appID, "slug": "currant", "name": "Currant", "private_key": string(e.key), "permissions": permissions, "events": app.Events(),
			"webhook_url": ours.URL, "webhook_secret": signed,
			"installations": []any{map[string]any{"installation_id": 1, "account": "acme", "permissions": permissions, "events": app.Events(), "repository_selection": "all"}},
		}},
	})
	return e
}

func repository(owner, name string) map[string]any {
	return map[string]any{"owner": owner, "name": name, "private": true, "auto_init": true}
}

// start runs emulate until the test ends and returns its address.
func start(t *testing.T, dir string, seed map[string]any) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	node := filepath.Join(dir, "node", "node_modules", ".bin", "node")
	if _, err := os.Stat(node); err != nil {
		node = "node"
	}
	cmd := exec.CommandContext(t.Context(), node, "serve.js")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait() // it was told to end
	})
	must(t, json.NewEncoder(in).Encode(map[string]any{"port": port, "github": seed}))
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("emulate did not start: %v", err)
	}
	return strings.TrimSpace(address) + "/"
}

func (e *emulated) app(t *testing.T, now func() time.Time) *app.App {
	t.Helper()
	a, err := app.New(app.Options{URL: e.url, ID: fmt.Sprint(appID), Key: e.key, Now: now})
	must(t, err)
	return a
}

func (e *emulated) reader(t *testing.T, token func(context.Context, string) (string, error)) *Reader {
	t.Helper()
	r, err := New(Options{URL: e.url, Token: token, Mirrors: t.TempDir()})
	must(t, err)
	r.me = platform.Account{Login: "currant[bot]"} // of an app GitHub tells that by GraphQL alone
	return r
}

// person reads and writes as ada.
func (e *emulated) person(t *testing.T) *Reader {
	t.Helper()
	return e.reader(t, func(context.Context, string) (string, error) { return ada, nil })
}

func TestEmulateApp(t *testing.T) {
	e := emulate(t, secret)
	a := e.app(t, nil)
	self, err := a.Self(t.Context())
	if err != nil || self.Slug != "currant" || self.ID != appID {
		t.Errorf("%+v, %v", self, err)
	}
	all, err := a.Installations(t.Context())
	if err != nil || len(all) != 1 || all[0].Owner != "acme" || len(all[0].Missing()) > 0 || all[0].Suspended {
		t.Errorf("%+v, %v", all, err)
	}
	var auth *platform.AuthError
	if _, err := a.Token(t.Context(), "bank/core"); !errors.As(err, &auth) || !strings.Contains(err.Error(), "not installed in bank") {
		t.Errorf("another organisation: %v", err)
	}
	if _, err := a.Token(t.Context(), "acme/none"); !errors.As(err, &auth) || !strings.Contains(err.Error(), "installed on acme/none") {
		t.Errorf("no such repository: %v", err)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	other, err := app.New(app.Options{URL: e.url, ID: fmt.Sprint(appID), Key: pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})})
	must(t, err)
	if _, err := other.Self(t.Context()); !errors.As(err, &auth) {
		t.Errorf("another key: %v", err)
	}
}

func TestEmulateClock(t *testing.T) {
	e := emulate(t, secret)
	for _, off := range []time.Duration{-time.Hour, time.Hour} {
		a := e.app(t, func() time.Time { return time.Now().Add(off) })
		if _, err := a.Token(t.Context(), granted); err != nil {
			t.Errorf("a clock that is off by %s: %v", off, err)
		}
	}
}

// A token reaches one repository, and does no more than it was asked for with.
func TestEmulateNarrowTokens(t *testing.T) {
	e := emulate(t, secret)
	a := e.app(t, nil)
	title, body := "Dashboard", "Text"
	note := platform.Notice{Title: &title, Body: &body}
	working, reading := e.reader(t, a.Token), e.reader(t, a.ReadToken)
	if _, err := working.Writer().Note(t.Context(), granted, note); err != nil {
		t.Errorf("working: %v", err)
	}
	if text, err := reading.File(t.Context(), granted, "README.md", ""); err != nil || len(text) == 0 {
		t.Errorf("reading: %q, %v", text, err)
	}
	var auth *platform.AuthError
	if _, err := reading.Writer().Note(t.Context(), granted, platform.Notice{Title: &body, Body: &body}); !errors.As(err, &auth) {
		t.Errorf("writing with a token that reads: %v", err)
	}
	narrow := e.reader(t, func(ctx context.Context, _ string) (string, error) { return a.Token(ctx, granted) })
	if _, err := narrow.Writer().Note(t.Context(), "acme/deploy", note); err == nil {
		t.Error("writing elsewhere went well")
	}
	_, err := narrow.api.Repositories.Delete(t.Context(), "acme", "shop")
	if s := statusOf(err); s != http.StatusForbidden && s != http.StatusUnauthorized {
		t.Errorf("deleting the repository, which the app may and the token may not: %v", err)
	}
}

// A commit by the interface has the tree that git makes of the same files, and its number is that of its text.
func TestEmulateCommits(t *testing.T) {
	e := emulate(t, secret)
	r := e.reader(t, e.app(t, nil).Token)
	base, _, err := r.api.Git.GetRef(t.Context(), "acme", "shop", "heads/main")
	must(t, err)
	first, _, err := r.api.Git.GetCommit(t.Context(), "acme", "shop", base.GetObject().GetSHA())
	must(t, err)
	readme, err := r.File(t.Context(), granted, "README.md", "")
	must(t, err)
	changes := platform.Changeset{
		"binary": {Text: "\x00\xff"}, "empty": {}, "run": {Text: "#!/bin/sh\n", Mode: platform.Executable}, "link": {Text: "run", Mode: platform.Symlink},
		"dir/long": {Text: strings.Repeat("long\n", 300_000)}, "dir/short": {Text: "ü\n"},
	}
	tree := gitTree(t, map[string]*platform.File{"README.md": {Text: string(readme)}}, changes)
	sha, err := r.Writer().commit(t.Context(), "acme", "shop", gitrepo.Draft{
		Branch: platform.Branch{Name: "renovate/x", Base: first.GetSHA(), Message: "X\n\nWhy\n", Changes: changes}, BaseTree: first.GetTree().GetSHA(), Tree: tree,
	})
	must(t, err)
	made, _, err := r.api.Git.GetCommit(t.Context(), "acme", "shop", sha)
	must(t, err)
	stamp := func(a *gh.CommitAuthor) string {
		return fmt.Sprintf("%s <%s> %d +0000", a.GetName(), a.GetEmail(), a.GetDate().Unix())
	}
	text := fmt.Sprintf("tree %s\nparent %s\nauthor %s\ncommitter %s\n\n%s", tree, first.GetSHA(), stamp(made.Author), stamp(made.Committer), made.GetMessage())
	if want := git(t, t.TempDir(), text, "hash-object", "-t", "commit", "--literally", "--stdin"); sha != want {
		t.Errorf("the commit is %s, and git makes %s of\n%s", sha, want, text)
	}
	gone := platform.Changeset{"dir/long": nil, "run": nil, "link": {Text: "empty", Mode: platform.Symlink}}
	changes["dir/long"], changes["run"], changes["link"] = nil, nil, gone["link"]
	after := gitTree(t, map[string]*platform.File{"README.md": {Text: string(readme)}}, changes)
	if _, err := r.Writer().commit(t.Context(), "acme", "shop", gitrepo.Draft{
		Branch: platform.Branch{Name: "renovate/x", Base: sha, Message: "Y", Changes: gone}, BaseTree: tree, Tree: after,
	}); err != nil {
		t.Errorf("deleting: %v", err)
	}
}

// gitTree returns the number of the tree that git makes of files.
func gitTree(t *testing.T, layers ...platform.Changeset) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "", "init", "-q")
	for _, files := range layers {
		for name, f := range files {
			mode := map[platform.Mode]string{platform.Regular: "100644", platform.Executable: "100755", platform.Symlink: "120000"}
			if f != nil {
				git(t, dir, "", "update-index", "--add", "--cacheinfo", mode[f.Mode]+","+git(t, dir, f.Text, "hash-object", "-w", "--stdin")+","+name)
			}
		}
	}
	return git(t, dir, "", "write-tree")
}

func git(t *testing.T, dir, input string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(input)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

// pull opens a pull request from a new branch.
func (e *emulated) pull(t *testing.T, r *Reader, branch string, labels ...string) int {
	t.Helper()
	base, _, err := r.api.Git.GetRef(t.Context(), "acme", "shop", "heads/main")
	must(t, err)
	_, _, err = r.api.Repositories.CreateFile(t.Context(), "acme", "shop", branch+".txt", &gh.RepositoryContentFileOptions{Message: gh.String("x"), Content: []byte("x"), Branch: gh.String(e.branch(t, r, branch, base))})
	must(t, err)
	number, err := r.Writer().Open(t.Context(), granted, platform.Proposal{Branch: branch, Base: "main", Title: "Update x", Body: "Why", Labels: labels})
	must(t, err)
	return number
}

func (e *emulated) branch(t *testing.T, r *Reader, branch string, at *gh.Reference) string {
	t.Helper()
	_, _, err := r.api.Git.CreateRef(t.Context(), "acme", "shop", &gh.Reference{Ref: gh.String("refs/heads/" + branch), Object: at.Object})
	must(t, err)
	return branch
}

func TestEmulatePulls(t *testing.T) {
	e := emulate(t, secret)
	r := e.reader(t, e.app(t, nil).Token)
	number := e.pull(t, r, "renovate-x", "deps")
	title, body := "Update x to v2", "Because"
	must(t, r.Writer().Edit(t.Context(), granted, platform.Edit{Number: number, Was: "Update x", Title: &title, Body: &body, AddLabels: []string{"major"}, RemoveLabels: []string{"deps"}, Comment: "Hello"}))
	list, err := r.Pulls(t.Context(), granted, "renovate-")
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if p := list[0]; p.Title != title || p.Body != body || p.Author != "currant[bot]" || p.State != platform.Open || fmt.Sprint(p.Labels) != "[major]" {
		t.Errorf("%+v", p)
	}
	if err := r.Writer().Edit(t.Context(), granted, platform.Edit{Number: number, Was: "Another", Title: &body}); !errors.Is(err, platform.ErrMoved) {
		t.Errorf("a title that a person changed: %v", err)
	}
	must(t, r.Writer().Close(t.Context(), granted, platform.Closing{Number: number, Comment: "Closed"}))
	if list, err := r.Pulls(t.Context(), granted, "renovate-"); err != nil || list[0].State != platform.Closed {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestEmulateDashboard(t *testing.T) {
	e := emulate(t, secret)
	r := e.reader(t, e.app(t, nil).Token)
	title, body := "Dependency Dashboard", "- [ ] one"
	number, err := r.Writer().Note(t.Context(), granted, platform.Notice{Title: &title, Body: &body, AddLabels: []string{"dashboard"}})
	must(t, err)
	if again, err := r.Writer().Note(t.Context(), granted, platform.Notice{Title: &title, Body: &body}); again != number || !errors.Is(err, platform.ErrExists) {
		t.Errorf("made twice: %d, %v", again, err)
	}
	next, closed := "- [x] one", false
	_, err = r.Writer().Note(t.Context(), granted, platform.Notice{Number: number, Was: &body, Body: &next})
	must(t, err)
	if _, err := r.Writer().Note(t.Context(), granted, platform.Notice{Number: number, Was: &body, Body: &title}); !errors.Is(err, platform.ErrMoved) {
		t.Errorf("a text that a person changed: %v", err)
	}
	_, err = r.Writer().Note(t.Context(), granted, platform.Notice{Number: number, Open: &closed})
	must(t, err)
	list, err := r.Issues(t.Context(), granted, []string{title})
	if err != nil || len(list) != 1 || list[0].Body != next || list[0].Open || !list[0].Ours || fmt.Sprint(list[0].Labels) != "[dashboard]" {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestEmulateCheckRuns(t *testing.T) {
	e := emulate(t, secret)
	r := e.reader(t, e.app(t, nil).Token)
	person := e.person(t)
	head, _, err := r.api.Git.GetRef(t.Context(), "acme", "shop", "heads/main")
	must(t, err)
	sha := head.GetObject().GetSHA()
	for _, c := range []struct{ name, status, conclusion string }{
		{"build", "completed", "failure"}, {"build", "completed", "success"}, {"lint", "in_progress", ""}, {"docs", "completed", "skipped"}, {"test", "completed", "timed_out"},
	} {
		o := gh.CreateCheckRunOptions{Name: c.name, HeadSHA: sha, Status: &c.status}
		if c.conclusion != "" {
			o.Conclusion = &c.conclusion
		}
		_, _, err := person.api.Checks.CreateCheckRun(t.Context(), "acme", "shop", o)
		must(t, err)
	}
	states := make(map[reporter]platform.CheckState)
	must(t, r.runs(t.Context(), "acme", "shop", sha, states))
	got := make(map[string]platform.CheckState)
	for by, state := range states {
		got[by.name] = state
	}
	want := map[string]platform.CheckState{"build": platform.Passed, "lint": platform.Pending, "docs": platform.Passed, "test": platform.Failed}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v instead of %v", got, want)
	}
}

// Lists come in pages, and where the next one is says the server.
func TestEmulatePages(t *testing.T) {
	e := emulate(t, secret)
	r := e.reader(t, e.app(t, nil).Token)
	title, body := "Talk", "Text"
	number, err := r.Writer().Note(t.Context(), granted, platform.Notice{Title: &title, Body: &body})
	must(t, err)
	for i := range 105 {
		must(t, r.Writer().comment(t.Context(), "acme", "shop", number, fmt.Sprintf("comment %d", i)))
	}
	must(t, r.Writer().comment(t.Context(), "acme", "shop", number, "comment 104")) // which is on the second page
	issue, _, err := r.api.Issues.Get(t.Context(), "acme", "shop", number)
	if err != nil || issue.GetComments() != 105 {
		t.Errorf("%d comments, %v", issue.GetComments(), err)
	}
}

// What emulate signs is what our webhook takes, and what somebody else signed it does not.
func TestEmulateWebhook(t *testing.T) {
	e := emulate(t, secret)
	e.pull(t, e.person(t), "renovate-x")
	if j := await(t, e.jobs); j.Repository != granted {
		t.Errorf("%+v", j)
	}
	if line := await(t, e.told); !strings.Contains(line, ": 202 ") && !strings.Contains(line, ": 200 ") {
		t.Errorf("it was answered %q", line)
	}
	other := emulate(t, "another secret")
	other.pull(t, other.person(t), "renovate-x")
	if line := await(t, other.told); !strings.Contains(line, ": 401 ") || len(other.jobs) > 0 {
		t.Errorf("it was answered %q", line)
	}
}

// await returns the next value.
func await[T any](t *testing.T, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
	}
	return v
}
