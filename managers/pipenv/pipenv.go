// Package pipenv reads the file of Pipenv, Pipfile.
package pipenv

import (
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/pep508"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

// Manager reads packages of all categories.
var Manager = &managers.Manager{
	Name: "pipenv",
	Doc: `Python packages of Pipenv: Pipfile

Packages of all categories, with the index that they name; versions that
Pipfile.lock holds.`,
	Files:       []string{`/(^|/)Pipfile$/`},
	Categories:  []string{"python"},
	Versioning:  "pep440",
	Datasources: []string{"pypi"},
	Locks:       []string{"Pipfile.lock"},
	Extract:     extract,
}

// others are the tables that are no category of packages.
var others = []string{"source", "requires", "scripts", "pipenv", "pipfile"}

func extract(file managers.File) managers.Result {
	root, problems := tomlspan.Read(file)
	r := managers.Result{Problems: problems}
	x := reader{byName: make(map[string]string), lock: lockOf(file)}
	for _, s := range root.Get("source").Items() {
		if url := pep508.Redact(s.Get("url").Text); url != "" {
			x.urls = append(x.urls, url)
			x.byName[s.Get("name").Text] = url
		}
	}
	for kind, table := range root.Members() {
		if slices.Contains(others, kind.Text) {
			continue
		}
		for name, v := range table.Members() {
			d := managers.Dep{Name: name.Text, Kind: kind.Text, Registries: x.urls, Line: name.Line}
			if n := pep508.Normalize(d.Name); n != d.Name {
				d.Package = n
			}
			d = x.dep(d, v)
			if d.Skip == "" {
				d.Locks, d.Locked = x.lock.paths, x.lock.versions[pep508.Normalize(d.Name)]
			}
			r.Deps = append(r.Deps, d)
		}
	}
	requires := root.Get("requires")
	if full := requires.Get("python_full_version").Text; full != "" {
		r.Constraints = map[string]string{"python": "==" + full}
	} else if python := requires.Get("python_version").Text; python != "" {
		r.Constraints = map[string]string{"python": "==" + python + ".*"}
	}
	return r
}

// A reader knows what all packages of a file have in common.
type reader struct {
	urls   []string          // of all indexes
	byName map[string]string // URLs of indexes
	lock   lock
}

func (x reader) dep(d managers.Dep, v *tomlspan.Value) managers.Dep {
	if v.Kind == tomlspan.String {
		return version(d, v)
	}
	has := func(key string) bool { return v.Get(key).Kind != tomlspan.Missing }
	switch {
	case has("git"):
		d.Skip = managers.GitDependency
	case has("file"):
		d.Skip = managers.RemoteFile
	case has("path"):
		d.Skip = managers.LocalDependency
	default:
		if url, ok := x.byName[v.Get("index").Text]; ok && has("index") {
			d.Registries = []string{url}
		}
		return version(d, v.Get("version"))
	}
	return d
}

func version(d managers.Dep, v *tomlspan.Value) managers.Dep {
	start, end := pep508.Trim(v.Text, 0, len(v.Text))
	d.Value, _ = v.Sub(start, end)
	switch text := v.Text[start:end]; {
	case text == "" || text == "*" || v.Kind != tomlspan.String:
		d.Skip = managers.UnspecifiedVersion
	case !pep508.IsSpecifier(text):
		d.Skip = managers.InvalidVersion
	case d.Value.IsZero():
		d.Composed, d.Skip = text, managers.Unsupported
		d.Note = "its version is written with escapes, so that it cannot be replaced"
	default:
		d.Datasource = "pypi"
	}
	return d
}

// A lock is what Pipfile.lock holds.
type lock struct {
	paths    []string
	versions map[string]string // by normalised name
}

func lockOf(file managers.File) lock {
	l := lock{versions: make(map[string]string)}
	if file.FS == nil {
		return l
	}
	name := path.Join(path.Dir(file.Path), "Pipfile.lock")
	data, err := fs.ReadFile(file.FS, name)
	if err != nil {
		return l
	}
	l.paths = []string{name}
	var categories map[string]map[string]json.RawMessage
	if json.Unmarshal(data, &categories) != nil {
		return l
	}
	for category, packages := range categories {
		for name, raw := range packages {
			var p struct{ Version string }
			if category != "_meta" && json.Unmarshal(raw, &p) == nil && p.Version != "" {
				name = pep508.Normalize(name)
				v := strings.TrimPrefix(p.Version, "==")
				if was, ok := l.versions[name]; ok && was != v {
					v = ""
				}
				l.versions[name] = v
			}
		}
	}
	return l
}
