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
read from .terraform.lock.hcl in the same folder or the nearest one above.`,
	Files:      []string{"**/*.tf", "**/*.tofu"},
	Categories: []string{"iac", "terraform"},
	Defaults: map[string]any{
		"commitMessageTopic": "Terraform {{depName}}",
		"pinDigests":         false,
	},
	Extract: extract,
}

// scheme is the versioning of Terraform and what belongs to it.
const scheme = "hashicorp"

func extract(file managers.File) managers.Result {
	blocks, problems := hclspan.Read(file, wanted)
	r := reader{file: file, tofu: strings.HasSuffix(file.Path, ".tofu")}
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

// tool returns the dependency on Terraform or OpenTofu itself.
func (r *reader) tool(kind string, line int) managers.Dep {
	name := "hashicorp/terraform"
	if r.tofu {
		name = "opentofu/opentofu"
	}
	return managers.Dep{
		Name: name, Kind: kind, Datasource: "github-releases", Versioning: scheme, Line: line,
		Config: map[string]any{"extractVersion": `^v(?<version>.+)$`},
	}
}

// versioned returns d with the version or constraint that v is.
func versioned(d managers.Dep, v hclspan.Value) managers.Dep {
	text := strings.TrimSpace(v.Text)
	if text == "" {
		return d
	}
	d.Line = v.Line
	at := strings.Index(v.Text, text)
	field, ok := v.Sub(at, at+len(text))
	switch {
	case v.Kind == hclspan.String && ok:
		d.Value = field
		return d
	case v.Kind == hclspan.Expression:
		d = skipped(d, managers.ContainsVariable, "the version is "+text)
	default:
		d = skipped(d, managers.Unsupported, "the version is not written as a plain string")
	}
	d.Composed = text
	return d
}

// skipped returns d with a reason not to look it up, if it has none yet.
func skipped(d managers.Dep, why managers.Skip, note string) managers.Dep {
	if d.Skip == "" {
		d.Skip, d.Note = why, note
	}
	return d
}
