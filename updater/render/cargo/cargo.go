// Package cargo keeps Cargo.lock.
package cargo

import (
	"path"
	"slices"
	"strings"

	"github.com/currant-bot/currant/updater/render/lockfile"
)

// Tool runs Cargo.
var Tool = &lockfile.Tool{
	Name: "cargo", Doc: "Cargo.lock, by cargo update --workspace",
	Files: []string{"Cargo.lock"}, Whole: true, Datasource: "crate", Scheme: "semver",
	Reads: reads, Recipe: recipe,
}

// reads reports whether Cargo looks at a file: manifests, its configuration, and sources, since it finds
// the targets of a package by them.
func reads(name string) bool {
	base := path.Base(name)
	return slices.Contains([]string{"Cargo.toml", "Cargo.lock"}, base) || path.Ext(base) == ".rs" ||
		strings.Contains("/"+name, "/.cargo/config")
}

func recipe(w lockfile.Work) (lockfile.Recipe, error) {
	args := []string{"update", "--quiet", "--workspace"}
	if w.Renew {
		args = args[:2]
	}
	return lockfile.Recipe{
		Steps: []lockfile.Step{lockfile.Run(args...)},
		Env: []string{
			"CARGO_HOME=" + lockfile.Cache, "CARGO_HTTP_CAINFO=" + lockfile.Authority, "CARGO_HTTP_MULTIPLEXING=false", "CARGO_NET_RETRY=1",
			"CARGO_TERM_COLOR=never", "CARGO_NET_GIT_FETCH_WITH_CLI=true",
		},
	}, nil
}
