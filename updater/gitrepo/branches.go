package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/currant-bot/currant/updater/platform"
)

// A BranchState is what a branch is, seen from the branch that it is to be merged into.
type BranchState struct {
	Name      string
	Head      string
	MergeBase string // the commit that it left the base branch at; "" if they have nothing in common
	Behind    bool   // the base branch has gone on since
	Commits   []CommitInfo
	Changed   map[string]Change // by path, from MergeBase to Head
}

// A CommitInfo describes a commit.
type CommitInfo struct {
	ID        string
	Author    Person
	Committer Person
	Message   string
	Merge     bool // it has more than one parent
}

// A Person is who a commit says made it. Anybody can write any name there.
type Person struct {
	Name, Email string
	When        time.Time
}

// A Change is what became of a file.
type Change struct {
	ID      string // of the new content; "" if the file was deleted
	Mode    platform.Mode
	Deleted bool
}

// maxCommits bounds the commits that are listed of a branch, newest first.
const maxCommits = 250

// Branches describes the branches whose names begin with prefix, by name, as
// of the last fetch; base itself is left out. More history is fetched if what there is does not reach back far enough.
func (m *Mirror) Branches(ctx context.Context, prefix, base string) ([]BranchState, error) {
	states, err := m.branches(ctx, prefix, base)
	if errors.Is(err, errShallow) {
		if err := m.deepen(ctx); err != nil {
			return nil, err
		}
		states, err = m.branches(ctx, prefix, base)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the branches of %s: %w", m.url, err)
	}
	return states, nil
}

func (m *Mirror) branches(ctx context.Context, prefix, base string) ([]BranchState, error) {
	refs, err := m.Refs()
	if err != nil {
		return nil, err
	}
	objs, err := m.objects()
	if err != nil {
		return nil, err
	}
	return objs.branches(ctx, refs.Heads, prefix, base)
}

// branches is the same for any repository.
func (o *objects) branches(ctx context.Context, heads map[string]string, prefix, base string) ([]BranchState, error) {
	baseHead := heads[base]
	if baseHead == "" {
		return nil, fmt.Errorf("branch %q: %w", base, platform.ErrNotFound)
	}
	var out []BranchState
	for _, name := range slices.Sorted(maps.Keys(heads)) {
		if name == base || !strings.HasPrefix(name, prefix) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s, err := o.branch(name, plumbing.NewHash(heads[name]), plumbing.NewHash(baseHead))
		if err != nil {
			return nil, fmt.Errorf("branch %s: %w", name, err)
		}
		out = append(out, s)
	}
	return out, nil
}

func (o *objects) branch(name string, head, base plumbing.Hash) (BranchState, error) {
	s := BranchState{Name: name, Head: head.String(), Behind: true, Changed: map[string]Change{}}
	common, own, err := o.divide(head, base)
	if err != nil {
		return s, err
	}
	for _, c := range own[:min(len(own), maxCommits)] {
		s.Commits = append(s.Commits, infoOf(c))
	}
	headCommit, err := o.commit(head)
	if err != nil {
		return s, err
	}
	var from plumbing.Hash
	if !common.IsZero() {
		c, err := o.commit(common)
		if err != nil {
			return s, err
		}
		s.MergeBase, s.Behind, from = common.String(), common != base, c.TreeHash
	}
	d := differ{objs: o, changed: s.Changed}
	return s, d.diff("", from, headCommit.TreeHash, 0)
}

func infoOf(c *object.Commit) CommitInfo {
	return CommitInfo{
		ID:        c.Hash.String(),
		Author:    Person{c.Author.Name, c.Author.Email, c.Author.When},
		Committer: Person{c.Committer.Name, c.Committer.Email, c.Committer.When},
		Message:   c.Message,
		Merge:     len(c.ParentHashes) > 1,
	}
}

// A differ collects the files that differ between two trees.
type differ struct {
	objs    *objects
	changed map[string]Change
}

func (d *differ) diff(prefix string, a, b plumbing.Hash, level int) error {
	if a == b {
		return nil
	}
	if level > maxLevels || len(d.changed) > maxEntries {
		return ErrTooMany
	}
	was, err := d.entries(a)
	if err != nil {
		return err
	}
	is, err := d.entries(b)
	if err != nil {
		return err
	}
	for name, e := range is {
		old := was[name]
		if old.Hash == e.Hash && old.Mode == e.Mode {
			continue
		}
		if err := d.entry(prefix+name, old, e, level); err != nil {
			return err
		}
	}
	for name, old := range was {
		if _, still := is[name]; !still {
			if err := d.entry(prefix+name, old, object.TreeEntry{}, level); err != nil {
				return err
			}
		}
	}
	return nil
}

// entry notes how the entry at p differs: what was a folder is gone as files, what is one now has come as files.
func (d *differ) entry(p string, was, is object.TreeEntry, level int) error {
	var a, b plumbing.Hash
	if was.Mode == filemode.Dir {
		a = was.Hash
	} else if was.Mode != filemode.Empty {
		d.changed[p] = Change{Deleted: true}
	}
	if is.Mode == filemode.Dir {
		b = is.Hash
	} else if is.Mode != filemode.Empty {
		d.changed[p] = Change{ID: is.Hash.String(), Mode: modeOf(is.Mode)}
	}
	return d.diff(p+"/", a, b, level+1)
}

func (d *differ) entries(tree plumbing.Hash) (map[string]object.TreeEntry, error) {
	if tree.IsZero() {
		return nil, nil
	}
	list, err := d.objs.tree(tree)
	out := make(map[string]object.TreeEntry, len(list))
	for _, e := range list {
		out[e.Name] = e
	}
	return out, err
}
