package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// maxPacks is how many packs a mirror may have before it is made anew: go-git searches all of them
// for each object, and each fetch adds one.
const maxPacks = 50

// infinite is the depth that git gives to "all of it".
const infinite = 0x7fffffff

// Fetch brings m up to date and reports whether anything changed. A first fetch clones. A mirror that is found to be
// damaged is thrown away and cloned again. The error is [platform.ErrNotFound], a *platform.AuthError or
// a *platform.RetryError where that is known.
func (m *Mirror) Fetch(ctx context.Context) (changed bool, err error) {
	m.fetching.Lock()
	defer m.fetching.Unlock()
	changed, err = m.fetch(ctx, 0)
	if errors.Is(err, errCorrupt) {
		if err := m.discard(); err != nil {
			return false, fmt.Errorf("throwing away the damaged mirror of %s: %w", m.url, err)
		}
		return m.fetch(ctx, 0)
	}
	return changed, err
}

// deepen fetches the history that a first fetch left out.
func (m *Mirror) deepen(ctx context.Context) error {
	m.fetching.Lock()
	defer m.fetching.Unlock()
	_, err := m.fetch(ctx, infinite)
	return err
}

// discard removes what m has on disk, such that somebody who is reading it finds nothing or all of it.
func (m *Mirror) discard() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.objs, m.set = nil, refSet{}
	away, err := os.MkdirTemp(filepath.Dir(m.dir), ".discarded-*")
	if err != nil {
		return err
	}
	if err := os.Rename(m.dir, filepath.Join(away, "mirror")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.RemoveAll(away)
}

// fetch is Fetch with a wanted depth; 0 leaves the depth as it is.
func (m *Mirror) fetch(ctx context.Context, depth int) (changed bool, err error) {
	old, refs, err := m.forFetch()
	if err != nil {
		return false, err
	}
	conn, err := m.connect(ctx)
	if err != nil {
		return false, err
	}
	session, err := conn.NewUploadPackSession(conn.ep, conn.auth)
	if err != nil {
		return false, conn.errorf("connecting to", err)
	}
	defer session.Close()
	ar, err := session.AdvertisedReferencesContext(ctx)
	if err != nil && !errors.Is(err, transport.ErrEmptyRemoteRepository) {
		return false, conn.errorf("listing references of", err)
	}
	offered := advertised(ar, m.ms.opts.Want)
	if old != nil && depth == 0 && offered.equal(refs) {
		m.publish(old, refs)
		return false, nil
	}
	store, err := m.writable()
	if err != nil {
		return false, fmt.Errorf("opening the mirror of %s: %w", m.url, err)
	}
	if old == nil && depth == 0 && m.ms.opts.Depth > 0 {
		depth = m.ms.opts.Depth
	}
	req, err := newRequest(ar, store, refs, offered, depth)
	if err != nil {
		return false, fmt.Errorf("preparing to fetch %s: %w", m.url, err)
	}
	if req != nil {
		if err := receive(ctx, session, store, req); err != nil {
			return false, conn.errorf("fetching", err)
		}
	}
	return true, m.settle(offered)
}

// forFetch opens m as it is on disk; objs is nil if there is nothing yet. The error is errCorrupt if it is to be
// thrown away.
func (m *Mirror) forFetch() (objs *objects, refs refSet, err error) {
	m.mu.Lock()
	objs, refs = m.objs, m.set
	m.mu.Unlock()
	if objs == nil || m.isCondemned() || !refs.onDisk(m.dir) {
		objs, refs, err = m.openDir()
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil, refSet{}, nil
	}
	if err != nil {
		return nil, refSet{}, fmt.Errorf("%w: %w", errCorrupt, err)
	}
	packs, err := filepath.Glob(filepath.Join(m.dir, "objects", "pack", "*.pack"))
	if err == nil && len(packs) > maxPacks {
		return nil, refSet{}, fmt.Errorf("%w: it is in %d pieces", errCorrupt, len(packs))
	}
	return objs, refs, nil
}

// writable opens m's folder for objects to be added, and makes it if it is missing.
func (m *Mirror) writable() (*filesystem.Storage, error) {
	store := filesystem.NewStorageWithOptions(osfs.New(m.dir), m.ms.cache, filesystem.Options{})
	if _, err := os.Stat(filepath.Join(m.dir, "config")); err == nil {
		return store, nil
	}
	if err := os.MkdirAll(m.dir, 0o777); err != nil {
		return nil, err
	}
	if err := store.Init(); err != nil {
		return nil, err
	}
	return store, replaceFile(filepath.Join(m.dir, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
}

// settle makes refs the references of m and checks that what they name has come.
func (m *Mirror) settle(refs refSet) error {
	if err := writePackedRefs(m.dir, refs); err != nil {
		return fmt.Errorf("writing the references of the mirror of %s: %w", m.url, err)
	}
	objs, _, err := m.openDir()
	if err != nil {
		return fmt.Errorf("opening the mirror of %s: %w", m.url, err)
	}
	m.publish(objs, refs)
	return nil
}

// publish lets readers see what is on disk.
func (m *Mirror) publish(objs *objects, refs refSet) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.objs, m.set = objs, refs
}

// newRequest asks for what is offered and not there; nil if all is there.
//
// It tells the server where our history ends, also when it asks for no certain depth: else the server takes it for
// granted that we have files which only older commits had, and leaves them out when they come back.
func newRequest(ar *packp.AdvRefs, store *filesystem.Storage, have, offered refSet, depth int) (*packp.UploadPackRequest, error) {
	if ar == nil {
		return nil, nil
	}
	req := packp.NewUploadPackRequestFromCapabilities(ar.Capabilities)
	for _, r := range offered.byName {
		if depth == infinite || store.HasEncodedObject(r.hash) != nil {
			req.Wants = append(req.Wants, r.hash)
		}
	}
	shallow, err := store.Shallow()
	if err != nil {
		return nil, err
	}
	if len(req.Wants) == 0 || depth == infinite && len(shallow) == 0 {
		return nil, nil
	}
	if !ar.Capabilities.Supports(capability.Shallow) {
		depth = 0
	}
	if depth > 0 || len(shallow) > 0 {
		req.Depth, req.Shallows = packp.DepthCommits(depth), shallow
		if err := req.Capabilities.Set(capability.Shallow); err != nil {
			return nil, err
		}
	}
	if ar.Capabilities.Supports(capability.NoProgress) {
		if err := req.Capabilities.Set(capability.NoProgress); err != nil {
			return nil, err
		}
	}
	req.Haves = haves(store, have)
	return req, nil
}

// haves returns commits that the server may know: what the references
// name and some commits before, for branches that were rewritten.
func haves(store *filesystem.Storage, refs refSet) []plumbing.Hash {
	const each, all = 8, 1000
	objs := &objects{store: store}
	seen := map[plumbing.Hash]bool{}
	for _, r := range refs.byName {
		at := r.commit()
		for range each {
			c, err := objs.commit(at)
			if err != nil || seen[at] || len(seen) >= all {
				break
			}
			seen[at] = true
			if len(c.ParentHashes) == 0 {
				break
			}
			at = c.ParentHashes[0]
		}
	}
	out := make([]plumbing.Hash, 0, len(seen))
	for h := range seen {
		out = append(out, h)
	}
	plumbing.HashesSort(out)
	return out
}

// receive makes the exchange and stores what comes.
func receive(ctx context.Context, session transport.UploadPackSession, store *filesystem.Storage, req *packp.UploadPackRequest) error {
	res, err := session.UploadPack(ctx, req)
	if errors.Is(err, transport.ErrEmptyUploadPackRequest) {
		return errors.New("the answer was empty")
	}
	if err != nil {
		return err
	}
	defer res.Close()
	// First where history ends, then the objects: after a crash in between the objects are asked for again.
	if len(res.Shallows) > 0 || len(res.Unshallows) > 0 {
		ends := slices.DeleteFunc(append(req.Shallows, res.Shallows...), func(h plumbing.Hash) bool {
			return slices.Contains(res.Unshallows, h)
		})
		plumbing.HashesSort(ends)
		if err := store.SetShallow(slices.Compact(ends)); err != nil {
			return err
		}
	}
	var pack io.Reader = res
	switch {
	case req.Capabilities.Supports(capability.Sideband64k):
		pack = sideband.NewDemuxer(sideband.Sideband64k, res)
	case req.Capabilities.Supports(capability.Sideband):
		pack = sideband.NewDemuxer(sideband.Sideband, res)
	}
	return packfile.UpdateObjectStorage(store, pack)
}
