package render

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/plan"
)

// prove extracts every file with a member before and after the change, and
// returns an error unless just the wanted values differ.
func prove(fsys fs.FS, texts map[string]string, ms map[string]*managers.Manager, members []plan.Member) error {
	type pair struct{ manager, path string }
	wanted := make(map[pair][]plan.Member)
	for _, m := range members {
		p := pair{m.Decision.Manager, m.Decision.Path}
		wanted[p] = append(wanted[p], m)
	}
	for p, list := range wanted {
		mgr := ms[p.manager]
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
		if err := compare(p.path, before, after, list); err != nil {
			return fmt.Errorf("the change to %s was refused, because reading it again did not show what was wanted: %w", p.path, err)
		}
	}
	return nil
}

func extract(m *managers.Manager, fsys fs.FS, texts map[string]string, name string) ([]managers.Dep, error) {
	over := overlay{FS: fsys, texts: texts}
	data, err := over.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	return m.Extract(managers.File{Path: name, Text: string(data), FS: over}).Deps, nil
}

// A place identifies a field before the change.
type place struct {
	path  string
	start int
}

func compare(path string, before, after []managers.Dep, members []plan.Member) error {
	if len(before) != len(after) {
		return fmt.Errorf("%d dependencies became %d", len(before), len(after))
	}
	values, digests := make(map[place]string), make(map[place]string)
	pinned := make(map[place]string)
	for _, m := range members {
		d, u := m.Decision.Dep, m.Update
		values[place{d.Value.Path, d.Value.Start}] = u.Value
		if u.Digest == "" {
			continue
		}
		if d.Digest.Text != "" {
			digests[place{d.Digest.Path, d.Digest.Start}] = u.Digest
		} else {
			pinned[place{d.Value.Path, d.Value.Start}] = u.Digest
		}
	}
	for i, b := range before {
		value, digest := b.Value.Text, b.Digest.Text
		if v, ok := values[place{b.Value.Path, b.Value.Start}]; ok && !b.Value.IsZero() {
			value = v
		}
		if d, ok := digests[place{b.Digest.Path, b.Digest.Start}]; ok && digest != "" {
			digest = d
		} else if d, ok := pinned[place{b.Value.Path, b.Value.Start}]; ok && digest == "" {
			digest = d
		}
		a := after[i]
		switch {
		case a.Name != b.Name:
			return fmt.Errorf("%s became %s", b.Name, a.Name)
		case a.Value.Text != value:
			return fmt.Errorf("%s reads %q, not %q", b.Name, a.Value.Text, value)
		case a.Digest.Text != digest:
			return fmt.Errorf("%s has the digest %q, not %q", b.Name, a.Digest.Text, digest)
		}
	}
	return nil
}

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
