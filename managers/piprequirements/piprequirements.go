// Package piprequirements reads the requirements files of pip.
package piprequirements

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/requirements"
)

// Manager reads requirements.txt and files that are named like it.
var Manager = &managers.Manager{
	Name: "pip_requirements",
	Doc: `Python packages in requirements files: requirements.txt

Requirements with their extras, markers and hashes, git repositories, and the
indexes that a file names. Other files are read where their names match.`,
	Files:       []string{`/(^|/)[\w-]*requirements([-._]\w+)?\.(txt|pip)$/`},
	Categories:  []string{"python"},
	Versioning:  "pep440",
	Datasources: []string{"git-tags", "pypi"},
	Extract: func(file managers.File) managers.Result {
		f := requirements.Parse(file)
		return managers.Result{Deps: f.Deps, Problems: f.Problems}
	},
}
