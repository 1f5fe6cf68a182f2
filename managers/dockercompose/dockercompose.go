// Package dockercompose finds the images that Compose files run.
package dockercompose

import (
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads Compose files of all versions.
var Manager = &managers.Manager{
	Name: "docker-compose",
	Doc: `images in Compose files

Images of services and of the extensions "x-..." that services are made from. What is built from
a Dockerfile has its versions there.`,
	Files:       []string{`/(^|/)(?:docker-)?compose[^/]*\.ya?ml$/`},
	Categories:  []string{"docker"},
	Datasources: []string{"docker"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	seen := make(map[int]bool) // where the images stand: an anchor serves several services
	add := func(service yamlspan.Node) {
		ref := service.Get("image")
		if !ref.IsString() || ref.String() == "" || seen[ref.Start()] || !service.Get("build").IsZero() {
			return
		}
		seen[ref.Start()] = true
		r.Deps = append(r.Deps, image.Node(ref))
	}
	for _, doc := range docs {
		services := doc.Get("services")
		for name, value := range doc.Pairs() {
			// Before version 2, the whole file was a mapping of services.
			if services.IsZero() || strings.HasPrefix(name.String(), "x-") {
				add(value)
			}
		}
		for _, value := range services.Pairs() {
			add(value)
		}
	}
	return r
}
