// Package githubactions reads the workflows and actions of GitHub, Gitea and
// Forgejo.
package githubactions

import (
	"cmp"
	"slices"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads workflows and actions.
var Manager = &managers.Manager{
	Name: "github-actions",
	Doc: `GitHub Actions: workflows and composite actions

Actions and reusable workflows by tag, branch, or commit with the version in a
comment; images of steps, jobs and services; runners; the versions of tools that well-known
actions are told to set up. Also of Gitea and Forgejo.`,
	Files: []string{
		`/(^|/)(workflow-templates|\.(?:github|gitea|forgejo)/(?:workflows|actions))/.+\.ya?ml$/`,
		`/(^|/)action\.ya?ml$/`,
	},
	Categories:  []string{"ci"},
	Limits:      "A commit without a version in a comment behind it is not updated.",
	Datasources: []string{"dart-version", "docker", "dotnet-version", "git-refs", "git-tags", "github-digest", "github-release-attachments", "github-releases", "github-runners", "github-tags", "gradle-version", "java-version", "npm", "pypi", "ruby-version", "rust-version"},
	Extract:     extract,
}

// extract reads "uses" line by line, so that a file that is no valid YAML still has its
// actions updated, and the rest from the parsed file.
func extract(file managers.File) managers.Result {
	found := readUses(file.Text)
	docs, problems := yamlspan.Documents(file)
	for _, doc := range docs {
		found = append(found, readDocument(doc.Node)...)
	}
	slices.SortStableFunc(found, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	r := managers.Result{Problems: problems}
	for _, d := range found {
		r.Deps = append(r.Deps, d.Dep)
	}
	return r
}

// A placed dependency knows where it stands, for the order.
type placed struct {
	managers.Dep
	at int
}
