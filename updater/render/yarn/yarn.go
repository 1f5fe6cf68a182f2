// Package yarn keeps yarn.lock, of Yarn 1 as of its successors.
package yarn

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/updater/render/internal/nodejs"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

// Tool runs Yarn.
var Tool = &lockfile.Tool{
	Name: "yarn", Doc: "yarn.lock, by yarn install: of Yarn 1 with all packages fetched, of newer ones with --mode=update-lockfile",
	Files: []string{"yarn.lock"}, Needs: []string{"node"},
	Datasource: "npm", Scheme: "npm", Options: []string{"yarnDedupeHighest", "yarnDedupeFewer"},
	Reads: nodejs.Reads, Fits: fits, Carry: carry, Recipe: recipe,
}

var metadata = regexp.MustCompile(`(?m)^__metadata:\n(?:  .*\n)*?  version: "?(\d+)`)

// form returns the version of a lock file of Yarn 2 or newer; 0 for one of Yarn 1.
func form(lock string) int {
	m := metadata.FindStringSubmatch(lock)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return n
}

// fits keeps one Yarn from rewriting what another reads. The forms are from Yarn's releases: 4 and 5 were
// written by Yarn 2, 6 and 7 by 3, 8 and above since.
func fits(lock, version string) string {
	n := form(lock)
	major, _, _ := strings.Cut(version, ".")
	want := map[bool]string{true: "4", false: "3"}[n >= 8]
	switch {
	case n == 0:
		want = "1"
	case n < 6:
		want = "2"
	}
	if major == want || want == "4" && len(major) == 1 && major > "4" {
		return ""
	}
	return fmt.Sprintf("the lock file is one of Yarn %s", want)
}

var yarnPath = regexp.MustCompile(`(?m)^yarnPath: *["']?([^"'\s]+)`)

func recipe(w lockfile.Work) (lockfile.Recipe, error) {
	r := lockfile.Recipe{Env: nodejs.Variables(w, ".npmrc", ".yarnrc", ".yarnrc.yml"), Home: nodejs.Home(w)}
	if w.Renew {
		r.Remove = []string{path.Base(w.Lock)}
	}
	if form(w.Text) == 0 {
		return classic(w, r)
	}
	return berry(w, r)
}

func classic(w lockfile.Work, r lockfile.Recipe) (lockfile.Recipe, error) {
	if w.Option("yarnDedupeHighest") || w.Option("yarnDedupeFewer") {
		return r, errors.New("deduplicating is not known to Yarn 1 (postUpdateOptions)")
	}
	r.Env = append(r.Env, "YARN_CACHE_FOLDER="+lockfile.Cache, "YARN_IGNORE_PATH=1", "YARN_DISABLE_SELF_UPDATE_CHECK=true")
	r.Steps = []lockfile.Step{lockfile.Run("install", "--ignore-scripts", "--ignore-engines", "--ignore-platform", "--non-interactive",
		"--no-progress", "--no-bin-links", "--network-timeout", "100000", "--modules-folder", lockfile.Home+"/node_modules")}
	return r, nil
}

func berry(w lockfile.Work, r lockfile.Recipe) (lockfile.Recipe, error) {
	for _, name := range w.Files {
		if dir, ok := strings.CutPrefix(name, strings.TrimPrefix(w.Dir()+"/", "./")); ok && (dir == ".pnp.cjs" || strings.HasPrefix(dir, ".yarn/cache/")) {
			return r, fmt.Errorf("the repository holds %s, which would have to change too: Currant does not write Yarn's zero-install files", name)
		}
	}
	if w.Option("yarnDedupeFewer") {
		return r, errors.New("only Yarn 1 knows the strategy of yarnDedupeFewer")
	}
	r.Env = append(r.Env, "YARN_ENABLE_SCRIPTS=false", "YARN_ENABLE_IMMUTABLE_INSTALLS=false", "YARN_ENABLE_TELEMETRY=false", "YARN_ENABLE_HARDENED_MODE=false",
		"YARN_ENABLE_GLOBAL_CACHE=true", "YARN_GLOBAL_FOLDER="+lockfile.Cache, "YARN_ENABLE_PROGRESS_BARS=false", "YARN_ENABLE_COLORS=false",
		"YARN_HTTP_PROXY="+lockfile.Proxy, "YARN_HTTPS_PROXY="+lockfile.Proxy, "YARN_HTTPS_CA_FILE_PATH="+lockfile.Authority, "YARN_IGNORE_PATH=1")
	run := lockfile.Run
	if m := yarnPath.FindStringSubmatch(w.Read(".yarnrc.yml")); m != nil && w.Has(m[1]) {
		run = func(args ...string) lockfile.Step {
			return lockfile.Step{Program: "node", Args: append([]string{m[1]}, args...)}
		}
	}
	r.Steps = append(r.Steps, run("install", "--mode=update-lockfile"))
	if w.Option("yarnDedupeHighest") {
		r.Steps = append(r.Steps, run("dedupe", "--strategy", "highest", "--mode=update-lockfile"))
	}
	return r, nil
}
