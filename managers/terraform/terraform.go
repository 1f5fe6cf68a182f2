// Package terraform finds the providers, modules, charts and images that
// Terraform and OpenTofu configurations name.
package terraform

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/hclspan"
)

// Manager reads configurations and the lock files beside them.
var Manager = &managers.Manager{
	Name: "terraform",
	Doc: `providers, modules, required versions, Helm releases and images in Terraform and OpenTofu files

Modules may come from a registry, git or OCI. In .tofu files, which only OpenTofu reads, providers and modules
are looked up in OpenTofu's registry, and required_version is one of OpenTofu. The version in use is
read from .terraform.lock.hcl in the same folder or the nearest one above. Where configuration names them,
.tf.json files are read too.`,
	Files:      []string{"**/*.tf", "**/*.tofu"},
	Categories: []string{"iac", "terraform"},
	Defaults: map[string]any{
		"commitMessageTopic": "Terraform {{depName}}",
		"pinDigests":         false,
	},
	Limits:      "Modules by local path, Mercurial, S3 or archives; versions that are expressions.",
	Datasources: []string{"bitbucket-tags", "docker", "git-tags", "github-releases", "github-tags", "helm", "terraform-module", "terraform-provider"},
	Locks:       []string{".terraform.lock.hcl"},
	Extract:     extract,
}

// scheme is the versioning of Terraform and what belongs to it.
const scheme = "hashicorp"

func extract(file managers.File) managers.Result {
	read := hclspan.Read
	name, isJSON := strings.CutSuffix(file.Path, ".json")
	if isJSON {
		read = readJSON
	}
	blocks, problems := read(file, wanted)
	r := reader{file: file, tofu: strings.HasSuffix(name, ".tofu")}
	r.problems = problems
	for _, b := range blocks {
		switch b.Type {
		case "terraform":
			r.settings(b)
		case "provider":
			r.provider(b)
		case "module":
			r.module(b)
		case "resource", "data":
			r.resource(b)
		}
	}
	return managers.Result{Deps: r.deps, Problems: r.problems}
}

func readJSON(file managers.File, want func(string, []string) bool) ([]hclspan.Block, []managers.Problem) {
	labels := map[string]int{"data": 2, "module": 1, "provider": 1, "resource": 2}
	return hclspan.ReadJSON(file, func(kind string) int { return labels[kind] }, want)
}

func wanted(kind string, labels []string) bool {
	switch kind {
	case "terraform", "provider", "module":
		return true
	case "resource":
		return len(labels) > 0 && (resources[labels[0]] != nil || slices.Contains(workloads, labels[0]))
	case "data":
		return len(labels) > 0 && labels[0] == registryImage
	}
	return false
}

// A reader collects what is found in one file.
type reader struct {
	file     managers.File
	tofu     bool // only OpenTofu reads the file
	lock     *lock
	deps     []managers.Dep
	problems []managers.Problem
}

func (r *reader) add(d managers.Dep) { r.deps = append(r.deps, d) }

// fallback returns the registry of what names none; nil for the datasource's own.
func (r *reader) fallback() []string {
	if r.tofu {
		return []string{datasources.OpenTofuRegistry}
	}
	return nil
}

// tool returns the dependency on Terraform or OpenTofu itself. It is called the same for both, as by
// Renovate, whose rules and live pull requests stay as they are; only where its releases are listed differs.
func (r *reader) tool(kind string, line int) managers.Dep {
	d := managers.Dep{
		Name: "hashicorp/terraform", Kind: kind, Datasource: "github-releases", Versioning: scheme, Line: line,
		Config: map[string]any{"extractVersion": `^v(?<version>.+)$`},
	}
	if r.tofu {
		d.Package = "opentofu/opentofu"
	}
	return d
}
