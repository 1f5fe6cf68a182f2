package templating

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/updater/platform"
)

// maxChanges bounds the bytes of all changed files.
const maxChanges = 128 << 20

// A collected is what is in the work tree after a run.
type collected struct {
	changes  platform.Changeset
	unmerged []unmerged
	strange  []string // paths that were left out, with why
}

// unmerged is a file with stages in Copier's index. A side that has no file is "".
type unmerged struct{ path, base, ours, theirs string }

// errTooLarge says that an update changes more than maxChanges.
var errTooLarge = errors.New("the update changes too much")

// collect compares the work tree with what it began with, by a git directory that nobody else could write to: the
// work tree's own may hold hooks and settings by now.
func (c *checkout) collect(ctx context.Context) (collected, error) {
	var all collected
	var err error
	if all.unmerged, err = c.stages(ctx); err != nil {
		return all, fmt.Errorf("reading the index after the update: %w", err)
	}
	if _, err := c.ours(ctx, "read-tree", c.commit); err != nil {
		return all, err
	}
	if _, err := c.git.Run(ctx, git.Command{Dir: c.repo, WorkTree: c.work, Args: []string{"add", "-A", "--", "."}}); err != nil {
		return all, fmt.Errorf("reading the files after the update: %w", err)
	}
	raw, err := c.git.Run(ctx, git.Command{Args: []string{"--git-dir=" + c.repo, "diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", c.commit}})
	if err != nil {
		return all, err
	}
	if err := c.changes(ctx, raw, &all); err != nil {
		return all, err
	}
	return all, nil
}

// changes reads what diff-index says: ":old new oldhash newhash status NUL path NUL".
func (c *checkout) changes(ctx context.Context, raw string, all *collected) error {
	all.changes = make(platform.Changeset)
	fields := strings.Split(raw, "\x00")
	var paths, hashes []string
	for i := 0; i+1 < len(fields); i += 2 {
		meta, path := strings.Fields(strings.TrimPrefix(fields[i], ":")), fields[i+1]
		if len(meta) != 5 {
			return fmt.Errorf("reading the changes: %q", fields[i])
		}
		var mode platform.Mode
		switch meta[1] {
		case "000000":
			all.changes[path] = nil
			continue
		case "100644":
		case "100755":
			mode = platform.Executable
		case "120000":
			mode = platform.Symlink
		default: // 160000: a repository that was made inside the work tree
			all.strange = append(all.strange, path+" is a git repository of its own, and was left out")
			continue
		}
		if !safe(path) {
			all.strange = append(all.strange, fmt.Sprintf("%q is no path for a repository, and was left out", path))
			continue
		}
		all.changes[path] = &platform.File{Mode: mode}
		paths, hashes = append(paths, path), append(hashes, meta[3])
	}
	texts, err := c.blobs(ctx, hashes, nil)
	if err != nil {
		return err
	}
	for i, path := range paths {
		all.changes[path].Text = texts[i]
	}
	return nil
}

// blobs returns the contents of objects, in order.
func (c *checkout) blobs(ctx context.Context, hashes, env []string) ([]string, error) {
	if len(hashes) == 0 {
		return nil, nil
	}
	out, err := c.git.Run(ctx, git.Command{
		Args:  []string{"--git-dir=" + c.repo, "cat-file", "--batch"},
		Stdin: strings.NewReader(strings.Join(hashes, "\n") + "\n"), Env: env, Most: maxChanges,
	})
	if errors.Is(err, git.ErrOutput) {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, err
	}
	var texts []string
	for range hashes {
		head, rest, ok := strings.Cut(out, "\n")
		f := strings.Fields(head)
		if !ok || len(f) != 3 {
			return nil, fmt.Errorf("reading objects: %q", head)
		}
		size, err := strconv.Atoi(f[2])
		if err != nil || size+1 > len(rest) {
			return nil, fmt.Errorf("reading objects: %q", head)
		}
		texts, out = append(texts, rest[:size]), rest[size+1:]
	}
	return texts, nil
}

// stages reads the unmerged files from Copier's index. The index is copied, and read with our
// configuration. A git directory that is gone or replaced has none.
func (c *checkout) stages(ctx context.Context) ([]unmerged, error) {
	dir := filepath.Join(c.work, ".git")
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return nil, nil
	}
	index := filepath.Join(dir, "index")
	if info, err := os.Lstat(index); err != nil || !info.Mode().IsRegular() || info.Size() > maxChanges {
		return nil, nil
	}
	text, err := os.ReadFile(index)
	if err != nil {
		return nil, err
	}
	copied := filepath.Join(c.repo, "their-index")
	if err := os.WriteFile(copied, text, 0o600); err != nil {
		return nil, err
	}
	env := []string{"GIT_INDEX_FILE=" + copied, "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + filepath.Join(dir, "objects")}
	out, err := c.git.Run(ctx, git.Command{Args: []string{"--git-dir=" + c.repo, "ls-files", "-u", "-z"}, Env: env})
	if err != nil {
		return nil, err
	}
	var files []unmerged
	var hashes []string
	var into []*string
	byPath := make(map[string]int)
	files = make([]unmerged, 0, strings.Count(out, "\x00")) // so that pointers into it stay good
	for entry := range strings.SplitSeq(out, "\x00") {
		meta, path, ok := strings.Cut(entry, "\t")
		f := strings.Fields(meta)
		if !ok || len(f) != 3 {
			continue
		}
		at, seen := byPath[path]
		if !seen {
			at = len(files)
			byPath[path] = at
			files = append(files, unmerged{path: path})
		}
		u := &files[at]
		side := map[string]*string{"1": &u.base, "2": &u.ours, "3": &u.theirs}[f[2]]
		hashes, into = append(hashes, f[1]), append(into, side)
	}
	texts, err := c.blobs(ctx, hashes, env)
	if err != nil {
		return nil, err
	}
	for i, t := range texts {
		*into[i] = t
	}
	return files, nil
}
