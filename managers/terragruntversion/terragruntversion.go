// Package terragruntversion reads the version of Terragrunt that tgenv and
// others install.
package terragruntversion

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/versionfile"
)

// Manager reads .terragrunt-version.
var Manager = &managers.Manager{
	Name:        "terragrunt-version",
	Doc:         "the version of Terragrunt in .terragrunt-version",
	Files:       []string{`/(^|/)\.terragrunt-version$/`},
	Categories:  []string{"terraform"},
	Versioning:  "hashicorp",
	Datasources: []string{"github-releases"},
	Extract:     versionfile.Release("gruntwork-io/terragrunt"),
}
