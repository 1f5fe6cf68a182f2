package gitrepo

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/memory"

	"github.com/currant-bot/currant/updater/platform"
)

// ErrNoChange means that a changeset would change nothing.
var ErrNoChange = errors.New("there is nothing to change")

// A PathError means that a path cannot be written.
type PathError struct{ Path, Why string }

func (e *PathError) Error() string { return fmt.Sprintf("cannot write %q: %s", e.Path, e.Why) }

// A draft is new objects that are in no repository yet.
type draft struct {
	base *objects
	new  *memory.Storage
	made []plumbing.Hash // in the order in which they were made
	sign *Signer         // of commits; nil for nobody
}

func newDraft(base *objects, sign *Signer) *draft {
	return &draft{base: base, new: memory.NewStorage(), sign: sign}
}

// commit makes the commits of b and returns the last. Equal arguments give equal commits; the earlier ones bear the time of the
// base, so that they are the same whenever they are made.
func (d *draft) commit(b platform.Branch, who platform.Account, now time.Time) (plumbing.Hash, error) {
	for _, s := range b.Earlier {
		base, err := d.readCommit(plumbing.NewHash(b.Base))
		if err != nil {
			return plumbing.ZeroHash, fmt.Errorf("commit %s: %w", b.Base, err)
		}
		step := platform.Branch{Name: b.Name, Base: b.Base, Message: s.Message, Changes: s.Changes}
		made, err := d.one(step, who, base.Committer.When)
		if errors.Is(err, ErrNoChange) {
			continue
		}
		if err != nil {
			return plumbing.ZeroHash, err
		}
		b.Base = made.String()
	}
	return d.one(b, who, now)
}

// one makes one commit of b.
func (d *draft) one(b platform.Branch, who platform.Account, now time.Time) (plumbing.Hash, error) {
	var parents []plumbing.Hash
	var old plumbing.Hash
	if b.Base != "" {
		base, err := d.readCommit(plumbing.NewHash(b.Base))
		if err != nil {
			return plumbing.ZeroHash, fmt.Errorf("commit %s: %w", b.Base, err)
		}
		parents, old = []plumbing.Hash{base.Hash}, base.TreeHash
	}
	root, err := changeTree(b.Changes)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	tree, err := d.edit(old, "", root)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	if tree == old {
		return plumbing.ZeroHash, ErrNoChange
	}
	if tree.IsZero() { // every file was deleted
		if tree, err = d.tree(nil); err != nil {
			return plumbing.ZeroHash, err
		}
	}
	if strings.Contains(b.Message, "\x00") {
		return plumbing.ZeroHash, errors.New("a commit message cannot hold a NUL byte")
	}
	sig := object.Signature{Name: plain(who.Name), Email: plain(who.Email), When: now.UTC().Truncate(time.Second)}
	c := &object.Commit{Author: sig, Committer: sig, TreeHash: tree, ParentHashes: parents, Message: b.Message}
	if !strings.HasSuffix(c.Message, "\n") {
		c.Message += "\n"
	}
	if err := d.sign.seal(c); err != nil {
		return plumbing.ZeroHash, err
	}
	o := d.new.NewEncodedObject()
	if err := c.Encode(o); err != nil {
		return plumbing.ZeroHash, err
	}
	return d.store(o)
}

// plain takes out of a name what has a meaning in a commit.
func plain(name string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if strings.ContainsRune("<>\n\r\x00", r) {
			return -1
		}
		return r
	}, name))
}

// A change is what happens to one name in a folder: the folder's own
// changes, or a file, or its deletion.
type change struct {
	path   string
	within map[string]*change // nil for a file
	file   *platform.File     // nil for a deletion

	replaces bool // a folder that takes the place of a file
}

// changeTree arranges a changeset by folder.
func changeTree(changes platform.Changeset) (*change, error) {
	root := &change{within: map[string]*change{}}
	for _, p := range slices.Sorted(maps.Keys(changes)) {
		if why := badPath(p); why != "" {
			return nil, &PathError{p, why}
		}
		at := root
		parts := strings.Split(p, "/")
		for i, name := range parts {
			next := at.within[name]
			switch last := i == len(parts)-1; {
			case next == nil && last:
				at.within[name] = &change{path: p, file: changes[p]}
				continue
			case next == nil:
				next = &change{path: strings.Join(parts[:i+1], "/"), within: map[string]*change{}}
			case next.within == nil && next.file != nil:
				return nil, &PathError{p, "the same change makes a file of a folder above it"}
			case next.within == nil: // a deleted file gives way to a folder
				next = &change{path: next.path, within: map[string]*change{}, replaces: true}
			}
			at.within[name] = next
			at = next
		}
	}
	return root, nil
}

// badPath says why nothing may be written at p; "" if it may.
func badPath(p string) string {
	if p == "" || len(p) > 4096 {
		return "it is empty or too long"
	}
	if strings.HasPrefix(p, "/") {
		return "it is absolute"
	}
	for name := range strings.SplitSeq(p, "/") {
		switch {
		case name == "" || name == "." || name == "..":
			return "it is not a plain relative path"
		case isDotGit(name):
			return "it leads into .git"
		case strings.ContainsAny(name, "\x00\\") || strings.ToValidUTF8(name, "") != name:
			return "it holds characters that no path should have"
		}
	}
	return ""
}

// isDotGit reports whether some file system takes name for ".git": Windows
// drops trailing dots and spaces, cuts at a colon and has short names, macOS ignores letters
// that are not visible. Git refuses the same names (core.protectNTFS, core.protectHFS).
func isDotGit(name string) bool {
	name, _, _ = strings.Cut(name, ":")
	name = strings.Map(func(r rune) rune {
		if r >= 0x200c && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x206a && r <= 0x206f || r == 0xfeff {
			return -1
		}
		return r
	}, name)
	name = strings.ToLower(strings.TrimRight(name, ". "))
	return name == ".git" || name == "git~1"
}

// edit returns the tree old with the changes in c made, zero if nothing is left of it.
func (d *draft) edit(old plumbing.Hash, dir string, c *change) (plumbing.Hash, error) {
	entries := map[string]object.TreeEntry{}
	if !old.IsZero() {
		list, err := d.readTree(old)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		for _, e := range list {
			entries[e.Name] = e
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.within)) {
		ch := c.within[name]
		var err error
		if ch.within == nil {
			err = d.editFile(entries, name, ch)
		} else {
			err = d.editDir(entries, name, ch)
		}
		if err != nil {
			return plumbing.ZeroHash, err
		}
	}
	if len(entries) == 0 {
		return plumbing.ZeroHash, nil
	}
	return d.tree(slices.Collect(maps.Values(entries)))
}

func (d *draft) editFile(entries map[string]object.TreeEntry, name string, ch *change) error {
	old, exists := entries[name]
	switch {
	case exists && old.Mode == filemode.Dir:
		return &PathError{ch.path, "it is a folder"}
	case exists && old.Mode == filemode.Submodule && (ch.file == nil || ch.file.Mode != platform.Submodule):
		return &PathError{ch.path, "it is a submodule"}
	case ch.file != nil && ch.file.Mode == platform.Submodule:
		if old.Mode != filemode.Submodule {
			return &PathError{ch.path, "it is no submodule, and none is made"}
		}
		if !plumbing.IsHash(ch.file.Text) {
			return &PathError{ch.path, "what it is to be at is no commit"}
		}
		entries[name] = object.TreeEntry{Name: name, Mode: filemode.Submodule, Hash: plumbing.NewHash(ch.file.Text)}
		return nil
	case ch.file == nil:
		delete(entries, name)
		return nil
	}
	o := d.new.NewEncodedObject()
	o.SetType(plumbing.BlobObject)
	w, err := o.Writer()
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(ch.file.Text)); err != nil {
		return err
	}
	hash, err := d.store(o)
	entries[name] = object.TreeEntry{Name: name, Mode: fileMode(ch.file.Mode), Hash: hash}
	return err
}

func (d *draft) editDir(entries map[string]object.TreeEntry, name string, ch *change) error {
	old := entries[name]
	var below plumbing.Hash
	switch {
	case old.Mode == filemode.Dir:
		below = old.Hash
	case old.Mode == filemode.Submodule:
		return &PathError{ch.path, "it is a submodule"}
	case old.Mode == filemode.Empty || ch.replaces:
		delete(entries, name)
	case old.Mode == filemode.Symlink:
		return &PathError{ch.path, "it is a symbolic link, and those are not followed"}
	default:
		return &PathError{ch.path, "it is a file and no folder"}
	}
	tree, err := d.edit(below, ch.path, ch)
	switch {
	case err != nil:
		return err
	case !tree.IsZero():
		entries[name] = object.TreeEntry{Name: name, Mode: filemode.Dir, Hash: tree}
	case below != plumbing.ZeroHash:
		delete(entries, name)
	}
	return nil
}

// tree stores a tree. Git sorts the names of folders as if they ended in a slash.
func (d *draft) tree(entries []object.TreeEntry) (plumbing.Hash, error) {
	key := func(e object.TreeEntry) string {
		if e.Mode == filemode.Dir {
			return e.Name + "/"
		}
		return e.Name
	}
	slices.SortFunc(entries, func(a, b object.TreeEntry) int { return cmp.Compare(key(a), key(b)) })
	o := d.new.NewEncodedObject()
	if err := (&object.Tree{Entries: entries}).Encode(o); err != nil {
		return plumbing.ZeroHash, err
	}
	return d.store(o)
}

// store keeps o unless the base has it already.
func (d *draft) store(o plumbing.EncodedObject) (plumbing.Hash, error) {
	h := o.Hash()
	if d.base.has(h) || d.new.HasEncodedObject(h) == nil {
		return h, nil
	}
	if _, err := d.new.SetEncodedObject(o); err != nil {
		return plumbing.ZeroHash, err
	}
	d.made = append(d.made, h)
	return h, nil
}

// readTree reads a tree of the draft or of what it builds on.
func (d *draft) readTree(h plumbing.Hash) ([]object.TreeEntry, error) {
	if d.new.HasEncodedObject(h) != nil {
		return d.base.tree(h)
	}
	t, err := object.GetTree(d.new, h)
	if err != nil {
		return nil, err
	}
	return t.Entries, nil
}

// readCommit reads a commit of the draft or of what it builds on.
func (d *draft) readCommit(h plumbing.Hash) (*object.Commit, error) {
	if d.new.HasEncodedObject(h) == nil {
		return object.GetCommit(d.new, h)
	}
	return d.base.commit(h)
}
