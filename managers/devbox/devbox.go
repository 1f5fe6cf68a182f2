// Package devbox reads the packages of Devbox.
package devbox

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/jsonspan"
)

// Manager reads devbox.json.
var Manager = &managers.Manager{
	Name: "devbox",
	Doc: `Devbox packages: devbox.json

A package is "name@version" in a list, or a key with its version in a table. Flakes have no
versions.`,
	Files:       []string{`/(^|/)devbox\.json$/`},
	Limits:      "Flakes.",
	Datasources: []string{"devbox"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	top, problems := jsonspan.Read(file)
	r := managers.Result{Problems: problems}
	packages := top.Get("packages")
	for _, item := range packages.Items() {
		if item.Kind == jsonspan.String {
			r.Deps = append(r.Deps, listed(item))
		}
	}
	for key, value := range packages.Members() {
		if value.Kind == jsonspan.Object {
			value = value.Get("version")
		}
		if value.Kind == jsonspan.String {
			f, ok := value.Field()
			d := read(key.Text, value.Text, f, ok)
			d.Line = key.Line
			r.Deps = append(r.Deps, d)
		}
	}
	return r
}

// listed reads "name@version".
func listed(item jsonspan.Value) managers.Dep {
	name, version, _ := strings.Cut(item.Text, "@")
	f, ok := item.Sub(len(name)+1, len(item.Text))
	d := read(name, version, f, ok)
	d.Line = item.Line
	return d
}

// schemes are how the versions of packages compare that are not numbers of up to three parts.
var schemes = map[string]string{
	"go":         "python",
	"jdk":        "semver",
	"nodejs":     "node",
	"postgresql": "loose",
	"python":     "python",
	"ruby":       "ruby",
}

// forms are what versions of a scheme look like; "latest" is whatever there is.
var (
	forms = map[string]*regexp.Regexp{
		"loose":  regexp.MustCompile(`^(?:v?\d|latest)`),
		"node":   regexp.MustCompile(`^(?:\d+\.\d+\.\d+|latest)`),
		"python": regexp.MustCompile(`^(?:\d|latest)`),
		"ruby":   regexp.MustCompile(`^(?:\d|latest)`),
		"semver": regexp.MustCompile(`^(?:\d+\.\d+\.\d+|latest)`),
	}
	numbers = regexp.MustCompile(`^(?:\d+(?:\.\d+){0,2}$|latest)`) // of all others
)

// read returns the package name in the version that f is; ok is false if f is not all of version.
func read(name, version string, f managers.Field, ok bool) managers.Dep {
	d := managers.Dep{Name: name, Datasource: "devbox", Versioning: schemes[name]}
	form := forms[d.Versioning]
	if form == nil {
		form = numbers
	}
	switch {
	case version == "":
		d.Skip, d.Versioning = managers.NotAVersion, ""
		return d
	case !ok:
		d.Composed, d.Skip, d.Note = version, managers.Unsupported, "its version is written with escapes, so that it cannot be replaced"
		return d
	case name == "":
		d.Skip = managers.InvalidName
	case !form.MatchString(version):
		d.Skip = managers.InvalidVersion
	}
	d.Value = f
	return d
}
