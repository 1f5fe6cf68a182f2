package config

import (
	"slices"
	"strings"
)

// managerNames are the managers that exist in Renovate, whose names are
// options too: the block {"flux": {...}} holds what applies to that manager.
var managerNames = strings.Fields(`
	ansible ansible-galaxy ant apko argocd asdf azure-pipelines batect batect-wrapper bazel bazel-module bazelisk
	bicep bitbucket-pipelines bitrise buildkite buildpacks bun bun-version bundler cake cargo cdnurl circleci
	cloudbuild cocoapods composer conan copier cpanfile crossplane crow deno deps-edn devbox devcontainer
	docker-compose dockerfile droneci fleet flux fvm git-submodules github-actions gitlabci gitlabci-include
	glasskube gleam gomod gradle gradle-wrapper haskell-cabal helm-requirements helm-values helmfile helmsman helmv3
	hermit heroku homeassistant-manifest homebrew html jenkins jsonnet-bundler kotlin-script kubernetes kustomize
	leiningen maven maven-wrapper meteor mint mise mix nix nodenv npm nuget nvm ocb osgi pep621 pep723 pip-compile
	pip_requirements pip_setup pipenv pixi poetry pre-commit proto pub puppet pyenv quadlet renovate-config
	renovate-config-presets ruby-version runtime-version rust-toolchain sbt scalafmt setup-cfg sveltos swift tekton
	terraform terraform-version terragrunt terragrunt-version tflint-plugin travis typst unity3d velaci vendir
	woodpecker xcodegen`)

// customManagers are the kinds of managers that configuration defines.
var customManagers = []string{"regex", "jsonata"}

func knownManager(name string) bool { return slices.Contains(managerNames, name) }

// updateTypes are the kinds of updates, in the order of their blocks.
var updateTypes = []string{"major", "minor", "patch", "pin", "digest", "pinDigest", "rollback", "replacement", "lockFileMaintenance"}

// managerID returns a manager's name as matchManagers compares it.
func managerID(name string) string {
	if slices.Contains(customManagers, name) {
		return "custom." + name
	}
	return name
}

// closest returns the name that was probably meant; "" if none is near.
func closest(name string, names []string) string {
	best, least := "", 1+len(name)/4
	if least > 3 {
		least = 3
	}
	for _, candidate := range names {
		if strings.EqualFold(candidate, name) {
			return candidate
		}
		if d := distance(name, candidate, least); d <= least && (best == "" || d < least) {
			best, least = candidate, d
		}
	}
	return best
}

// distance is the number of letters to insert, drop, change or swap between a
// and b; limit+1 if it is more than limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit || len(a) > 100 {
		return limit + 1
	}
	a, b = strings.ToLower(a), strings.ToLower(b)
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
