package templating

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/currant-bot/currant/templating/audit"
	"github.com/currant-bot/currant/templating/git"
)

// add takes a folder's files, ignored ones too, into our repository and returns their tree.
func (c *checkout) add(ctx context.Context, dir, name string) (string, error) {
	env := []string{"GIT_INDEX_FILE=" + filepath.Join(c.repo, "index-"+name)}
	if _, err := c.git.Run(ctx, git.Command{Dir: c.repo, WorkTree: dir, Args: []string{"add", "-A", "-f", "--", "."}, Env: env}); err != nil {
		return "", fmt.Errorf("reading a rendering: %w", err)
	}
	out, err := c.git.Run(ctx, git.Command{Args: []string{"--git-dir=" + c.repo, "write-tree"}, Env: env})
	return strings.TrimSpace(out), err
}

// pack returns a tree with all its objects, after its name.
func (c *checkout) pack(ctx context.Context, tree string) (string, error) {
	out, err := c.git.Run(ctx, git.Command{
		Args: []string{"--git-dir=" + c.repo, "pack-objects", "-q", "--revs", "--stdout"}, Stdin: strings.NewReader(tree + "\n"),
	})
	return tree + "\n" + out, err
}

// unpack is the reverse of pack. It is false for what is damaged.
func (c *checkout) unpack(ctx context.Context, value string) (tree string, ok bool) {
	tree, objects, ok := strings.Cut(value, "\n")
	if !ok {
		return "", false
	}
	if _, err := c.git.Run(ctx, git.Command{Args: []string{"--git-dir=" + c.repo, "unpack-objects", "-q"}, Stdin: strings.NewReader(objects)}); err != nil {
		return "", false
	}
	_, err := c.ours(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", tree+"^{tree}")
	return tree, err == nil
}

// entries returns the files of a tree, each with its mode and hash.
func (c *checkout) entries(ctx context.Context, tree string) (audit.Files, error) {
	out, err := c.git.Run(ctx, git.Command{Args: []string{"--git-dir=" + c.repo, "ls-tree", "-r", "-z", "--full-tree", tree}})
	if err != nil {
		return nil, err
	}
	all := make(audit.Files)
	for entry := range strings.SplitSeq(out, "\x00") {
		if meta, p, ok := strings.Cut(entry, "\t"); ok {
			all[p] = meta
		}
	}
	return all, nil
}

// merge merges two trees over a third and returns the result and which files conflict.
func (c *checkout) merge(ctx context.Context, base, ours, theirs string) (tree string, unmerged map[string]bool, err error) {
	root, err := c.ours(ctx, "commit-tree", "-m", "base", base)
	if err != nil {
		return "", nil, err
	}
	var sides []string
	for _, side := range []string{ours, theirs} {
		commit, err := c.ours(ctx, "commit-tree", "-m", "side", "-p", root, side)
		if err != nil {
			return "", nil, err
		}
		sides = append(sides, commit)
	}
	out, err := c.git.Run(ctx, git.Command{
		Args:     append([]string{"--git-dir=" + c.repo, "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages"}, sides...),
		Settings: []git.Setting{{Key: "merge.renames", Value: "true"}, {Key: "merge.directoryRenames", Value: "false"}, {Key: "merge.conflictStyle", Value: "diff3"}},
	})
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) { // 1: there are conflicts
		return "", nil, err
	}
	fields := strings.Split(strings.TrimRight(out, "\x00"), "\x00")
	unmerged = make(map[string]bool)
	for _, p := range fields[1:] {
		unmerged[p] = true
	}
	return fields[0], unmerged, nil
}

// renames returns what the second tree has elsewhere than the first: new to old path.
func (c *checkout) renames(ctx context.Context, from, to string) (map[string]string, error) {
	out, err := c.git.Run(ctx, git.Command{Args: []string{"--git-dir=" + c.repo, "diff-tree", "-r", "-z", "-M", "--diff-filter=R", "--name-status", from, to}})
	if err != nil {
		return nil, err
	}
	all := make(map[string]string)
	fields := strings.Split(out, "\x00")
	for i := 0; i+2 < len(fields); i += 3 { // R100, old, new
		all[fields[i+2]] = fields[i+1]
	}
	return all, nil
}

// ignored returns which of paths, in a folder of the work tree, the project's .gitignore files name.
func (c *checkout) ignored(ctx context.Context, root string, paths []string) (map[string]bool, error) {
	all := make(map[string]bool)
	if len(paths) == 0 {
		return all, nil
	}
	out, err := c.git.Run(ctx, git.Command{
		Dir: c.repo, WorkTree: c.work, Args: []string{"check-ignore", "-z", "--stdin", "--no-index"},
		Stdin: strings.NewReader(prefix(root) + strings.Join(paths, "\x00"+prefix(root)) + "\x00"),
	})
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) { // 1: none
		return nil, err
	}
	for p := range strings.SplitSeq(out, "\x00") {
		all[strings.TrimPrefix(p, prefix(root))] = true
	}
	return all, nil
}
