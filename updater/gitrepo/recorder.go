package gitrepo

import (
	"io/fs"
	"maps"
	"slices"
	"sync"
)

// A Recorder is a file system that remembers which paths were asked for, also those that do not exist:
// what was made of them is still true in another [Snapshot] where [Snapshot.ID] of each is the same.
// It is safe for concurrent use.
type Recorder struct {
	fsys fs.FS

	mu   sync.Mutex
	seen map[string]bool
}

var (
	_ fs.ReadFileFS = (*Recorder)(nil)
	_ fs.ReadDirFS  = (*Recorder)(nil)
	_ fs.StatFS     = (*Recorder)(nil)
	_ fs.ReadLinkFS = (*Recorder)(nil)
)

// Record returns fsys with a memory.
func Record(fsys fs.FS) *Recorder { return &Recorder{fsys: fsys, seen: map[string]bool{}} }

// Reads returns the paths that were asked for so far, sorted.
func (r *Recorder) Reads() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.seen))
}

func (r *Recorder) note(name string) {
	if !fs.ValidPath(name) {
		return // it is invalid everywhere
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[name] = true
}

// Open notes name and opens it.
func (r *Recorder) Open(name string) (fs.File, error) {
	r.note(name)
	return r.fsys.Open(name)
}

// ReadFile notes name and reads it.
func (r *Recorder) ReadFile(name string) ([]byte, error) {
	r.note(name)
	return fs.ReadFile(r.fsys, name)
}

// Remember notes name and returns what was made of its text.
func (r *Recorder) Remember(name, kind string, parse func(text string) any) (any, error) {
	r.note(name)
	if m, ok := r.fsys.(interface {
		Remember(name, kind string, parse func(text string) any) (any, error)
	}); ok {
		return m.Remember(name, kind, parse)
	}
	data, err := fs.ReadFile(r.fsys, name)
	if err != nil {
		return nil, err
	}
	return parse(string(data)), nil
}

// ReadDir notes name and lists it. The entries tell no more than names and
// kinds without being noted themselves.
func (r *Recorder) ReadDir(name string) ([]fs.DirEntry, error) {
	r.note(name)
	list, err := fs.ReadDir(r.fsys, name)
	prefix := name + "/"
	if name == "." {
		prefix = ""
	}
	for i, e := range list {
		list[i] = notedEntry{e, r, prefix + e.Name()}
	}
	return list, err
}

// A notedEntry is noted when its size is asked for.
type notedEntry struct {
	fs.DirEntry
	r    *Recorder
	path string
}

func (e notedEntry) Info() (fs.FileInfo, error) {
	e.r.note(e.path)
	return e.DirEntry.Info()
}

// Stat notes name and describes it.
func (r *Recorder) Stat(name string) (fs.FileInfo, error) {
	r.note(name)
	return fs.Stat(r.fsys, name)
}

// Lstat notes name and describes it, without following a link.
func (r *Recorder) Lstat(name string) (fs.FileInfo, error) {
	r.note(name)
	return fs.Lstat(r.fsys, name)
}

// ReadLink notes name and returns what the link refers to.
func (r *Recorder) ReadLink(name string) (string, error) {
	r.note(name)
	return fs.ReadLink(r.fsys, name)
}
