// Package azurepipelines reads the pipelines of Azure DevOps.
package azurepipelines

import (
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/imagenode"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads repositories, containers and tasks.
var Manager = &managers.Manager{
	Name: "azure-pipelines",
	Doc: `Azure Pipelines: repositories, containers and tasks

Repositories on GitHub at a tag, the images of containers, and the tasks of steps in stages, jobs
and deployments.`,
	Files: []string{
		`/(^|/).azuredevops/.+\.ya?ml$/`,
		`/azure.*pipelines?.*\.ya?ml$/`,
	},
	Categories:  []string{"ci"},
	Off:         true,
	Datasources: []string{"azure-pipelines-tasks", "docker", "git-tags"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		p := pipeline{}
		for _, repository := range doc.Get("resources", "repositories").Items() {
			p.repository(repository)
		}
		for _, container := range doc.Get("resources", "containers").Items() {
			p.image(container.Get("image"))
		}
		for _, stage := range own(doc.Get("stages")) {
			p.jobs(stage.Get("jobs"))
		}
		p.jobs(doc.Get("jobs"))
		p.job(doc.Node)
		r.Deps = append(r.Deps, p.deps...)
	}
	return r
}

type pipeline struct{ deps []managers.Dep }

// own returns the elements of a list that are written there, not those behind aliases.
func own(n yamlspan.Node) (items []yamlspan.Node) {
	if n.IsAlias() {
		return nil
	}
	for _, item := range n.Items() {
		if !item.IsAlias() {
			items = append(items, item)
		}
	}
	return items
}

func (p *pipeline) image(node yamlspan.Node) {
	if d, ok := imagenode.Dep(node, "docker"); ok {
		p.deps = append(p.deps, d)
	}
}

const tags = "refs/tags/"

// repository reads a repository on GitHub at a tag. What else Azure's own repositories
// are is known only on Azure.
func (p *pipeline) repository(n yamlspan.Node) {
	ref, name := n.Get("ref"), n.Get("name").String()
	f := ref.Field()
	tag, ok := strings.CutPrefix(f.Text, tags)
	if !ok || tag == "" || name == "" || n.Get("type").String() != "github" {
		return
	}
	p.deps = append(p.deps, managers.Dep{
		Name: name, Package: "https://" + datasources.ForgeHost("github") + "/" + name + ".git",
		Kind: "gitTags", Datasource: "git-tags", Line: ref.Line(),
		Value: managers.Field{Text: tag, Start: f.End() - len(tag)},
	})
}

func (p *pipeline) jobs(jobs yamlspan.Node) {
	for _, job := range own(jobs) {
		p.job(job)
		for _, strategy := range []string{"runOnce", "rolling", "canary"} {
			s := job.Get("strategy", strategy)
			if s.IsAlias() {
				continue
			}
			for _, hook := range [][]string{{"preDeploy"}, {"deploy"}, {"routeTraffic"}, {"postRouteTraffic"}, {"on", "failure"}, {"on", "success"}} {
				p.steps(s.Get(append(hook, "steps")...))
			}
		}
	}
}

// job reads a job, or a pipeline that is one. A container is an image, or the name of one among the
// resources.
func (p *pipeline) job(job yamlspan.Node) {
	container := job.Get("container")
	if container.IsMap() && !container.IsAlias() {
		container = container.Get("image")
	} else if !strings.ContainsAny(container.String(), ":/") {
		container = yamlspan.Node{}
	}
	if !container.IsAlias() {
		p.image(container)
	}
	p.steps(job.Get("steps"))
}

func (p *pipeline) steps(steps yamlspan.Node) {
	for _, step := range own(steps) {
		task := step.Get("task")
		name, version, _ := strings.Cut(task.String(), "@")
		if name == "" || version == "" {
			continue
		}
		d := managers.Dep{Name: name, Datasource: "azure-pipelines-tasks", Line: task.Line()}
		f := task.Field()
		switch {
		case f.IsZero():
			d.Composed, d.Skip = version, managers.Unsupported
		case strings.Contains(name, "$"):
			d.Skip = managers.ContainsVariable
			fallthrough
		default:
			d.Value = managers.Field{Text: version, Start: f.End() - len(version)}
		}
		p.deps = append(p.deps, d)
	}
}
