// Package nvm reads .nvmrc.
package nvm

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/versionfile"
)

// Manager reads .nvmrc.
var Manager = &managers.Manager{
	Name:        "nvm",
	Doc:         "the version of Node.js for nvm: .nvmrc",
	Files:       []string{`/(^|/)\.nvmrc$/`},
	Categories:  []string{"js", "node"},
	Versioning:  "node",
	Defaults:    map[string]any{"pinDigests": false},
	Datasources: []string{"node-version"},
	Extract:     versionfile.Of(managers.Dep{Name: "node", Datasource: "node-version"}),
}
