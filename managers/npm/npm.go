// Package npm reads package.json, and the catalogs of pnpm and Yarn.
package npm

import (
	"path"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/packagejson"
)

// Manager reads what npm, pnpm and Yarn install.
var Manager = &managers.Manager{
	Name: "npm",
	Doc: `Node.js packages: package.json, pnpm and Yarn catalogs

All kinds of dependencies, engines, volta, packageManager, resolutions and
overrides; aliases, Git and GitHub references. A package of the same workspace
is not looked up.`,
	Files:       []string{`/(^|/)package\.json$/`, `/(^|/)pnpm-workspace\.yaml$/`, `/(^|/)\.yarnrc\.yml$/`},
	Categories:  []string{"js"},
	Versioning:  "npm",
	Limits:      "Dependencies by path, by address of a file, and within the workspace.",
	Datasources: []string{"git-tags", "github-tags", "node-version", "npm"},
	Locks:       []string{"npm-shrinkwrap.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock"},
	Extract:     extract,
	Link:        packagejson.Link,
}

func extract(file managers.File) managers.Result {
	switch path.Base(file.Path) {
	case "pnpm-workspace.yaml":
		return packagejson.Catalogs(file, "pnpm")
	case ".yarnrc.yml":
		return packagejson.Catalogs(file, "yarn")
	}
	return packagejson.Extract(file)
}
