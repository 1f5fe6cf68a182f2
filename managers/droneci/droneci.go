// Package droneci reads the pipelines of Drone.
package droneci

import (
	"regexp"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/imagenode"
)

// Manager reads lines "image: ..." of pipelines.
var Manager = &managers.Manager{
	Name:        "droneci",
	Doc:         "images in Drone's pipelines: .drone.yml",
	Files:       []string{`/(^|/)\.drone\.yml$/`},
	Categories:  []string{"ci"},
	Datasources: []string{"docker"},
	Extract:     extract,
}

var line = regexp.MustCompile(`^\s*(?:-\s+)?image:\s*['"]?([^\s'"{}]+)['"]?\s*(?:#.*)?$`)

func extract(file managers.File) managers.Result {
	return managers.Result{Deps: imagenode.Lines(file.Text, line, "docker")}
}
