// Package memo keeps what is costly to make and may be lost, in a folder of bounded size.
package memo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A Memo is a folder of values by key. Several goroutines and processes may use it at once. The
// one that was not used for longest goes first.
type Memo struct {
	Dir   string
	Most  int64 // bytes of all values
	Count int   // of values
}

// Key makes a key of everything that a value depends on.
func Key(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Get returns a value. It can be damaged, so whoever uses it must be able to tell.
func (m Memo) Get(key string) (string, bool) {
	name := filepath.Join(m.Dir, key)
	value, err := os.ReadFile(name)
	if err != nil {
		return "", false
	}
	now := time.Now()
	os.Chtimes(name, now, now) // one that another process has just removed needs none
	return string(value), true
}

// Put keeps a value, and lets others go to make room. A value of more than an eighth of all room is not kept.
func (m Memo) Put(key, value string) error {
	if int64(len(value)) > m.Most/8 {
		return nil
	}
	if err := m.put(key, value); err != nil {
		return fmt.Errorf("keeping what was made: %w", err)
	}
	return nil
}

func (m Memo) put(key, value string) error {
	if err := os.MkdirAll(m.Dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(m.Dir, "new-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.WriteString(value); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(m.Dir, key)); err != nil {
		return err
	}
	return m.trim()
}

// trim removes the oldest until the rest fits. What was left half written by a process that
// died counts like a value, and goes as it grows old.
func (m Memo) trim() error {
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		return err
	}
	var files []fs.FileInfo
	var size int64
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			files = append(files, info)
			size += info.Size()
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for i := 0; i < len(files) && (size > m.Most || len(files)-i > m.Count); i++ {
		if err := os.Remove(filepath.Join(m.Dir, files[i].Name())); err != nil && !os.IsNotExist(err) {
			return err
		}
		size -= files[i].Size()
	}
	return nil
}
