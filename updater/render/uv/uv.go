// Package uv keeps uv.lock.
package uv

import (
	"github.com/currant-bot/currant/updater/render/lockfile"
)

// Tool runs uv.
var Tool = &lockfile.Tool{
	Name: "uv", Doc: "uv.lock, by uv lock",
	Files: []string{"uv.lock"}, Needs: []string{"python3"},
	Datasource: "pypi", Scheme: "pep440", Recipe: recipe,
}

func recipe(w lockfile.Work) (lockfile.Recipe, error) {
	args := []string{"lock", "--no-progress"}
	if w.Renew {
		args = append(args, "--upgrade")
	}
	return lockfile.Recipe{
		Steps: []lockfile.Step{lockfile.Run(args...)},
		// Without UV_NO_BUILD, packages that have no metadata would run code to say what they need. The
		// repository's own projects still may.
		Env: []string{"UV_CACHE_DIR=" + lockfile.Cache, "UV_PYTHON_DOWNLOADS=never", "UV_NO_BUILD=1", "UV_NO_MANAGED_PYTHON=1", "UV_SYSTEM_CERTS=false"},
	}, nil
}
