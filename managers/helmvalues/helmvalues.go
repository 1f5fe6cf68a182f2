// Package helmvalues finds the images in values files of Helm charts.
package helmvalues

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/helmvalues"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads values files. They have no schema, but strong habits.
var Manager = &managers.Manager{
	Name: "helm-values",
	Doc: `images in values of Helm charts

At any depth, a key that ends in "image" holds an image: as "repository:tag", as a mapping of
repository, tag or version, and maybe registry and digest, or with the tag beside it.`,
	Files:       []string{`/(^|/)values\.ya?ml$/`},
	Categories:  []string{"helm", "kubernetes"},
	Defaults:    map[string]any{"pinDigests": false, "commitMessageTopic": "helm values {{depName}}"},
	Limits:      `Tags in keys of another name than tag or version, and images without a key that ends in "image".`,
	Datasources: []string{"docker"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		r.Deps = append(r.Deps, helmvalues.Deps(doc.Node)...)
	}
	return r
}
