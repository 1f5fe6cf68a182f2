package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/transport"

	"github.com/currant-bot/currant/updater/platform"
)

// A MovedError names the branches that are not where they were expected. It
// is a [platform.ErrMoved].
type MovedError struct{ Branches []string }

func (e *MovedError) Error() string {
	return fmt.Sprintf("branch %s: %v", strings.Join(e.Branches, ", "), platform.ErrMoved)
}
func (e *MovedError) Unwrap() error { return platform.ErrMoved }

// A RefusedError is a repository's refusal to change branches, with what it said. It is a [platform.ErrBlocked].
type RefusedError struct {
	Branches []string
	Reason   string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the repository refused to change %s: %s", strings.Join(e.Branches, ", "), e.Reason)
}
func (e *RefusedError) Unwrap() error { return platform.ErrBlocked }

// Push makes each branch one new commit by who on its base and pushes all of
// them at once. Where a branch is already that commit, apart from its time, nothing is done; it returns the heads in
// order. A branch that is neither there nor at Replaces is a *[MovedError], and then none is changed.
//
// The server itself compares: the command that it gets says which head may be replaced.
func (m *Mirror) Push(ctx context.Context, who platform.Account, now time.Time, branches []platform.Branch) ([]string, error) {
	d, heads, err := m.draft(ctx, m.ms.opts.Signer, who, now, branches)
	if err != nil {
		return nil, fmt.Errorf("building commits for %s: %w", m.url, err)
	}
	updates := make([]update, len(branches))
	for i, b := range branches {
		updates[i] = update{branch: b.Name, old: plumbing.NewHash(b.Replaces), new: heads[i]}
	}
	if err := m.push(ctx, d, updates); err != nil {
		return nil, err
	}
	out := make([]string, len(updates))
	for i, u := range updates {
		out[i] = u.new.String()
	}
	return out, nil
}

// Delete deletes a branch that is at head. A branch that is gone already is no error.
func (m *Mirror) Delete(ctx context.Context, branch, head string) error {
	if !plumbing.IsHash(head) {
		return fmt.Errorf("deleting %s of %s: %q is no commit", branch, m.url, head)
	}
	return m.push(ctx, nil, []update{{branch: branch, old: plumbing.NewHash(head)}})
}

// draft builds the commits, fetching first where a base is not here yet.
func (m *Mirror) draft(ctx context.Context, sign *Signer, who platform.Account, now time.Time, branches []platform.Branch) (d *draft, heads []plumbing.Hash, err error) {
	if err := checkBranches(branches); err != nil {
		return nil, nil, err
	}
	objs, err := m.objects()
	missing := func(b platform.Branch) bool { return b.Base != "" && !objs.has(plumbing.NewHash(b.Base)) }
	if err != nil || slices.ContainsFunc(branches, missing) {
		if _, err := m.Fetch(ctx); err != nil {
			return nil, nil, err
		}
	}
	err = m.repaired(ctx, func(objs *objects) error {
		d, heads, err = build(objs, sign, who, now, branches)
		return err
	})
	return d, heads, err
}

// build makes the commits of branches.
func build(objs *objects, sign *Signer, who platform.Account, now time.Time, branches []platform.Branch) (*draft, []plumbing.Hash, error) {
	d := newDraft(objs, sign)
	heads := make([]plumbing.Hash, len(branches))
	for i, b := range branches {
		author, at := who, now
		if b.Author != (platform.Account{}) {
			author = b.Author
		}
		if !b.Time.IsZero() {
			at = b.Time
		}
		head, err := d.commit(b, author, at)
		if errors.Is(err, plumbing.ErrObjectNotFound) {
			return nil, nil, &MovedError{[]string{b.Name}}
		}
		if err != nil {
			return nil, nil, fmt.Errorf("branch %s: %w", b.Name, err)
		}
		heads[i] = head
	}
	return d, heads, nil
}

// checkBranches refuses what git would take for something else.
func checkBranches(branches []platform.Branch) error {
	seen := map[string]bool{}
	for _, b := range branches {
		if err := plumbing.NewBranchReferenceName(b.Name).Validate(); err != nil || !validRef(headsPrefix+b.Name) {
			return fmt.Errorf("%q is no branch name", b.Name)
		}
		for _, h := range []string{b.Base, b.Replaces} {
			if h != "" && !plumbing.IsHash(h) {
				return fmt.Errorf("branch %s: %q is no commit", b.Name, h)
			}
		}
		if seen[b.Name] {
			return fmt.Errorf("branch %s is named twice", b.Name)
		}
		seen[b.Name] = true
	}
	return nil
}

// An update moves a branch from old to new; zero is no branch.
type update struct {
	branch   string
	old, new plumbing.Hash
	draft    plumbing.Hash // the commit that stands for new, where somebody else made that
}

func (u update) ref() plumbing.ReferenceName { return plumbing.NewBranchReferenceName(u.branch) }

// push makes updates in one exchange. It changes the new head of those that turn out to be done to the
// head that is there.
func (m *Mirror) push(ctx context.Context, d *draft, updates []update) error {
	conn, err := m.connect(ctx)
	if err != nil {
		return err
	}
	session, err := conn.NewReceivePackSession(conn.ep, conn.auth)
	if err != nil {
		return conn.errorf("connecting to", err)
	}
	defer session.Close()
	ar, err := session.AdvertisedReferencesContext(ctx)
	if err != nil && !errors.Is(err, transport.ErrEmptyRemoteRepository) {
		return conn.errorf("listing references of", err)
	}
	if ar == nil {
		ar = packp.NewAdvRefs()
	}
	todo, err := m.pending(ctx, d, updates, ar)
	if err != nil || len(todo) == 0 {
		return err
	}
	req, said, err := pushRequest(ar, d, todo)
	if err != nil {
		return fmt.Errorf("preparing to push to %s: %w", m.url, err)
	}
	report, err := session.ReceivePack(ctx, req)
	if report == nil {
		if err == nil && !req.Capabilities.Supports(capability.ReportStatus) {
			return nil
		}
		if err == nil {
			err = errors.New("the answer was empty")
		}
		return conn.errorf("pushing to", err)
	}
	return m.judge(ctx, conn, todo, report, said.buf.String())
}

// pending returns the updates that are still to be made, given what the server has.
func (m *Mirror) pending(ctx context.Context, d *draft, updates []update, ar *packp.AdvRefs) (todo []update, err error) {
	var moved []string
	fetched := false
	for i, u := range updates {
		at := ar.References[u.ref().String()]
		switch {
		case at == u.new: // also a branch to delete that is gone
			continue
		case at == u.old:
			todo = append(todo, u)
			continue
		case !at.IsZero() && !u.new.IsZero():
			if !fetched {
				if _, err := m.Fetch(ctx); err != nil {
					return nil, err
				}
				fetched = true
			}
			if m.alike(d, at, u) {
				updates[i].new = at
				continue
			}
		}
		moved = append(moved, u.branch)
	}
	if len(moved) > 0 {
		return nil, fmt.Errorf("pushing to %s: %w", m.url, &MovedError{moved})
	}
	return todo, nil
}

// alike reports whether the commit there is, apart from its time, the one that was built: then
// an earlier attempt did arrive.
func (m *Mirror) alike(d *draft, there plumbing.Hash, u update) bool {
	objs, err := m.objects()
	if err != nil {
		return false
	}
	a, err := objs.commit(there)
	if err != nil {
		return false
	}
	if u.draft.IsZero() {
		b, err := d.readCommit(u.new)
		return err == nil && sameBut(a, b)
	}
	b, err := d.readCommit(u.draft)
	return err == nil && a.TreeHash == b.TreeHash && slices.Equal(a.ParentHashes, b.ParentHashes) && strings.TrimSpace(a.Message) == strings.TrimSpace(b.Message)
}

// sameBut reports whether two commits differ in nothing but their times.
func sameBut(a, b *object.Commit) bool {
	return a.TreeHash == b.TreeHash && slices.Equal(a.ParentHashes, b.ParentHashes) && a.Message == b.Message &&
		a.Author.Name == b.Author.Name && a.Author.Email == b.Author.Email &&
		a.Committer.Name == b.Committer.Name && a.Committer.Email == b.Committer.Email
}

// pushRequest says which branches are to go from where to where, all or
// none if the server can do that.
func pushRequest(ar *packp.AdvRefs, d *draft, todo []update) (*packp.ReferenceUpdateRequest, *boundedBuffer, error) {
	req := packp.NewReferenceUpdateRequestFromCapabilities(ar.Capabilities)
	said := &boundedBuffer{}
	want := []capability.Capability{capability.Atomic}
	if ar.Capabilities.Supports(capability.Sideband64k) {
		want = append(want, capability.Sideband64k)
		req.Progress = said
	}
	deletes := true
	for _, u := range todo {
		deletes = deletes && u.new.IsZero()
		req.Commands = append(req.Commands, &packp.Command{Name: u.ref(), Old: u.old, New: u.new})
	}
	if deletes {
		want = append(want, capability.DeleteRefs)
	}
	for _, c := range want {
		if ar.Capabilities.Supports(c) {
			if err := req.Capabilities.Set(c); err != nil {
				return nil, nil, err
			}
		}
	}
	if deletes {
		return req, said, nil
	}
	var pack bytes.Buffer
	// No deltas: the objects are few, and each stands for itself.
	if _, err := packfile.NewEncoder(&pack, d.new, false).Encode(d.made, 0); err != nil {
		return nil, nil, err
	}
	req.Packfile = io.NopCloser(&pack)
	return req, said, nil
}

// judge turns a server's report into an error; nil if everything was done.
func (m *Mirror) judge(ctx context.Context, conn *connection, todo []update, report *packp.ReportStatus, said string) error {
	refused := &RefusedError{}
	if report.UnpackStatus != "ok" {
		refused.Reason = "it could not read what was sent: " + report.UnpackStatus
	}
	for _, s := range report.CommandStatuses {
		if s.Status != "ok" {
			refused.Branches = append(refused.Branches, strings.TrimPrefix(s.ReferenceName.String(), headsPrefix))
			refused.Reason = strings.TrimPrefix(refused.Reason+"; "+s.Status, "; ")
		}
	}
	if refused.Reason == "" {
		return nil
	}
	if said = strings.TrimSpace(said); said != "" {
		refused.Reason += ". It said: " + said
	}
	refused.Reason = conn.redact(refused.Reason)
	if moved := m.movedSince(ctx, todo); len(moved) > 0 {
		return fmt.Errorf("pushing to %s: %w", m.url, &MovedError{moved})
	}
	return fmt.Errorf("pushing to %s: %w", m.url, refused)
}

// movedSince looks again, after a refusal, which branches are no longer as expected.
func (m *Mirror) movedSince(ctx context.Context, todo []update) (moved []string) {
	conn, err := m.connect(ctx)
	if err != nil {
		return nil
	}
	session, err := conn.NewReceivePackSession(conn.ep, conn.auth)
	if err != nil {
		return nil
	}
	defer session.Close()
	ar, err := session.AdvertisedReferencesContext(ctx)
	if err != nil {
		return nil
	}
	for _, u := range todo {
		if at := ar.References[u.ref().String()]; at != u.old && at != u.new {
			moved = append(moved, u.branch)
		}
	}
	return moved
}

// A boundedBuffer keeps the beginning of what a server says.
type boundedBuffer struct {
	buf bytes.Buffer // not embedded: its ReadFrom would go around the bound
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	const max = 4096
	if room := max - b.buf.Len(); room > 0 {
		b.buf.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
