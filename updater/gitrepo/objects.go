package gitrepo

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// errCorrupt means that a repository on this machine is damaged.
var errCorrupt = errors.New("the copy is damaged")

// objects reads the objects of a repository. go-git's storage is not safe for
// concurrent use, so each read holds a lock.
type objects struct {
	mu      sync.Mutex
	store   storer.EncodedObjectStorer
	condemn func() // called when something is damaged; may be nil
}

// BlobID returns the id that git gives to a file with this text. It stores nothing.
func BlobID(text string) string {
	return plumbing.ComputeHash(plumbing.BlobObject, []byte(text)).String()
}

// damaged notes that the object of a complete copy could not be read.
func (o *objects) damaged(h plumbing.Hash, err error) error {
	if o.condemn != nil {
		o.condemn()
	}
	return fmt.Errorf("%w: reading object %s: %w", errCorrupt, h, err)
}

func (o *objects) has(h plumbing.Hash) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.store.HasEncodedObject(h) == nil
}

// commit returns a commit, or plumbing.ErrObjectNotFound.
func (o *objects) commit(h plumbing.Hash) (*object.Commit, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c, err := object.GetCommit(o.store, h)
	if err != nil && !errors.Is(err, plumbing.ErrObjectNotFound) {
		return nil, o.damaged(h, err)
	}
	return c, err
}

// tree returns the entries of a tree, which must be there.
func (o *objects) tree(h plumbing.Hash) ([]object.TreeEntry, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t, err := object.GetTree(o.store, h)
	if err != nil {
		return nil, o.damaged(h, err)
	}
	return t.Entries, nil
}

func (o *objects) size(h plumbing.Hash) (int64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.store.EncodedObjectSize(h)
	if err != nil {
		return 0, o.damaged(h, err)
	}
	return n, nil
}

// blob returns the content of a blob that is known to be of a bearable size.
func (o *objects) blob(h plumbing.Hash) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	b, err := object.GetBlob(o.store, h)
	if err != nil {
		return nil, o.damaged(h, err)
	}
	r, err := b.Reader()
	if err != nil {
		return nil, o.damaged(h, err)
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, b.Size+1))
	if err == nil && int64(len(text)) != b.Size {
		err = fmt.Errorf("it has %d bytes and should have %d", len(text), b.Size)
	}
	if err != nil {
		return nil, o.damaged(h, err)
	}
	return text, nil
}

// check makes sure that what set refers to is there, so far as can be seen
// without reading everything.
func (o *objects) check(set refSet) error {
	for name, r := range set.byName {
		if !o.has(r.hash) {
			return fmt.Errorf("%w: what %s refers to is missing", errCorrupt, name)
		}
		switch c, err := o.commit(r.commit()); {
		case err == nil && !o.has(c.TreeHash):
			return fmt.Errorf("%w: the tree of %s is missing", errCorrupt, name)
		case err != nil && !o.readable(r.commit()): // else it is a tag of something that is no commit
			return fmt.Errorf("%w: what %s refers to cannot be read", errCorrupt, name)
		}
	}
	return nil
}

// readable reports whether an object can be read, which the index of a pack that is cut short cannot tell.
func (o *objects) readable(h plumbing.Hash) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, err := o.store.EncodedObject(plumbing.AnyObject, h)
	return err == nil
}
