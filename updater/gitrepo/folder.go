package gitrepo

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
	"golang.org/x/sync/errgroup"

	"github.com/currant-bot/currant/updater/platform"
)

// Folder returns the files under dir as they are on disk now. In a git
// checkout it leaves out what git ignores, unless it is tracked; it never enters .git, nor a checkout within the
// checkout, and never follows a symbolic link. What is read later is what the file holds then; a file that is
// then a link, or larger than [MaxFile], is an error.
func Folder(ctx context.Context, dir string) (*Snapshot, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening folder: %w", err)
	}
	ignored, err := ignoredIn(dir)
	if err != nil {
		root.Close()
		return nil, fmt.Errorf("reading what git ignores in %s: %w", dir, err)
	}
	w := folderWalk{ctx: ctx, root: root, ignored: ignored}
	err = w.walk(".", 0)
	if err == nil {
		err = w.identify()
	}
	if err != nil {
		root.Close()
		return nil, fmt.Errorf("listing folder %s: %w", dir, err)
	}
	return newSnapshot(dir, "", w.files, w.dirs, w.links, func(e Entry) ([]byte, error) {
		return readIn(root, e.Path, e.Mode)
	}), nil
}

// A folderWalk collects the files of a folder.
type folderWalk struct {
	ctx     context.Context
	root    *os.Root // closed when nothing refers to it
	ignored *ignored
	files   []Entry
	dirs    []string
	links   []Entry // submodules, at the commits that the index has
}

func (w *folderWalk) walk(dir string, level int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	list, err := fs.ReadDir(w.root.FS(), dir)
	if errors.Is(err, fs.ErrPermission) && dir != "." {
		return nil // as git does
	}
	if err != nil {
		return err
	}
	rules := len(w.ignored.patterns)
	w.ignored.enter(w.root, dir)
	defer func() { w.ignored.patterns = w.ignored.patterns[:rules] }()
	for _, d := range list {
		if name := d.Name(); validName(name) {
			if err := w.add(path.Join(dir, name), d, level); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *folderWalk) add(name string, d fs.DirEntry, level int) error {
	if len(w.files)+len(w.dirs) >= maxEntries || level >= maxLevels {
		return ErrTooMany
	}
	if w.ignored.match(name, d.IsDir()) {
		return nil
	}
	if d.IsDir() {
		w.dirs = append(w.dirs, name)
		if commit := w.ignored.modules[name]; commit != "" {
			w.links = append(w.links, Entry{Path: name, ID: commit, Mode: platform.Submodule})
			return nil
		}
		if _, err := w.root.Lstat(path.Join(name, ".git")); err == nil {
			return nil // a submodule, or somebody's other checkout
		}
		return w.walk(name, level+1)
	}
	mode, ok := platform.Regular, d.Type().IsRegular()
	info, err := d.Info()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // it is gone since
	case err != nil:
		return err
	case d.Type() == fs.ModeSymlink:
		mode, ok = platform.Symlink, true
	case info.Mode()&0o100 != 0:
		mode = platform.Executable
	}
	if !ok {
		return nil // a device, a socket: git has none
	}
	w.files = append(w.files, Entry{Path: name, Size: info.Size(), Mode: mode})
	return nil
}

// identify reads the files that were found, several folders at a time, and leaves out those that are gone since or may
// not be read. A folder is opened once: to reach a file in it takes a call for each part of its path.
func (w *folderWalk) identify() error {
	byDir := make(map[string][]*Entry)
	for i := range w.files {
		e := &w.files[i]
		byDir[path.Dir(e.Path)] = append(byDir[path.Dir(e.Path)], e)
	}
	g, ctx := errgroup.WithContext(w.ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for dir, entries := range byDir {
		g.Go(func() error { return w.identifyIn(ctx, dir, entries) })
	}
	err := g.Wait()
	w.files = slices.DeleteFunc(w.files, func(e Entry) bool { return e.Path == "" })
	return err
}

func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) }

func (w *folderWalk) identifyIn(ctx context.Context, dir string, entries []*Entry) error {
	folder, err := w.root.OpenRoot(dir)
	if err != nil && !gone(err) {
		return err
	}
	if err == nil {
		defer folder.Close()
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if folder == nil {
			e.Path = ""
			continue
		}
		if e.Size > MaxFile {
			continue
		}
		text, err := readIn(folder, path.Base(e.Path), e.Mode)
		switch {
		case gone(err):
			e.Path = ""
		case err != nil:
			return fmt.Errorf("%s: %w", e.Path, err)
		default:
			e.ID, e.Size = BlobID(string(text)), int64(len(text))
		}
	}
	return nil
}

// readIn reads a file, or what a link refers to, in root.
func readIn(root *os.Root, name string, mode platform.Mode) ([]byte, error) {
	if mode == platform.Symlink {
		target, err := root.Readlink(name)
		return []byte(filepath.ToSlash(target)), err
	}
	// It may have become something else since it was listed, such as a pipe that blocks who opens it.
	info, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	switch {
	case info.Mode().Type() == fs.ModeSymlink:
		return nil, &LinkError{name, name}
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no longer a file")
	case info.Size() > MaxFile:
		return nil, &SizeError{name, info.Size(), MaxFile}
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if len(text) > MaxFile {
		return nil, &SizeError{name, int64(len(text)), MaxFile}
	}
	return text, err
}

// ignored says what git ignores in a folder.
type ignored struct {
	inRepo   []string // the folder's path within its checkout
	patterns []gitignore.Pattern
	tracked  map[string]bool   // files of the index and the folders they are in, by path within the checkout
	off      bool              // the folder is in no checkout
	modules  map[string]string // commits of submodules
}

// ignoredIn reads the rules that hold in dir but are written elsewhere: in
// .git/info/exclude and in the folders above. A user's own rules outside of the repository do not count, so
// that all see the same.
func ignoredIn(dir string) (*ignored, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	top := abs
	for {
		if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
			break
		}
		if top == filepath.Dir(top) {
			return &ignored{off: true}, nil
		}
		top = filepath.Dir(top)
	}
	g := &ignored{tracked: map[string]bool{}, modules: map[string]string{}}
	local, err := OpenLocal(top)
	if errors.Is(err, ErrNoRepository) {
		return &ignored{off: true}, nil
	}
	if err != nil {
		return nil, err
	}
	index, err := local.repo.Storer.Index()
	if err != nil {
		return nil, err
	}
	for _, e := range index.Entries {
		if e.Mode == filemode.Submodule && top == abs {
			g.modules[e.Name] = e.Hash.String()
		}
		for p := e.Name; p != "." && !g.tracked[p]; p = path.Dir(p) {
			g.tracked[p] = true
		}
	}
	if text, err := os.ReadFile(filepath.Join(local.common, "info", "exclude")); err == nil {
		g.add(text, nil)
	}
	rel, err := filepath.Rel(top, abs)
	if err != nil {
		return nil, err
	}
	if rel == "." {
		return g, nil
	}
	parts := strings.Split(filepath.ToSlash(rel), "/")
	root, err := os.OpenRoot(top)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	for i := range parts {
		g.enter(root, path.Join(append([]string{"."}, parts[:i]...)...))
	}
	g.inRepo = parts
	return g, nil
}

// enter adds the rules that are in a folder. Folders are entered from the top down.
func (g *ignored) enter(root *os.Root, dir string) {
	if g.off {
		return
	}
	text, err := readIn(root, path.Join(dir, ".gitignore"), platform.Regular)
	if err != nil {
		return // there is none, or git would not read it either
	}
	g.add(text, g.full(dir))
}

func (g *ignored) add(text []byte, domain []string) {
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line := strings.TrimSuffix(lines.Text(), "\r")
		if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "#") {
			g.patterns = append(g.patterns, gitignore.ParsePattern(line, domain))
		}
	}
}

// full returns the path within the checkout of a path in the folder.
func (g *ignored) full(name string) []string {
	if name == "." {
		return g.inRepo
	}
	return append(g.inRepo[:len(g.inRepo):len(g.inRepo)], strings.Split(name, "/")...)
}

func (g *ignored) match(name string, dir bool) bool {
	if g.off {
		return false
	}
	full := g.full(name)
	return !g.tracked[strings.Join(full, "/")] && gitignore.NewMatcher(g.patterns).Match(full, dir)
}
