// Package runtimeversion reads runtime.txt, in which some platforms want the
// version of Python.
package runtimeversion

import (
	"regexp"

	"github.com/currant-bot/currant/managers"
)

// Manager reads the version of Python as that of its image, as Renovate does.
var Manager = &managers.Manager{
	Name:        "runtime-version",
	Doc:         "the version of Python: runtime.txt",
	Files:       []string{`/(^|/)runtime\.txt$/`},
	Categories:  []string{"python"},
	Defaults:    map[string]any{"pinDigests": false},
	Datasources: []string{"docker"},
	Extract:     extract,
}

var version = regexp.MustCompile(`^\s*python-(\d+\.\d+\.\d+)\s*$`)

func extract(file managers.File) managers.Result {
	m := version.FindStringSubmatchIndex(file.Text)
	if m == nil {
		return managers.Result{}
	}
	return managers.Result{Deps: []managers.Dep{{
		Name: "python", Datasource: "docker", Value: managers.Field{Text: file.Text[m[2]:m[3]], Start: m[2]},
	}}}
}
