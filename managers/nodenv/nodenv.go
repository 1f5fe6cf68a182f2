// Package nodenv reads .node-version.
package nodenv

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/versionfile"
)

// Manager reads .node-version.
var Manager = &managers.Manager{
	Name:        "nodenv",
	Doc:         "the version of Node.js for nodenv, fnm and others: .node-version",
	Files:       []string{`/(^|/)\.node-version$/`},
	Categories:  []string{"js", "node"},
	Versioning:  "node",
	Defaults:    map[string]any{"pinDigests": false},
	Datasources: []string{"node-version"},
	Extract:     versionfile.Of(managers.Dep{Name: "node", Datasource: "node-version"}),
}
