package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/currant-bot/currant/updater/platform"
)

// A Draft is a commit that somebody else is to make, and what it must come to.
type Draft struct {
	Branch   platform.Branch
	BaseTree string // of the commit that it builds on; "" if it has no parent
	Tree     string // that the commit must have; the empty tree is not said, but ""

	hash  plumbing.Hash
	draft *draft
}

// Drafts says what the commits of branches must come to, see [Mirror.Push].
func (m *Mirror) Drafts(ctx context.Context, who platform.Account, now time.Time, branches []platform.Branch) ([]Draft, error) {
	branches = slices.Clone(branches)
	for i := range branches {
		branches[i].Earlier = nil // the host makes one commit
	}
	d, heads, err := m.draft(ctx, nil, who, now, branches)
	if err != nil {
		return nil, fmt.Errorf("building commits for %s: %w", m.url, err)
	}
	out := make([]Draft, len(branches))
	for i, b := range branches {
		c, err := d.readCommit(heads[i])
		if err != nil {
			return nil, fmt.Errorf("building commits for %s: %w", m.url, err)
		}
		out[i] = Draft{Branch: b, Tree: c.TreeHash.String(), hash: heads[i], draft: d}
		if c.TreeHash == noFiles {
			out[i].Tree = ""
		}
		if b.Base != "" {
			base, err := d.readCommit(plumbing.NewHash(b.Base))
			if err != nil {
				return nil, fmt.Errorf("building commits for %s: %w", m.url, err)
			}
			out[i].BaseTree = base.TreeHash.String()
		}
	}
	return out, nil
}

var noFiles = plumbing.NewHash("4b825dc642cb6eb9a060e54bf8d69288fbee4904")

// Move points the branches of drafts at commits that the server has already, all at once, as [Mirror.Push] does. It returns
// where they are then: where one is at another commit with the same content and parent, that is left there.
//
// This is done by git, although hosts have interfaces for it, because only git makes it depend on where a branch is.
func (m *Mirror) Move(ctx context.Context, drafts []Draft, commits []string) ([]string, error) {
	if len(drafts) != len(commits) {
		return nil, errors.New("there must be a commit for each draft")
	}
	updates := make([]update, len(drafts))
	for i, d := range drafts {
		if !plumbing.IsHash(commits[i]) {
			return nil, fmt.Errorf("moving %s of %s: %q is no commit", d.Branch.Name, m.url, commits[i])
		}
		updates[i] = update{branch: d.Branch.Name, old: plumbing.NewHash(d.Branch.Replaces), new: plumbing.NewHash(commits[i]), draft: d.hash}
	}
	if len(drafts) == 0 {
		return nil, nil
	}
	nothing := newDraft(drafts[0].draft.base, nil) // the server has all objects
	nothing.new = drafts[0].draft.new
	if err := m.push(ctx, nothing, updates); err != nil {
		return nil, err
	}
	out := make([]string, len(updates))
	for i, u := range updates {
		out[i] = u.new.String()
	}
	return out, nil
}
