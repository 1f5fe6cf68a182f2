// Package pyproject reads the Python project file pyproject.toml for the
// managers that share it.
package pyproject

import (
	"cmp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/pep508"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

// A Project is a pyproject.toml being read. It collects dependencies, to be
// returned in their order in the file.
type Project struct {
	Root *tomlspan.Value // the file's top table

	file       managers.File
	locks      locks
	sources    map[string]*tomlspan.Value
	indexes    map[string]string
	registries []string // nil for the default
	deps       []placed
	result     managers.Result
}

// A placed dependency knows where it stands, for the order.
type placed struct {
	managers.Dep
	at int
}

// Open returns the project in file, whose lock files are looked for under the
// given names: beside it, and at the top of the uv workspace that it is in.
func Open(file managers.File, lockFiles ...string) *Project {
	root, problems := tomlspan.Read(file)
	x := &Project{Root: root, file: file, locks: locksOf(file, root, lockFiles), result: managers.Result{Problems: problems}}
	x.readSources()
	return x
}

// Add adds a dependency that stands at byte at of the file. One that lock files hold changes with them.
func (x *Project) Add(d managers.Dep, at int) {
	switch {
	case d.Kind == "build-system.requires", strings.HasPrefix(d.Kind, "tool.hatch."):
	case d.Kind == "requires-python":
		d.Locks = x.locks.paths
	default:
		d.Locked, d.Locks = x.locks.versions[Normalize(d.Name)], x.locks.paths
	}
	x.deps = append(x.deps, placed{d, at})
}

// For says which versions of Python the project is for: the first of vs that is a text.
func (x *Project) For(vs ...*tomlspan.Value) {
	for _, v := range vs {
		if v.Kind == tomlspan.String && v.Text != "" {
			x.result.Constraints = map[string]string{"python": v.Text}
			return
		}
	}
}

// Versioned says where the version of the project itself may stand: the first of vs that is a text.
func (x *Project) Versioned(vs ...*tomlspan.Value) {
	for _, v := range vs {
		if v.Kind == tomlspan.String && v.Text != "" {
			x.result.Own = managers.OwnOf(v.Field())
			return
		}
	}
}

// Result returns what was collected.
func (x *Project) Result() managers.Result {
	slices.SortStableFunc(x.deps, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	for _, d := range x.deps {
		x.result.Deps = append(x.result.Deps, d.Dep)
	}
	return x.result
}

// ReadStandard collects the dependencies in the tables of the standards.
func (x *Project) ReadStandard() {
	root := x.Root
	x.list("project.dependencies", root.Get("project", "dependencies"))
	x.groups("project.optional-dependencies", root.Get("project", "optional-dependencies"))
	x.groups("dependency-groups", root.Get("dependency-groups"))
}

// ReadBuild collects the build requirements that keep says; nil for all.
func (x *Project) ReadBuild(keep func(name string) bool) {
	for _, v := range x.Root.Get("build-system", "requires").Items() {
		if keep == nil || keep(pep508.Name(v.Text)) {
			x.requirement("build-system.requires", v)
		}
	}
}

// ReadTools collects the dependencies in the tables of PDM, uv and Hatch.
func (x *Project) ReadTools() {
	root := x.Root
	x.groups("tool.pdm.dev-dependencies", root.Get("tool", "pdm", "dev-dependencies"))
	x.list("tool.uv.dev-dependencies", root.Get("tool", "uv", "dev-dependencies"))
	for name, env := range root.Get("tool", "hatch", "envs").Members() {
		x.list("tool.hatch.envs."+name.Text, env.Get("dependencies"))
		x.list("tool.hatch.envs."+name.Text, env.Get("extra-dependencies"))
	}
}

func (x *Project) problem(v *tomlspan.Value, text string) {
	x.result.Problems = append(x.result.Problems, managers.Problem{Path: x.file.Path, Line: v.Line, Text: text})
}

// ReadPython collects the versions of Python that the project is for.
func (x *Project) ReadPython() {
	v := x.Root.Get("project", "requires-python")
	x.For(v)
	if v.Kind != tomlspan.String || v.Text == "" {
		return
	}
	d := managers.Dep{Name: "python", Kind: "requires-python", Datasource: "python-version", Versioning: "pep440", Line: v.Line}
	start, end := pep508.Trim(v.Text, 0, len(v.Text))
	d.Value, _ = v.Sub(start, end)
	d.Config = map[string]any{"commitMessageTopic": "Python"}
	x.Add(settle(d, v.Text[start:end]), v.Start)
}

// groups reads a table of lists.
func (x *Project) groups(kind string, table *tomlspan.Value) {
	for _, list := range table.Members() {
		x.list(kind, list)
	}
}

// list reads a list of requirements. Of dependency groups it may also include
// other groups, as tables.
func (x *Project) list(kind string, list *tomlspan.Value) {
	for _, v := range list.Items() {
		if v.Kind == tomlspan.String {
			x.requirement(kind, v)
		}
	}
}

func (x *Project) requirement(kind string, v *tomlspan.Value) {
	d, ok := parse(v)
	if !ok {
		x.problem(v, "not a requirement as PEP 508 defines it: "+Redact(v.Text))
		return
	}
	d.Kind, d.Line = kind, v.Line
	x.Add(x.source(d), v.Start)
}

// Script returns the dependencies that root, the metadata in a script's head, names. uv may keep
// a lock file beside the script.
func Script(file managers.File, root *tomlspan.Value) managers.Result {
	x := &Project{Root: root, file: file, locks: locks{versions: make(map[string]string)}}
	if file.FS != nil {
		x.locks.read(file, file.Path+".lock")
	}
	x.readSources()
	x.list("project.dependencies", root.Get("dependencies"))
	x.For(root.Get("requires-python"))
	return x.Result()
}
