// Package bun keeps bun.lock.
package bun

import (
	"path"

	"github.com/currant-bot/currant/updater/render/internal/nodejs"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

// Tool runs Bun.
var Tool = &lockfile.Tool{
	Name: "bun", Doc: "bun.lock and bun.lockb, by bun install --lockfile-only",
	Files:      []string{"bun.lock", "bun.lockb"},
	Datasource: "npm", Scheme: "npm",
	Reads: nodejs.Reads, Recipe: recipe,
}

func recipe(w lockfile.Work) (lockfile.Recipe, error) {
	r := lockfile.Recipe{
		Env: append(nodejs.Variables(w, ".npmrc", "bunfig.toml"),
			"BUN_INSTALL_CACHE_DIR="+lockfile.Cache, "BUN_INSTALL="+lockfile.Home+"/bun", "DO_NOT_TRACK=1", "BUN_RUNTIME_TRANSPILER_CACHE_PATH=0"),
		Home:  nodejs.Home(w),
		Steps: []lockfile.Step{lockfile.Run("install", "--lockfile-only", "--ignore-scripts", "--no-progress", "--cafile", lockfile.Authority)},
	}
	if w.Renew {
		r.Remove = []string{path.Base(w.Lock)}
	}
	return r, nil
}
