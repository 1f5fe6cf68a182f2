// Package all lists the versioning schemes that Currant has.
package all

import (
	"maps"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/cargo"
	"github.com/currant-bot/currant/datasources/versioning/composer"
	"github.com/currant-bot/currant/datasources/versioning/debian"
	"github.com/currant-bot/currant/datasources/versioning/devbox"
	"github.com/currant-bot/currant/datasources/versioning/docker"
	"github.com/currant-bot/currant/datasources/versioning/exact"
	"github.com/currant-bot/currant/datasources/versioning/git"
	"github.com/currant-bot/currant/datasources/versioning/githubactions"
	"github.com/currant-bot/currant/datasources/versioning/gomoddirective"
	"github.com/currant-bot/currant/datasources/versioning/gradle"
	"github.com/currant-bot/currant/datasources/versioning/hashicorp"
	"github.com/currant-bot/currant/datasources/versioning/helm"
	"github.com/currant-bot/currant/datasources/versioning/kubernetesapi"
	"github.com/currant-bot/currant/datasources/versioning/loose"
	"github.com/currant-bot/currant/datasources/versioning/maven"
	"github.com/currant-bot/currant/datasources/versioning/nixpkgs"
	"github.com/currant-bot/currant/datasources/versioning/node"
	"github.com/currant-bot/currant/datasources/versioning/npm"
	"github.com/currant-bot/currant/datasources/versioning/nuget"
	"github.com/currant-bot/currant/datasources/versioning/pep440"
	"github.com/currant-bot/currant/datasources/versioning/poetry"
	"github.com/currant-bot/currant/datasources/versioning/python"
	"github.com/currant-bot/currant/datasources/versioning/regex"
	"github.com/currant-bot/currant/datasources/versioning/ruby"
	"github.com/currant-bot/currant/datasources/versioning/rustreleasechannel"
	"github.com/currant-bot/currant/datasources/versioning/samemajor"
	"github.com/currant-bot/currant/datasources/versioning/semver"
	"github.com/currant-bot/currant/datasources/versioning/semvercoerced"
	"github.com/currant-bot/currant/datasources/versioning/semverpartial"
	"github.com/currant-bot/currant/datasources/versioning/ubuntu"
)

// schemes are the schemes by name. It is never changed.
var schemes = map[string]versioning.Scheme{
	"cargo":                cargo.Scheme{},
	"composer":             composer.Scheme{},
	"debian":               debian.Scheme{},
	"devbox":               devbox.Scheme{},
	"docker":               docker.Scheme{},
	"exact":                exact.Scheme{},
	"git":                  git.Scheme{},
	"github-actions":       githubactions.Scheme{},
	"go-mod-directive":     gomoddirective.Scheme{},
	"gradle":               gradle.Scheme{},
	"hashicorp":            hashicorp.Scheme{},
	"helm":                 helm.Scheme{},
	"kubernetes-api":       kubernetesapi.Scheme{},
	"loose":                loose.Scheme{},
	"maven":                maven.Scheme{},
	"nixpkgs":              nixpkgs.Scheme{},
	"node":                 node.Scheme{},
	"npm":                  npm.Scheme{},
	"nuget":                nuget.Scheme{},
	"pep440":               pep440.Scheme{},
	"poetry":               poetry.Scheme{},
	"python":               python.Scheme{},
	"ruby":                 ruby.Scheme{},
	"rust-release-channel": rustreleasechannel.Scheme{},
	"same-major":           samemajor.Scheme{},
	"semver":               semver.Scheme{},
	"semver-coerced":       semvercoerced.Scheme{},
	"semver-partial":       semverpartial.Scheme{},
	"ubuntu":               ubuntu.Scheme{},
}

// Schemes finds a scheme by its name in configuration. "regex:" and an expression is a name too, which
// is compiled anew each time: keep what it returns. The error is for people.
func Schemes(name string) (versioning.Scheme, error) {
	if expr, ok := strings.CutPrefix(name, "regex:"); ok {
		return regex.New(expr)
	}
	if s, ok := schemes[name]; ok {
		return s, nil
	}
	return nil, versioning.ErrUnknown(name)
}

// Names returns the names of all schemes but "regex:", sorted.
func Names() []string { return slices.Sorted(maps.Keys(schemes)) }
