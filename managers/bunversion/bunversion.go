// Package bunversion reads .bun-version.
package bunversion

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/versionfile"
)

// Manager reads .bun-version.
var Manager = &managers.Manager{
	Name:        "bun-version",
	Doc:         "the version of Bun: .bun-version",
	Files:       []string{`/(^|/)\.bun-version$/`},
	Categories:  []string{"js"},
	Datasources: []string{"npm"},
	Extract:     versionfile.Of(managers.Dep{Name: "Bun", Package: "bun", Datasource: "npm"}),
}
