// Package poetry reads pyproject.toml for Poetry.
package poetry

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/pyproject"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

// Manager reads Poetry's own table and, as Poetry does, those of the standards.
var Manager = &managers.Manager{
	Name: "poetry",
	Doc: `Poetry projects: pyproject.toml

The table tool.poetry with its groups and sources, and PEP 621 dependencies
where no other tool's lock file holds them.`,
	Files:       []string{`/(^|/)pyproject\.toml$/`},
	Categories:  []string{"python"},
	Versioning:  "pep440",
	Supersedes:  []string{"pep621"},
	Datasources: []string{"git-refs", "git-tags", "github-releases", "pypi"},
	Locks:       []string{"poetry.lock"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	p := pyproject.Open(file, "poetry.lock")
	table := p.Root.Get("tool", "poetry")
	r := reader{p, sources(table)}
	r.read("dependencies", table.Get("dependencies"))
	r.read("dev-dependencies", table.Get("dev-dependencies"))
	for name, group := range table.Get("group").Members() {
		r.read(name.Text, group.Get("dependencies"))
	}
	p.For(table.Get("dependencies", "python"), table.Get("dependencies", "python", "version"), p.Root.Get("project", "requires-python"))
	p.Versioned(table.Get("version"), p.Root.Get("project", "version"))
	p.ReadStandard()
	p.ReadBuild(func(name string) bool {
		name = pyproject.Normalize(strings.TrimSpace(name))
		return name == "poetry" || name == "poetry-core"
	})
	return p.Result()
}

// A reader reads the tables of one project.
type reader struct {
	project *pyproject.Project
	sources index
}

// An index knows the addresses of the project's sources.
type index struct {
	byName  map[string]string
	general []string // those that are asked for every package; nil for the default
}

func sources(table *tomlspan.Value) index {
	ix := index{byName: make(map[string]string)}
	base := managers.DefaultRegistry
	for _, s := range table.Get("source").Items() {
		name, url := s.Get("name").Text, pyproject.Redact(s.Get("url").Text)
		switch priority := s.Get("priority").Text; {
		case url == "":
			continue
		case s.Get("default").Text == "true", strings.EqualFold(name, "pypi"):
			base = url
		case priority == "explicit":
		default:
			ix.general = append(ix.general, url)
		}
		ix.byName[name] = url
	}
	if len(ix.general) > 0 || base != managers.DefaultRegistry {
		ix.general = append(ix.general, base)
	}
	return ix
}

// read reads a table of packages with their constraints.
func (r reader) read(kind string, table *tomlspan.Value) {
	for name, value := range table.Members() {
		entries := value.Items() // a package may have one constraint for each platform
		if value.Kind != tomlspan.Array {
			entries = []*tomlspan.Value{value}
		}
		for _, entry := range entries {
			d := r.entry(managers.Dep{Name: name.Text, Kind: kind, Datasource: "pypi", Line: name.Line}, entry)
			r.project.Add(d, max(name.Start, entry.Start))
		}
	}
}

func (r reader) entry(d managers.Dep, v *tomlspan.Value) managers.Dep {
	if n := pyproject.Normalize(d.Name); n != d.Name {
		d.Package = n
	}
	if v.Kind == tomlspan.String {
		return r.version(d, v)
	}
	has := func(key string) bool { return v.Get(key).Kind != tomlspan.Missing }
	switch {
	case has("git"):
		return pyproject.Git(d, v)
	case has("path"):
		d.Skip = managers.PathDependency
	case has("url"):
		d.Skip = managers.UnsupportedURL
	case has("source"):
		url, ok := r.sources.byName[v.Get("source").Text]
		if d = r.version(d, v.Get("version")); ok {
			d.Registries = []string{url}
		} else if d.Skip == "" {
			d.Skip = managers.UnknownRegistry
		}
	default:
		return r.version(d, v.Get("version"))
	}
	return d
}

// native is a constraint in PEP 440's own syntax. Poetry's has "^1.0", "~1.0" and a mere "1.0" besides.
var native = regexp.MustCompile(`^\s*(?:(?:===|==|~=|!=|<=|>=|<|>)\s*[^\s,|^~]+\s*(?:,\s*|$))+$`)

func (r reader) version(d managers.Dep, v *tomlspan.Value) managers.Dep {
	text := strings.TrimSpace(v.Text)
	if v.Kind != tomlspan.String || text == "" {
		d.Skip = managers.UnspecifiedVersion
		return d
	}
	start := strings.Index(v.Text, text)
	d.Value, _ = v.Sub(start, start+len(text))
	if !native.MatchString(text) {
		d.Versioning = "poetry"
	}
	switch {
	case d.Value.IsZero():
		d.Composed, d.Skip = text, managers.Unsupported
		d.Note = "its version is written with escapes, so that it cannot be replaced"
	case pyproject.Normalize(d.Name) == "python":
		d.Datasource, d.Package = "github-releases", "containerbase/python-prebuild"
		d.Versioning = "poetry"
		d.Config = map[string]any{"commitMessageTopic": "Python"}
	default:
		d.Registries = r.sources.general
	}
	return d
}
