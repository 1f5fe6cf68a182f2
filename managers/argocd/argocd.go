// Package argocd finds the charts, repositories and images that Argo CD deploys.
package argocd

import (
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads applications of Argo CD. It has no default patterns: any YAML file may hold one.
var Manager = &managers.Manager{
	Name: "argocd",
	Doc: `charts, Git references and images in Argo CD applications

It reads source and sources of Application and, in its template, of ApplicationSet: charts of
repositories and OCI registries, OCI artifacts, Git repositories, and images that Kustomize replaces.`,
	Categories:  []string{"kubernetes", "cd"},
	Datasources: []string{"docker", "git-tags", "helm"},
	Extract:     extract,
}

const group = "argoproj.io/"

func extract(file managers.File) managers.Result {
	if !strings.Contains(file.Text, group) {
		return managers.Result{}
	}
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		if !strings.HasPrefix(doc.Get("apiVersion").String(), group) {
			continue
		}
		var spec yamlspan.Node
		switch doc.Get("kind").String() {
		case "Application":
			spec = doc.Get("spec")
		case "ApplicationSet":
			spec = doc.Get("spec", "template", "spec")
		}
		if source := spec.Get("source"); source.IsMap() {
			r.Deps = append(r.Deps, deps(source)...)
		}
		for _, source := range spec.Get("sources").Items() {
			r.Deps = append(r.Deps, deps(source)...)
		}
	}
	return r
}

// deps returns what a source refers to. As in Argo CD's schema, a revision is text, not a number.
func deps(source yamlspan.Node) []managers.Dep {
	url, chart, revision := source.Get("repoURL").String(), source.Get("chart"), source.Get("targetRevision")
	if url == "" || !revision.IsString() {
		return nil
	}
	d := managers.Dep{Name: url, Datasource: "git-tags", Value: revision.Field(), Line: revision.Line()}
	address, isOCI := strings.CutPrefix(url, "oci://")
	address = strings.TrimSuffix(address, "/")
	switch name := chart.String(); {
	case !chart.IsZero() && name == "" && !chart.IsString():
		return nil // only a template knows its name
	case name != "" && (isOCI || !strings.Contains(url, "://")):
		d.Name, d.Datasource = address+"/"+name, image.Datasource
	case name != "":
		d.Name, d.Datasource, d.Registries = name, "helm", []string{url}
	case isOCI:
		d.Name, d.Datasource = address, image.Datasource
	}
	all := []managers.Dep{variables(d, revision.String())}
	if d.Datasource == "git-tags" {
		for _, entry := range source.Get("kustomize", "images").Items() {
			if replaced, ok := replacement(entry); ok {
				all = append(all, replaced)
			}
		}
	}
	return all
}

// variables returns d skipped if generators of an ApplicationSet fill in a part of it.
func variables(d managers.Dep, revision string) managers.Dep {
	text := strings.Join(append([]string{d.Name, revision}, d.Registries...), " ")
	switch {
	case strings.Contains(text, "{{"):
		d.Skip, d.Note, d.Registries = managers.ContainsVariable, "a generator fills in a part of "+text, nil
		if strings.Contains(revision, "{{") {
			d.Value = managers.Field{}
		}
	case d.Value.IsZero() && revision != "":
		d.Composed = revision
		d.Skip, d.Note = managers.InvalidValue, "its revision is not written in a form that can be edited"
	}
	return d
}

// replacement returns the image in an entry such as "old=new:tag" or "image:tag".
func replacement(entry yamlspan.Node) (managers.Dep, bool) {
	field := entry.Field()
	if i := strings.IndexByte(field.Text, '='); i >= 0 {
		field = managers.Field{Text: field.Text[i+1:], Start: field.Start + i + 1}
	} else if !strings.ContainsAny(field.Text, ":@") {
		return managers.Dep{}, false
	}
	if field.Text == "" || strings.ContainsAny(field.Text, " {") {
		return managers.Dep{}, false
	}
	d := image.Dep(field)
	d.Line = entry.Line()
	return d, true
}
