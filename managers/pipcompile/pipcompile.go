// Package pipcompile reads requirements files that pip-compile or uv made, and
// the files that they were made from.
package pipcompile

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/pep508"
	"github.com/currant-bot/currant/managers/internal/requirements"
)

// Manager reads the files that configuration names: those that were made. What it finds is
// in the files that they were made from.
var Manager = &managers.Manager{
	Name: "pip-compile",
	Doc: `Python packages that pip-compile or "uv pip compile" locks

Name the files that are made, such as requirements.txt: their head says which
files they are made from, and these hold what is updated.`,
	Categories:  []string{"python"},
	Versioning:  "pep440",
	Datasources: []string{"pypi"},
	Locks:       []string{"*.txt"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	made := requirements.Parse(file)
	command := commandOf(file.Text)
	if command == nil { // one of the files that others are made from
		return managers.Result{Deps: made.Deps, Problems: made.Problems}
	}
	locked := make(map[string]managers.Dep)
	for _, d := range made.Deps {
		locked[pep508.Normalize(d.Name)] = d
	}
	var r managers.Result
	sources := sourcesOf(file, command)
	for _, name := range sources {
		data, err := fs.ReadFile(file.FS, name)
		if err != nil {
			continue // it was there a moment ago
		}
		f := requirements.Parse(managers.File{Path: name, Text: strings.TrimPrefix(strings.ToValidUTF8(string(data), "?"), "\ufeff")})
		r.Problems = append(r.Problems, f.Problems...)
		for _, d := range f.Deps {
			d.In, d.Locks, d.Locked = name, []string{file.Path}, version(locked[pep508.Normalize(d.Name)])
			delete(locked, pep508.Normalize(d.Name))
			r.Deps = append(r.Deps, d)
		}
	}
	if len(sources) == 0 {
		r.Problems = append(r.Problems, managers.Problem{Path: file.Path, Text: "none of the files that its head names is a requirements file here"})
		return r
	}
	for _, d := range made.Deps {
		if _, ok := locked[pep508.Normalize(d.Name)]; !ok || d.Skip != "" {
			continue
		}
		r.Deps = append(r.Deps, managers.Dep{
			Name: d.Name, Package: d.Package, Datasource: d.Datasource, Registries: d.Registries, Kind: "indirect",
			In: sources[0], Locked: version(d), Locks: []string{file.Path}, Config: map[string]any{"enabled": false},
		})
	}
	return r
}

func version(d managers.Dep) string {
	v, ok := strings.CutPrefix(d.Value.Text, "==")
	if !ok {
		return ""
	}
	return strings.TrimSpace(v)
}

var head = regexp.MustCompile(`^#\s+(?:pip-compile|uv pip compile)(?:\s+(.*?))?\s*$`)

// commandOf returns the arguments of the command in a file's head; nil if there is none.
func commandOf(text string) []string {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			return nil
		}
		if m := head.FindStringSubmatch(line); m != nil {
			return append(strings.Fields(m[1]), "")
		}
	}
	return nil
}

// withValue are options whose value is the next argument.
var withValue = []string{
	"-o", "--output-file", "-c", "--constraint", "--constraints", "-i", "--index-url", "--extra-index-url", "-f", "--find-links",
	"--extra", "--override", "--overrides", "-p", "--python", "--python-version", "--python-platform", "--unsafe-package", "--no-emit-package",
	"--resolver", "--pip-args", "--config", "--cache-dir", "--exclude-newer", "-P", "--upgrade-package",
}

// sourcesOf returns the requirements files that a command reads: their paths are from the
// folder of the file that it makes, or from the repository's root.
func sourcesOf(file managers.File, args []string) []string {
	var out []string
	if file.FS == nil {
		return nil
	}
	for i, arg := range args {
		if !strings.HasSuffix(arg, ".in") && !strings.HasSuffix(arg, ".txt") || strings.HasPrefix(arg, "-") || i > 0 && slices.Contains(withValue, args[i-1]) {
			continue
		}
		for _, name := range []string{path.Join(path.Dir(file.Path), arg), path.Clean(arg)} {
			if _, err := fs.Stat(file.FS, name); fs.ValidPath(name) && err == nil && name != file.Path && !slices.Contains(out, name) {
				out = append(out, name)
				break
			}
		}
	}
	return out
}
