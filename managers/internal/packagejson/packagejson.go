// Package packagejson reads package.json and the files of catalogs for the
// managers of Node.js packages.
package packagejson

import (
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/jsonspan"
)

// Extract reads a package.json.
func Extract(file managers.File) managers.Result {
	root, problems := jsonspan.Read(file)
	r := managers.Result{Problems: problems}
	if root.Get("_id").Kind != jsonspan.Missing && root.Get("_from").Kind != jsonspan.Missing {
		return r // an installed copy, as old npm wrote it, is not for people to edit
	}
	for key, section := range root.Members() {
		switch key.Text {
		case "dependencies", "devDependencies", "optionalDependencies", "peerDependencies":
			r.Deps = append(r.Deps, readMap(key.Text, section, same)...)
		case "engines", "volta":
			r.Deps = append(r.Deps, readTools(key.Text, section)...)
		case "packageManager":
			r.Deps = append(r.Deps, readPackageManager(section)...)
		case "resolutions":
			r.Deps = append(r.Deps, readMap(key.Text, section, resolved)...)
		case "overrides":
			r.Deps = append(r.Deps, readOverrides(section, "")...)
		case "pnpm":
			for key, value := range section.Get("overrides").Members() {
				r.Deps = append(r.Deps, selected(key.Text, read("pnpm.overrides", overridden(key.Text), key, value)))
			}
		}
	}
	p := projectOf(file)
	for i, d := range r.Deps {
		if d.Kind != "packageManager" && d.Kind != "volta" {
			r.Deps[i].Locks = p.locks
		}
		if p.root != "" && d.Datasource == "npm" && d.Skip == "" {
			r.Deps[i].Needs = []string{p.key(overridden(d.Name))}
		}
	}
	r.Constraints = p.constraints(file, root)
	r.Own = managers.OwnOf(root.Get("version").Field())
	addLocked(file, r.Deps, p.locks)
	if name := root.Get("name").Text; p.member && name != "" {
		r.Defs = append(r.Defs, managers.Def{Key: p.key(name), Value: file.Path})
	}
	return r
}

// Link recognises packages that are developed in the same workspace: what is
// published under their name follows them, so there is nothing to look up.
func Link(d managers.Dep, defs managers.Defs) managers.Dep {
	for _, key := range d.Needs {
		if at, ok := defs[key]; ok {
			d.Skip, d.Note = managers.InternalPackage, "the package is made here, in "+at
		}
	}
	return d
}

// readMap reads an object of names and version constraints. name finds the
// package's name in a key.
func readMap(kind string, section jsonspan.Value, name func(key string) string) []managers.Dep {
	var deps []managers.Dep
	for key, value := range section.Members() {
		deps = append(deps, read(kind, name(key.Text), key, value))
	}
	return deps
}

// readOverrides reads npm's nested overrides, in which "." stands for the package that
// the object is about.
func readOverrides(section jsonspan.Value, parent string) []managers.Dep {
	var deps []managers.Dep
	for key, value := range section.Members() {
		name := overridden(key.Text)
		switch {
		case key.Text == "." && parent == "":
			continue
		case key.Text == ".":
			name = parent
		}
		if value.Kind == jsonspan.Object {
			deps = append(deps, readOverrides(value, name)...)
			continue
		}
		deps = append(deps, read("overrides", name, key, value))
	}
	return deps
}

func same(key string) string { return key }

// resolved finds the package in a key of Yarn's resolutions, such as "**/a",
// "a/@scope/b" or "a@npm:1.0".
func resolved(key string) string {
	parts := strings.Split(withoutSpec(key), "/")
	last := len(parts) - 1
	if last > 0 && strings.HasPrefix(parts[last-1], "@") {
		return parts[last-1] + "/" + parts[last]
	}
	return parts[last]
}

// overridden finds the package in a key of overrides, such as "a>b" or "a@1".
func overridden(key string) string {
	return withoutSpec(strings.TrimSpace(key[strings.LastIndexByte(key, '>')+1:]))
}

// selected returns d named by the whole key of pnpm's overrides, as Renovate has it: such a key
// may stand beside others for the same package.
func selected(key string, d managers.Dep) managers.Dep {
	if d.Name != key && d.Package == "" && d.Datasource != "" {
		d.Package = d.Name
	}
	d.Name = key
	return d
}

// withoutSpec cuts a version off a name: "@scope/a@1" is "@scope/a".
func withoutSpec(name string) string {
	slash := strings.LastIndexByte(name, '/')
	if spec := strings.Index(name, "@npm:"); spec > 0 {
		return name[:spec]
	}
	if at := strings.IndexByte(name[slash+1:], '@'); slash+1+at > 0 && at > 0 {
		return name[:slash+1+at]
	}
	return name
}
