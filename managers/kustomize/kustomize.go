// Package kustomize finds what kustomizations take from elsewhere: images, remote
// bases and Helm charts.
package kustomize

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads kustomization files.
var Manager = &managers.Manager{
	Name: "kustomize",
	Doc: `images, remote bases and Helm charts in kustomizations

Images by newTag or digest; resources, bases and components in Git repositories by "?ref=" or "?version=";
helmCharts from repositories and OCI registries.`,
	Files:       []string{`/(^|/)kustomization\.ya?ml$/`},
	Categories:  []string{"kubernetes"},
	Defaults:    map[string]any{"pinDigests": false},
	Datasources: []string{"docker", "git-tags", "github-tags", "helm"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		kind := doc.Get("kind").String()
		switch kind {
		case "":
			kind = "Kustomization"
		case "Kustomization", "Component":
		default:
			continue
		}
		for _, list := range []string{"bases", "resources", "components"} {
			for _, entry := range doc.Get(list).Items() {
				if d, ok := remote(entry.Field()); ok {
					d.Kind, d.Line = kind, entry.Line()
					r.Deps = append(r.Deps, d)
				}
			}
		}
		for _, entry := range doc.Get("images").Items() {
			if d, ok := replaced(entry); ok {
				d.Kind, d.Line = kind, entry.Line()
				r.Deps = append(r.Deps, d)
			}
		}
		for _, entry := range doc.Get("helmCharts").Items() {
			if d, ok := chart(entry); ok {
				r.Deps = append(r.Deps, d)
			}
		}
	}
	return r
}

// replaced returns the image that an entry of images puts in the place of another.
func replaced(entry yamlspan.Node) (d managers.Dep, ok bool) {
	newName, tag, digest := entry.Get("newName"), entry.Get("newTag"), entry.Get("digest")
	name := image.Dep(managers.Field{Text: entry.Get("name").String()}).PackageName()
	whole := image.Dep(newName.Field()) // newName may bring its own tag
	if newName.String() != "" {
		name = whole.PackageName()
	}
	d = managers.Dep{Name: name, Value: tag.Field(), Digest: digest.Field()}
	switch {
	case entry.Get("name").String() == "":
		return d, false
	case tag.String() != "" && digest.String() != "":
		d.Skip, d.Note = managers.InvalidDependency, "kustomize takes either newTag or digest"
	case d.Value.IsZero() && tag.String() != "" || d.Digest.IsZero() && digest.String() != "":
		d.Composed = tag.String()
		d.Skip, d.Note = managers.InvalidValue, "its tag or digest is not written in a form that can be edited"
	case tag.String() != "" && !tag.IsString(), digest.String() != "" && !digest.IsString():
		d.Skip, d.Note = managers.InvalidValue, "kustomize takes no number for newTag or digest: put it in quotes"
	case newName.String() != "" && whole.Skip != "":
		d = managers.Dep{Datasource: image.Datasource, Skip: whole.Skip, Note: whole.Note}
	case tag.String() != "":
		d = image.Tagged(name, tag.Field())
	case digest.String() != "":
		d = image.Tagged(name, managers.Field{})
		d.Digest = digest.Field()
	case newName.String() != "":
		d = whole
	default:
		return d, false
	}
	d.Pin = nil // a digest has a key of its own, which excludes newTag
	return d, true
}

// chart returns the chart that an entry of helmCharts renders.
func chart(entry yamlspan.Node) (d managers.Dep, ok bool) {
	name, version := entry.Get("name"), entry.Get("version")
	if name.String() == "" {
		return d, false
	}
	d = managers.Dep{Name: name.String(), Value: version.Field()}.Chart(entry.Get("repo").String())
	d.Kind, d.Line = "HelmChart", name.Line()
	if d.Value.IsZero() && version.String() != "" {
		d.Composed = version.String()
		d.Skip, d.Note = managers.InvalidValue, "its version is not written in a form that can be edited"
	}
	return d, true
}
