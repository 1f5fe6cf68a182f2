package gitrepo

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
)

var plainFiles = map[string]string{
	"Dockerfile":        "FROM golang:1.26\n",
	"a/b/c.txt":         "deep",
	"a.txt":             "beside a/",
	"empty":             "\n",
	"bin/run":           "#!/bin/sh\n",
	"größe/日本語 file.md": "unicode\n",
}

func TestSnapshotIsAFileSystem(t *testing.T) {
	r := newRemote(t, plainFiles)
	names := []string{"Dockerfile", "a/b/c.txt", "a.txt", "bin/run", "größe/日本語 file.md"}
	committed := snapshot(t, fetched(t, r.bare, Options{}), "")
	folder, err := Folder(t.Context(), r.work)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*Snapshot{"commit": committed, "folder": folder} {
		if err := fstest.TestFS(s.FS, names...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := fstest.TestFS(Record(s.FS), names...); err != nil {
			t.Errorf("recorded %s: %v", name, err)
		}
	}
	if diff := cmp.Diff(committed.List(), folder.List()); diff != "" {
		t.Errorf("the folder is not what was committed (-commit +folder):\n%s", diff)
	}
}

func TestListAgreesWithGit(t *testing.T) {
	r := newRemote(t, map[string]string{"x": "1", "d/e": "22", "run": "#!/bin/sh\n", "link": "-> d/e", "out": "-> /etc/passwd"})
	s := snapshot(t, fetched(t, r.bare, Options{}), "main")
	var lines []string
	modes := map[platform.Mode]string{platform.Regular: "100644", platform.Executable: "100755", platform.Symlink: "120000"}
	for _, e := range s.List() {
		lines = append(lines, modes[e.Mode]+" blob "+e.ID+" "+string(rune('0'+e.Size%10))+" "+e.Path)
	}
	var want []string
	for line := range strings.Lines(runGit(t, r.bare, "ls-tree", "-r", "-l", "main")) {
		f := strings.Fields(line)
		want = append(want, f[0]+" "+f[1]+" "+f[2]+" "+f[3][len(f[3])-1:]+" "+f[4])
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	for _, e := range s.List() {
		if text, err := fs.ReadFile(s.FS, e.Path); err == nil && BlobID(string(text)) != e.ID {
			t.Errorf("%s: id %s, want %s", e.Path, BlobID(string(text)), e.ID)
		}
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	r := newRemote(t, map[string]string{"dir/file": "1", "to-file": "-> dir/file", "to-dir": "-> dir", "out": "-> /etc/passwd", "up": "-> ../../secret"})
	folder, err := Folder(t.Context(), r.work)
	if err != nil {
		t.Fatal(err)
	}
	for kind, s := range map[string]*Snapshot{"commit": snapshot(t, fetched(t, r.bare, Options{}), ""), "folder": folder} {
		for _, name := range []string{"to-file", "to-dir", "out", "up", "to-dir/file", "out/x"} {
			_, err := fs.ReadFile(s.FS, name)
			var link *LinkError
			if !errors.As(err, &link) || !strings.Contains(err.Error(), "symbolic link") {
				t.Errorf("%s: reading %s: %v", kind, name, err)
			}
		}
		if got, err := fs.ReadLink(s.FS, "out"); got != "/etc/passwd" || err != nil {
			t.Errorf("%s: link: %q, %v", kind, got, err)
		}
		if info, err := fs.Stat(s.FS, "out"); err != nil || info.Mode().Type() != fs.ModeSymlink {
			t.Errorf("%s: %v, %v", kind, info, err)
		}
		seen := 0
		fs.WalkDir(s.FS, ".", func(p string, d fs.DirEntry, err error) error { seen++; return err })
		if seen != 7 { // ".", dir, dir/file and four links
			t.Errorf("%s: the walk saw %d paths", kind, seen)
		}
		for _, name := range []string{"../secret", "/etc/passwd", "dir/../to-file", ""} {
			if _, err := fs.ReadFile(s.FS, name); !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%s: %q: %v", kind, name, err)
			}
		}
	}
}

func TestLargeFiles(t *testing.T) {
	r := newRemote(t, map[string]string{"big": strings.Repeat("x", MaxFile+1), "most": strings.Repeat("y", MaxFile)})
	folder, err := Folder(t.Context(), r.work)
	if err != nil {
		t.Fatal(err)
	}
	for kind, s := range map[string]*Snapshot{"commit": snapshot(t, fetched(t, r.bare, Options{}), ""), "folder": folder} {
		_, err := fs.ReadFile(s.FS, "big")
		var size *SizeError
		if !errors.As(err, &size) || size.Path != "big" || size.Size != MaxFile+1 {
			t.Errorf("%s: %v", kind, err)
		}
		if text, err := fs.ReadFile(s.FS, "most"); len(text) != MaxFile || err != nil {
			t.Errorf("%s: %d bytes, %v", kind, len(text), err)
		}
	}
}

func TestSubmoduleIsEmptyFolder(t *testing.T) {
	inner := newRemote(t, map[string]string{"inside": "1"})
	r := newRemote(t, map[string]string{"a": "1"})
	runGit(t, r.work, "-c", "protocol.file.allow=always", "submodule", "add", "-q", inner.bare, "sub/mod")
	r.commit("main", "submodule", nil)
	folder, err := Folder(t.Context(), r.work)
	if err != nil {
		t.Fatal(err)
	}
	for kind, s := range map[string]*Snapshot{"commit": snapshot(t, fetched(t, r.bare, Options{}), ""), "folder": folder} {
		list, err := fs.ReadDir(s.FS, "sub/mod")
		if len(list) != 0 || err != nil {
			t.Errorf("%s: %v, %v", kind, list, err)
		}
		for _, e := range s.List() {
			if strings.HasPrefix(e.Path, "sub/") {
				t.Errorf("%s: %s is listed", kind, e.Path)
			}
		}
	}
}

// Trees that git would not make, as a hostile server may send them.
func TestHostileTrees(t *testing.T) {
	store := memory.NewStorage()
	put := func(o plumbing.EncodedObject) plumbing.Hash {
		h, err := store.SetEncodedObject(o)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	blob := store.NewEncodedObject()
	blob.SetType(plumbing.BlobObject)
	w, _ := blob.Writer()
	w.Write([]byte("evil"))
	evil := put(blob)
	tree := func(raw *bytes.Buffer) plumbing.Hash {
		o := store.NewEncodedObject()
		o.SetType(plumbing.TreeObject)
		w, _ := o.Writer()
		w.Write(raw.Bytes())
		return put(o)
	}
	add := func(raw *bytes.Buffer, mode filemode.FileMode, name string, h plumbing.Hash) {
		raw.WriteString(strings.TrimLeft(mode.String(), "0") + " " + name + "\x00")
		raw.Write(h[:])
	}
	commit := func(tree plumbing.Hash) string {
		o := store.NewEncodedObject()
		if err := (&object.Commit{TreeHash: tree, Message: "x"}).Encode(o); err != nil {
			t.Fatal(err)
		}
		return put(o).String()
	}
	objs := &objects{store: store}

	var raw bytes.Buffer
	for _, name := range []string{"..", ".", ".git", ".GIT", "a/b", "../../x", "bad\xffutf8", "good", "good"} {
		add(&raw, filemode.Regular, name, evil)
	}
	s, err := objs.snapshot(t.Context(), "r", commit(tree(&raw)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Entry{{Path: "good", ID: evil.String(), Size: 4}}, s.List()); diff != "" {
		t.Error(diff)
	}

	// A few objects that stand for 10^20 files, and a folder 10,000 deep.
	bomb := tree(&raw)
	for range 20 {
		var level bytes.Buffer
		for _, name := range strings.Split("abcdefghij", "") {
			add(&level, filemode.Dir, name, bomb)
		}
		bomb = tree(&level)
	}
	deep := tree(&raw)
	for range 10_000 {
		var level bytes.Buffer
		add(&level, filemode.Dir, "d", deep)
		deep = tree(&level)
	}
	l := lister{ctx: t.Context(), objs: objs, limit: 10_000}
	if err := l.walk(bomb, ".", 0); !errors.Is(err, ErrTooMany) || len(l.files) > l.limit {
		t.Errorf("many files: %v", err)
	}
	if _, err := objs.snapshot(t.Context(), "r", commit(deep)); !errors.Is(err, ErrTooMany) {
		t.Errorf("deep folders: %v", err)
	}
}

func TestFolderLeavesOutWhatGitIgnores(t *testing.T) {
	dir := t.TempDir()
	runGit(t, dir, "init", "-q")
	writeFiles(t, dir, map[string]string{
		".gitignore": "*.log\n/build/\n!keep.log\n# comment\n", "a.log": "ignored", "keep.log": "kept", "build/out": "ignored", "build/tracked": "kept",
		"sub/.gitignore": "local.txt\n", "sub/local.txt": "ignored", "sub/deep/local.txt": "ignored", "sub/a": "kept", "local.txt": "kept",
		"other/.git/HEAD": "not ours", "other/file": "not ours", "node_modules/x/package.json": "ignored", "build/sub/out": "ignored",
	})
	writeFiles(t, dir, map[string]string{".git/info/exclude": ""})
	os.WriteFile(filepath.Join(dir, ".git/info/exclude"), []byte("node_modules\n"), 0o644)
	runGit(t, dir, "add", "-f", "build/tracked")
	paths := func(dir string) (out []string) {
		s, err := Folder(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range s.List() {
			out = append(out, e.Path)
		}
		return out
	}
	want := []string{".gitignore", "build/tracked", "keep.log", "local.txt", "sub/.gitignore", "sub/a"}
	if diff := cmp.Diff(want, paths(dir)); diff != "" {
		t.Error(diff)
	}
	// Git says the same, except for files that it would not list because they belong to somebody else's checkout.
	git := strings.Split(runGit(t, dir, "ls-files", "--cached", "--others", "--exclude-standard", "--", ".", ":!other"), "\n")
	slices.Sort(git)
	if diff := cmp.Diff(git, paths(dir)); diff != "" {
		t.Errorf("git lists other files (-git +ours):\n%s", diff)
	}
	if diff := cmp.Diff([]string{".gitignore", "a"}, paths(filepath.Join(dir, "sub"))); diff != "" {
		t.Errorf("in a folder of the checkout:\n%s", diff)
	}
	plain := t.TempDir()
	writeFiles(t, plain, map[string]string{".gitignore": "*\n", "a": "1"})
	if diff := cmp.Diff([]string{".gitignore", "a"}, paths(plain)); diff != "" {
		t.Errorf("in no checkout:\n%s", diff)
	}
}

func TestFolderChangedUnderneath(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"a": "1", "d/b": "1"})
	s, err := Folder(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	os.RemoveAll(filepath.Join(dir, "d"))
	os.Remove(filepath.Join(dir, "a"))
	writeFiles(t, dir, map[string]string{"a": "-> /etc/passwd", "d": "-> /etc"})
	for _, name := range []string{"a", "d/b"} {
		if text, err := fs.ReadFile(s.FS, name); err == nil {
			t.Errorf("%s: %q was read through a link", name, text)
		}
	}
}

func TestRecorder(t *testing.T) {
	old := newRemote(t, map[string]string{"a": "1", "b": "2", "d/e": "3", "d/f": "4"})
	m := fetched(t, old.bare, Options{})
	before := snapshot(t, m, "")
	r := Record(before.FS)
	fs.ReadFile(r, "a")
	fs.ReadFile(r, "missing/file")
	fs.ReadDir(r, "d")
	fs.ReadFile(r, "../escape")
	if diff := cmp.Diff([]string{"a", "d", "missing/file"}, r.Reads()); diff != "" {
		t.Fatal(diff)
	}
	same := func(after *Snapshot) bool {
		for _, p := range r.Reads() {
			if before.ID(p) != after.ID(p) {
				return false
			}
		}
		return true
	}
	for _, step := range []struct {
		what  string
		files map[string]string
		same  bool
	}{
		{"another file changed", map[string]string{"b": "22", "d/e": "33"}, true},
		{"a file changed", map[string]string{"a": "11"}, false},
		{"a file came back", map[string]string{"a": "1"}, true},
		{"a folder has a new name in it", map[string]string{"d/new": "1"}, false},
		{"and lost it", map[string]string{"d/new": ""}, true},
		{"a missing file came", map[string]string{"missing/file": "1"}, false},
	} {
		for name, text := range step.files {
			if text != "" {
				os.Remove(filepath.Join(old.work, name))
			}
		}
		old.commit("main", step.what, step.files)
		if _, err := m.Fetch(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := same(snapshot(t, m, "")); got != step.same {
			t.Errorf("%s: same is %v", step.what, got)
		}
	}
}
