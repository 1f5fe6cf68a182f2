// Package tekton finds the images, bundles and remote tasks that Tekton runs.
package tekton

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads resources of Tekton. It has no default patterns: any YAML file may hold one.
var Manager = &managers.Manager{
	Name: "tekton",
	Doc: `images, bundles and remote tasks in Tekton resources

Images of steps, step templates and sidecars; tasks and pipelines in bundles and, with the git
resolver, in repositories; those that annotations of Pipelines as Code name. Also within lists, trigger
templates and runs.`,
	Categories:  []string{"ci", "cd"},
	Datasources: []string{"docker", "git-tags", "github-releases"},
	Extract:     extract,
}

// What a dependency is to Tekton.
const (
	bundle     = "tekton-bundle"
	stepImage  = "tekton-step-image"
	annotation = "tekton-annotation"
)

// marks are what a file must have one of to name anything.
var marks = []string{"image", "Ref", "ref", "pipelinesascode.tekton.dev/"}

func extract(file managers.File) managers.Result {
	if !slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(file.Text, mark) }) {
		return managers.Result{}
	}
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		r.Deps = append(r.Deps, resource(doc.Node, maxDepth)...)
	}
	return r
}

// maxDepth is how many resources may stand in one another.
const maxDepth = 10

// resource returns what a resource of any kind refers to. As for Renovate, the kind does not count: a
// kind that nobody knows may be a template for one that is Tekton's.
func resource(n yamlspan.Node, depth int) []managers.Dep {
	if depth == 0 || !n.IsMap() {
		return nil
	}
	deps := annotations(n.Get("metadata", "annotations"))
	for _, item := range n.Get("items").Items() {
		deps = append(deps, resource(item, depth-1)...)
	}
	spec := n.Get("spec")
	for _, template := range spec.Get("resourcetemplates").Items() {
		deps = append(deps, resource(template, depth-1)...)
	}
	deps = append(deps, reference(spec.Get("pipelineRef"))...)
	deps = append(deps, taskSpec(spec)...)
	deps = append(deps, task(spec)...)
	for _, pipeline := range []yamlspan.Node{spec, spec.Get("pipelineSpec")} {
		for _, key := range []string{"tasks", "finally"} {
			for _, t := range pipeline.Get(key).Items() {
				deps = append(deps, task(t)...)
			}
		}
	}
	return deps
}

// task returns what a task of a pipeline, or a run of one, refers to.
func task(n yamlspan.Node) []managers.Dep {
	return append(reference(n.Get("taskRef")), taskSpec(n.Get("taskSpec"))...)
}

// taskSpec returns the images of a task, or of a step that stands alone.
func taskSpec(n yamlspan.Node) []managers.Dep {
	deps := step(n)
	deps = append(deps, step(n.Get("stepTemplate"))...)
	for _, s := range n.Get("steps").Items() {
		deps = append(deps, step(s)...)
		if ref := s.Get("ref"); !ref.Get("resolver").IsZero() {
			deps = append(deps, reference(ref)...)
		}
	}
	for _, s := range n.Get("sidecars").Items() {
		deps = append(deps, step(s)...)
	}
	return deps
}

func step(n yamlspan.Node) []managers.Dep {
	ref := n.Get("image")
	if ref.IsZero() || ref.IsMap() || ref.IsList() {
		return nil
	}
	return []managers.Dep{imageDep(ref, stepImage)}
}

func imageDep(ref yamlspan.Node, kind string) managers.Dep {
	d := image.Node(ref)
	d.Kind = kind
	return d
}

// reference returns what a taskRef or pipelineRef refers to outside of the cluster.
func reference(ref yamlspan.Node) []managers.Dep {
	if !ref.IsMap() {
		return nil
	}
	params := make(map[string]yamlspan.Node)
	for _, list := range []string{"params", "resource"} { // the latter before Tekton 0.38
		for _, p := range ref.Get(list).Items() {
			params[p.Get("name").String()] = p.Get("value")
		}
	}
	switch resolver := ref.Get("resolver").String(); {
	case !ref.Get("bundle").IsZero():
		return []managers.Dep{imageDep(ref.Get("bundle"), bundle)}
	case resolver == "bundles" && !params["bundle"].IsZero():
		return []managers.Dep{imageDep(params["bundle"], bundle)}
	case resolver == "git" && params["url"].String() != "" && params["revision"].String() != "":
		return []managers.Dep{gitTask(params["url"].String(), params["revision"])}
	}
	return []managers.Dep{{Kind: bundle, Skip: managers.InvalidValue, Line: ref.Line(),
		Note: "it is not in a bundle: what it refers to is in the cluster, or has no version here"}}
}

// gitTask returns the task in a Git repository that the git resolver takes.
func gitTask(url string, revision yamlspan.Node) managers.Dep {
	d := managers.Dep{Name: url, Datasource: "git-tags", Kind: "tekton-git", Value: revision.Field(), Line: revision.Line()}
	switch {
	case strings.ContainsAny(url+revision.String(), "$"), strings.Contains(url+revision.String(), "{{"):
		d.Value, d.Skip, d.Note = managers.Field{}, managers.ContainsVariable, "it is "+url+" at "+revision.String()
	case d.Value.IsZero():
		d.Composed, d.Skip, d.Note = revision.String(), managers.InvalidValue, "its revision is not written in a form that can be edited"
	}
	return d
}
