// Package opentofuversion reads the version of OpenTofu that tofuenv and others
// install.
package opentofuversion

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/versionfile"
)

// Manager reads .opentofu-version.
var Manager = &managers.Manager{
	Name:        "opentofu-version",
	Doc:         "the version of OpenTofu in .opentofu-version",
	Files:       []string{`/(^|/)\.opentofu-version$/`},
	Categories:  []string{"terraform"},
	Versioning:  "hashicorp",
	Datasources: []string{"github-releases"},
	Extract:     versionfile.Release("opentofu/opentofu"),
}
