package pyproject

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
	"github.com/currant-bot/currant/managers/internal/workspace"
)

// locks are the lock files of a project, and the versions in them.
type locks struct {
	paths    []string
	versions map[string]string // by normalised name; without packages that are locked in several versions
}

// locksOf finds the lock files of a project: beside it, or at the top of the uv
// workspace that it is in.
func locksOf(file managers.File, root *tomlspan.Value, names []string) locks {
	l := locks{versions: make(map[string]string)}
	if file.FS == nil {
		return l
	}
	dir := path.Dir(file.Path)
	for _, name := range names {
		l.read(file, path.Join(dir, name))
	}
	if !slices.Contains(names, "uv.lock") || len(l.paths) > 0 || root.Get("tool", "uv", "workspace").Kind != tomlspan.Missing {
		return l
	}
	for at := dir; at != "." && at != "/"; {
		at = path.Dir(at)
		if isMember(file, at, strings.TrimPrefix(dir, strings.TrimPrefix(at+"/", "./"))) {
			l.read(file, path.Join(at, "uv.lock"))
			return l
		}
	}
	return l
}

// isMember reports whether the folder at holds a uv workspace with the member dir, a path below it.
func isMember(file managers.File, at, dir string) bool {
	data, err := fs.ReadFile(file.FS, path.Join(at, "pyproject.toml"))
	if err != nil || !strings.Contains(string(data), "workspace") {
		return false
	}
	root, syntax := tomlspan.Parse(string(data))
	if syntax != nil {
		return false
	}
	table := root.Get("tool", "uv", "workspace")
	return matches(table.Get("members"), dir) && !matches(table.Get("exclude"), dir)
}

func matches(list *tomlspan.Value, dir string) bool {
	var patterns []string
	for _, item := range list.Items() {
		patterns = append(patterns, item.Text)
	}
	return workspace.Matches(patterns, dir)
}

// read adds a lock file if it is there. One that cannot be parsed still counts: it must change with the project.
func (l *locks) read(file managers.File, name string) {
	data, err := fs.ReadFile(file.FS, name)
	if err != nil {
		return
	}
	l.paths = append(l.paths, name)
	root, syntax := tomlspan.Parse(string(data))
	if syntax != nil {
		return
	}
	seen := make(map[string]bool)
	for _, p := range root.Get("package").Items() {
		name, version := Normalize(p.Get("name").Text), p.Get("version").Text
		if seen[name] && l.versions[name] != version {
			version = ""
		}
		seen[name], l.versions[name] = true, version
	}
}
