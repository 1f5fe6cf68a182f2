// Package ansible reads the tasks of Ansible.
package ansible

import (
	"regexp"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/imagenode"
)

// Manager reads lines "image: ..." of tasks, whatever module they are for.
var Manager = &managers.Manager{
	Name: "ansible",
	Doc: `images in Ansible's tasks: tasks/*.yaml

Lines "image: ..."; what is a template is not read.`,
	Files:       []string{`/(^|/)tasks/[^/]+\.ya?ml$/`},
	Categories:  []string{"ansible", "iac"},
	Datasources: []string{"docker"},
	Extract:     extract,
}

var line = regexp.MustCompile(`^\s*image:\s*['"]?([^\s'"{}]+)['"]?\s*(?:#.*)?$`)

func extract(file managers.File) managers.Result {
	return managers.Result{Deps: imagenode.Lines(file.Text, line, "")}
}
