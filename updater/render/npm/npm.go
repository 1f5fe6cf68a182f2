// Package npm keeps package-lock.json.
package npm

import (
	"encoding/json"
	"path"
	"strconv"

	"github.com/currant-bot/currant/updater/render/internal/nodejs"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

// Tool runs npm.
var Tool = &lockfile.Tool{
	Name: "npm", Doc: "package-lock.json and npm-shrinkwrap.json, by npm install --package-lock-only",
	Files: []string{"package-lock.json", "npm-shrinkwrap.json"}, Needs: []string{"node"},
	Datasource: "npm", Scheme: "npm", Options: []string{"npmDedupe", "npmInstallTwice"},
	Reads: nodejs.Reads, Recipe: recipe,
}

var quiet = []string{"--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--no-progress"}

func recipe(w lockfile.Work) (lockfile.Recipe, error) {
	r := lockfile.Recipe{
		Env:  append(nodejs.Variables(w, ".npmrc"), "npm_config_cache="+lockfile.Cache, "npm_config_replace_registry_host=never", "npm_config_prefix="+lockfile.Home),
		Home: nodejs.Home(w),
	}
	flags := quiet
	if w.Install {
		flags = flags[1:]
	}
	// npm writes a new lock file in its newest form, and old ones without their form's number too.
	if v := form(w.Text); v > 0 {
		flags = append(flags[:len(flags):len(flags)], "--lockfile-version="+strconv.Itoa(v))
	}
	install := lockfile.Run(append([]string{"install"}, flags...)...)
	if w.Renew {
		r.Remove = []string{path.Base(w.Lock)}
	}
	r.Steps = append(r.Steps, install)
	if w.Option("npmInstallTwice") {
		r.Steps = append(r.Steps, install)
	}
	if w.Option("npmDedupe") {
		r.Steps = append(r.Steps, lockfile.Run(append([]string{"dedupe"}, flags...)...))
	}
	return r, nil
}

// form returns the lockfileVersion of a lock file; 0 if it has none.
func form(text string) int {
	var lock struct {
		Version int `json:"lockfileVersion"`
	}
	if json.Unmarshal([]byte(text), &lock) != nil || lock.Version < 1 || lock.Version > 3 {
		return 0
	}
	return lock.Version
}
