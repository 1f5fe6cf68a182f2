package terraform

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/hclspan"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/modulesource"
)

// registryImage is the data source that looks up an image.
const registryImage = "docker_registry_image"

// resources are the readers of resources that name a version, but for workloads.
var resources = map[string]func(r *reader, b hclspan.Block){
	"helm_release":     (*reader).helmRelease,
	"tfe_workspace":    (*reader).workspace,
	"docker_image":     func(r *reader, b hclspan.Block) { r.image(b, b.Get("name")) },
	"docker_container": func(r *reader, b hclspan.Block) { r.image(b, b.Get("image")) },
	"docker_service":   (*reader).service,
}

// workloads are the resources of the kubernetes provider that run containers.
var workloads = []string{
	"kubernetes_cron_job", "kubernetes_cron_job_v1",
	"kubernetes_daemon_set_v1", "kubernetes_daemonset",
	"kubernetes_deployment", "kubernetes_deployment_v1",
	"kubernetes_job", "kubernetes_job_v1",
	"kubernetes_pod", "kubernetes_pod_v1",
	"kubernetes_replication_controller", "kubernetes_replication_controller_v1",
	"kubernetes_stateful_set", "kubernetes_stateful_set_v1",
}

// resource reads a resource or data source that wanted asked for.
func (r *reader) resource(b hclspan.Block) {
	switch kind := b.Label(0); {
	case b.Type == "data":
		r.image(b, b.Get("name"))
	case slices.Contains(workloads, kind):
		r.containers(kind, b)
	case resources[kind] != nil:
		resources[kind](r, b)
	}
}

// image reads a reference to an image in a resource.
func (r *reader) image(b hclspan.Block, ref hclspan.Value) {
	r.add(imageDep(b.Label(0), b.Line, ref))
}

func imageDep(kind string, line int, ref hclspan.Value) managers.Dep {
	d := managers.Dep{Kind: kind, Line: line}
	field, ok := ref.Field()
	switch {
	case ref.Kind == hclspan.Expression:
		d.Datasource = image.Datasource
		d = modulesource.Skipped(d, managers.ContainsVariable, "the image is "+ref.Text)
	case ok:
		d = image.Dep(field)
		d.Kind = kind
	case ref.Kind == hclspan.String && ref.Text != "":
		d = modulesource.Skipped(d, managers.Unsupported, "the image is written with escapes")
	default:
		d = modulesource.Skipped(d, managers.InvalidDependency, "no image is given")
	}
	if ref.Line > 0 {
		d.Line = ref.Line
	}
	return d
}

// service reads a service of a Docker swarm.
func (r *reader) service(b hclspan.Block) {
	specs := b.Find("task_spec", "container_spec")
	for _, spec := range specs {
		r.add(imageDep(b.Label(0), spec.Line, spec.Get("image")))
	}
	if len(specs) == 0 && len(b.Find("task_spec")) > 0 {
		r.add(imageDep(b.Label(0), b.Line, hclspan.Value{}))
	}
}

// containers reads the containers at any depth of a workload, which may also be made by
// dynamic blocks.
func (r *reader) containers(kind string, b hclspan.Block) {
	for _, child := range b.Blocks {
		switch name := child.Type; {
		case name == "container" || name == "init_container":
			r.add(imageDep(kind, child.Line, child.Get("image")))
		case name == "dynamic" && (child.Label(0) == "container" || child.Label(0) == "init_container"):
			for _, content := range child.Find("content") {
				r.add(imageDep(kind, content.Line, content.Get("image")))
			}
		default:
			r.containers(kind, child)
		}
	}
}

// workspace reads the version that Terraform Cloud runs for a workspace.
func (r *reader) workspace(b hclspan.Block) {
	d := r.tool("tfe_workspace", b.Line)
	d.Package = "" // the provider is HashiCorp's, whoever reads the file
	r.add(needsVersion(modulesource.Versioned(d, b.Get("terraform_version"))))
}

// helmRelease reads a chart.
func (r *reader) helmRelease(b hclspan.Block) {
	chart, repository := b.Get("chart"), b.Get("repository")
	d := managers.Dep{Name: chart.Text, Kind: "helm_release", Datasource: "helm", Line: b.Line}
	if chart.Kind == hclspan.Expression || repository.Kind == hclspan.Expression {
		d = modulesource.Skipped(d, managers.ContainsVariable, "the chart is "+strings.TrimSpace(repository.Text+" "+chart.Text))
	}
	base := strings.TrimSuffix(repository.Text, "/")
	switch {
	case chart.Text == "":
		d = modulesource.Skipped(d, managers.InvalidName, "no chart is given")
	case strings.HasPrefix(chart.Text, "oci://"):
		d.Name, d.Datasource = strings.TrimPrefix(chart.Text, "oci://"), "docker"
	case strings.HasPrefix(base, "oci://"):
		d.Package, d.Datasource = strings.TrimPrefix(base, "oci://")+"/"+chart.Text, "docker"
	case strings.HasPrefix(chart.Text, ".") || strings.HasPrefix(chart.Text, "/"):
		d = modulesource.Skipped(d, managers.LocalChart, "")
	case strings.Contains(chart.Text, "://"):
		d = modulesource.Skipped(d, managers.UnsupportedURL, "the chart is a file somewhere, not in a repository")
	}
	if d.Datasource == "helm" && repository.Text != "" {
		d.Registries = []string{repository.Text}
	}
	r.add(modulesource.Versioned(d, b.Get("version")))
}
