// Package platformtest defines what every code host must do, as tests that
// each host's own tests run.
package platformtest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
)

// A World is a host to try things on.
type World struct {
	Reader platform.Reader
	Writer platform.Writer

	// Repo holds the files in Files on branch main, and nothing else.
	Repo string

	// Git is the git folder that Repo is kept in, for the tests to look into.
	Git string

	// PersonURL is where a person pushes to, with credentials; Git itself if the host need not know of it.
	PersonURL string

	// Empty is a repository without commits, and EmptyGit its folder; "" if the host
	// cannot have one beside Repo.
	Empty, EmptyGit string

	// Committer is who commits what the Writer pushes, as "Name <address>"; "" for its author.
	Committer string

	// Rule makes branch main require a check, or with queue go through the host's merge queue, which takes what is open; nil if the host cannot be
	// told how to merge.
	Rule func(t *testing.T, queue bool)

	// NoPulls is the error of a host without pull requests; nil if it has them.
	NoPulls error
}

// Files are what a World's repository must hold.
func Files() map[string]string {
	return map[string]string{"README.md": "hello\n", "dir/a.txt": "a\n", "dir/b.txt": "b\n", "größe.txt": "ü\n"}
}

// Run tries everything, each on a world of its own that open returns.
func Run(t *testing.T, open func(t *testing.T) World) {
	RunPushes(t, open)
	tests := map[string]func(*testing.T, World){
		"settings": testSettings, "files": testFiles, "unknown repository": testUnknown, "empty repository": testEmpty,
		"no pull requests": testNoPulls, "open": testOpen, "edit": testEdit, "close": testClose, "merge": testMerge, "merge into what has changed": testMergeOnto, "have the host merge": testMergeWhenMet, "merge queue": testMergeQueue,
		"status": testStatus, "merge a branch": testMergeBranch,
		"issues": testIssues,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// RunPushes tries everything that is about pushing, for a host that has several ways to do it.
func RunPushes(t *testing.T, open func(t *testing.T) World) {
	tests := map[string]func(*testing.T, World){
		"push": testPush, "push twice": testPushTwice, "push on conditions": testPushConditions, "racing pushes": testRace,
		"hostile paths": testHostilePaths,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// git runs git on a repository's folder.
func git(t *testing.T, dir, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "core.quotePath=false", "--git-dir", dir}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Person", "GIT_AUTHOR_EMAIL=person@example.test", "GIT_COMMITTER_NAME=Person", "GIT_COMMITTER_EMAIL=person@example.test")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, &stderr)
	}
	return strings.TrimSpace(string(out))
}

// head returns the commit of a branch; "" if there is no such branch.
func (w World) head(t *testing.T, branch string) string {
	t.Helper()
	return git(t, w.Git, "", "for-each-ref", "--format=%(objectname)", "refs/heads/"+branch)
}

// personPushes puts a person's commit on a branch.
func (w World) personPushes(t *testing.T, branch string) string {
	t.Helper()
	at := w.head(t, branch)
	blob := git(t, w.Git, "by hand\n", "hash-object", "-w", "--stdin")
	tree := git(t, w.Git, git(t, w.Git, "", "ls-tree", at)+"\n100644 blob "+blob+"\tby-hand.txt\n", "mktree")
	commit := git(t, w.Git, "", "commit-tree", tree, "-p", at, "-m", "by hand")
	git(t, w.Git, "", "push", "--quiet", w.PersonURL, commit+":refs/heads/"+branch)
	return commit
}

// push pushes one branch and returns its head.
func (w World) push(t *testing.T, b platform.Branch) string {
	t.Helper()
	heads, err := w.Writer.Push(t.Context(), w.Repo, []platform.Branch{b})
	if err != nil {
		t.Fatalf("pushing %s: %v", b.Name, err)
	}
	return heads[0]
}

// branch is a branch that changes README.md.
func (w World) branch(t *testing.T, name, replaces, text string) platform.Branch {
	return platform.Branch{Name: name, Base: w.head(t, "main"), Replaces: replaces, Message: "Update " + name, Changes: platform.Changeset{"README.md": {Text: text}}}
}

func testSettings(t *testing.T, w World) {
	got, err := w.Reader.Repository(t.Context(), w.Repo)
	if err != nil || got.Name != w.Repo || got.Default != "main" || got.CloneURL == "" || got.Archived {
		t.Errorf("%+v, %v", got, err)
	}
	names, err := w.Reader.Repositories(t.Context())
	if err != nil || !strings.Contains("\n"+strings.Join(names, "\n")+"\n", "\n"+w.Repo+"\n") {
		t.Errorf("repositories %q, %v", names, err)
	}
	me, err := w.Reader.Whoami(t.Context())
	if err != nil || me.Login == "" || me.Name == "" || !strings.Contains(me.Email, "@") {
		t.Errorf("%+v, %v", me, err)
	}
	pulls, err := w.Reader.Pulls(t.Context(), w.Repo, "")
	if len(pulls) != 0 || err != nil {
		t.Errorf("%v, %v", pulls, err)
	}
	head := w.head(t, "main")
	checks, err := w.Reader.Checks(t.Context(), w.Repo, "main", []platform.Candidate{{Head: head}, {Head: head}})
	if len(checks) != 2 || len(checks[0].Results) != 0 || checks[1].Head != head || err != nil {
		t.Errorf("%+v, %v", checks, err)
	}
	if checks, err = w.Reader.Checks(t.Context(), w.Repo, "main", nil); len(checks) != 0 || err != nil {
		t.Errorf("of nothing: %+v, %v", checks, err)
	}
}

func testFiles(t *testing.T, w World) {
	for path, want := range Files() {
		if got, err := w.Reader.File(t.Context(), w.Repo, path, ""); string(got) != want || err != nil {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
	w.push(t, w.branch(t, "renovate/x", "", "other\n"))
	if got, err := w.Reader.File(t.Context(), w.Repo, "README.md", "renovate/x"); string(got) != "other\n" || err != nil {
		t.Errorf("on a branch: %q, %v", got, err)
	}
	for _, path := range []string{"missing", "dir/missing", "dir", "../README.md", "dir/../README.md", ""} {
		if got, err := w.Reader.File(t.Context(), w.Repo, path, ""); err == nil {
			t.Errorf("%q: %q", path, got)
		} else if path != "dir" && !errors.Is(err, platform.ErrNotFound) {
			t.Errorf("%q: %v", path, err)
		}
	}
	if _, err := w.Reader.File(t.Context(), w.Repo, "README.md", "no-branch"); !errors.Is(err, platform.ErrNotFound) {
		t.Errorf("on no branch: %v", err)
	}
}

func testUnknown(t *testing.T, w World) {
	name := w.Repo + "-not"
	_, e1 := w.Reader.Repository(t.Context(), name)
	_, e2 := w.Reader.Pulls(t.Context(), name, "")
	_, e3 := w.Reader.File(t.Context(), name, "README.md", "")
	_, e4 := w.Writer.Push(t.Context(), name, []platform.Branch{w.branch(t, "x", "", "y")})
	for i, err := range []error{e1, e2, e3, e4} {
		if !errors.Is(err, platform.ErrNotFound) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func testPush(t *testing.T, w World) {
	base := w.head(t, "main")
	heads, err := w.Writer.Push(t.Context(), w.Repo, []platform.Branch{
		{Name: "renovate/one", Base: base, Message: "One\n\nbody", Changes: platform.Changeset{
			"README.md": {Text: "changed\n"}, "dir/a.txt": nil, "new/deep/日本語": {Text: "unicode\n"},
			"run": {Text: "#!/bin/sh\n", Mode: platform.Executable}, "link": {Text: "dir/b.txt", Mode: platform.Symlink},
		}},
		{Name: "renovate/two", Base: base, Message: "Two", Changes: platform.Changeset{"dir/a.txt": nil, "dir/b.txt": nil}},
	})
	if err != nil || len(heads) != 2 {
		t.Fatalf("%v, %v", heads, err)
	}
	for i, b := range []string{"renovate/one", "renovate/two"} {
		if got := w.head(t, b); got != heads[i] || git(t, w.Git, "", "rev-list", "--parents", "-1", got) != got+" "+base {
			t.Errorf("%s is at %s, not one commit %s on %s", b, got, heads[i], base)
		}
	}
	list := func(head string) string {
		return git(t, w.Git, "", "ls-tree", "-r", "--format=%(objectmode) %(path)", head)
	}
	want := "100644 README.md\n100644 dir/b.txt\n100644 größe.txt\n120000 link\n100644 new/deep/日本語\n100755 run"
	if diff := gocmp.Diff(want, list(heads[0])); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff("100644 README.md\n100644 größe.txt", list(heads[1])); diff != "" {
		t.Error(diff)
	}
	me, err := w.Reader.Whoami(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	author := fmt.Sprintf("%s <%s>", me.Name, me.Email)
	wantLog := author + "|" + cmp.Or(w.Committer, author) + "|One\n\nbody"
	if diff := gocmp.Diff(wantLog, git(t, w.Git, "", "log", "-1", "--format=%an <%ae>|%cn <%ce>|%B", heads[0])); diff != "" {
		t.Error(diff)
	}
}

func testPushTwice(t *testing.T, w World) {
	b := w.branch(t, "renovate/x", "", "new\n")
	first := w.push(t, b)
	if again := w.push(t, b); again != first || w.head(t, "renovate/x") != first {
		t.Errorf("the second push made %s of %s", again, first)
	}
	b = w.branch(t, "renovate/x", first, "newer\n")
	second := w.push(t, b)
	if again := w.push(t, b); again != second || second == first {
		t.Errorf("replacing again made %s of %s", again, second)
	}
}

func testPushConditions(t *testing.T, w World) {
	base := w.head(t, "main")
	mine := w.push(t, w.branch(t, "renovate/x", "", "new\n"))
	theirs := w.personPushes(t, "renovate/x")
	for what, b := range map[string]platform.Branch{
		"over a person's commit": w.branch(t, "renovate/x", mine, "newer\n"),
		"that must not exist":    w.branch(t, "renovate/x", "", "newer\n"),
		"that is gone":           w.branch(t, "renovate/gone", mine, "newer\n"),
		"on an unknown base":     {Name: "renovate/y", Base: strings.Repeat("1", 40), Message: "m", Changes: platform.Changeset{"a": {Text: "b"}}},
	} {
		_, err := w.Writer.Push(t.Context(), w.Repo, []platform.Branch{w.branch(t, "renovate/other", "", "o\n"), b})
		if !errors.Is(err, platform.ErrMoved) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if w.head(t, "renovate/x") != theirs || w.head(t, "renovate/other") != "" || w.head(t, "renovate/gone") != "" || w.head(t, "main") != base {
		t.Error("something was changed")
	}
	w.push(t, w.branch(t, "renovate/x", theirs, "on purpose\n"))
}

func testRace(t *testing.T, w World) {
	const n = 5
	var wg sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		b := w.branch(t, "renovate/x", "", fmt.Sprintf("by %d\n", i))
		wg.Go(func() { _, errs[i] = w.Writer.Push(t.Context(), w.Repo, []platform.Branch{b}) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, platform.ErrMoved) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d made the branch", won, n)
	}
}

func testHostilePaths(t *testing.T, w World) {
	for _, p := range []string{"../x", "/x", ".git/config", "a/../../x", "dir"} {
		b := platform.Branch{Name: "renovate/x", Base: w.head(t, "main"), Message: "m", Changes: platform.Changeset{p: {Text: "x"}}}
		if _, err := w.Writer.Push(t.Context(), w.Repo, []platform.Branch{b}); err == nil {
			t.Errorf("%q was pushed", p)
		}
	}
	if w.head(t, "renovate/x") != "" {
		t.Error("a branch was made")
	}
}

func testEmpty(t *testing.T, w World) {
	if w.Empty == "" {
		return // the host is one repository, which is not empty
	}
	got, err := w.Reader.Repository(t.Context(), w.Empty)
	if err != nil || got.Default != "" {
		t.Errorf("%+v, %v", got, err)
	}
	if pulls, err := w.Reader.Pulls(t.Context(), w.Empty, ""); len(pulls) != 0 || err != nil {
		t.Errorf("%v, %v", pulls, err)
	}
	if _, err := w.Reader.File(t.Context(), w.Empty, "README.md", ""); !errors.Is(err, platform.ErrNotFound) {
		t.Errorf("a file: %v", err)
	}
	first := platform.Branch{Name: "renovate/start", Message: "First", Changes: platform.Changeset{"a/b": {Text: "c\n"}}}
	heads, err := w.Writer.Push(t.Context(), w.Empty, []platform.Branch{first})
	if err != nil {
		t.Fatal(err)
	}
	if got := git(t, w.EmptyGit, "", "rev-list", "--parents", "renovate/start"); got != heads[0] {
		t.Errorf("%s, not a first commit %s", got, heads[0])
	}
}
