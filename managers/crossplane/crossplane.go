// Package crossplane finds the packages that Crossplane installs.
package crossplane

import (
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads resources of Crossplane. It has no default patterns: any YAML file may hold one.
var Manager = &managers.Manager{
	Name: "crossplane",
	Doc: `packages that Crossplane installs: providers, configurations and functions

It reads spec.package of Provider, Configuration and Function of any API version.`,
	Categories:  []string{"kubernetes", "iac"},
	Datasources: []string{"docker"},
	Extract:     extract,
}

// group is the API group of the packages that Crossplane installs.
const group = "pkg.crossplane.io/"

func extract(file managers.File) managers.Result {
	if !strings.Contains(file.Text, group) {
		return managers.Result{}
	}
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		kind := doc.Get("kind").String()
		switch {
		case !strings.HasPrefix(doc.Get("apiVersion").String(), group):
		case kind == "Provider", kind == "Configuration", kind == "Function":
			d := image.Node(doc.Get("spec", "package"))
			d.Kind = strings.ToLower(kind)
			if d.Line == 0 {
				d.Line = doc.Get("kind").Line()
			}
			r.Deps = append(r.Deps, d)
		}
	}
	return r
}
