package gitrepo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A refLock holds git's own locks on some references: git waits or gives up
// while the file "<reference>.lock" exists, so what was compared under the lock is still true when it is written.
type refLock struct {
	dir   string
	files map[string]*os.File // by branch
}

// lock takes the locks of all branches in updates.
func (l *Local) lock(updates []update) (*refLock, error) {
	k := &refLock{dir: l.common, files: map[string]*os.File{}}
	for _, u := range updates {
		if err := k.take(u.branch); err != nil {
			k.release()
			return nil, err
		}
	}
	return k, nil
}

func (k *refLock) path(branch string) string {
	return filepath.Join(k.dir, "refs", "heads", filepath.FromSlash(branch))
}

func (k *refLock) take(branch string) error {
	path := k.path(branch)
	if info, err := os.Stat(path); err == nil && info.IsDir() && !emptyTree(path) {
		return fmt.Errorf("branch %s: there are branches whose names go on from there", branch)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("branch %s: another branch is in the way: %w", branch, err)
	}
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return &MovedError{[]string{branch}} // somebody is changing it at this moment
	}
	if err != nil {
		return err
	}
	k.files[branch] = f
	return nil
}

// emptyTree reports whether dir holds nothing but folders: git leaves such where branches were.
func emptyTree(dir string) bool {
	empty := true
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			empty = false
			return fs.SkipAll
		}
		return err
	})
	return err == nil && empty
}

// write moves a locked branch.
func (k *refLock) write(u update) error {
	f := k.files[u.branch]
	if _, err := f.WriteString(u.new.String() + "\n"); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	path := k.path(u.branch)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		if err := os.RemoveAll(path); err != nil { // empty, see take
			return err
		}
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	delete(k.files, u.branch)
	return nil
}

// release gives up the locks that were not used.
func (k *refLock) release() {
	for _, f := range k.files {
		f.Close()
		os.Remove(f.Name())
	}
	k.files = nil
}
