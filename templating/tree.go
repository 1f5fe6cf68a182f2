package templating

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/updater/platform"
)

// A Tree is the files of a repository: those of a commit, with changes on top of it.
type Tree struct {
	GitDir string // of a repository that has Commit; "" if Changes are all the files
	Commit string

	Changes platform.Changeset
}

// With returns t with more changes, so that one layer is updated on top of another.
func (t Tree) With(changes platform.Changeset) Tree {
	all := maps.Clone(t.Changes)
	if all == nil {
		all = make(platform.Changeset)
	}
	maps.Copy(all, changes)
	t.Changes = all
	return t
}

// FromFS returns the tree of all files in fsys but those of git itself.
func FromFS(fsys fs.FS) (Tree, error) {
	files := make(platform.Changeset)
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		f := &platform.File{}
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			f.Mode = platform.Symlink
			f.Text, err = fs.ReadLink(fsys, path)
		case !info.Mode().IsRegular():
			return nil
		default:
			if info.Mode()&0o111 != 0 {
				f.Mode = platform.Executable
			}
			var text []byte
			text, err = fs.ReadFile(fsys, path)
			f.Text = string(text)
		}
		files[path] = f
		return err
	})
	if err != nil {
		return Tree{}, fmt.Errorf("reading the repository: %w", err)
	}
	return Tree{Changes: files}, nil
}

// A checkout is a repository's copy that Copier works in. What Copier, and a template's
// code, can reach is work; repo is ours, and what counts.
type checkout struct {
	git    *git.Git
	repo   string // bare
	work   string
	commit string
}

// check writes t to a work tree with a git directory of its own, under dir.
func (t Tree) check(ctx context.Context, g *git.Git, dir string) (*checkout, error) {
	c := &checkout{git: g, repo: filepath.Join(dir, "repo.git"), work: filepath.Join(dir, "work")}
	if err := c.make(ctx, t); err != nil {
		return nil, fmt.Errorf("copying the repository: %w", err)
	}
	return c, nil
}

func (c *checkout) make(ctx context.Context, t Tree) error {
	if _, err := c.run(ctx, "init", "-q", "--bare", c.repo); err != nil {
		return err
	}
	tree, err := c.tree(ctx, t)
	if err != nil {
		return err
	}
	// A commit without parents: history is no business of the template's.
	if c.commit, err = c.ours(ctx, "commit-tree", "-m", "before the update", tree); err != nil {
		return err
	}
	if _, err := c.run(ctx, "init", "-q", "-b", "main", c.work); err != nil {
		return err
	}
	pack := filepath.Join(c.work, ".git", "objects", "pack", "pack")
	if _, err := c.git.Run(ctx, git.Command{
		Args: []string{"--git-dir=" + c.repo, "pack-objects", "-q", "--revs", pack}, Stdin: strings.NewReader(c.commit + "\n"),
	}); err != nil {
		return err
	}
	if _, err := c.git.Run(ctx, git.Command{Dir: c.work, Args: []string{"update-ref", "HEAD", c.commit}}); err != nil {
		return err
	}
	_, err = c.git.Run(ctx, git.Command{Dir: c.work, Args: []string{"reset", "-q", "--hard"}})
	return err
}

// run runs git outside any repository.
func (c *checkout) run(ctx context.Context, args ...string) (string, error) {
	return c.git.Run(ctx, git.Command{Args: args})
}

// ours runs git in our repository and returns its one line.
func (c *checkout) ours(ctx context.Context, args ...string) (string, error) {
	out, err := c.git.Run(ctx, git.Command{Args: append([]string{"--git-dir=" + c.repo}, args...)})
	return strings.TrimSpace(out), err
}

// tree puts t's objects in reach of our repository and returns the name of its tree.
func (c *checkout) tree(ctx context.Context, t Tree) (string, error) {
	if t.GitDir != "" {
		out, err := c.git.Run(ctx, git.Command{Args: []string{"--git-dir=" + t.GitDir, "rev-parse", "--path-format=absolute", "--git-path", "objects"}})
		if err != nil {
			return "", err
		}
		alternates := filepath.Join(c.repo, "objects", "info", "alternates")
		if err := os.WriteFile(alternates, []byte(strings.TrimSpace(out)+"\n"), 0o600); err != nil {
			return "", err
		}
	}
	if len(t.Changes) == 0 && t.GitDir != "" {
		return c.ours(ctx, "rev-parse", "--verify", "--end-of-options", t.Commit+"^{tree}")
	}
	stream, err := t.stream()
	if err != nil {
		return "", err
	}
	if _, err := c.git.Run(ctx, git.Command{Args: []string{"--git-dir=" + c.repo, "fast-import", "--quiet"}, Stdin: stream}); err != nil {
		return "", err
	}
	return c.ours(ctx, "rev-parse", "refs/heads/input^{tree}")
}

var modes = map[platform.Mode]string{platform.Regular: "100644", platform.Executable: "100755", platform.Symlink: "120000"}

// stream tells git fast-import how to make t.
func (t Tree) stream() (*bytes.Buffer, error) {
	var b bytes.Buffer
	b.WriteString("commit refs/heads/input\ncommitter currant <currant@localhost> 0 +0000\ndata 0\n")
	if t.GitDir != "" {
		fmt.Fprintf(&b, "from %s\n", t.Commit)
	}
	for _, path := range slices.Sorted(maps.Keys(t.Changes)) {
		if !safe(path) {
			return nil, fmt.Errorf("%q is no path in a repository", path)
		}
		f := t.Changes[path]
		if f == nil {
			fmt.Fprintf(&b, "D %s\n", quote(path))
			continue
		}
		fmt.Fprintf(&b, "M %s inline %s\ndata %d\n%s\n", modes[f.Mode], quote(path), len(f.Text), f.Text)
	}
	return &b, nil
}

var quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func quote(path string) string { return `"` + quoting.Replace(path) + `"` }

// safe reports whether path can be in a repository, and is not git's own.
func safe(path string) bool {
	if !fs.ValidPath(path) || path == "." || strings.ContainsRune(path, 0) {
		return false
	}
	return !slices.ContainsFunc(strings.Split(path, "/"), func(s string) bool { return strings.EqualFold(s, ".git") })
}

// read returns a file of the commit that the checkout began with; ok is false if there is none.
func (c *checkout) read(ctx context.Context, path string) (text string, ok bool) {
	if !safe(path) {
		return "", false
	}
	out, err := c.git.Run(ctx, git.Command{Args: []string{"--git-dir=" + c.repo, "cat-file", "blob", c.commit + ":" + path}, Most: 1 << 20})
	return out, err == nil
}

// paths returns all files of the commit that the checkout began with.
func (c *checkout) paths(ctx context.Context) (map[string]bool, error) {
	out, err := c.ours(ctx, "ls-tree", "-r", "-z", "--name-only", "--full-tree", c.commit)
	if err != nil {
		return nil, err
	}
	all := make(map[string]bool)
	for p := range strings.SplitSeq(out, "\x00") {
		all[p] = true
	}
	return all, nil
}
