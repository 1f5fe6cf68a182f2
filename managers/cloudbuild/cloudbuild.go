// Package cloudbuild reads the builds of Google Cloud Build.
package cloudbuild

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/imagenode"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads the builders of steps.
var Manager = &managers.Manager{
	Name:        "cloudbuild",
	Doc:         "images of the steps of Google Cloud Build: cloudbuild.yaml",
	Files:       []string{`/(^|/)cloudbuild\.ya?ml/`},
	Categories:  []string{"ci"},
	Datasources: []string{"docker"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		for _, step := range doc.Get("steps").Items() {
			if d, ok := imagenode.Dep(step.Get("name"), ""); ok {
				r.Deps = append(r.Deps, d)
			}
		}
	}
	return r
}
