package gitrepo

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
)

func text(s string) *platform.File { return &platform.File{Text: s} }

func TestPushedTreeIsWhatWasAskedFor(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1", "a.b": "sorts before a/ would", "d/x": "1", "d/y/z": "1", "gone/only": "1", "f": "file", "link": "-> a", "run": "#!x"})
	m := fetched(t, r.bare, Options{})
	heads, err := m.Push(t.Context(), bot, at, []platform.Branch{{
		Name: "renovate/x", Base: r.head("main"), Message: "Update things\n\nwith a body",
		Changes: platform.Changeset{
			"a": text("2"), "d/new/deep": text("n"), "d/y/z": nil, "gone/only": nil, "never-there": nil,
			"f": nil, "f/g": text("a folder now"), "run": text("not executable"),
			"exe": {Text: "#!", Mode: platform.Executable}, "ln": {Text: "d/x", Mode: platform.Symlink},
			"größe/ü": text("ü"),
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.head("renovate/x"); got != heads[0] {
		t.Errorf("the branch is at %s, not %s", got, heads[0])
	}
	runGit(t, r.bare, "fsck", "--strict", "--no-dangling")
	var got []string
	for line := range strings.Lines(runGit(t, r.bare, "-c", "core.quotePath=false", "ls-tree", "-r", heads[0])) {
		f := strings.Fields(line)
		got = append(got, f[0]+" "+f[3]+" = "+runGit(t, r.bare, "cat-file", "blob", f[2]))
	}
	want := []string{
		"100644 a = 2", "100644 a.b = sorts before a/ would", "100644 d/new/deep = n", "100644 d/x = 1", "100755 exe = #!", "100644 f/g = a folder now",
		"100644 größe/ü = ü", "120000 link = a", "120000 ln = d/x", "100644 run = not executable",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wantLog := r.head("main") + "|Currant <currant@example.test> 1767323045 +0000|Currant <currant@example.test> 1767323045 +0000|Update things\n\nwith a body"
	if got := runGit(t, r.bare, "log", "-1", "--date=raw", "--format=%P|%an <%ae> %ad|%cn <%ce> %cd|%B", heads[0]); got != wantLog {
		t.Errorf("%q\nwant\n%q", got, wantLog)
	}
}

func TestCommitIsDeterministic(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	m := fetched(t, r.bare, Options{})
	b := []platform.Branch{{Name: "x", Base: r.head("main"), Message: "m", Changes: platform.Changeset{"b/c": text("1"), "b/d": text("2"), "e": text("3")}}}
	first, err := m.Push(t.Context(), bot, at, b)
	if err != nil {
		t.Fatal(err)
	}
	b[0].Name = "y"
	if second, err := m.Push(t.Context(), bot, at, b); err != nil || second[0] != first[0] {
		t.Errorf("%v %v, %v", first, second, err)
	}
}

func TestPathsThatAreRefused(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1", "dir/x": "1", "link": "-> dir"})
	m := fetched(t, r.bare, Options{})
	base := r.head("main")
	for _, p := range []string{
		"", "/etc/passwd", "../x", "a/../b", "./a", "a//b", "a/", ".git/config", "d/.GIT/hooks/x", ".git /x", ".git./x", "git~1/x", ".g\u200cit/x", ".git::$INDEX_ALLOCATION/x",
		"a\x00b", `..\x`, "\xff", "link/x", "a/b", "dir", strings.Repeat("x/", 3000),
	} {
		_, err := m.Push(t.Context(), bot, at, []platform.Branch{{Name: "x", Base: base, Message: "m", Changes: platform.Changeset{p: text("1")}}})
		var pathErr *PathError
		if !errors.As(err, &pathErr) {
			t.Errorf("%q: %v", p, err)
		}
	}
	for _, set := range []platform.Changeset{{"n": text("1"), "n/m": text("2")}, {"n/m/o": text("2"), "n/m": text("1")}} {
		if _, err := m.Push(t.Context(), bot, at, []platform.Branch{{Name: "x", Base: base, Message: "m", Changes: set}}); err == nil {
			t.Errorf("%v was pushed", set)
		}
	}
	for _, set := range []platform.Changeset{nil, {"a": text("1")}, {"missing": nil}} {
		if _, err := m.Push(t.Context(), bot, at, []platform.Branch{{Name: "x", Base: base, Message: "m", Changes: set}}); !errors.Is(err, ErrNoChange) {
			t.Errorf("%v: %v", set, err)
		}
	}
	if r.head("x") != "" {
		t.Error("a branch was made")
	}
}

func TestBranchNamesThatAreRefused(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	m := fetched(t, r.bare, Options{})
	for _, name := range []string{"", "a..b", "a b", "-x", "a\nb", "x.lock", "/x", "x/", "HEAD~1", "x@{1}"} {
		if _, err := m.Push(t.Context(), bot, at, []platform.Branch{{Name: name, Base: r.head("main"), Message: "m", Changes: platform.Changeset{"a": text("2")}}}); err == nil {
			t.Errorf("%q was pushed", name)
		}
	}
}

func FuzzBadPath(f *testing.F) {
	for _, s := range []string{"a/b", "../x", ".git", "a\\b", ".GIT /x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, p string) {
		if badPath(p) != "" {
			return
		}
		for part := range strings.SplitSeq(p, "/") {
			if !validName(part) {
				t.Errorf("%q would be written but not read", p)
			}
		}
	})
}

// A submodule is moved to another commit, and nothing else becomes one.
func TestSubmodulesMove(t *testing.T) {
	inner := newRemote(t, map[string]string{"x": "1"})
	r := newRemote(t, map[string]string{"a": "1"})
	runGit(t, r.work, "-c", "protocol.file.allow=always", "submodule", "add", "-q", inner.bare, "sub/mod")
	r.commit("main", "submodule", nil)
	m := fetched(t, r.bare, Options{})
	before, err := m.Snapshot(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if commit, err := fs.ReadLink(before.FS, "sub/mod"); err != nil || commit != inner.head("main") {
		t.Errorf("it is at %q, %v", commit, err)
	}
	const to = "2222222222222222222222222222222222222222"
	push := func(path, commit string) error {
		_, err := m.Push(t.Context(), bot, at, []platform.Branch{{
			Name: "renovate/x", Base: r.head("main"), Message: "m", Changes: platform.Changeset{path: {Text: commit, Mode: platform.Submodule}},
		}})
		return err
	}
	for path, commit := range map[string]string{"a": to, "new": to, "sub": to, "sub/mod": "master"} {
		var bad *PathError
		if err := push(path, commit); !errors.As(err, &bad) {
			t.Errorf("%s at %s: %v", path, commit, err)
		}
	}
	if err := push("sub/mod", to); err != nil {
		t.Fatal(err)
	}
	if got := runGit(t, r.bare, "ls-tree", "renovate/x", "sub/mod"); !strings.HasPrefix(got, "160000 commit "+to) {
		t.Errorf("%q", got)
	}
	if _, err := m.Fetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, err := m.Snapshot(t.Context(), "renovate/x")
	if err != nil || after.ID("sub/mod") == before.ID("sub/mod") {
		t.Errorf("%v: what was remembered of it would still hold", err)
	}
	branches, err := m.Branches(t.Context(), "renovate/", "main")
	if err != nil || len(branches) != 1 || branches[0].Changed["sub/mod"] != (Change{ID: to, Mode: platform.Submodule}) {
		t.Errorf("%v, %v", branches, err)
	}
}

// TestSteps makes a branch of several commits, the same when it is made again; a step that changes nothing leaves none.
func TestSteps(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1", "d/x": "1", "d/y": "1"})
	m := fetched(t, r.bare, Options{})
	b := branch("renovate/x", r.head("main"), "", "2")
	b.Changes["d/x"], b.Changes["d/y"] = text("2"), nil
	b.Earlier = []platform.Step{
		{Message: "one", Changes: platform.Changeset{"d/x": text("2")}},
		{Message: "nothing", Changes: platform.Changeset{"d/x": text("2")}},
		{Message: "two", Changes: platform.Changeset{"d/y": nil}},
	}
	heads, err := m.Push(t.Context(), bot, at, []platform.Branch{b})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := runGit(t, r.bare, "log", "--format=%s", "--name-status", "main.."+heads[0]), "Update renovate/x\n\nM\ta\ntwo\n\nD\td/y\none\n\nM\td/x"; strings.TrimSpace(got) != want {
		t.Errorf("the branch is\n%s\nwant\n%s", got, want)
	}
	again, err := m.Push(t.Context(), bot, at.AddDate(0, 0, 1), []platform.Branch{b})
	if err != nil || again[0] != heads[0] {
		t.Errorf("made again it is at %v, %v, not %s", again, err, heads[0])
	}
}
