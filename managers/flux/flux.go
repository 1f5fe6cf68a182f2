// Package flux finds what Flux deploys: charts, and the artifacts, Git
// references and images that its resources name.
package flux

import (
	"cmp"
	"path"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/helmvalues"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads Flux resources. By default it reads only what "flux bootstrap"
// writes: configuration names the folders with the rest.
var Manager = &managers.Manager{
	Name: "flux",
	Doc: `charts, artifacts, Git references and images in Flux resources

It reads HelmRelease, HelmChart, OCIRepository, GitRepository and Kustomization of any API version, and
resolves charts by the HelmRepository resources in the files that it reads. Of Terraform resources, which the Tofu controller
runs, it reads the images of the runner and those in values.
ImagePolicy and its like are left to Flux.`,
	Files:       []string{`/(^|/)gotk-components\.ya?ml$/`},
	Categories:  []string{"cd", "kubernetes"},
	Limits:      `Semver ranges and branches of GitRepository and OCIRepository are followed by Flux itself. "${variables}" of Flux are not resolved.`,
	Datasources: []string{"docker", "git-refs", "git-tags", "github-releases", "github-tags", "gitlab-tags", "helm"},
	Extract:     extract,
	Link:        link,
}

const (
	// group is what all API groups of Flux have in common.
	group = ".toolkit.fluxcd.io/"

	// tofu is the API group of the Tofu controller.
	tofu = "infra.contrib.fluxcd.io/"
)

func extract(file managers.File) managers.Result {
	if d, ok := system(file); ok {
		return managers.Result{Deps: []managers.Dep{d}}
	}
	if !strings.Contains(file.Text, group) && !strings.Contains(file.Text, tofu) {
		return managers.Result{}
	}
	var r managers.Result
	docs, problems := yamlspan.Documents(file)
	r.Problems = problems
	for _, doc := range docs {
		if doc.Template && doc.IsZero() && strings.Contains(file.Text[doc.Start:doc.End], group) {
			line := 1 + strings.Count(file.Text[:doc.Start], "\n")
			r.Problems = append(r.Problems, managers.Problem{Path: file.Path, Line: line,
				Text: "document is not valid YAML even without its template tags"})
		}
		res, ok := newResource(doc.Node)
		if !ok {
			continue
		}
		if def, ok := res.helmRepository(); ok {
			r.Defs = append(r.Defs, def)
		}
		for _, d := range res.deps() {
			d.Line = cmp.Or(d.Line, doc.Get("kind").Line())
			r.Deps = append(r.Deps, d)
		}
	}
	return r
}

var (
	systemFile = regexp.MustCompile(`^gotk-components\.ya?ml$`)
	// systemHeader has one group: the version of Flux that wrote the file.
	systemHeader = regexp.MustCompile(`(?m)^#[ \t]*Flux Version:[ \t]*(\S+)[ \t]*\r?$`)
)

// system returns the dependency on Flux itself of the file with its controllers.
// Only flux itself can write the file for another version.
func system(file managers.File) (d managers.Dep, ok bool) {
	if !systemFile.MatchString(path.Base(file.Path)) {
		return d, false
	}
	at := systemHeader.FindStringSubmatchIndex(file.Text)
	if at == nil {
		return d, false
	}
	return managers.Dep{
		Name:       "fluxcd/flux2",
		Datasource: "github-releases",
		Value:      managers.Field{Text: file.Text[at[2]:at[3]], Start: at[2]},
		Render:     "flux-install",
	}, true
}

// A resource is a document of a Flux manifest.
type resource struct {
	yamlspan.Node
	name, namespace string
}

// newResource returns the resource that doc is. As for Renovate, what has no name, or only a
// bare template tag for its name or namespace, is none: it is not known what would be applied.
func newResource(doc yamlspan.Node) (r resource, ok bool) {
	name, namespace := doc.Get("metadata", "name"), doc.Get("metadata", "namespace")
	ok = name.IsString() && (namespace.IsZero() || namespace.IsString())
	return resource{doc, name.String(), namespace.String()}, ok
}

// is reports whether r is of a kind of one of Flux's groups, such as "source".
func (r resource) is(prefix, kind string) bool {
	return r.Get("kind").String() == kind && strings.HasPrefix(r.Get("apiVersion").String(), prefix+group)
}

// deps returns the dependencies of r by its kind.
func (r resource) deps() []managers.Dep {
	spec := r.Get("spec")
	switch {
	case r.is("helm", "HelmRelease"):
		return append(r.chart(spec.Get("chart", "spec")), helmvalues.Deps(spec.Get("values"))...)
	case r.is("source", "HelmChart"):
		return r.chart(spec)
	case r.is("source", "OCIRepository"):
		return r.ociRepository(spec)
	case r.is("source", "GitRepository"):
		return r.gitRepository(spec)
	case r.is("kustomize", "Kustomization"):
		return kustomizeImages(spec.Get("images"))
	case r.Get("kind").String() == "Terraform" && strings.HasPrefix(r.Get("apiVersion").String(), tofu):
		return runnerImages(spec)
	}
	return nil
}
