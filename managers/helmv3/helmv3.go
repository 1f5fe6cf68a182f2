// Package helmv3 finds the charts that charts of Helm 3 depend on.
package helmv3

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/helmdeps"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads Chart.yaml of charts with apiVersion v2; those of v1 are helm-requirements'.
var Manager = &managers.Manager{
	Name: "helmv3",
	Doc: `dependencies of Helm charts: Chart.yaml

Charts from repositories and OCI registries. "@name" and "alias:name" are looked up in
registryAliases. Versions may be ranges; Chart.lock holds those in use.`,
	Files:       []string{`/(^|/)Chart\.ya?ml$/`},
	Categories:  []string{"helm", "kubernetes"},
	Defaults:    map[string]any{"commitMessageTopic": "helm chart {{depName}}"},
	Datasources: []string{"docker", "helm"},
	Locks:       []string{"Chart.lock"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	for _, doc := range docs {
		if doc.Get("apiVersion").String() != "v2" {
			continue
		}
		r := helmdeps.Deps(file, doc.Node, "Chart.lock")
		r.Problems = append(problems, r.Problems...)
		if version := doc.Get("version"); version.IsString() {
			r.Own.Field = version.Field()
		}
		return r
	}
	return managers.Result{Problems: problems}
}
