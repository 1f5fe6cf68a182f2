package mise

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/tool"
)

// anyV finds the version in a tag, whether a "v" is before it or not.
const anyV = `^v?(?<version>.+)`

// backend returns the dependency on what a backend calls name.
func (c choice) backend(backend, name string, field managers.Field) managers.Dep {
	t := tool.Tool{Package: name}
	switch backend {
	case "aqua":
		t.Datasource, t.Extract = "github-tags", anyV
		if parts := strings.SplitN(name, "/", 3); len(parts) == 3 { // the third is a program of the repository
			t.Package = parts[0] + "/" + parts[1]
		}
		if rest, ok := strings.CutPrefix(field.Text, "v"); ok && rest != "" {
			field = managers.Field{Text: rest, Start: field.End() - len(rest)}
		}
	case "github", "gitlab", "spm":
		return c.forge(backend, name, field)
	case "ubi":
		t.Datasource = "github-releases"
		if !strings.HasPrefix(field.Text, "v") {
			t.Extract = tagged(c.option("tag_regex"))
		}
	case "cargo":
		if strings.Contains(name, "://") {
			return c.cargoGit(name, field)
		}
		t.Datasource, t.Versioning = "crate", "semver"
	case "conda", "npm":
		t.Datasource = backend
	case "dotnet":
		t.Datasource = "nuget"
	case "gem":
		t.Datasource = "rubygems"
	case "go":
		t.Datasource, t.Extract = "go", withoutV(field.Text)
	case "pipx":
		return c.pipx(name, field)
	default:
		return unknown(c.key)
	}
	return t.Dep(c.key, field)
}

// withoutV is how to find a version in a tag where the configuration has none of the "v" that tags
// may have.
func withoutV(version string) string {
	if version == "" || version[0] == 'v' {
		return ""
	}
	return anyV
}

// tagged is how to find versions in the tags that expr, the option tag_regex, matches.
func tagged(expr string) string {
	if expr == "" {
		return anyV
	}
	rest, anchored := strings.CutPrefix(expr, "^")
	extract := `^v?(?<version>(?:` + strings.TrimPrefix(strings.TrimPrefix(rest, "v?"), "v") + `).*)`
	if !anchored {
		extract = `^(?<version>.*(?:` + expr + `).*)`
	}
	if _, err := regexp.Compile(extract); err != nil {
		return anyV
	}
	return extract
}

// forge returns what is released on GitHub or GitLab.
func (c choice) forge(backend, name string, field managers.Field) managers.Dep {
	t := tool.Tool{Datasource: "github-releases", Package: name}
	if backend == "gitlab" {
		t.Datasource = "gitlab-releases"
	}
	if backend == "spm" && strings.Contains(name, "://") {
		path, ok := gitHub(name)
		if !ok {
			return managers.Dep{Name: c.key, Package: name, Value: field, Skip: managers.UnsupportedURL}
		}
		t.Package = path
	}
	switch prefix := c.option("version_prefix"); {
	case prefix == "":
		t.Extract = withoutV(field.Text)
	case !strings.HasPrefix(field.Text, prefix):
		t.Extract = "^" + regexp.QuoteMeta(prefix) + "(?<version>.+)"
	}
	d := t.Dep(c.key, field)
	if api, err := url.Parse(c.option("api_url")); err == nil && api.Host != "" {
		d.Registries = []string{api.Scheme + "://" + api.Host}
	}
	return d
}

// gitHub returns the owner and name of a repository on GitHub.
func gitHub(address string) (string, bool) {
	path, ok := strings.CutPrefix(strings.TrimPrefix(address, "git+"), "https://github.com/")
	path = strings.TrimSuffix(path, ".git")
	return path, ok && strings.Count(path, "/") == 1
}

// cargoGit returns a crate that is built from a git repository.
func (c choice) cargoGit(address string, field managers.Field) managers.Dep {
	kind, ref, _ := strings.Cut(field.Text, ":")
	d := managers.Dep{Name: c.key, Package: address, Value: field}
	switch {
	case ref == "" || kind != "tag" && kind != "branch" && kind != "rev":
		d.Skip, d.Note = managers.InvalidVersion, "a crate of a git repository has a version like tag:v1.2.3"
		return d
	case kind == "tag":
		d.Datasource = "git-tags"
	default:
		d.Datasource = "git-refs"
	}
	d.Value = managers.Field{Text: ref, Start: field.End() - len(ref)}
	return d
}

// pipx returns a Python program: a package, or a repository as "owner/name" or an address.
func (c choice) pipx(name string, field managers.Field) managers.Dep {
	d := managers.Dep{Name: c.key, Package: name, Value: field}
	switch path, ok := gitHub(name); {
	case strings.HasPrefix(name, "git+") && ok:
		d.Datasource, d.Package = "github-tags", path
	case strings.HasPrefix(name, "git+"):
		d.Datasource, d.Package = "git-refs", strings.TrimSuffix(strings.TrimPrefix(name, "git+"), ".git")
	case strings.Contains(name, "://"):
		d.Skip = managers.UnsupportedURL
	case strings.Contains(name, "/"):
		d.Datasource = "github-tags"
	default:
		d.Datasource = "pypi"
	}
	return d
}
