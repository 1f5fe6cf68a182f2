// Package cargo reads the manifest of Rust's package manager, Cargo.toml.
package cargo

import (
	"cmp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/forge"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

// Manager reads dependencies of packages and workspaces.
var Manager = &managers.Manager{
	Name: "cargo",
	Doc: `Rust packages: Cargo.toml

Dependencies of packages, of their targets and of workspaces; registries and
replaced sources from .cargo/config.toml; versions locked in Cargo.lock.`,
	Files:       []string{`/(^|/)Cargo\.toml$/`},
	Categories:  []string{"rust"},
	Versioning:  "cargo",
	Defaults:    map[string]any{"commitMessageTopic": "Rust crate {{depName}}"},
	Limits:      "Git dependencies by branch or without a reference are shown, not changed.",
	Datasources: []string{"crate", "git-refs", "git-tags", "github-tags", "gitlab-tags"},
	Locks:       []string{"Cargo.lock"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	root, problems := tomlspan.Read(file)
	x := reader{settings: settingsOf(file), lock: lockOf(file)}
	x.tables(root)
	for _, target := range root.Get("target").Members() {
		x.tables(target)
	}
	x.table("workspace.dependencies", root.Get("workspace", "dependencies"))
	slices.SortStableFunc(x.deps, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	r := managers.Result{Problems: problems, Own: managers.OwnOf(root.Get("package", "version").Field())}
	for _, d := range x.deps {
		r.Deps = append(r.Deps, d.Dep)
	}
	return r
}

// A reader collects dependencies, to be returned in their order in the file.
type reader struct {
	settings settings
	lock     lock
	deps     []placed
}

type placed struct {
	managers.Dep
	at int
}

// tables reads the tables of a package, or of a target's part of one. Of names with a hyphen, Cargo
// also knows the older ones with an underscore.
func (x *reader) tables(v *tomlspan.Value) {
	for _, kind := range []string{"dependencies", "dev-dependencies", "build-dependencies"} {
		x.table(kind, v.Get(kind))
		if older := strings.ReplaceAll(kind, "-", "_"); older != kind {
			x.table(kind, v.Get(older))
		}
	}
}

func (x *reader) table(kind string, table *tomlspan.Value) {
	for name, v := range table.Members() {
		d := x.dep(managers.Dep{Name: name.Text, Kind: kind, Datasource: "crate", Line: name.Line}, v)
		if d.Skip == "" {
			d.Locks = x.lock.paths
			if d.Datasource == "crate" {
				d.Locked = x.lock.versions[d.PackageName()]
			}
		}
		x.deps = append(x.deps, placed{d, max(name.Start, v.Start)})
	}
}

func (x *reader) dep(d managers.Dep, v *tomlspan.Value) managers.Dep {
	if d.Name == "" {
		d.Skip = managers.MissingDepName
		return d
	}
	if v.Kind == tomlspan.String {
		return x.version(d, v)
	}
	if v.Kind != tomlspan.Table {
		d.Skip = managers.InvalidDependency
		return d
	}
	has := func(key string) bool { return v.Get(key).Kind != tomlspan.Missing }
	if pkg := v.Get("package").Text; pkg != "" && pkg != d.Name {
		d.Package = pkg
	}
	switch {
	case has("path"):
		d.Value, _ = v.Get("version").Field()
		d.Skip = managers.PathDependency
	case has("git"):
		return git(d, v)
	case v.Get("workspace").Text == "true":
		d.Skip = managers.InheritedDependency
	case v.Get("version").Text == "":
		d.Skip = managers.InvalidDependency
	default:
		return x.registry(x.version(d, v.Get("version")), v)
	}
	return d
}

// version completes d from a requirement.
func (x *reader) version(d managers.Dep, v *tomlspan.Value) managers.Dep {
	text := strings.TrimSpace(v.Text)
	if text != "" {
		start := strings.Index(v.Text, text)
		if d.Value, _ = v.Sub(start, start+len(text)); d.Value.IsZero() {
			d.Composed, d.Skip = text, managers.Unsupported
			d.Note = "its version is written with escapes, so that it cannot be replaced"
		}
	}
	d.Registries = x.settings.crates
	return d
}

// registry completes d with where the registry is that it names.
func (x *reader) registry(d managers.Dep, v *tomlspan.Value) managers.Dep {
	name, index := v.Get("registry").Text, v.Get("registry-index").Text
	switch {
	case index != "":
		d.Registries = []string{forge.Redact(index)}
	case name == "", name == "crates-io":
	case x.settings.registries[name] != "":
		d.Registries = []string{x.settings.registries[name]}
	case d.Skip == "":
		d.Skip, d.Registries = managers.UnknownRegistry, nil
		d.Note = "no .cargo/config.toml of the repository says where the registry " + name + " is"
	}
	return d
}

// git completes d from a git repository with a tag, a commit or a branch. The version that
// the crate there must have does not count.
func git(d managers.Dep, v *tomlspan.Value) managers.Dep {
	address := v.Get("git").Text
	tag, rev, branch := v.Get("tag"), v.Get("rev"), v.Get("branch")
	if tag.Text != "" {
		d = forge.Tags(d, address)
		d.Value, _ = tag.Field()
		d.Line = tag.Line
		if d.Value.IsZero() {
			d.Composed, d.Skip = tag.Text, managers.Unsupported
		}
		return d
	}
	d.Datasource, d.Package = "git-refs", forge.Redact(address)
	switch {
	case rev.Text != "":
		d.Digest, _ = rev.Field()
		d.Line = rev.Line
		if d.Digest.IsZero() {
			d.Skip = managers.Unsupported
		}
	case branch.Text != "":
		d.Value, _ = branch.Field()
		d.Skip = managers.GitDependency
	default:
		d.Skip = managers.UnspecifiedVersion
	}
	return d
}
