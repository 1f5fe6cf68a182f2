package lockfile

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"github.com/currant-bot/currant/updater/platform"
)

const (
	maxMade = 10_000    // files that commands may make or change
	maxRead = 256 << 20 // bytes of them together
)

// A watch sees what scripts do to a repository's files: to those that it had, and to new ones that git would not ignore.
type watch struct {
	stage
	match func(pattern, path string) bool
	had   map[string]bool // files before
	left  int64
}

func newWatch(s stage, match func(pattern, path string) bool) *watch {
	w := &watch{stage: s, match: match, had: make(map[string]bool), left: maxRead}
	for _, name := range s.wanted() {
		if info, err := s.tree.Lstat(filepath.FromSlash(name)); err == nil && info.Mode().IsRegular() {
			w.had[name] = true
		}
	}
	return w
}

// collect puts into c what has become of the files that one of the patterns matches.
func (w *watch) collect(patterns []string, c platform.Changeset) (problems []string, err error) {
	names := sortedKeys(w.had)
	if err := w.walk(".", nil, &names); err != nil {
		return []string{err.Error()}, nil
	}
	for _, name := range sortedKeys(c) { // what an earlier script made may be gone
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if !w.wants(patterns, name) {
			continue
		}
		f, why, err := w.file(name)
		if err != nil {
			return nil, err
		}
		was, had := c[name]
		switch {
		case why != "":
			problems = append(problems, fmt.Sprintf("What the commands made of `%s` is left out: %s", name, why))
		case f == nil && !w.had[name]:
			if had && was != nil {
				delete(c, name) // made by one command, removed by another
			}
		case f == nil:
			c[name] = nil
		case !w.unchanged(name, f):
			c[name] = f
		case had:
			delete(c, name) // it is what it was
		}
		if len(c) > maxMade {
			return append(problems, fmt.Sprintf("The commands changed more than %d files; the others are left out", maxMade)), nil
		}
	}
	return problems, nil
}

// wants reports whether a pattern matches and none with "!" in front rules it out.
func (w *watch) wants(patterns []string, name string) bool {
	yes := false
	for _, p := range patterns {
		switch ok := w.match(p, name); {
		case strings.HasPrefix(p, "!") && !ok:
			return false
		case !strings.HasPrefix(p, "!"):
			yes = yes || ok
		}
	}
	return yes
}

// file returns a file as it is now; nil if it is gone. why says why it cannot be part of a branch.
func (w *watch) file(name string) (f *platform.File, why string, err error) {
	at := filepath.FromSlash(name)
	info, err := w.tree.Lstat(at)
	switch {
	case err != nil:
		return nil, "", nil
	case !info.Mode().IsRegular():
		return nil, "it is no file", nil
	case info.Size() > maxLock || info.Size() > w.left:
		return nil, "it is too large", nil
	}
	data, err := w.tree.ReadFile(at)
	if err != nil {
		return nil, "it cannot be read", nil
	}
	f = &platform.File{Text: string(data), Mode: platform.Regular}
	if info.Mode()&0o100 != 0 {
		f.Mode = platform.Executable
	}
	if !w.unchanged(name, f) {
		w.left -= info.Size()
	}
	return f, "", nil
}

func (w *watch) unchanged(name string, f *platform.File) bool {
	if !w.had[name] {
		return false
	}
	was, err := fs.ReadFile(w.job.FS, name)
	return err == nil && string(was) == f.Text && (w.mode(name)&0o111 != 0) == (f.Mode == platform.Executable)
}

// walk adds new files below dir to names, without those that a .gitignore names.
func (w *watch) walk(dir string, ignored []gitignore.Pattern, names *[]string) error {
	var parts []string
	if dir != "." {
		parts = strings.Split(dir, "/")
	}
	if data, err := w.tree.ReadFile(filepath.Join(filepath.FromSlash(dir), ".gitignore")); err == nil && len(data) < 1<<20 {
		ignored = slices.Clip(ignored)
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimRight(line, "\r\n"); line != "" && line[0] != '#' {
				ignored = append(ignored, gitignore.ParsePattern(line, parts))
			}
		}
	}
	folder, err := w.tree.Open(filepath.FromSlash(dir))
	if err != nil {
		return nil // gone, or not ours to see
	}
	entries, err := folder.ReadDir(-1)
	folder.Close()
	if err != nil {
		return nil
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	matcher := gitignore.NewMatcher(ignored)
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if e.Name() == ".git" || matcher.Match(append(slices.Clip(parts), e.Name()), e.IsDir()) {
			continue
		}
		switch {
		case e.IsDir() && len(parts) < 100:
			if err := w.walk(name, ignored, names); err != nil {
				return err
			}
		case e.Type().IsRegular() && !w.had[name]:
			if *names = append(*names, name); len(*names) > len(w.had)+10*maxMade {
				return fmt.Errorf("commands made more than %d files", 10*maxMade)
			}
		}
	}
	return nil
}
