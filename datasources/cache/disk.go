package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// A Disk keeps answers in a folder, one file each, up to a size. Several processes may share
// it: files appear whole or not at all, and one that is damaged counts as absent.
// Its files may hold private answers, so only the owner can read them.
type Disk struct {
	dir string
	max int64 // bytes

	mu   sync.Mutex
	used int64
}

// An Entry is what is kept of an answer besides its body.
type Entry struct {
	URL    string // for people, without credentials and query
	Header http.Header
	Fresh  time.Time // until when it may be used without asking
	Size   int64     // of the body
	Sum    string    // SHA-256 of the body
}

// Open returns the disk cache in dir, which is made if need be.
func Open(dir string, maxBytes int64) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("opening cache: %w", err)
	}
	d := &Disk{dir: dir, max: maxBytes}
	for _, f := range d.files() {
		d.used += f.size
	}
	d.evict()
	return d, nil
}

var errDamaged = errors.New("damaged cache entry")

// maxTrailer bounds the JSON text of an entry.
const maxTrailer = 32 << 10

// Get returns what is stored under key. The whole body has been checked. The
// caller closes it.
func (d *Disk) Get(key string) (Entry, io.ReadCloser, error) {
	f, err := os.Open(d.path(key))
	if err != nil {
		return Entry{}, nil, err
	}
	e, err := check(f)
	if err != nil {
		f.Close()
		os.Remove(d.path(key))
		return Entry{}, nil, err
	}
	now := time.Now()
	_ = os.Chtimes(d.path(key), now, now) // for evict; it matters little
	return e, struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(f, 0, e.Size), f}, nil
}

// check reads all of f: a body, the JSON text that describes it, and the length of
// that text in four bytes.
func check(f *os.File) (Entry, error) {
	info, err := f.Stat()
	if err != nil || info.Size() < 4 {
		return Entry{}, errDamaged
	}
	var length [4]byte
	if _, err := f.ReadAt(length[:], info.Size()-4); err != nil {
		return Entry{}, errDamaged
	}
	n := int64(binary.BigEndian.Uint32(length[:]))
	if n > maxTrailer || n > info.Size()-4 {
		return Entry{}, errDamaged
	}
	text := make([]byte, n)
	if _, err := f.ReadAt(text, info.Size()-4-n); err != nil {
		return Entry{}, errDamaged
	}
	var e Entry
	if json.Unmarshal(text, &e) != nil || e.Size != info.Size()-4-n {
		return Entry{}, errDamaged
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, e.Size)); err != nil || hex.EncodeToString(sum.Sum(nil)) != e.Sum {
		return Entry{}, errDamaged
	}
	return e, nil
}

// Touch replaces the entry of key, keeping its body.
func (d *Disk) Touch(key string, e Entry) {
	_, body, err := d.Get(key)
	if err != nil {
		return
	}
	defer body.Close()
	w, err := d.Create(key)
	if err != nil {
		return
	}
	if _, err := io.Copy(w, body); err != nil {
		w.Abort()
		return
	}
	w.Commit(e)
}

// A Writer stores one body.
type Writer struct {
	d    *Disk
	key  string
	f    *os.File
	size int64
	sum  hash.Hash
}

// Create begins to store a body under key.
func (d *Disk) Create(key string) (*Writer, error) {
	f, err := os.CreateTemp(d.dir, ".new-*")
	if err != nil {
		return nil, fmt.Errorf("storing in cache: %w", err)
	}
	return &Writer{d: d, key: key, f: f, sum: sha256.New()}, nil
}

func (w *Writer) Write(p []byte) (int, error) {
	if w.size += int64(len(p)); w.size > w.d.max/4 {
		return 0, errors.New("too large for the cache")
	}
	w.sum.Write(p)
	return w.f.Write(p)
}

// Abort forgets what was written.
func (w *Writer) Abort() {
	w.f.Close()
	os.Remove(w.f.Name())
}

// Commit makes what was written the entry of its key. A failure leaves what was there.
func (w *Writer) Commit(e Entry) {
	defer w.Abort()
	e.Size, e.Sum = w.size, hex.EncodeToString(w.sum.Sum(nil))
	text, err := json.Marshal(e)
	if err != nil || len(text) > maxTrailer {
		return
	}
	if _, err := w.f.Write(binary.BigEndian.AppendUint32(text, uint32(len(text)))); err != nil {
		return
	}
	if w.f.Close() == nil && os.Rename(w.f.Name(), w.d.path(w.key)) == nil {
		w.d.mu.Lock()
		w.d.used += w.size + int64(len(text)) + 4
		w.d.mu.Unlock()
		w.d.evict()
	}
}

func (d *Disk) path(key string) string { return filepath.Join(d.dir, key) }

type file struct {
	path string
	size int64
	time time.Time
}

func (d *Disk) files() []file {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return nil
	}
	var files []file
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			files = append(files, file{filepath.Join(d.dir, e.Name()), info.Size(), info.ModTime()})
		}
	}
	return files
}

// evict removes the oldest files if there is more than the disk may hold,
// until a tenth is free.
func (d *Disk) evict() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.used <= d.max {
		return
	}
	files := d.files()
	slices.SortFunc(files, func(a, b file) int { return a.time.Compare(b.time) })
	d.used = 0
	for _, f := range files {
		d.used += f.size
	}
	for _, f := range files {
		if d.used <= d.max-d.max/10 {
			return
		}
		if os.Remove(f.path) == nil {
			d.used -= f.size
		}
	}
}
