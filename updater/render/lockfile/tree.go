package lockfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/currant-bot/currant/updater/platform"
)

// maxLock bounds a lock file, in bytes.
const maxLock = 64 << 20

// prepare makes the folders of a run and copies what the tool needs.
func (s *stage) prepare() error {
	for _, dir := range s.folders() {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
	}
	authority, err := s.authority()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.dir, "authority.pem"), []byte(authority.PEM()), 0o600); err != nil {
		return err
	}
	for _, name := range sortedKeys(s.recipe.Home) {
		at := filepath.Join(s.dir, "home", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(at, []byte(s.expand(s.recipe.Home[name])), 0o600); err != nil {
			return err
		}
	}
	if s.tree, err = os.OpenRoot(filepath.Join(s.dir, "tree")); err != nil {
		return err
	}
	if err := s.copy(); err != nil {
		return errors.Join(err, s.tree.Close())
	}
	return nil
}

// copy writes the files that the tool reads. A link that leads out of the repository is left out.
func (s *stage) copy() error {
	if err := s.tree.MkdirAll(filepath.FromSlash(s.job.Dir()), 0o755); err != nil {
		return err
	}
	var total uint64
	for _, name := range s.wanted() {
		at := filepath.FromSlash(name)
		if err := s.tree.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return err
		}
		if target, err := fs.ReadLink(s.job.FS, name); err == nil {
			if !path.IsAbs(target) && fs.ValidPath(path.Join(path.Dir(name), target)) {
				if err := s.tree.Symlink(filepath.FromSlash(target), at); err != nil {
					return err
				}
			}
			continue
		}
		data, err := fs.ReadFile(s.job.FS, name)
		if err != nil {
			continue // too large, or gone: if it matters the tool says so
		}
		if total += uint64(len(data)); s.o.Limits.Disk > 0 && total > s.o.Limits.Disk/2 {
			return fmt.Errorf("the repository has more than %d bytes", s.o.Limits.Disk/2)
		}
		if text, ok := s.recipe.Write[name]; ok {
			data = []byte(text)
		}
		if err := s.tree.WriteFile(at, data, s.mode(name)); err != nil {
			return err
		}
	}
	return nil
}

// wanted returns the paths that the tool needs, without those that it must not see.
func (s *stage) wanted() []string { return wanted(s.tool, s.job, s.recipe) }

func wanted(t *Tool, j Job, r Recipe) []string {
	removed := make(map[string]bool)
	for _, name := range r.Remove {
		removed[path.Join(j.Dir(), name)] = true
	}
	var out []string
	for _, name := range j.Files {
		_, edited := j.Edited[name]
		if !removed[name] && (edited || t.Reads == nil || t.Reads(name)) && filepath.IsLocal(filepath.FromSlash(name)) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func (s *stage) mode(name string) os.FileMode {
	if info, err := fs.Stat(s.job.FS, name); err == nil && info.Mode()&0o111 != 0 {
		return 0o755
	}
	return 0o644
}

// changed returns what the run made of the lock file, and of what else the tool may change.
func (s *stage) changed() (platform.Changeset, error) {
	out := make(platform.Changeset)
	for _, name := range slices.Concat([]string{s.job.Lock}, s.recipe.Also, sortedKeys(s.recipe.Write)) {
		info, err := s.tree.Stat(filepath.FromSlash(name))
		switch {
		case err != nil && name == s.job.Lock:
			return nil, &Failure{s.tool.Name, s.job.Lock, "afterwards the lock file was gone"}
		case err != nil:
			continue
		case !info.Mode().IsRegular() || info.Size() > maxLock:
			return nil, &Failure{s.tool.Name, s.job.Lock, fmt.Sprintf("%s is no file of at most %d bytes afterwards", name, maxLock)}
		}
		data, err := s.tree.ReadFile(filepath.FromSlash(name))
		if err != nil {
			return nil, fmt.Errorf("reading what %s wrote: %w", s.tool.Name, err)
		}
		before, err := fs.ReadFile(s.job.FS, name)
		if err == nil && string(before) == string(data) {
			continue
		}
		mode := platform.Regular
		if s.mode(name)&0o111 != 0 {
			mode = platform.Executable
		}
		out[name] = &platform.File{Text: string(data), Mode: mode}
	}
	for _, name := range sortedKeys(s.job.Edited) {
		if slices.Contains(s.recipe.Also, name) || Of(s.o.Tools, name) != nil {
			continue
		}
		if data, err := s.tree.ReadFile(filepath.FromSlash(name)); err != nil || !same(string(data), s.job.Edited[name]) {
			return nil, &Failure{s.tool.Name, s.job.Lock, "it changed " + name + ", which is not its to change"}
		}
	}
	return out, nil
}

// same reports whether a manifest says the same as before: tools may lay out JSON their own way, and
// what is pushed is not theirs.
func same(after, before string) bool {
	if after == before {
		return true
	}
	var a, b any
	return json.Unmarshal([]byte(after), &a) == nil && json.Unmarshal([]byte(before), &b) == nil && reflect.DeepEqual(a, b)
}
