// Package pnpm keeps pnpm-lock.yaml.
package pnpm

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/updater/render/internal/nodejs"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

// Tool runs pnpm.
var Tool = &lockfile.Tool{
	Name: "pnpm", Doc: "pnpm-lock.yaml, by pnpm install --lockfile-only",
	Files: []string{"pnpm-lock.yaml"}, Needs: []string{"node"},
	Datasource: "npm", Scheme: "npm", Options: []string{"pnpmDedupe"},
	Reads: nodejs.Reads, Fits: fits, Recipe: recipe,
}

var lockVersion = regexp.MustCompile(`(?m)^lockfileVersion: *['"]?([0-9.]+)`)

// fits keeps one pnpm from rewriting what another reads. The forms are from pnpm's releases: 5.x was
// written by pnpm up to 7, 6.x by 8, 9.0 since.
func fits(lock, version string) string {
	m := lockVersion.FindStringSubmatch(lock)
	if m == nil {
		return ""
	}
	form, _, _ := strings.Cut(m[1], ".")
	major, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(major)
	if err != nil {
		return ""
	}
	want := ""
	switch {
	case form == "5" && n > 7:
		want = "7"
	case form == "6" && n != 8:
		want = "8"
	case form == "9" && n < 9:
		want = "9 or newer"
	}
	if want == "" {
		return ""
	}
	return fmt.Sprintf("the lock file is of version %s, which pnpm %s writes", m[1], want)
}

func recipe(w lockfile.Work) (lockfile.Recipe, error) {
	r := lockfile.Recipe{
		Env: append(nodejs.Variables(w, ".npmrc", "pnpm-workspace.yaml"),
			// The repository's packageManager is what people use; here the program that was chosen runs, and fetches no other.
			"npm_config_manage_package_manager_versions=false", "npm_config_package_manager_strict=false", "pnpm_config_pm_on_fail=ignore",
			"COREPACK_ENABLE_STRICT=0", "npm_config_update_notifier=false",
			"XDG_CACHE_HOME="+lockfile.Cache, "XDG_DATA_HOME="+lockfile.Home+"/data", "XDG_STATE_HOME="+lockfile.Home+"/state", "XDG_CONFIG_HOME="+lockfile.Home+"/config",
			"PNPM_HOME="+lockfile.Home+"/pnpm", "npm_config_store_dir="+lockfile.Cache+"/store"),
		Home: nodejs.Home(w),
	}
	flags := []string{"--lockfile-only", "--ignore-scripts"}
	if !w.Has("pnpm-workspace.yaml") {
		flags = append(flags, "--ignore-workspace")
	}
	if w.Renew {
		r.Remove = []string{path.Base(w.Lock)}
	}
	r.Steps = append(r.Steps, lockfile.Run(append([]string{"install", "--no-frozen-lockfile"}, flags...)...))
	if w.Option("pnpmDedupe") {
		r.Steps = append(r.Steps, lockfile.Run(append([]string{"dedupe"}, flags...)...))
	}
	return r, nil
}
