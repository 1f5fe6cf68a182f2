// Package terragrunt finds the modules that Terragrunt units deploy.
package terragrunt

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/hclspan"
	"github.com/currant-bot/currant/managers/internal/modulesource"
)

// Manager reads terragrunt.hcl and terragrunt.stack.hcl.
var Manager = &managers.Manager{
	Name: "terragrunt",
	Doc: `modules in Terragrunt configurations

The source of the terraform block, and in stacks those of units and stacks: from git, OCI, or with
"tfr://" from a registry of modules. Sources that are put together from variables are listed, and skipped.`,
	Files:       []string{`/(^|/)terragrunt\.hcl$/`, `/(^|/)terragrunt\.stack\.hcl$/`},
	Categories:  []string{"iac", "terraform"},
	Defaults:    map[string]any{"commitMessageTopic": "Terragrunt dependency {{depName}}", "pinDigests": false},
	Limits:      "As terraform; what functions and locals make up.",
	Datasources: []string{"bitbucket-tags", "docker", "forgejo-tags", "git-tags", "gitea-tags", "github-tags", "gitlab-tags", "terraform-module"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	stack := strings.HasSuffix(file.Path, ".stack.hcl")
	blocks, problems := hclspan.Read(file, func(kind string, _ []string) bool {
		return kind == "terraform" || stack && (kind == "unit" || kind == "stack")
	})
	r := managers.Result{Problems: problems}
	for _, b := range blocks {
		d := module(b.Get("source"), b.Get("version"))
		if d.Line == 0 {
			d.Line = b.Line
		}
		r.Deps = append(r.Deps, d)
	}
	return r
}

// here matches what begins with a function that returns a folder of this machine.
var here = regexp.MustCompile(`^\$\{(get_\w*(dir|root)|get_path_\w+|path_relative_\w+|dirname|find_in_parent_folders)\(`)

// module returns the dependency on the module that source is the address of. A version is given beside it
// only for registries.
func module(source, version hclspan.Value) managers.Dep {
	d := managers.Dep{Line: source.Line}
	address := source.Text
	s := modulesource.Parse(address)
	_, plain := source.Field()
	switch {
	case source.Kind == hclspan.Missing || address == "":
		return modulesource.Skipped(d, managers.NoSource, "")
	case source.Kind == hclspan.Expression && here.MatchString(address):
		d = modulesource.Skipped(d, managers.Local, "")
	case source.Kind == hclspan.Expression && (!plain || s.Kind == modulesource.Unknown || s.Variable()):
		d = modulesource.Skipped(d, managers.ContainsVariable, "the source is "+address)
	}
	ref := managers.Field{}
	switch {
	case source.Kind == hclspan.Expression && !plain:
		return d
	case s.Kind == modulesource.Local:
		return modulesource.Skipped(d, managers.Local, "")
	case s.Kind == modulesource.Git:
		if ref = s.Param("ref"); ref.IsZero() {
			return modulesource.Skipped(d, managers.UnversionedReference, "no ref is given, so it is whatever the branch holds")
		}
		d = tags(d, s)
	case s.Kind == modulesource.OCI:
		d.Kind, d.Name, d.Datasource = "oci", s.Host+"/"+s.Path+s.Suffix, "docker"
		ref = s.Param("tag")
	case s.Kind == modulesource.Registry:
		d.Kind, d.Datasource = "terragrunt", "terraform-module"
		d.Name = strings.TrimPrefix(s.Host+"/"+s.Path, "/")
		return registry(d, s)
	case s.Scheme == "tfr" && s.Path != "":
		d.Kind, d.Name, d.Datasource = "terragrunt", s.Path, "terraform-module"
		if ref = s.Param("version"); ref.IsZero() {
			return modulesource.Versioned(registry(d, s), version)
		}
		d = registry(d, s)
	default:
		return modulesource.Skipped(d, managers.UnsupportedURL, "only modules of registries, git and OCI have versions to look up")
	}
	d.Value = modulesource.Place(&d, source, ref)
	d.Digest = modulesource.Place(&d, source, s.Param("digest"))
	return d
}

// registry returns d with the registry that s names, if any.
func registry(d managers.Dep, s modulesource.Source) managers.Dep {
	if s.Host != "" {
		d.Registries = []string{"https://" + s.Host}
	}
	return d
}

// tags returns d with where the tags of a git repository are listed: at the code host, where its
// name tells which it is.
func tags(d managers.Dep, s modulesource.Source) managers.Dep {
	if repo, ok := s.Owned("github.com", "www.github.com"); ok {
		d.Kind, d.Name, d.Package, d.Datasource = "github", "github.com/"+repo, repo, "github-tags"
		return d
	}
	d.Kind, d.Name, d.Package, d.Datasource = "gitTags", s.Name(), s.URL()+s.Suffix, "git-tags"
	if s.Scp {
		return d
	}
	for _, forge := range forges {
		if strings.Contains(s.Host, forge.host) {
			d.Package, d.Datasource = s.Path, forge.datasource
			d.Registries = []string{"https://" + s.Host}
			break
		}
	}
	return d
}

// forges are code hosts by what their names contain.
var forges = []struct{ host, datasource string }{
	{"gitlab", "gitlab-tags"},
	{"bitbucket.org", "bitbucket-tags"},
	{"codeberg", "forgejo-tags"},
	{"forgejo", "forgejo-tags"},
	{"gitea", "gitea-tags"},
}
