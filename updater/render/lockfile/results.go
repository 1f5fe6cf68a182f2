package lockfile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/currant-bot/currant/updater/platform"
)

// key names a run by all that its result depends on, but for what registries hold: as long as
// nothing here changes the result of the first run stands, and a pull request does not change under its readers.
func (k *Keeper) key(t *Tool, p Program, j Job, r Recipe) (string, error) {
	h := sha256.New()
	enc := json.NewEncoder(h)
	inputs := []any{
		form, t.Name, p.Version, j.Lock, j.Changes, j.Renew, j.Options, j.Settings, j.Registries, j.Routes, j.Day, r, j.Env,
	}
	if err := enc.Encode(inputs); err != nil {
		return "", fmt.Errorf("naming a run of %s: %w", t.Name, err)
	}
	if err := each(h, wanted(t, j, r), j.Edited, j.ID, j.FS); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// each writes the names and contents of files.
func each(to io.Writer, names []string, edited map[string]string, ids func(string) string, fsys fs.FS) error {
	enc := json.NewEncoder(to)
	for _, name := range names {
		id := ""
		if _, changed := edited[name]; !changed && ids != nil {
			id = ids(name)
		}
		if id == "" {
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				continue
			}
			sum := sha256.Sum256(data)
			id = hex.EncodeToString(sum[:])
		}
		if err := enc.Encode([]string{name, id}); err != nil {
			return fmt.Errorf("naming a run: %w", err)
		}
	}
	return nil
}

// form changes whenever recipes or results mean something else.
const form = 2

// old is how long a result is kept that nobody asks for.
const old = 90 * 24 * time.Hour

type kept struct {
	Data []byte
	Mode platform.Mode
	Gone bool // there is no such file any more
}

func (k *Keeper) file(key string) string { return filepath.Join(k.o.Results, key+".json") }

// known returns the result of an earlier run.
func (k *Keeper) known(key string) (platform.Changeset, bool) {
	if k.o.Results == "" {
		return nil, false
	}
	data, err := os.ReadFile(k.file(key))
	var files map[string]kept
	if err != nil || json.Unmarshal(data, &files) != nil {
		return nil, false
	}
	now := k.o.Now()
	os.Chtimes(k.file(key), now, now) // if this fails it is only forgotten sooner
	out := make(platform.Changeset)
	for name, f := range files {
		out[name] = nil
		if !f.Gone {
			out[name] = &platform.File{Text: string(f.Data), Mode: f.Mode}
		}
	}
	return out, true
}

// keep stores a result so that a crash leaves all of it or nothing, and forgets old ones.
func (k *Keeper) keep(key string, c platform.Changeset) error {
	if k.o.Results == "" {
		return nil
	}
	files := make(map[string]kept, len(c))
	for name, f := range c {
		files[name] = kept{Gone: true}
		if f != nil {
			files[name] = kept{Data: []byte(f.Text), Mode: f.Mode}
		}
	}
	data, err := json.Marshal(files)
	if err != nil {
		return fmt.Errorf("keeping a lock file: %w", err)
	}
	if err := os.MkdirAll(k.o.Results, 0o700); err != nil {
		return fmt.Errorf("keeping a lock file: %w", err)
	}
	f, err := os.CreateTemp(k.o.Results, "new-*")
	if err != nil {
		return fmt.Errorf("keeping a lock file: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), k.file(key))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keeping a lock file: %w", err), os.Remove(f.Name()))
	}
	k.forget()
	return nil
}

func (k *Keeper) forget() {
	entries, err := os.ReadDir(k.o.Results)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && k.o.Now().Sub(info.ModTime()) > old {
			os.Remove(filepath.Join(k.o.Results, e.Name()))
		}
	}
}
