// Package pep621 reads the Python project file pyproject.toml.
package pep621

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/pyproject"
)

// Manager reads what the standards keep in pyproject.toml, and the tables of PDM, uv and
// Hatch; Poetry's own table is not its.
var Manager = &managers.Manager{
	Name: "pep621",
	Doc: `Python projects: pyproject.toml as PEP 621 defines it

Dependencies, optional dependencies, dependency groups, build requirements and
requires-python, with the tables of PDM, uv and Hatch. Sources and indexes of
uv and PDM say where a package comes from.`,
	Files:       []string{`/(^|/)pyproject\.toml$/`},
	Categories:  []string{"python"},
	Versioning:  "pep440",
	Datasources: []string{"git-refs", "git-tags", "github-tags", "pypi", "python-version"},
	Locks:       []string{"pdm.lock", "uv.lock"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	p := pyproject.Open(file, "uv.lock", "pdm.lock")
	p.Versioned(p.Root.Get("project", "version"))
	p.ReadPython()
	p.ReadStandard()
	p.ReadBuild(nil)
	p.ReadTools()
	return p.Result()
}
