package templating

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/templating/git"
)

// in runs git on the repository that t's commit is in.
func (t Tree) in(ctx context.Context, g *git.Git, args ...string) (string, error) {
	return g.Run(ctx, git.Command{Args: append([]string{"--git-dir=" + t.GitDir}, args...), Most: 1 << 20})
}

// read returns a file of t.
func (t Tree) read(ctx context.Context, g *git.Git, path string) (string, error) {
	if f, ok := t.Changes[path]; ok && f != nil {
		return f.Text, nil
	}
	return t.in(ctx, g, "cat-file", "blob", t.Commit+":"+path)
}

// A change is the last commit that changed a file.
type change struct {
	commit string
	when   time.Time
	known  bool // it is that commit; else all that is known is that the file was as it is by then
}

// last returns the commit that last changed a file; zero without history. Where history is cut off, the first commit that is there seems
// to have made everything.
func (t Tree) last(ctx context.Context, g *git.Git, path string) change {
	if t.GitDir == "" {
		return change{}
	}
	out, err := t.in(ctx, g, "log", "-1", "--format=%H %cI", "--end-of-options", t.Commit, "--", path)
	commit, at, _ := strings.Cut(strings.TrimSpace(out), " ")
	when, bad := time.Parse(time.RFC3339, at)
	if err != nil || bad != nil {
		return change{}
	}
	ends, _ := os.ReadFile(filepath.Join(t.GitDir, "shallow")) // none: all is there
	return change{commit, when, !slices.Contains(strings.Fields(string(ends)), commit)}
}

// Committed returns when a file of t was last committed; zero if that is not known.
func (u *Updater) Committed(ctx context.Context, t Tree, path string) time.Time {
	return t.last(ctx, u.Git, path).when
}
