// Package helmfile finds the charts that Helmfile installs.
package helmfile

import (
	"io/fs"
	"path"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads state files of Helmfile.
var Manager = &managers.Manager{
	Name: "helmfile",
	Doc: `charts that Helmfile installs

Charts of the repositories that the file lists, and "oci://" ones; template tags are read past. An
alias in registryAliases with a repository's name is asked before the repository.`,
	Files: []string{
		`/(^|/)helmfile\.ya?ml(?:\.gotmpl)?$/`,
		`/(^|/)helmfile\.d/.+\.ya?ml(?:\.gotmpl)?$/`,
	},
	Categories:  []string{"cd", "helm", "kubernetes"},
	Defaults:    map[string]any{"commitMessageTopic": "helm chart {{depName}}"},
	Limits:      "What templates make up.",
	Datasources: []string{"docker", "helm"},
	Locks:       []string{"helmfile.lock"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	repositories := make(map[string]string) // parts of a file are layers: later ones know what earlier ones list; "$" of a template
	lock := lockFile(file)
	for _, doc := range docs {
		for _, entry := range doc.Get("repositories").Items() {
			url := entry.Get("url").String()
			if entry.Get("url").InTemplate() && entry.Get("url").Field().IsZero() {
				url = "$"
			}
			if entry.Get("oci").String() == "true" && !strings.HasPrefix(url, "oci://") {
				url = "oci://" + url
			}
			repositories[entry.Get("name").String()] = url
		}
		for _, entry := range doc.Get("releases").Items() {
			chart := entry.Get("chart").String()
			if chart == "" {
				continue
			}
			d := release(entry, chart, repositories)
			d.Line = entry.Get("chart").Line()
			if d.Skip == "" && lock != "" {
				d.Locks = []string{lock}
			}
			r.Deps = append(r.Deps, d)
		}
	}
	return r
}

// release returns the chart of a release, which is a folder, the address of an OCI artifact, or one
// of a repository.
func release(entry yamlspan.Node, chart string, repositories map[string]string) managers.Dep {
	for _, local := range []string{"./", "../", "/"} {
		if strings.HasPrefix(yamlspan.WithoutTags(chart), local) {
			return managers.Dep{Name: yamlspan.WithoutTags(entry.Get("name").String()), Datasource: "helm", Skip: managers.LocalChart}
		}
	}
	d := managers.Dep{Name: chart, Datasource: "helm", Value: entry.Get("version").Field()}
	repository, name, inRepository := strings.Cut(chart, "/")
	address, isOCI := strings.CutPrefix(chart, "oci://")
	switch {
	case isOCI:
		d.Name, d.Datasource = address, "docker"
	case inRepository:
		d.Name = name
		d = from(d, repository, repositories)
	default:
		d.Skip, d.Note = managers.UnknownRegistry, "the chart names no repository"
	}
	switch version := entry.Get("version").String(); {
	case strings.Contains(chart, "{{"), entry.Get("chart").Field().IsZero():
		d.Name = yamlspan.WithoutTags(d.Name)
		d.Skip, d.Note, d.Registries = managers.ContainsVariable, "the chart is "+chart, nil
	case yamlspan.WithoutTags(version) == "":
		d.Value = managers.Field{}
		d.Skip, d.Note, d.Registries = managers.InvalidVersion, "it has no version", nil
	case d.Value.IsZero() || strings.Contains(version, "{{"):
		d.Value, d.Composed = managers.Field{}, version
		d.Skip, d.Note = managers.ContainsVariable, "its version is not written in a form that can be edited"
	case d.Skip == "" && (d.Name == "" || strings.Contains(d.Name, "/")) && d.Datasource == "helm":
		d.Skip, d.Note = managers.UnsupportedChartType, "a chart of a repository has a name without slashes"
	}
	return d
}

// from returns d as a chart of the repository that the file calls name.
func from(d managers.Dep, name string, repositories map[string]string) managers.Dep {
	url, ok := repositories[name]
	if !ok {
		d = d.Chart("@" + name)
		d.Skip = managers.UnknownRegistry
		d.Note = "neither the file nor registryAliases says what the repository " + name + " is"
		return d
	}
	if d = d.Chart(url); d.Skip == "" && d.Datasource == "helm" {
		d.Registries = append([]string{"@" + name}, d.Registries...)
	}
	return d
}

// lockFile returns the path of the lock file beside file; "" if there is none.
func lockFile(file managers.File) string {
	if file.FS == nil {
		return ""
	}
	name := strings.TrimSuffix(file.Path, ".gotmpl")
	name = strings.TrimSuffix(name, path.Ext(name)) + ".lock"
	if _, err := fs.Stat(file.FS, name); err != nil {
		return ""
	}
	return name
}
