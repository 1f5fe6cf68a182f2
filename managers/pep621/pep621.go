// Package pep621 reads the Python project file pyproject.toml.
package pep621

import (
	"cmp"
	"slices"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

// Manager reads what the standards keep in pyproject.toml, and the tables of PDM, uv and
// Hatch; Poetry's own table is not its.
var Manager = &managers.Manager{
	Name: "pep621",
	Doc: `Python projects: pyproject.toml as PEP 621 defines it

Dependencies, optional dependencies, dependency groups, build requirements and
requires-python, with the tables of PDM, uv and Hatch. Sources and indexes of
uv and PDM say where a package comes from.`,
	Files:      []string{`/(^|/)pyproject\.toml$/`},
	Categories: []string{"python"},
	Versioning: "pep440",
	Extract:    extract,
}

func extract(file managers.File) managers.Result {
	root, problems := tomlspan.Read(file)
	x := extraction{file: file, root: root, locks: locksOf(file, root)}
	x.result.Problems = problems
	x.python()
	x.list("project.dependencies", root.Get("project", "dependencies"))
	x.groups("project.optional-dependencies", root.Get("project", "optional-dependencies"))
	x.groups("dependency-groups", root.Get("dependency-groups"))
	x.list("build-system.requires", root.Get("build-system", "requires"))
	x.groups("tool.pdm.dev-dependencies", root.Get("tool", "pdm", "dev-dependencies"))
	x.list("tool.uv.dev-dependencies", root.Get("tool", "uv", "dev-dependencies"))
	for name, env := range root.Get("tool", "hatch", "envs").Members() {
		x.list("tool.hatch.envs."+name.Text, env.Get("dependencies"))
		x.list("tool.hatch.envs."+name.Text, env.Get("extra-dependencies"))
	}
	slices.SortStableFunc(x.deps, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	for _, d := range x.deps {
		x.result.Deps = append(x.result.Deps, d.Dep)
	}
	return x.result
}

// A placed dependency knows where it stands, for the order.
type placed struct {
	managers.Dep
	at int
}

type extraction struct {
	file   managers.File
	root   *tomlspan.Value
	locks  locks
	deps   []placed
	result managers.Result
}

func (x *extraction) problem(v *tomlspan.Value, text string) {
	x.result.Problems = append(x.result.Problems, managers.Problem{Path: x.file.Path, Line: v.Line, Text: text})
}

// python reads the versions of Python that the project is for.
func (x *extraction) python() {
	v := x.root.Get("project", "requires-python")
	if v.Kind != tomlspan.String || v.Text == "" {
		return
	}
	d := managers.Dep{Name: "python", Kind: "requires-python", Datasource: "python-version", Versioning: "pep440", Line: v.Line, Locks: x.locks.paths}
	start, end := trim(v.Text, 0, len(v.Text))
	d.Value, _ = v.Sub(start, end)
	x.deps = append(x.deps, placed{settle(d, v.Text[start:end]), v.Start})
}

// groups reads a table of lists.
func (x *extraction) groups(kind string, table *tomlspan.Value) {
	for _, list := range table.Members() {
		x.list(kind, list)
	}
}

// list reads a list of requirements. Of dependency groups it may also include
// other groups, as tables.
func (x *extraction) list(kind string, list *tomlspan.Value) {
	for _, v := range list.Items() {
		if v.Kind != tomlspan.String {
			continue
		}
		d, ok := parse(v)
		if !ok {
			x.problem(v, "not a requirement as PEP 508 defines it: "+redact(v.Text))
			continue
		}
		d.Kind, d.Line = kind, v.Line
		switch kind {
		case "project.dependencies", "project.optional-dependencies", "dependency-groups", "tool.pdm.dev-dependencies", "tool.uv.dev-dependencies":
			d.Locked, d.Locks = x.locks.versions[normalize(d.Name)], x.locks.paths
		}
		x.deps = append(x.deps, placed{x.source(d), v.Start})
	}
}
