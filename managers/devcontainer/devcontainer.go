// Package devcontainer reads the configuration of development containers.
package devcontainer

import (
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/jsonspan"
)

// Manager reads devcontainer.json: its image and features.
var Manager = &managers.Manager{
	Name: "devcontainer",
	Doc: `development containers: devcontainer.json

The image, the features, and the versions of Go, Node.js, Python and Ruby that their features
are told to install.`,
	Files: []string{
		`/^.devcontainer/devcontainer.json$/`,
		`/^.devcontainer.json$/`,
		`/^.devcontainer/[^/]+/devcontainer.json$/`,
	},
	Categories:  []string{"docker"},
	Limits:      "Versions in the options of features other than these.",
	Datasources: []string{"docker", "golang-version", "node-version", "python-version", "ruby-version"},
	Extract:     extract,
}

// languages are the features whose option "version" is a release of something.
var languages = map[string]managers.Dep{
	"ghcr.io/devcontainers/features/go":     {Name: "go", Datasource: "golang-version"},
	"ghcr.io/devcontainers/features/node":   {Name: "node", Datasource: "node-version"},
	"ghcr.io/devcontainers/features/python": {Name: "python", Datasource: "python-version"},
	"ghcr.io/devcontainers/features/ruby":   {Name: "ruby", Datasource: "ruby-version"},
}

func extract(file managers.File) managers.Result {
	top, problems := jsonspan.Read(file)
	r := managers.Result{Problems: problems}
	if d, ok := reference(top.Get("image")); ok {
		d.Kind = "image"
		r.Deps = append(r.Deps, d)
	}
	for key, options := range top.Get("features").Members() {
		d, ok := reference(key)
		if !ok {
			continue // of this repository, an archive, or of the kind that had no versions
		}
		d.Kind, d.Config = "feature", map[string]any{"pinDigests": false}
		r.Deps = append(r.Deps, d)
		if language, ok := languages[d.Name]; ok {
			r.Deps = append(r.Deps, version(language, options, key.Line))
		}
	}
	return r
}

// reference reads the reference to an image or artifact in v; ok is false if it has neither tag nor digest.
func reference(v jsonspan.Value) (d managers.Dep, ok bool) {
	f, ok := v.Field()
	if !ok || strings.HasPrefix(f.Text, ".") || strings.Contains(f.Text, "://") {
		return d, false
	}
	d = image.Dep(f)
	d.Line = v.Line
	return d, d.Skip == "" && (!d.Value.IsZero() || !d.Digest.IsZero())
}

// version returns the language in the version that a feature's options have.
func version(d managers.Dep, options jsonspan.Value, line int) managers.Dep {
	d.Line = line
	v := options.Get("version")
	if v.Kind == jsonspan.Missing || v.Text == "" {
		d.Skip = managers.UnspecifiedVersion
		return d
	}
	d.Line = v.Line
	f, ok := v.Field()
	if !ok {
		d.Composed, d.Skip, d.Note = v.Text, managers.Unsupported, "its version is no plain string"
		return d
	}
	d.Value = f
	return d
}
