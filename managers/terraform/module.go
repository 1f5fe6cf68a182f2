package terraform

import (
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/hclspan"
	"github.com/currant-bot/currant/managers/internal/modulesource"
)

// module reads a module block.
func (r *reader) module(b hclspan.Block) {
	source, version := b.Get("source"), b.Get("version")
	d := managers.Dep{Name: b.Label(0), Kind: "module", Line: b.Line}
	address := source.Text
	if source.Kind == hclspan.Missing || address == "" {
		r.add(modulesource.Skipped(modulesource.Versioned(d, version), managers.NoSource, ""))
		return
	}
	s := modulesource.Parse(address)
	if _, ok := source.Field(); source.Kind == hclspan.Expression && (!ok || s.Kind == modulesource.Unknown || s.Variable()) {
		d = modulesource.Skipped(d, managers.ContainsVariable, "the source is "+address)
		if !ok {
			s = modulesource.Source{} // nothing of it is known
		}
	}
	switch s.Kind {
	case modulesource.Local:
		d = modulesource.Versioned(modulesource.Skipped(d, managers.Local, ""), version)
	case modulesource.Registry:
		d = r.registryModule(d, s, version)
	case modulesource.Git:
		d = gitModule(d, s, source)
	case modulesource.OCI:
		d = ociModule(d, s, source)
	default:
		d = modulesource.Versioned(modulesource.Skipped(d, managers.UnsupportedURL, "only modules of registries, git and OCI have versions to look up"), version)
	}
	d.Line = source.Line
	r.add(d)
}

func (r *reader) registryModule(d managers.Dep, s modulesource.Source, version hclspan.Value) managers.Dep {
	d.Name, d.Datasource, d.Registries = s.Path, "terraform-module", r.fallback()
	if s.Host != "" {
		d.Name, d.Registries = s.Host+"/"+s.Path, []string{"https://" + s.Host}
	}
	return modulesource.Versioned(d, version)
}

// gitModule returns the dependency on a tag of a git repository.
func gitModule(d managers.Dep, s modulesource.Source, source hclspan.Value) managers.Dep {
	ref := s.Param("ref")
	if ref.IsZero() {
		return modulesource.Skipped(d, managers.UnversionedReference, "no ref is given, so it is whatever the branch holds")
	}
	d.Name, d.Package, d.Datasource = s.Name(), s.URL(), "git-tags"
	if repo, ok := s.Owned("github.com", "www.github.com"); ok {
		d.Name, d.Package, d.Datasource = "github.com/"+repo, repo, "github-tags"
	} else if repo, ok := s.Owned("bitbucket.org"); ok && s.Scheme != "" {
		d.Name, d.Package, d.Datasource = repo, "", "bitbucket-tags"
	} else if path, ok := strings.CutPrefix(s.Path, "v3/"); ok && s.Scp {
		d.Name = path // Azure DevOps, whose addresses say more than its repositories' names
		if s.Folder != "" {
			d.Name += "//" + s.Folder
		}
	}
	d.Value = modulesource.Place(&d, source, ref)
	return d
}

// ociModule returns the dependency on a package in an OCI registry. It is chosen by a tag or by a digest.
func ociModule(d managers.Dep, s modulesource.Source, source hclspan.Value) managers.Dep {
	d.Package, d.Datasource = s.Host+"/"+s.Path+s.Suffix, "docker"
	d.Value = modulesource.Place(&d, source, s.Param("tag"))
	d.Digest = modulesource.Place(&d, source, s.Param("digest"))
	return needsVersion(d)
}
