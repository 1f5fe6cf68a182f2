package gitrepo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/currant-bot/currant/updater/platform"
)

// A view is the fs.FS of a snapshot. It is made once and then only read.
type view struct {
	nodes map[string]*node // by path; "." is there
	read  func(Entry) ([]byte, error)
	memo  sync.Map // what Remember made, by memoKey
}

type memoKey struct{ name, kind string }

// Remember returns parse of a file's text, which it calls once for each kind.
func (v *view) Remember(name, kind string, parse func(text string) any) (any, error) {
	once, _ := v.memo.LoadOrStore(memoKey{name, kind}, sync.OnceValues(func() (any, error) {
		data, err := v.ReadFile(name)
		if err != nil {
			return nil, err
		}
		return parse(string(data)), nil
	}))
	return once.(func() (any, error))()
}

// A node is a file or a folder.
type node struct {
	name  string
	entry Entry // of a file, or a submodule
	dir   bool
	kids  []*node // of a folder, by name
}

var (
	_ fs.ReadFileFS = (*view)(nil)
	_ fs.ReadDirFS  = (*view)(nil)
	_ fs.StatFS     = (*view)(nil)
	_ fs.ReadLinkFS = (*view)(nil)
)

func newView(files []Entry, dirs []string, links []Entry, read func(Entry) ([]byte, error)) *view {
	v := &view{nodes: map[string]*node{".": {name: ".", dir: true}}, read: read}
	for _, d := range dirs {
		v.folder(d)
	}
	for _, l := range links {
		v.folder(l.Path).entry = l
	}
	for _, f := range files {
		if v.nodes[f.Path] == nil {
			v.insert(f.Path, &node{name: path.Base(f.Path), entry: f})
		}
	}
	for _, n := range v.nodes {
		slices.SortFunc(n.kids, func(a, b *node) int { return strings.Compare(a.name, b.name) })
	}
	return v
}

// folder returns the folder at name, made with those above it if need be.
func (v *view) folder(name string) *node {
	n := v.nodes[name]
	if n == nil {
		n = &node{name: path.Base(name), dir: true}
		v.insert(name, n)
	}
	return n
}

func (v *view) insert(name string, n *node) {
	v.nodes[name] = n
	parent := v.folder(path.Dir(name))
	parent.kids = append(parent.kids, n)
}

// find returns what is at name, which may be a link itself but not behind one.
func (v *view) find(op, name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	if n := v.nodes[name]; n != nil {
		return n, nil
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if n := v.nodes[dir]; n != nil && n.entry.Mode == platform.Symlink {
			return nil, &fs.PathError{Op: op, Path: name, Err: &LinkError{name, dir}}
		}
	}
	return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

// Open opens a file or a folder.
func (v *view) Open(name string) (fs.File, error) {
	n, err := v.find("open", name)
	if err != nil {
		return nil, err
	}
	if n.dir {
		return &openDir{node: n, rest: n.kids}, nil
	}
	text, err := v.content("open", n)
	if err != nil {
		return nil, err
	}
	return &openFile{node: n, Reader: bytes.NewReader(text)}, nil
}

// ReadFile returns the content of a file, for the caller to keep.
func (v *view) ReadFile(name string) ([]byte, error) {
	n, err := v.find("read", name)
	if err != nil {
		return nil, err
	}
	return v.content("read", n)
}

func (v *view) content(op string, n *node) ([]byte, error) {
	e := n.entry
	fail := func(err error) ([]byte, error) {
		return nil, &fs.PathError{Op: op, Path: e.Path, Err: err}
	}
	switch {
	case n.dir:
		return nil, &fs.PathError{Op: op, Path: n.name, Err: errors.New("it is a folder")}
	case e.Mode == platform.Symlink:
		return fail(&LinkError{e.Path, e.Path})
	case e.Size > MaxFile:
		return fail(&SizeError{e.Path, e.Size, MaxFile})
	}
	text, err := v.read(e)
	if err != nil {
		return fail(err)
	}
	return text, nil
}

// ReadDir lists a folder, by name.
func (v *view) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := v.find("readdir", name)
	if err != nil {
		return nil, err
	}
	if !n.dir {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("it is no folder")}
	}
	return entries(n.kids), nil
}

// Stat describes a file, a folder or a symbolic link: it does not follow.
func (v *view) Stat(name string) (fs.FileInfo, error) {
	n, err := v.find("stat", name)
	if err != nil {
		return nil, err
	}
	return n, nil
}

// Lstat is Stat.
func (v *view) Lstat(name string) (fs.FileInfo, error) { return v.Stat(name) }

// ReadLink returns what a symbolic link refers to, which may be anything, or the commit of a submodule.
func (v *view) ReadLink(name string) (string, error) {
	n, err := v.find("readlink", name)
	if err != nil {
		return "", err
	}
	switch {
	case n.entry.Mode == platform.Submodule:
		return n.entry.ID, nil
	case n.entry.Mode != platform.Symlink:
		err = fs.ErrInvalid
	case n.entry.Size > maxLink:
		err = &SizeError{name, n.entry.Size, maxLink}
	default:
		var text []byte
		if text, err = v.read(n.entry); err == nil {
			return string(text), nil
		}
	}
	return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
}

// id is Snapshot.ID.
func (v *view) id(name string) string {
	n, err := v.find("stat", name)
	var link *LinkError
	switch {
	case errors.As(err, &link):
		return "behind link"
	case err != nil:
		return "none"
	case n.entry.Mode == platform.Submodule:
		return "submodule " + n.entry.ID
	case !n.dir && n.entry.ID == "":
		return fmt.Sprintf("file %d bytes", n.entry.Size)
	case !n.dir:
		return fmt.Sprintf("file %d %s", n.entry.Mode, n.entry.ID)
	}
	sum := sha256.New()
	for _, k := range n.kids {
		fmt.Fprintf(sum, "%s %s\x00", k.Mode().Type(), k.name)
	}
	return "folder " + hex.EncodeToString(sum.Sum(nil))
}

func entries(kids []*node) []fs.DirEntry {
	out := make([]fs.DirEntry, len(kids))
	for i, k := range kids {
		out[i] = fs.FileInfoToDirEntry(k)
	}
	return out
}

// A node is its own fs.FileInfo.

func (n *node) Name() string       { return n.name }
func (n *node) Size() int64        { return n.entry.Size }
func (n *node) ModTime() time.Time { return time.Time{} }
func (n *node) IsDir() bool        { return n.dir }
func (n *node) Sys() any           { return nil }
func (n *node) Mode() fs.FileMode {
	if n.dir {
		return 0o755 | fs.ModeDir
	}
	return osMode(n.entry.Mode)
}

// An openFile is a file that is being read.
type openFile struct {
	node *node
	*bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.node, nil }
func (f *openFile) Close() error               { return nil }

// An openDir is a folder that is being listed.
type openDir struct {
	node *node
	rest []*node
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.node, nil }
func (d *openDir) Close() error               { return nil }
func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.node.name, Err: errors.New("it is a folder")}
}

// ReadDir lists the next n entries, or all that are left if n is not positive.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(d.rest) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.rest) {
		n = len(d.rest)
	}
	out := entries(d.rest[:n])
	d.rest = d.rest[n:]
	return out, nil
}
