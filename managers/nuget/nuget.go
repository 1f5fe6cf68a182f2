// Package nuget reads the files of .NET projects.
package nuget

import (
	"path"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/jsonspan"
	"github.com/currant-bot/currant/managers/internal/xmlspan"
)

// Manager reads projects, what they import, tools and SDKs. Sources come from the nearest NuGet.config.
var Manager = &managers.Manager{
	Name: "nuget",
	Doc: `NuGet packages and .NET SDKs: projects, Directory.Packages.props, dotnet-tools.json, global.json

Versions in properties of the same file; images of containers; sources and source mapping of the nearest NuGet.config.
What packages.config names is shown only: hint paths in projects would have to change with it.`,
	Files: []string{
		`/\.(?:cs|fs|vb|sql)proj$/`,
		`/\.(?:props|targets)$/`,
		`/(^|/)dotnet-tools\.json$/`,
		`/(^|/)global\.json$/`,
		`/(^|/)packages\.config$/`,
	},
	Categories:  []string{"dotnet"},
	Defaults:    map[string]any{"rangeStrategy": "bump"},
	Limits:      "packages.config is shown, not changed.",
	Datasources: []string{"docker", "dotnet-version", "nuget"},
	Locks:       []string{"packages.lock.json"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	p := &project{file: file, sources: nearest(file)}
	switch {
	case strings.HasSuffix(file.Path, ".json"):
		root, problems := jsonspan.Read(file)
		p.problems = problems
		p.tools(root)
		p.sdks(root)
	case strings.HasPrefix(strings.TrimSpace(file.Text), "<"):
		root, problems := xmlspan.Read(file)
		p.problems = problems
		switch {
		case root == nil:
		case root.Name == "packages" && path.Base(file.Path) == "packages.config":
			p.packages(root)
		case root.Name == "Project":
			p.msbuild(root)
		}
	}
	return managers.Result{Deps: p.deps, Problems: p.problems, Own: p.own()}
}

type project struct {
	file       managers.File
	sources    *sources
	properties map[string]xmlspan.Value
	spelled    map[string]string // names of properties as they are written
	deps       []managers.Dep
	problems   []managers.Problem
}

func (p *project) add(d managers.Dep) {
	if d.Datasource == "" {
		d.Datasource = "nuget"
	}
	if d.Datasource == "nuget" {
		d.Registries = p.sources.registries(d.Name)
	}
	if d.Kind == "" {
		d.Kind = "nuget"
	}
	p.deps = append(p.deps, d)
}

// own returns the version that the project gives to its package.
func (p *project) own() managers.Own {
	for _, name := range []string{"version", "versionprefix"} {
		if v, ok := p.properties[name]; ok {
			return managers.OwnOf(v.Field())
		}
	}
	return managers.Own{}
}

// elements name packages in a project.
var elements = map[string]bool{
	"PackageReference": true, "PackageVersion": true, "GlobalPackageReference": true, "DotNetCliToolReference": true,
}

func (p *project) msbuild(root *xmlspan.Element) {
	p.properties = make(map[string]xmlspan.Value)
	p.spelled = make(map[string]string)
	for group := range root.All("PropertyGroup") {
		for _, e := range group.Children {
			p.properties[strings.ToLower(e.Name)] = e.Value()
			p.spelled[strings.ToLower(e.Name)] = e.Name
		}
	}
	locks := p.locks()
	root.Walk(func(e *xmlspan.Element, path []string) {
		switch {
		case elements[e.Name]:
			p.reference(e, locks)
		case e.Name == "Sdk" && len(path) == 1, e.Name == "Import" && e.Attr("Sdk").Text != "":
			name := e.Attr("Name")
			if e.Name == "Import" {
				name = e.Attr("Sdk")
			}
			if v := e.Attr("Version"); v.Text != "" && name.Text != "" {
				p.add(p.version(managers.Dep{Name: name.Text, Kind: "msbuild-sdk", Line: e.Line}, v))
			}
		case e.Name == "ContainerBaseImage" && len(path) > 0 && path[len(path)-1] == "PropertyGroup":
			if f, ok := e.Value().Field(); ok {
				d := image.Dep(f)
				d.Kind = "docker"
				p.add(d)
			}
		}
	})
	if sdk := root.Attr("Sdk"); strings.Contains(sdk.Text, "/") && !strings.Contains(sdk.Text, ";") {
		i := strings.LastIndexByte(sdk.Text, '/')
		if f, ok := sdk.Sub(i+1, len(sdk.Text)); ok {
			p.add(managers.Dep{Name: sdk.Text[:i], Kind: "msbuild-sdk", Value: f})
		}
	}
}

// reference reads an element that names a package.
func (p *project) reference(e *xmlspan.Element, locks []string) {
	name := e.Attr("Include")
	if name.Text == "" {
		name = e.Attr("Update")
	}
	if name.Text == "" {
		return
	}
	v := e.Attr("VersionOverride")
	for _, other := range []xmlspan.Value{e.Attr("Version"), e.Get("VersionOverride").Value(), e.Get("Version").Value()} {
		if v.Text == "" {
			v = other
		}
	}
	d := managers.Dep{Name: name.Text, Line: e.Line, Locks: locks}
	switch {
	case v.Text == "":
		d.Skip, d.Note = managers.InvalidVersion, "its version stands elsewhere, as in Directory.Packages.props"
	case strings.Contains(name.Text, "$("):
		d.Value, _ = v.Field()
		d.Skip, d.Note = managers.ContainsVariable, "its name is a property"
	default:
		d = p.version(d, v)
	}
	p.add(d)
}

var property = regexp.MustCompile(`^\$\(\s*(\w+)\s*\)$`)

// version completes d with v, which may be a property of this file.
func (p *project) version(d managers.Dep, v xmlspan.Value) managers.Dep {
	written := v
	for seen := map[string]bool{}; ; {
		m := property.FindStringSubmatch(v.Text)
		if m == nil {
			break
		}
		next, ok := p.properties[strings.ToLower(m[1])]
		if !ok || next.Text == "" || seen[m[1]] {
			break
		}
		seen[m[1]] = true
		v, d.Shared = next, p.spelled[strings.ToLower(m[1])]
	}
	f, ok := v.Field()
	switch {
	case strings.ContainsAny(v.Text, "$@%") && strings.Contains(v.Text, "("):
		d.Value, _ = written.Field()
		d.Skip, d.Note = managers.ContainsVariable, "no property of this file has its version"
	case !ok:
		d.Composed, d.Skip = v.Text, managers.Unsupported
		d.Note = "its version is not written in one piece, so that it cannot be replaced"
	default:
		d.Value = f
	}
	return d
}

// locks returns the lock file beside the project, if there is one.
func (p *project) locks() []string {
	name := path.Join(path.Dir(p.file.Path), "packages.lock.json")
	if _, ok := read(p.file.FS, name); ok && strings.HasSuffix(p.file.Path, "proj") {
		return []string{name}
	}
	return nil
}

func (p *project) packages(root *xmlspan.Element) {
	for e := range root.All("package") {
		if id, v := e.Attr("id").Text, e.Attr("version"); id != "" && v.Text != "" {
			d := p.version(managers.Dep{Name: id, Line: e.Line}, v)
			d.Skip, d.Note = managers.Unsupported, "hint paths in projects would have to change with it"
			p.add(d)
		}
	}
}

var semantic = regexp.MustCompile(`^\d+\.\d+\.\d+(?:[-+].*)?$`)

// tools reads dotnet-tools.json.
func (p *project) tools(root jsonspan.Value) {
	for name, tool := range root.Get("tools").Members() {
		if path.Base(p.file.Path) != "dotnet-tools.json" {
			return
		}
		f, ok := tool.Get("version").Field()
		if !ok || name.Text == "" {
			continue
		}
		d := managers.Dep{Name: name.Text, Value: f}
		if semantic.MatchString(f.Text) {
			d.Versioning = "semver"
		}
		p.add(d)
	}
}

// sdks reads global.json.
func (p *project) sdks(root jsonspan.Value) {
	if path.Base(p.file.Path) != "global.json" {
		return
	}
	if f, ok := root.Get("sdk", "version").Field(); ok {
		p.add(managers.Dep{Name: "dotnet-sdk", Kind: "dotnet-sdk", Datasource: "dotnet-version", Value: f})
	}
	for name, v := range root.Get("msbuild-sdks").Members() {
		if f, ok := v.Field(); ok && name.Text != "" {
			p.add(managers.Dep{Name: name.Text, Kind: "msbuild-sdk", Value: f})
		}
	}
}
