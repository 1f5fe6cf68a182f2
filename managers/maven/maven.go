// Package maven reads the files of Apache Maven.
package maven

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/xmlspan"
)

// Manager reads project files with what their parents define.
var Manager = &managers.Manager{
	Name: "maven",
	Doc: `Maven projects: pom.xml, settings.xml, .mvn/extensions.xml

Dependencies, managed ones and bills of materials, plugins, extensions and parents, in profiles too;
versions in properties, also of parents in the repository; images of Spring Boot's plugin.`,
	Files: []string{
		`/(^|/|\.)pom\.xml$/`,
		`/(^|/)pom\.template\.xml$/`,
		`/^(((\.mvn)|(\.m2))/)?settings\.xml$/`,
		`/(^|/)\.mvn/extensions\.xml$/`,
	},
	Categories:  []string{"java"},
	Limits:      "Parents that are not in the repository are not fetched: what they define stays unknown.",
	Datasources: []string{"buildpacks-registry", "docker", "maven"},
	Extract:     extract,
	Link:        link,
}

const (
	pomSpace        = "http://maven.apache.org/POM/"
	extensionsSpace = "http://maven.apache.org/EXTENSIONS/"
	pluginGroup     = "org.apache.maven.plugins"
)

func extract(file managers.File) managers.Result {
	root, problems := xmlspan.Read(file)
	r := managers.Result{Problems: problems}
	switch {
	case root == nil:
	case root.Name == "settings":
		r.Defs = settings(file.Path, root)
	case isPOM(root):
		p := open(file, root)
		r.Deps = p.deps()
		r.Own = managers.OwnOf(root.Get("version").Value().Field())
		r.Own.Snapshots = true
		if name, ok := p.rootName(); ok {
			r.Defs = []managers.Def{{Key: rootKey + name, Value: p.parent.path}}
		}
	case root.Name == "extensions" && strings.HasPrefix(root.Space, extensionsSpace):
		r.Deps = open(file, root).deps()
	}
	return r
}

func isPOM(root *xmlspan.Element) bool {
	return root.Name == "project" && (strings.HasPrefix(root.Space, pomSpace) || root.Get("modelVersion").Text() == "4.0.0")
}

// deps returns what the project names, at whatever place.
func (p *project) deps() []managers.Dep {
	registries := p.registries()
	var deps []managers.Dep
	p.root.Walk(func(e *xmlspan.Element, path []string) {
		if len(path) == 0 {
			return
		}
		if d, ok := p.dep(e, path); ok {
			d.Registries = registries
			d.Needs = append([]string{rootKey + d.Name, mirrorKey}, settingsKeys...)
			deps = append(deps, d)
		}
		deps = append(deps, images(e)...)
	})
	return p.guarded(deps)
}

// dep returns the artifact that e names with a version.
func (p *project) dep(e *xmlspan.Element, path []string) (managers.Dep, bool) {
	group, artifact, version := e.Get("groupId").Text(), e.Get("artifactId").Text(), e.Get("version").Value()
	if group == "" && e.Name == "plugin" {
		group = pluginGroup
	}
	if group == "" || artifact == "" || version.Text == "" {
		return managers.Dep{}, false
	}
	d := managers.Dep{Datasource: "maven", Kind: kind(e, path), Line: version.Line}
	name, nameErr := p.expand(group + ":" + artifact)
	d.Name = name
	value, valueErr := p.resolve(version)
	field, ok := value.Field()
	switch {
	case nameErr == managers.RecursivePlaceholder || valueErr == managers.RecursivePlaceholder:
		d.Skip = managers.RecursivePlaceholder
		d.Note = "its properties refer to one another in a circle"
	case nameErr != "":
		d.Skip = nameErr
		d.Note = "no property in the repository has the value of a placeholder in its name"
	case valueErr != "":
		d.Skip = valueErr
		d.Note = "no property in the repository has its version"
	case !ok:
		d.Skip = managers.Unsupported
		d.Note = "its version is not written in one piece, so that it cannot be replaced"
	}
	d.Shared = value.name
	if d.Value = field; !ok {
		d.Composed = value.Text
	} else if value.path != p.path {
		d.Value.Path = value.path
	}
	return d, true
}

// kind returns the role that e plays.
func kind(e *xmlspan.Element, path []string) string {
	switch e.Name {
	case "plugin", "extension":
		return "build"
	case "parent":
		return "parent"
	case "dependency":
		if slices.Contains(path, "plugin") {
			return "build"
		}
		if e.Get("optional").Text() == "true" {
			return "optional"
		}
		if scope := e.Get("scope").Text(); scope != "" {
			return scope
		}
		return "compile"
	}
	return ""
}

const (
	rootKey     = "root/"  // and the name by which a child calls the outermost project of the repository
	mirrorKey   = "mirror" // of the default repository
	settingsKey = "settings/"
)

// settingsKeys are where settings files are found without being configured, and one for others.
var settingsKeys = []string{
	settingsKey + ".m2/settings.xml", settingsKey + ".mvn/settings.xml", settingsKey + "settings.xml", settingsKey + "other",
}

// settings returns the repositories that a settings file names for all projects.
func settings(path string, root *xmlspan.Element) (defs []managers.Def) {
	var urls []string
	for mirror := range root.Get("mirrors").All("mirror") {
		urls = add(urls, mirror.Get("url").Text())
		for of := range strings.SplitSeq(mirror.Get("mirrorOf").Text(), ",") {
			if of = strings.TrimSpace(of); len(urls) > 0 && (of == "*" || of == "external:*" || of == "central") {
				defs = append(defs, managers.Def{Key: mirrorKey, Value: of})
			}
		}
	}
	for profile := range root.Get("profiles").All("profile") {
		for repository := range profile.Get("repositories").All("repository") {
			urls = add(urls, repository.Get("url").Text())
		}
	}
	if len(urls) == 0 {
		return nil
	}
	key := settingsKey + path
	if !slices.Contains(settingsKeys, key) {
		key = settingsKey + "other"
	}
	return append(defs, managers.Def{Key: key, Value: strings.Join(urls, "\n")})
}

// link completes d with the repositories of settings files, which come first and may stand in for the default one, and
// says if it is the outermost project of this repository.
func link(d managers.Dep, defs managers.Defs) managers.Dep {
	if _, ok := defs[d.Needs[0]]; ok {
		d.Kind = "parent-root"
	}
	var urls []string
	for _, key := range d.Needs[2:] {
		for _, url := range strings.Fields(defs[key]) {
			urls = add(urls, url)
		}
	}
	_, mirrored := defs[d.Needs[1]]
	for _, url := range d.Registries {
		if !(mirrored && url == managers.DefaultRegistry) && !slices.Contains(urls, url) {
			urls = append(urls, url)
		}
	}
	d.Registries = urls
	return d
}
