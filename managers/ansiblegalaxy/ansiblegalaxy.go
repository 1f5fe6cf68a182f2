// Package ansiblegalaxy reads the roles and collections that Ansible installs.
package ansiblegalaxy

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads requirements files, and what a collection depends on.
var Manager = &managers.Manager{
	Name: "ansible-galaxy",
	Doc: `Ansible roles and collections: requirements.yml, galaxy.yml

From Ansible Galaxy or another server, or from git repositories.`,
	Files:       []string{`/(^|/)(galaxy|requirements)(\.ansible)?\.ya?ml$/`},
	Categories:  []string{"ansible", "iac"},
	Versioning:  "pep440",
	Datasources: []string{"galaxy", "galaxy-collection", "git-tags", "github-tags"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		if strings.HasPrefix(path.Base(file.Path), "galaxy.") {
			r.Deps = append(r.Deps, dependencies(doc.Get("dependencies"))...)
		}
		roles := doc.Get("roles")
		if doc.IsList() { // the form before there were collections
			roles = doc.Node
		}
		for _, item := range roles.Items() {
			if d, ok := role(item); ok {
				r.Deps = append(r.Deps, d)
			}
		}
		for _, item := range doc.Get("collections").Items() {
			if d, ok := collection(item); ok {
				r.Deps = append(r.Deps, d)
			}
		}
	}
	slices.SortStableFunc(r.Deps, func(a, b managers.Dep) int { return cmp.Compare(a.Line, b.Line) })
	return r
}

// dependencies reads the table of what a collection depends on.
func dependencies(n yamlspan.Node) (deps []managers.Dep) {
	for name, version := range n.Pairs() {
		d := managers.Dep{Name: name.String(), Kind: "galaxy-collection", Datasource: "galaxy-collection", Line: name.Line()}
		deps = append(deps, versioned(d, version))
	}
	return deps
}

func versioned(d managers.Dep, version yamlspan.Node) managers.Dep {
	switch d.Value = version.Field(); {
	case version.String() == "":
		d.Value, d.Skip = managers.Field{}, cmp.Or(d.Skip, managers.UnspecifiedVersion)
	case d.Value.IsZero():
		d.Composed, d.Skip = version.String(), cmp.Or(d.Skip, managers.Unsupported)
	case strings.Contains(d.Value.Text, "{{"):
		d.Skip = managers.ContainsVariable
	}
	return d
}

// repository takes apart the address of a git repository: what to clone, its host and its path. ok
// is false if text is none.
func repository(text string) (address, host, name string, ok bool) {
	address = strings.TrimPrefix(text, "git+")
	address, _, _ = strings.Cut(address, "#")
	rest := address
	if _, after, found := strings.Cut(rest, "://"); found {
		rest = after
	} else if !strings.HasPrefix(rest, "git@") {
		return address, "", "", false
	}
	if i := strings.IndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	i := strings.IndexAny(rest, "/:")
	if i <= 0 || i == len(rest)-1 {
		return address, "", "", false
	}
	return address, rest[:i], strings.TrimSuffix(strings.TrimPrefix(rest[i+1:], "/"), ".git"), true
}

// role reads a role; ok is false for one without a version, which is whatever is newest.
func role(item yamlspan.Node) (d managers.Dep, ok bool) {
	name, src, version := item.Get("name"), item.Get("src"), item.Get("version")
	if version.String() == "" || name.String() == "" && src.String() == "" || item.IsAlias() {
		return d, false
	}
	source := cmp.Or(src.String(), name.String())
	d = managers.Dep{Name: source, Kind: "role", Datasource: "galaxy", Line: item.Line()}
	if address, _, path, isGit := repository(source); isGit {
		d.Name, d.Package, d.Datasource = path, address, "git-tags"
		if src.String() != "" && name.String() != "" {
			d.Name = name.String()
		}
	}
	return versioned(d, version), true
}

// collection reads a collection; ok is false for one that is just a name.
func collection(item yamlspan.Node) (d managers.Dep, ok bool) {
	name, source, kind := item.Get("name"), item.Get("source").String(), item.Get("type").String()
	if !item.IsMap() || item.IsAlias() || name.String() == "" {
		return d, false
	}
	d = managers.Dep{Name: name.String(), Kind: "galaxy-collection", Datasource: "galaxy-collection", Line: item.Line()}
	version := item.Get("version")
	switch {
	case kind == "dir" || kind == "subdirs" || kind == "url":
		d.Datasource, d.Skip = "", managers.Unsupported
	case kind == "file":
		d.Datasource, d.Skip = "", managers.LocalDependency
	case kind == "git" && source != "":
		d.Package, _, _, _ = repository(source)
		d.Datasource = "git-tags"
	case kind == "git" || kind == "" && (strings.HasPrefix(d.Name, "git@") || strings.HasPrefix(d.Name, "git+")):
		return gitCollection(d, name, version), true
	case source != "":
		d.Registries = []string{source}
	}
	return versioned(d, version), true
}

// gitCollection reads a collection whose name is the address of its repository, with its version after a
// comma if not apart.
func gitCollection(d managers.Dep, name, version yamlspan.Node) managers.Dep {
	text, inline, hasInline := strings.Cut(name.String(), ",")
	address, host, path, ok := repository(text)
	d.Name, d.Package, d.Datasource = host+"/"+path, address, "git-tags"
	if !ok {
		d.Name, d.Package, d.Datasource, d.Skip = text, "", "", managers.InvalidURL
	}
	if host == datasources.ForgeHost("github") {
		d.Package, d.Datasource = path, "github-tags"
	}
	f := name.Field()
	if version.String() != "" || !hasInline || inline == "" || f.IsZero() {
		return versioned(d, version)
	}
	d.Value = managers.Field{Text: inline, Start: f.End() - len(inline)}
	return d
}
