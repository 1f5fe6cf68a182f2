// Package helmrequirements finds the charts that charts of Helm 2 depend on.
package helmrequirements

import (
	"io/fs"
	"path"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/helmdeps"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads requirements.yaml beside a Chart.yaml that is not of apiVersion v2; early ones name none.
var Manager = &managers.Manager{
	Name: "helm-requirements",
	Doc: `dependencies of Helm charts of apiVersion v1: requirements.yaml

As for helmv3; the lock file is requirements.lock.`,
	Files:       []string{`/(^|/)requirements\.ya?ml$/`},
	Categories:  []string{"helm", "kubernetes"},
	Defaults:    map[string]any{"commitMessageTopic": "helm chart {{depName}}"},
	Datasources: []string{"helm"},
	Locks:       []string{"requirements.lock"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	if !besideChart(file) {
		return managers.Result{} // such as the requirements of an Ansible project
	}
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	if len(docs) > 0 {
		found := helmdeps.Deps(file, docs[0].Node, "requirements.lock")
		r.Deps, r.Problems = found.Deps, append(r.Problems, found.Problems...)
	}
	return r
}

// besideChart reports whether file lies beside the Chart.yaml of a chart that keeps its
// requirements in a file of their own.
func besideChart(file managers.File) bool {
	if file.FS == nil {
		return false
	}
	data, err := fs.ReadFile(file.FS, path.Join(path.Dir(file.Path), "Chart.yaml"))
	if err != nil {
		return false
	}
	docs, _ := yamlspan.Documents(managers.File{Text: string(data)})
	return len(docs) > 0 && docs[0].Get("apiVersion").String() != "v2" && docs[0].Get("name").String() != ""
}
