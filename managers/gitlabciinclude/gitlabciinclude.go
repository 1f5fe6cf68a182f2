// Package gitlabciinclude reads what pipelines of GitLab CI include of other
// projects.
package gitlabciinclude

import (
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/gitlab"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads includes of projects.
var Manager = &managers.Manager{
	Name: "gitlabci-include",
	Doc: `projects that GitLab CI pipelines include: project and ref

In a pipeline, and in those that its jobs start.`,
	Files:       []string{`/\.gitlab-ci\.ya?ml$/`},
	Categories:  []string{"ci"},
	Datasources: []string{"gitlab-tags"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		for _, include := range gitlab.Includes(doc.Node) {
			if project := include.Get("project").String(); project != "" {
				r.Deps = append(r.Deps, dep(project, include))
			}
		}
	}
	return r
}

func dep(project string, include yamlspan.Node) managers.Dep {
	ref := include.Get("ref")
	d := managers.Dep{Name: project, Kind: "repository", Datasource: "gitlab-tags", Value: ref.Field(), Line: include.Get("project").Line()}
	switch {
	case ref.String() == "":
		d.Skip = managers.UnspecifiedVersion
	case d.Value.IsZero():
		d.Composed, d.Skip = ref.String(), managers.Unsupported
	case strings.Contains(project+ref.String(), "$"):
		d.Skip = managers.ContainsVariable
	}
	return d
}
