// Package nodejs defines what the tools of Node.js packages have in common.
package nodejs

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/updater/render/lockfile"
)

// config are the files that say how packages are resolved.
var config = []string{
	"package.json", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "yarn.lock", "bun.lock", "bun.lockb",
	".npmrc", ".yarnrc", ".yarnrc.yml", "bunfig.toml", ".pnpmfile.cjs", ".pnpmfile.mjs", "pnpmfile.cjs", "lerna.json", ".node-version", ".nvmrc",
}

// Reads reports whether a file has a say in what a lock file holds: configuration, patches
// and packages in the repository itself. Nothing else is shown to a tool.
func Reads(name string) bool {
	base := path.Base(name)
	if slices.Contains(strings.Split(path.Dir(name), "/"), "node_modules") {
		return false
	}
	switch path.Ext(base) {
	case ".patch", ".diff", ".tgz":
		return true
	}
	return slices.Contains(config, base) || strings.Contains("/"+name, "/.yarn/releases/") || strings.Contains("/"+name, "/.yarn/plugins/")
}

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)(-[^}]*)?\}`)

// Unset is the value of variables that hold credentials elsewhere; the gateway sends none that contains it.
const Unset = "currant-unset"

// Variables returns settings for the gateway and for the variables that the repository's configuration
// refers to: without them tools refuse to read it. What they are elsewhere, this program's environment, is not a tool's to see.
func Variables(w lockfile.Work, files ...string) []string {
	out := []string{"npm_config_cafile=" + lockfile.Authority}
	if w.Memory > 0 {
		out = append(out, "NODE_OPTIONS=--max-old-space-size="+strconv.Itoa(w.Memory))
	}
	for _, file := range files {
		for _, m := range variable.FindAllStringSubmatch(w.Read(file), -1) {
			if kv := m[1] + "=" + Unset; !reserved(m[1]) && !slices.Contains(out, kv) {
				out = append(out, kv)
			}
		}
	}
	slices.Sort(out)
	return out
}

// reserved are variables that a repository must not change for the programs around a tool.
func reserved(name string) bool {
	switch strings.ToUpper(name) {
	case "PATH", "HOME", "TMPDIR", "NO_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NODE_OPTIONS", "CI", "TERM", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS":
		return true
	}
	return strings.HasPrefix(strings.ToUpper(name), "LD_")
}

// Home returns the user configuration of a tool: what configuration says in npmrc.
func Home(w lockfile.Work) map[string]string {
	if w.Settings == "" {
		return nil
	}
	return map[string]string{".npmrc": w.Settings}
}
