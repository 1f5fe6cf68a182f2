package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/currant-bot/currant/updater/platform"
)

// A Local is a repository on this machine that belongs to somebody: branches
// may be added, but its work trees, its index and its HEAD are never touched. It is safe for concurrent use, and
// beside git itself.
type Local struct {
	// Signer signs the commits that are made; nil for nobody. It is set before the first push.
	Signer *Signer

	dir    string // as it was given
	common string // the folder that holds refs and objects
	objs   *objects

	mu   sync.Mutex // guards repo, and is held while refs are written
	repo *git.Repository
}

// ErrNoRepository means that a folder is not in a git repository.
var ErrNoRepository = errors.New("it is not in a git repository")

// OpenLocal opens the repository that dir is in: a bare one, a work tree, or a folder in one.
func OpenLocal(dir string) (*Local, error) {
	repo, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	if errors.Is(err, git.ErrRepositoryNotExists) {
		err = ErrNoRepository
	}
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", dir, err)
	}
	store, ok := repo.Storer.(*filesystem.Storage)
	if !ok {
		return nil, fmt.Errorf("opening %s: it is not stored in files", dir)
	}
	gitDir := store.Filesystem().Root()
	common, err := commonDir(gitDir)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", dir, err)
	}
	if _, err := os.Stat(filepath.Join(common, "reftable")); err == nil {
		return nil, fmt.Errorf("opening %s: it keeps its references in a reftable, which is not supported", dir)
	}
	return &Local{dir: dir, common: common, objs: &objects{store: store}, repo: repo}, nil
}

// commonDir returns the folder that the work trees of a repository share.
func commonDir(gitDir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(gitDir, "commondir"))
	if errors.Is(err, os.ErrNotExist) {
		return gitDir, nil
	}
	if err != nil {
		return "", err
	}
	common := strings.TrimSpace(string(text))
	if !filepath.IsAbs(common) {
		common = filepath.Join(gitDir, common)
	}
	return common, nil
}

// Dir returns the folder that l was opened at.
func (l *Local) Dir() string { return l.dir }

// Refs returns the branches and tags as they are now. Default is the branch that HEAD names.
func (l *Local) Refs() (Refs, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := Refs{Heads: map[string]string{}, Tags: map[string]string{}}
	iter, err := l.repo.Storer.IterReferences()
	if err != nil {
		return out, fmt.Errorf("reading the references of %s: %w", l.dir, err)
	}
	err = iter.ForEach(func(r *plumbing.Reference) error {
		switch name := r.Name(); {
		case r.Type() != plumbing.HashReference:
		case name.IsBranch():
			out.Heads[name.Short()] = r.Hash().String()
		case name.IsTag():
			out.Tags[name.Short()] = l.peel(r.Hash()).String()
		}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("reading the references of %s: %w", l.dir, err)
	}
	if head, err := l.repo.Storer.Reference(plumbing.HEAD); err == nil && out.Heads[head.Target().Short()] != "" {
		out.Default = head.Target().Short()
	}
	return out, nil
}

// peel returns the commit of an annotated tag.
func (l *Local) peel(h plumbing.Hash) plumbing.Hash {
	l.objs.mu.Lock()
	defer l.objs.mu.Unlock()
	if tag, err := object.GetTag(l.objs.store, h); err == nil {
		return tag.Target
	}
	return h
}

// Snapshot returns the files of a branch, a tag or a commit; "" is HEAD. The error is [platform.ErrNotFound] if there is
// no such thing.
func (l *Local) Snapshot(ctx context.Context, rev string) (*Snapshot, error) {
	if rev == "" {
		rev = "HEAD"
	}
	l.mu.Lock()
	hash, err := l.repo.ResolveRevision(plumbing.Revision(rev))
	head, _ := l.repo.Storer.Reference(plumbing.HEAD)
	l.mu.Unlock()
	if err != nil {
		return nil, fmt.Errorf("%q in %s: %w", rev, l.dir, platform.ErrNotFound)
	}
	s, err := l.objs.snapshot(ctx, l.dir, hash.String())
	if err != nil {
		return nil, err
	}
	switch {
	case rev == "HEAD" && head != nil && head.Type() == plumbing.SymbolicReference:
		s.Branch = head.Target().Short()
	case rev != "HEAD" && rev != hash.String():
		s.Branch = rev
	}
	return s, nil
}

// Branches describes the branches whose names begin with prefix, by name; base itself is left out.
func (l *Local) Branches(ctx context.Context, prefix, base string) ([]BranchState, error) {
	refs, err := l.Refs()
	if err != nil {
		return nil, err
	}
	states, err := l.objs.branches(ctx, refs.Heads, prefix, base)
	if err != nil {
		return nil, fmt.Errorf("reading the branches of %s: %w", l.dir, err)
	}
	return states, nil
}

// Push is [Mirror.Push] into the repository itself. It refuses to move a branch that is checked out in any work tree.
func (l *Local) Push(ctx context.Context, who platform.Account, now time.Time, branches []platform.Branch) ([]string, error) {
	if err := checkBranches(branches); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	d, built, err := build(l.objs, l.Signer, who, now, branches)
	if err != nil {
		return nil, fmt.Errorf("building commits in %s: %w", l.dir, err)
	}
	heads := make([]string, len(built))
	updates := make([]update, len(built))
	for i, b := range branches {
		updates[i] = update{branch: b.Name, old: plumbing.NewHash(b.Replaces), new: built[i]}
	}
	lock, err := l.lock(updates)
	if err != nil {
		return nil, fmt.Errorf("changing branches of %s: %w", l.dir, err)
	}
	defer lock.release()
	if err := l.compare(d, updates); err != nil {
		return nil, fmt.Errorf("changing branches of %s: %w", l.dir, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := l.keep(d); err != nil {
		return nil, fmt.Errorf("writing commits to %s: %w", l.dir, err)
	}
	for i, u := range updates {
		heads[i] = u.new.String()
		if err := lock.write(u); err != nil {
			return nil, fmt.Errorf("writing branch %s of %s: %w", u.branch, l.dir, err)
		}
	}
	return heads, nil
}

// compare checks that each branch is as expected. Where it is the wanted commit apart from the time, the
// update's new head becomes that one.
func (l *Local) compare(d *draft, updates []update) error {
	out := l.checkedOut()
	moved := &MovedError{}
	for i, u := range updates {
		at := plumbing.ZeroHash
		if r, err := l.repo.Storer.Reference(u.ref()); err == nil {
			at = r.Hash()
		} else if !errors.Is(err, plumbing.ErrReferenceNotFound) {
			return err
		}
		if !at.IsZero() && at != u.old {
			a, errA := l.objs.commit(at)
			b, errB := d.readCommit(u.new)
			if errA == nil && errB == nil && sameBut(a, b) {
				updates[i].new = at
				continue
			}
		}
		switch {
		case at == u.new:
		case slices.Contains(out, u.branch):
			return &RefusedError{[]string{u.branch}, "it is checked out in a work tree"}
		case at != u.old:
			moved.Branches = append(moved.Branches, u.branch)
		}
	}
	if len(moved.Branches) > 0 {
		return moved
	}
	return nil
}

// checkedOut returns the branches that a HEAD names, that of the repository and those of other work trees.
func (l *Local) checkedOut() (branches []string) {
	heads := []string{filepath.Join(l.common, "HEAD")}
	more, err := filepath.Glob(filepath.Join(l.common, "worktrees", "*", "HEAD"))
	if err == nil {
		heads = append(heads, more...)
	}
	for _, h := range heads {
		text, err := os.ReadFile(h)
		if err != nil {
			continue
		}
		if branch, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "ref: "+headsPrefix); ok {
			branches = append(branches, branch)
		}
	}
	return branches
}

// keep stores the objects of d.
func (l *Local) keep(d *draft) error {
	l.objs.mu.Lock()
	defer l.objs.mu.Unlock()
	for _, h := range d.made {
		o, err := d.new.EncodedObject(plumbing.AnyObject, h)
		if err != nil {
			return err
		}
		if _, err := l.objs.store.SetEncodedObject(o); err != nil {
			return err
		}
	}
	return nil
}
