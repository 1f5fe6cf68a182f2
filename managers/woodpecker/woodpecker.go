// Package woodpecker reads the workflows of Woodpecker CI.
package woodpecker

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/imagenode"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads the images of steps, services and clones.
var Manager = &managers.Manager{
	Name:        "woodpecker",
	Doc:         "images in Woodpecker CI workflows: steps, services and clone",
	Files:       []string{`/^\.woodpecker(?:/[^/]+)?\.ya?ml$/`},
	Categories:  []string{"ci"},
	Datasources: []string{"docker"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		for _, part := range []string{"clone", "steps", "pipeline", "services"} {
			for _, step := range steps(doc.Get(part)) {
				if d, ok := imagenode.Dep(step.Get("image"), ""); ok {
					r.Deps = append(r.Deps, d)
				}
			}
		}
	}
	return r
}

// steps returns the steps of a list, or of a table by name.
func steps(n yamlspan.Node) (steps []yamlspan.Node) {
	if n.IsAlias() {
		return nil
	}
	steps = n.Items()
	for _, step := range n.Pairs() {
		steps = append(steps, step)
	}
	return steps
}
