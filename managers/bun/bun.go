// Package bun reads package.json where Bun installs it.
package bun

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/packagejson"
)

// Manager reads a package.json that a lock file of Bun holds.
var Manager = &managers.Manager{
	Name: "bun",
	Doc: `Bun packages: package.json with bun.lock

A package.json beside Bun's lock file, or in the workspace that the lock file is
at the top of.`,
	Files:       []string{`/(^|/)package\.json$/`},
	Categories:  []string{"js"},
	Versioning:  "npm",
	Supersedes:  []string{"npm"},
	Datasources: []string{"npm"},
	Locks:       []string{"bun.lock", "bun.lockb"},
	Extract:     extract,
	Link:        packagejson.Link,
}

func extract(file managers.File) managers.Result {
	locks := slices.DeleteFunc(packagejson.Locks(file), func(name string) bool {
		return !strings.HasSuffix(name, "bun.lock") && !strings.HasSuffix(name, "bun.lockb")
	})
	if len(locks) == 0 {
		return managers.Result{} // npm, Yarn or pnpm install it
	}
	r := packagejson.Extract(file)
	for i := range r.Deps {
		if len(r.Deps[i].Locks) > 0 {
			r.Deps[i].Locks = locks
		}
	}
	return r
}
