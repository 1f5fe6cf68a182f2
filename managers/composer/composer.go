// Package composer reads composer.json.
package composer

import (
	"io/fs"
	"path"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/jsonspan"
)

// Manager reads what a project requires, with the versions in its lock file.
var Manager = &managers.Manager{
	Name: "composer",
	Doc: `PHP packages: composer.json, with the versions in composer.lock

Packages of Composer repositories and of the Git repositories that composer.json gives a name, and PHP itself.`,
	Files:       []string{`/(^|/)([\w-]*)composer\.json$/`},
	Categories:  []string{"php"},
	Versioning:  "composer",
	Limits:      "Packages that repositories of the kinds path, package and artifact have are looked up at Packagist.",
	Datasources: []string{"bitbucket-tags", "git-tags", "github-tags", "packagist"},
	Locks:       []string{"composer.lock"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	root, problems := jsonspan.Read(file)
	p := project{}
	p.repositories(root.Get("repositories"))
	p.lock, p.locked = readLock(file)
	var deps []managers.Dep
	for _, kind := range []string{"require", "require-dev"} {
		for name, v := range root.Get(kind).Members() {
			if d, ok := p.dep(kind, name, v); ok {
				deps = append(deps, d)
			}
		}
	}
	r := managers.Result{Deps: deps, Problems: problems}
	if php := root.Get("require").Get("php"); php.Kind == jsonspan.String && php.Text != "" {
		r.Constraints = map[string]string{"php": php.Text}
	}
	return r
}

type project struct {
	registries []string
	git        map[string]string // addresses by package
	lock       string
	locked     map[string]string
}

// repositories reads a list, or an object by name.
func (p *project) repositories(v jsonspan.Value) {
	p.git = make(map[string]string)
	packagist := true
	read := func(name string, r jsonspan.Value) {
		url := strings.TrimSpace(r.Get("url").Text)
		switch kind := r.Get("type").Text; {
		case r.Text == "false" && (name == "packagist" || name == "packagist.org"),
			r.Get("packagist").Text == "false", r.Get("packagist.org").Text == "false":
			packagist = false
		case kind == "composer" && (strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")):
			p.registries = append(p.registries, url)
		case (kind == "vcs" || kind == "git") && name != "" && url != "":
			p.git[name] = url
		}
	}
	for _, r := range v.Items() {
		read(r.Get("name").Text, r)
	}
	for name, r := range v.Members() {
		read(name.Text, r)
	}
	if packagist && len(p.registries) > 0 {
		p.registries = append(p.registries, managers.DefaultRegistry)
	}
}

var bitbucket = "https://" + datasources.ForgeHost("bitbucket") + "/"

func (p *project) dep(kind string, name, v jsonspan.Value) (managers.Dep, bool) {
	if v.Kind != jsonspan.String || name.Text == "" {
		return managers.Dep{}, false
	}
	d := managers.Dep{Name: name.Text, Kind: kind, Datasource: "packagist", Line: name.Line}
	var ok bool
	if d.Value, ok = v.Field(); !ok && v.Text != "" {
		d.Composed, d.Skip = v.Text, managers.Unsupported
		d.Note = "its version is written with escapes, so that it cannot be replaced"
		return d, true
	}
	git := p.git[name.Text]
	repository, onBitbucket := strings.CutPrefix(strings.TrimSuffix(git, ".git"), bitbucket)
	switch {
	case name.Text == "php":
		d.Datasource, d.Package = "github-tags", "containerbase/php-prebuild"
		return d, true
	case !strings.Contains(name.Text, "/"):
		d.Skip, d.Note = managers.Unsupported, "it is part of PHP's platform, not a package"
	case onBitbucket:
		d.Datasource, d.Package = "bitbucket-tags", repository
	case git != "":
		d.Datasource, d.Package = "git-tags", git
	}
	if d.Datasource == "packagist" {
		d.Registries = p.registries
	}
	if d.Skip == "" {
		d.Locked = p.locked[strings.ToLower(name.Text)]
		if p.lock != "" {
			d.Locks = []string{p.lock}
		}
	}
	return d, true
}

// readLock returns the lock file beside file and the versions in it.
func readLock(file managers.File) (string, map[string]string) {
	name := strings.TrimSuffix(file.Path, ".json") + ".lock"
	if file.FS == nil || !fs.ValidPath(name) || !strings.HasSuffix(path.Base(file.Path), "composer.json") {
		return "", nil
	}
	text, err := fs.ReadFile(file.FS, name)
	if err != nil {
		return "", nil
	}
	locked := make(map[string]string)
	root, bad := jsonspan.Parse(string(text))
	if bad != nil {
		return name, nil
	}
	for _, list := range []string{"packages", "packages-dev"} {
		for _, entry := range root.Get(list).Items() {
			locked[strings.ToLower(entry.Get("name").Text)] = entry.Get("version").Text
		}
	}
	return name, locked
}
