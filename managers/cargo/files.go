package cargo

import (
	"io/fs"
	"path"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/forge"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

// folders returns the folder of a file and those above it, nearest first.
func folders(file managers.File) []string {
	if file.FS == nil {
		return nil
	}
	var out []string
	for dir := path.Dir(file.Path); ; dir = path.Dir(dir) {
		out = append(out, dir)
		if dir == "." || dir == "/" {
			return out
		}
	}
}

// read returns the top table of a file; nil if it is not there or broken.
func read(fsys fs.FS, name string) *tomlspan.Value {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil
	}
	root, syntax := tomlspan.Parse(string(data))
	if syntax != nil {
		return nil
	}
	return root
}

// settings are what the repository's own configuration of Cargo says of registries.
type settings struct {
	registries map[string]string // index by name
	crates     []string          // what stands in for crates.io; nil for crates.io itself
}

// settingsOf reads .cargo/config.toml in the folder of a file and all above it; the nearest
// says a thing first.
func settingsOf(file managers.File) settings {
	s := settings{registries: make(map[string]string)}
	replaced, indexes := make(map[string]string), make(map[string]string)
	set := func(m map[string]string, key, value string) {
		if _, ok := m[key]; !ok && value != "" {
			m[key] = value
		}
	}
	for _, dir := range folders(file) {
		root := read(file.FS, path.Join(dir, ".cargo/config.toml"))
		if root == nil {
			root = read(file.FS, path.Join(dir, ".cargo/config"))
		}
		if root == nil {
			continue
		}
		for name, v := range root.Get("registries").Members() {
			set(s.registries, name.Text, forge.Redact(v.Get("index").Text))
		}
		for name, v := range root.Get("source").Members() {
			set(replaced, name.Text, v.Get("replace-with").Text)
			set(indexes, name.Text, forge.Redact(v.Get("registry").Text))
		}
	}
	name := "crates-io"
	for range len(replaced) {
		next, ok := replaced[name]
		if !ok {
			break
		}
		name = next
	}
	if name == "crates-io" {
		return s
	}
	for _, index := range []string{indexes[name], s.registries[name]} {
		if index != "" {
			s.crates = []string{index}
			return s
		}
	}
	return s // a folder of vendored crates: their releases are listed where they came from
}

// A lock is the lock file of a manifest.
type lock struct {
	paths    []string
	versions map[string]string // by crate; without those that are locked in several versions
}

// lockOf reads the lock file beside a manifest, or that of the workspace above it.
func lockOf(file managers.File) lock {
	l := lock{versions: make(map[string]string)}
	for _, dir := range folders(file) {
		name := path.Join(dir, "Cargo.lock")
		if _, err := fs.Stat(file.FS, name); err != nil {
			continue
		}
		l.paths = []string{name}
		root := read(file.FS, name)
		if root == nil {
			return l
		}
		several := make(map[string]bool)
		for _, p := range root.Get("package").Items() {
			crate, version := p.Get("name").Text, p.Get("version").Text
			if _, seen := l.versions[crate]; seen || several[crate] || !strings.HasPrefix(p.Get("source").Text, "registry+") && !strings.HasPrefix(p.Get("source").Text, "sparse+") {
				several[crate] = true
				delete(l.versions, crate)
				continue
			}
			l.versions[crate] = version
		}
		return l
	}
	return l
}
