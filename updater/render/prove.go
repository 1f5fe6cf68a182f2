package render

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"time"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// prove extracts every file with a member before and after the change, and
// returns an error unless just the wanted values differ.
func prove(fsys fs.FS, texts map[string]string, ms map[string]*managers.Manager, members []plan.Member) error {
	type pair struct{ manager, path string }
	wanted := make(map[pair][]plan.Member)
	var order []pair
	for _, m := range members {
		p := pair{m.Decision.Manager, m.Decision.Path}
		if wanted[p] == nil {
			order = append(order, p)
		}
		wanted[p] = append(wanted[p], m)
	}
	for _, p := range order {
		list, mgr := wanted[p], ms[p.manager]
		if mgr == nil {
			return fmt.Errorf("there is no manager %q", p.manager)
		}
		before, err := extract(mgr, fsys, nil, p.path)
		if err != nil {
			return err
		}
		after, err := extract(mgr, fsys, texts, p.path)
		if err != nil {
			return err
		}
		if err := compare(staying(before, list), after, list); err != nil {
			return fmt.Errorf("the change to %s was refused, because reading it again did not show what was wanted: %w", p.path, err)
		}
	}
	return nil
}

func extract(m *managers.Manager, fsys fs.FS, texts map[string]string, name string) ([]managers.Dep, error) {
	r, err := read(m, fsys, texts, name)
	return r.Deps, err
}

func read(m *managers.Manager, fsys fs.FS, texts map[string]string, name string) (managers.Result, error) {
	over := overlay{FS: fsys, texts: texts}
	data, err := over.ReadFile(name)
	if err != nil {
		return managers.Result{}, fmt.Errorf("reading %s: %w", name, err)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	return safely(m, managers.File{Path: name, Text: string(data), FS: over})
}

// safely extracts, and turns a panic into an error.
func safely(m *managers.Manager, file managers.File) (r managers.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("reading %s: %s stopped in the middle of it, which is a mistake in Currant: %v", file.Path, m.Name, p)
		}
	}()
	return m.Extract(file), nil
}

// A place identifies a field before the change.
type place struct {
	path  string
	start int
}

func placeOf(f managers.Field) place { return place{f.Path, f.Start} }

// changes are what becomes of fields: the new text by place.
type changes struct {
	values, digests map[place]string
	pinned          map[place]string // new digests, by the value that they stand behind
	names           map[place]string // new names of packages
	aliases         map[place]string // what is behind the name, by the value
	hashes          map[place]string // what all hashes are to be, by where they stand
	members         map[managers.Field]map[string]bool
}

// changesOf collects what members change. Two that want different things of one field are an
// error.
func changesOf(members []plan.Member) (changes, error) {
	c := changes{make(map[place]string), make(map[place]string), make(map[place]string), make(map[place]string), make(map[place]string), make(map[place]string), make(map[managers.Field]map[string]bool)}
	for _, m := range members {
		d, u := m.Decision.Dep, m.Update
		if c.members[d.Value] == nil {
			c.members[d.Value] = make(map[string]bool)
		}
		c.members[d.Value][d.Name] = true
		set := func(to map[place]string, f managers.Field, text string) error {
			if was, ok := to[placeOf(f)]; ok && was != text {
				return fmt.Errorf("%s is shared by several dependencies, and one needs %q there and another %q", orDigest(f), was, text)
			}
			to[placeOf(f)] = text
			return nil
		}
		var err error
		if !d.Value.IsZero() {
			err = set(c.values, d.Value, u.Value)
		}
		if err == nil && u.AsAlias {
			err = set(c.aliases, d.Value, u.Name)
		} else if err == nil && u.Name != "" {
			err = set(c.names, d.NameAt, u.Name)
		}
		if err == nil && len(u.Hashes) > 0 {
			err = set(c.hashes, d.Hashes.At, d.Hashes.Write(u.Hashes))
		}
		switch {
		case err != nil || u.Digest == "":
		case d.Digest.Text != "":
			err = set(c.digests, d.Digest, u.Digest)
		default:
			err = set(c.pinned, d.Value, u.Digest)
		}
		if err != nil {
			return c, err
		}
	}
	return c, nil
}

func orDigest(f managers.Field) string {
	if f.Text == "" {
		return "a digest"
	}
	return fmt.Sprintf("%q", f.Text)
}

// of returns what b's value and digest are to be.
func (c changes) of(b managers.Dep) (value, digest string) {
	value, digest = b.Value.Text, b.Digest.Text
	if v, ok := c.values[placeOf(b.Value)]; ok && !b.Value.IsZero() {
		value = v
	}
	if d, ok := c.digests[placeOf(b.Digest)]; ok && digest != "" {
		digest = d
	} else if d, ok := c.pinned[placeOf(b.Value)]; ok && digest == "" && len(b.Pin) > 0 {
		digest = d
	}
	return value, digest
}

// called returns what b's name and its package's name are to be.
func (c changes) called(b managers.Dep) (name, pkg string) {
	renamed := c.names[placeOf(b.NameAt)]
	if to := c.aliases[placeOf(b.Value)]; to != "" && !b.Value.IsZero() {
		return b.Name, to
	}
	switch {
	case renamed == "" || b.NameAt.IsZero():
		return b.Name, b.PackageName()
	case b.Package != "":
		return b.Name, renamed
	}
	return renamed, renamed
}

// compare checks that what was found before became just what members want, and that
// no other dependency changed along because it shares a field.
func compare(before, after []managers.Dep, members []plan.Member) error {
	if len(before) != len(after) {
		return fmt.Errorf("%d dependencies became %d", len(before), len(after))
	}
	c, err := changesOf(members)
	if err != nil {
		return err
	}
	for i, b := range before {
		value, digest := c.of(b)
		a := after[i]
		name, pkg := c.called(b)
		switch {
		case a.Name != name && b.PackageName() == pkg || a.PackageName() != pkg || a.Datasource != b.Datasource:
			return fmt.Errorf("%s became %s", b.Name, a.Name)
		case a.Skip != b.Skip:
			return fmt.Errorf("%s is now skipped: %s", b.Name, a.Skip)
		case a.Value.Text != value:
			return fmt.Errorf("%s reads %q, not %q", b.Name, a.Value.Text, value)
		case a.Digest.Text != digest:
			return fmt.Errorf("%s has the digest %q, not %q", b.Name, a.Digest.Text, digest)
		case a.Hashes.At.Text != cmp.Or(c.hashes[placeOf(b.Hashes.At)], b.Hashes.At.Text):
			return fmt.Errorf("%s has hashes that are not the wanted ones", b.Name)
		case value != b.Value.Text && !b.Hashes.IsZero() && c.hashes[placeOf(b.Hashes.At)] == "":
			return fmt.Errorf("%s would keep the hashes of its old version", b.Name)
		case value != b.Value.Text && !c.members[b.Value][b.Name]:
			return fmt.Errorf("it would change %s too, which shares the value and is not to get this update: put both into one group", b.Name)
		}
	}
	return nil
}

// staying returns before without what is no dependency any more once members have changed.
func staying(before []managers.Dep, members []plan.Member) []managers.Dep {
	gone := make(map[place]bool)
	for _, m := range members {
		if d := m.Decision.Dep; d.AlongWith(m.Update.Value).Gone {
			gone[placeOf(d.Value)] = true
		}
	}
	if len(gone) == 0 {
		return before
	}
	return slices.DeleteFunc(slices.Clone(before), func(d managers.Dep) bool { return gone[placeOf(d.Value)] })
}

// Overlay returns fsys with changed texts in place of files.
func Overlay(fsys fs.FS, texts map[string]string) fs.FS { return overlay{FS: fsys, texts: texts} }

// An overlay shows changed texts in place of files.
type overlay struct {
	fs.FS
	texts map[string]string
}

func (o overlay) ReadFile(name string) ([]byte, error) {
	if t, ok := o.texts[path.Clean(name)]; ok {
		return []byte(t), nil
	}
	return fs.ReadFile(o.FS, name)
}

func (o overlay) Open(name string) (fs.File, error) {
	if t, ok := o.texts[path.Clean(name)]; ok {
		return &openText{Reader: bytes.NewReader([]byte(t)), name: path.Base(name), size: len(t)}, nil
	}
	return o.FS.Open(name)
}

// ReadLink returns what a link refers to; a changed text is none, unless it is the commit of a submodule.
func (o overlay) ReadLink(name string) (string, error) {
	if t, ok := o.texts[path.Clean(name)]; ok {
		if modeOf(o.FS, path.Clean(name)) == platform.Submodule {
			return t, nil
		}
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	return fs.ReadLink(o.FS, name)
}

func (o overlay) Lstat(name string) (fs.FileInfo, error) {
	if t, ok := o.texts[path.Clean(name)]; ok {
		return info{path.Base(name), len(t)}, nil
	}
	return fs.Lstat(o.FS, name)
}

type openText struct {
	*bytes.Reader
	name string
	size int
}

func (t *openText) Close() error               { return nil }
func (t *openText) Stat() (fs.FileInfo, error) { return info{t.name, t.size}, nil }

type info struct {
	name string
	size int
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return int64(i.size) }
func (i info) Mode() fs.FileMode  { return 0o644 }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }
