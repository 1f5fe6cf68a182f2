package maven

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/xmlspan"
)

// A project is a project file and its parents in the repository.
type project struct {
	path   string
	root   *xmlspan.Element
	parent *project // nil if it is not in the repository

	inNames map[managers.Field]bool // properties that are part of names
}

// maxParents bounds how far up parents are followed.
const maxParents = 20

// open returns the project that file holds.
func open(file managers.File, root *xmlspan.Element) *project {
	first := &project{path: file.Path, root: root, inNames: make(map[managers.Field]bool)}
	seen := map[string]bool{file.Path: true}
	for p := first; len(seen) <= maxParents && file.FS != nil; p = p.parent {
		name := p.parentPath()
		if name == "" || seen[name] {
			break
		}
		seen[name] = true
		text, err := fs.ReadFile(file.FS, name)
		if err != nil {
			break
		}
		above, bad := xmlspan.Parse(strings.TrimPrefix(string(text), "\ufeff"))
		if bad != nil || !isPOM(above) {
			break
		}
		p.parent = &project{path: name, root: above}
	}
	return first
}

// parentPath returns the file of p's parent as p says it, "" if it is not in the
// repository.
func (p *project) parentPath() string {
	parent := p.root.Get("parent")
	if parent == nil {
		return ""
	}
	relative := "../pom.xml"
	if e := parent.Get("relativePath"); e != nil {
		if relative = e.Text(); relative == "" {
			return ""
		}
	}
	if !strings.HasSuffix(relative, ".xml") {
		relative = path.Join(relative, "pom.xml")
	}
	name := path.Join(path.Dir(p.path), relative)
	if !fs.ValidPath(name) {
		return ""
	}
	return name
}

// rootName returns the name by which p calls its parent, if that is the outermost project of
// the repository.
func (p *project) rootName() (string, bool) {
	if p.parent == nil || p.parent.parent != nil {
		return "", false
	}
	parent := p.root.Get("parent")
	name, skip := p.expand(parent.Get("groupId").Text() + ":" + parent.Get("artifactId").Text())
	return name, skip == ""
}

// A property is a value and the file that it stands in.
type property struct {
	xmlspan.Value
	path string
	name string // "" for what is no property
}

// property returns what a property is set to, by p or the nearest parent that sets it.
func (p *project) property(name string) (property, bool) {
	for ; p != nil; p = p.parent {
		var found *xmlspan.Element
		for e := range p.root.Get("properties").All(name) {
			found = e // the last one counts
		}
		if found != nil {
			return property{found.Value(), p.path, name}, true
		}
	}
	return property{}, false
}

var (
	reference   = regexp.MustCompile(`^\$\{\s*([^{}\s]+)\s*\}$`)
	placeholder = regexp.MustCompile(`\$\{\s*([^{}\s]+)\s*\}`)
)

// resolve follows a version that is a property to where it is written.
func (p *project) resolve(v xmlspan.Value) (property, managers.Skip) {
	at := property{v, p.path, ""}
	for seen := map[string]bool{}; ; {
		m := reference.FindStringSubmatch(at.Text)
		if m == nil {
			break
		}
		if seen[m[1]] {
			return property{v, p.path, ""}, managers.RecursivePlaceholder
		}
		seen[m[1]] = true
		next, ok := p.property(m[1])
		if !ok {
			break
		}
		at = next
	}
	switch {
	case strings.Contains(at.Text, "${"):
		return at, managers.VersionPlaceholder
	case at.Text == "":
		return at, managers.UnspecifiedVersion
	}
	return at, ""
}

// maxName bounds names with properties in them, which may multiply.
const maxName = 1000

// expand replaces the properties in a name. It is returned as far as that is possible.
func (p *project) expand(name string) (string, managers.Skip) {
	for range maxParents {
		changed := false
		next := placeholder.ReplaceAllStringFunc(name, func(text string) string {
			v, ok := p.property(placeholder.FindStringSubmatch(text)[1])
			if !ok || v.Text == "" {
				return text
			}
			changed = true
			if f, ok := v.Field(); ok {
				if v.path != p.path {
					f.Path = v.path
				}
				p.inNames[f] = true
			}
			return v.Text
		})
		if len(next) > maxName {
			return name, managers.RecursivePlaceholder
		}
		if name = next; !changed {
			if strings.Contains(name, "${") {
				return name, managers.NamePlaceholder
			}
			return name, ""
		}
	}
	return name, managers.RecursivePlaceholder
}

// guarded skips those of deps whose version is part of a name too: there both would change.
func (p *project) guarded(deps []managers.Dep) []managers.Dep {
	for i, d := range deps {
		if p.inNames[d.Value] {
			deps[i].Skip = managers.Unsupported
			deps[i].Note = "its version is part of the name of an artifact too, so that a person must change it"
		}
	}
	return deps
}

// registries returns the repositories that p and its parents name outside of profiles, and the default one.
func (p *project) registries() []string {
	var urls []string
	for ; p != nil; p = p.parent {
		for repository := range p.root.Get("repositories").All("repository") {
			urls = add(urls, repository.Get("url").Text())
		}
	}
	return append(urls, managers.DefaultRegistry)
}

// add appends url if it can be asked and is not there yet.
func add(urls []string, url string) []string {
	web := strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")
	if !web || strings.ContainsAny(url, "${} \t\r\n") || slices.Contains(urls, url) {
		return urls
	}
	return append(urls, url)
}
