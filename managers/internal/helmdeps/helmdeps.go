// Package helmdeps finds the charts that a Helm chart depends on, which Chart.yaml and
// requirements.yaml list alike.
package helmdeps

import (
	"io/fs"
	"path"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Deps returns the dependencies listed in root, a document of file. lock is the name of the lock file
// that may stand beside it. What Helm itself could not read is a problem.
func Deps(file managers.File, root yamlspan.Node, lock string) managers.Result {
	var r managers.Result
	locked, lockPath := lockedVersions(file, lock)
	for _, entry := range root.Get("dependencies").Items() {
		name, version, repository := entry.Get("name"), entry.Get("version"), entry.Get("repository")
		if !name.IsString() {
			continue
		}
		if version.IsScalar() && version.String() != "" && !version.IsString() {
			r.Problems = append(r.Problems, managers.Problem{Path: file.Path, Line: version.Line(),
				Text: "Helm takes no number for the version of " + name.String() + ": put it in quotes"})
			continue
		}
		d := managers.Dep{Name: name.String(), Value: version.Field(), Line: entry.Line()}.Chart(repository.String())
		switch {
		case version.String() == "":
			d.Skip, d.Note = managers.InvalidVersion, "it has no version"
		case repository.InTemplate() && repository.String() != "" && repository.Field().IsZero():
			d.Skip, d.Note, d.Registries = managers.ContainsVariable, "a template fills in a part of its repository", nil
		case d.Value.IsZero():
			d.Composed, d.Skip, d.Note = version.String(), managers.InvalidValue, "its version is not written in a form that can be edited"
		case d.Skip == "" && lockPath != "":
			d.Locked, d.Locks = locked[d.Name], []string{lockPath}
		}
		r.Deps = append(r.Deps, d)
	}
	return r
}

// lockedVersions returns the versions in the lock file beside file, by name, and its
// path; "" if there is none.
func lockedVersions(file managers.File, name string) (versions map[string]string, lock string) {
	if file.FS == nil {
		return nil, ""
	}
	lock = path.Join(path.Dir(file.Path), name)
	data, err := fs.ReadFile(file.FS, lock)
	if err != nil {
		return nil, ""
	}
	docs, _ := yamlspan.Documents(managers.File{Path: lock, Text: string(data)})
	versions = make(map[string]string)
	for _, doc := range docs {
		for _, entry := range doc.Get("dependencies").Items() {
			versions[entry.Get("name").String()] = entry.Get("version").String()
		}
	}
	return versions, lock
}
