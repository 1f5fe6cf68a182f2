package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/currant-bot/currant/updater/platform"
)

// A Snapshot is the files of a repository at one commit, or of a folder as they
// were when it was taken. It is safe for concurrent use.
//
// Content is hostile: FS never follows a symbolic link ([LinkError]), never reads a file
// above [MaxFile] ([SizeError]), and leaves out names that are no valid
// [fs.ValidPath]. A submodule is an empty folder, of which ReadLink tells the commit.
type Snapshot struct {
	Repo   string // where it is from
	Branch string // "" for a commit or a folder
	Commit string // "" for a folder
	FS     fs.FS  // also an fs.ReadFileFS, fs.ReadDirFS, fs.StatFS and fs.ReadLinkFS

	files []Entry
	view  *view
}

// An Entry is one file of a snapshot.
type Entry struct {
	Path string
	ID   string // that git gives to the content; "" for a file of a folder that is above MaxFile
	Size int64
	Mode platform.Mode
}

// Limits on what is read of a repository.
const (
	MaxFile    = 10 << 20 // bytes of a file
	maxEntries = 500_000  // files and folders in a snapshot
	maxLevels  = 200      // folders within folders
	maxLink    = 4096     // bytes of what a symbolic link refers to
)

// A SizeError means that a file is too large to be read.
type SizeError struct {
	Path        string
	Size, Limit int64
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s has %d bytes: files above %d bytes are not read", e.Path, e.Size, e.Limit)
}

// A LinkError means that a path is, or leads through, a symbolic link.
type LinkError struct{ Path, Link string }

func (e *LinkError) Error() string {
	if e.Path == e.Link {
		return e.Path + " is a symbolic link, and those are not followed"
	}
	return fmt.Sprintf("%s is behind the symbolic link %s, and those are not followed", e.Path, e.Link)
}

// ErrTooMany means that a repository has more files or deeper folders than are looked at.
var ErrTooMany = errors.New("it has too many files or folders")

// List returns all files, by path. The slice must not be changed.
func (s *Snapshot) List() []Entry { return s.files }

// ID identifies what a reader of name saw: the content of a file or link, the names in a
// folder, or that there is nothing. What was found through paths whose IDs are
// the same in another snapshot is still true there.
func (s *Snapshot) ID(name string) string { return s.view.id(name) }

// Snapshot returns the files of branch as of the last fetch; "" is the default
// branch. The error is [platform.ErrNotFound] if there is no such branch.
func (m *Mirror) Snapshot(ctx context.Context, branch string) (*Snapshot, error) {
	refs, err := m.Refs()
	if err != nil {
		return nil, err
	}
	if branch == "" {
		branch = refs.Default
	}
	commit := refs.Heads[branch]
	if commit == "" {
		return nil, fmt.Errorf("branch %q of %s: %w", branch, m.url, platform.ErrNotFound)
	}
	s, err := m.SnapshotAt(ctx, commit)
	if err != nil {
		return nil, err
	}
	s.Branch = branch
	return s, nil
}

// SnapshotAt returns the files of a commit. The error is [platform.ErrNotFound] if the mirror does not have it.
func (m *Mirror) SnapshotAt(ctx context.Context, commit string) (s *Snapshot, err error) {
	err = m.repaired(ctx, func(objs *objects) error {
		s, err = objs.snapshot(ctx, m.url, commit)
		return err
	})
	return s, err
}

// repaired calls f and, if the mirror turns out to be damaged, fetches it anew and calls f again.
func (m *Mirror) repaired(ctx context.Context, f func(*objects) error) error {
	objs, err := m.objects()
	if err == nil {
		err = f(objs)
	}
	if !errors.Is(err, errCorrupt) {
		return err
	}
	if _, err := m.Fetch(ctx); err != nil {
		return err
	}
	if objs, err = m.objects(); err != nil {
		return err
	}
	return f(objs)
}

// snapshot lists the tree of a commit; contents are read later.
func (o *objects) snapshot(ctx context.Context, repo, commit string) (*Snapshot, error) {
	c, err := o.commit(plumbing.NewHash(commit))
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		err = platform.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("commit %s of %s: %w", commit, repo, err)
	}
	l := lister{ctx: ctx, objs: o, limit: maxEntries}
	if err := l.walk(c.TreeHash, ".", 0); err != nil {
		return nil, fmt.Errorf("listing commit %s of %s: %w", commit, repo, err)
	}
	return newSnapshot(repo, c.Hash.String(), l.files, l.dirs, l.links, func(e Entry) ([]byte, error) {
		return o.blob(plumbing.NewHash(e.ID))
	}), nil
}

// newSnapshot puts files in order and makes them readable.
func newSnapshot(repo, commit string, files []Entry, dirs []string, links []Entry, read func(Entry) ([]byte, error)) *Snapshot {
	slices.SortFunc(files, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	v := newView(files, dirs, links, read)
	return &Snapshot{Repo: repo, Commit: commit, FS: v, files: files, view: v}
}

// A lister collects the files below a tree.
type lister struct {
	ctx   context.Context
	objs  *objects
	limit int // of files and folders
	files []Entry
	dirs  []string // also of submodules
	links []Entry  // submodules; an ID is the commit
}

func (l *lister) walk(tree plumbing.Hash, dir string, level int) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	entries, err := l.objs.tree(tree)
	if err != nil {
		return err
	}
	seen := make(map[string]bool, len(entries))
	for _, e := range entries {
		if !validName(e.Name) || seen[e.Name] {
			continue
		}
		seen[e.Name] = true
		if err := l.add(e, path.Join(dir, e.Name), level); err != nil {
			return err
		}
	}
	return nil
}

// add adds one entry, at name.
func (l *lister) add(e object.TreeEntry, name string, level int) error {
	if len(l.files)+len(l.dirs) >= l.limit || level >= maxLevels {
		return ErrTooMany
	}
	switch e.Mode {
	case filemode.Dir:
		l.dirs = append(l.dirs, name)
		return l.walk(e.Hash, name, level+1)
	case filemode.Submodule:
		l.dirs = append(l.dirs, name)
		l.links = append(l.links, Entry{Path: name, ID: e.Hash.String(), Mode: platform.Submodule})
		return nil
	}
	size, err := l.objs.size(e.Hash)
	if err != nil {
		return err
	}
	l.files = append(l.files, Entry{Path: name, ID: e.Hash.String(), Size: size, Mode: modeOf(e.Mode)})
	return nil
}

// validName reports whether a name in a tree can be a part of a path. Git never makes others, but a server may send them.
func validName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.EqualFold(name, ".git") &&
		!strings.ContainsAny(name, "/\x00") && utf8.ValidString(name)
}

// modeOf returns the mode of what is no folder.
func modeOf(m filemode.FileMode) platform.Mode {
	switch m {
	case filemode.Executable:
		return platform.Executable
	case filemode.Symlink:
		return platform.Symlink
	case filemode.Submodule:
		return platform.Submodule
	}
	return platform.Regular
}

// fileMode returns what git writes for m.
func fileMode(m platform.Mode) filemode.FileMode {
	switch m {
	case platform.Executable:
		return filemode.Executable
	case platform.Symlink:
		return filemode.Symlink
	case platform.Submodule:
		return filemode.Submodule
	}
	return filemode.Regular
}

// osMode returns what io/fs calls m.
func osMode(m platform.Mode) fs.FileMode {
	switch m {
	case platform.Executable:
		return 0o755
	case platform.Symlink:
		return 0o777 | os.ModeSymlink
	}
	return 0o644
}
