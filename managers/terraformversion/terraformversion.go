// Package terraformversion reads the version of Terraform that tfenv and others
// install.
package terraformversion

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/versionfile"
)

// Manager reads .terraform-version.
var Manager = &managers.Manager{
	Name:        "terraform-version",
	Doc:         "the version of Terraform in .terraform-version",
	Files:       []string{`/(^|/)\.terraform-version$/`},
	Categories:  []string{"terraform"},
	Versioning:  "hashicorp",
	Datasources: []string{"github-releases"},
	Extract:     versionfile.Release("hashicorp/terraform"),
}
