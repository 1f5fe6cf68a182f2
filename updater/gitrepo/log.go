package gitrepo

import (
	"context"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/currant-bot/currant/updater/platform"
)

// Log returns up to n commits of a branch as of the last fetch, newest first,
// following first parents. It is shorter where history was not fetched.
func (m *Mirror) Log(ctx context.Context, branch string, n int) ([]CommitInfo, error) {
	refs, err := m.Refs()
	if err != nil {
		return nil, err
	}
	objs, err := m.objects()
	if err != nil {
		return nil, err
	}
	return objs.log(ctx, m.url, branch, refs.Heads[branch], n)
}

// Log returns up to n commits of a branch, newest first, following first parents.
func (l *Local) Log(ctx context.Context, branch string, n int) ([]CommitInfo, error) {
	refs, err := l.Refs()
	if err != nil {
		return nil, err
	}
	return l.objs.log(ctx, l.dir, branch, refs.Heads[branch], n)
}

// SnapshotAt returns the files of a commit.
func (l *Local) SnapshotAt(ctx context.Context, commit string) (*Snapshot, error) {
	return l.Snapshot(ctx, commit)
}

func (o *objects) log(ctx context.Context, repo, branch, head string, n int) ([]CommitInfo, error) {
	if head == "" {
		return nil, fmt.Errorf("branch %q of %s: %w", branch, repo, platform.ErrNotFound)
	}
	var out []CommitInfo
	for h := plumbing.NewHash(head); len(out) < n && o.has(h) && ctx.Err() == nil; {
		c, err := o.commit(h)
		if err != nil {
			return nil, fmt.Errorf("reading the history of %s: %w", repo, err)
		}
		out = append(out, infoOf(c))
		if len(c.ParentHashes) == 0 {
			break
		}
		h = c.ParentHashes[0]
	}
	return out, ctx.Err()
}
