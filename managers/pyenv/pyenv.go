// Package pyenv reads .python-version.
package pyenv

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/versionfile"
)

// Manager reads .python-version.
var Manager = &managers.Manager{
	Name:        "pyenv",
	Doc:         "the version of Python for pyenv, uv and others: .python-version",
	Files:       []string{`/(^|/)\.python-version$/`},
	Categories:  []string{"python"},
	Defaults:    map[string]any{"commitMessageTopic": "Python", "pinDigests": false},
	Datasources: []string{"docker"},
	Extract:     versionfile.Of(managers.Dep{Name: "python", Datasource: "docker"}),
}
