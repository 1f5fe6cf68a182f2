// Package rubyversion reads .ruby-version.
package rubyversion

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/versionfile"
)

// Manager reads .ruby-version.
var Manager = &managers.Manager{
	Name:       "ruby-version",
	Doc:        "the version of Ruby: .ruby-version",
	Files:      []string{`/(^|/)\.ruby-version$/`},
	Categories: []string{"ruby"},
	Extract:    versionfile.Of(managers.Dep{Name: "ruby", Datasource: "ruby-version"}),
}
