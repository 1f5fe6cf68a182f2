// Package gitlabci reads the pipelines of GitLab CI.
package gitlabci

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/gitlab"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/imagenode"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads images and components; what projects include of others is for
// gitlabci-include.
var Manager = &managers.Manager{
	Name: "gitlabci",
	Doc: `images and components in GitLab CI pipelines

The images of jobs and services, with the dependency proxy taken off, and the components that are
included. Files that a pipeline includes of its own repository by their whole path are read too.`,
	Files:       []string{`/\.gitlab-ci\.ya?ml$/`},
	Categories:  []string{"ci"},
	Datasources: []string{"docker", "gitlab-tags"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		p := pipeline{}
		p.jobs(doc.Node)
		for _, include := range gitlab.Includes(doc.Node) {
			p.include(include)
		}
		slices.SortStableFunc(p.Deps, func(a, b managers.Dep) int { return cmp.Compare(a.Line, b.Line) })
		r.Deps, r.Includes = append(r.Deps, p.Deps...), append(r.Includes, p.Includes...)
	}
	return r
}

// maxAliased is how many images of a document may be found through aliases.
const maxAliased = 1000

type pipeline struct {
	managers.Result
	aliased int
}

// jobs reads the images of all jobs, which are the mappings at the top, and those that hold for all jobs.
func (p *pipeline) jobs(doc yamlspan.Node) {
	p.job(doc)
	for key, job := range doc.Pairs() {
		if job.IsMap() && key.String() != "image" {
			p.job(job)
		}
	}
}

func (p *pipeline) job(job yamlspan.Node) {
	for key, value := range job.Pairs() {
		through := job.IsAlias() || value.IsAlias()
		switch key.String() {
		case "image":
			if value.IsMap() {
				p.image(gitlab.Pair(value, "name"), "image-name", through)
			} else {
				p.image(value, "image", through)
			}
		case "services":
			for _, service := range value.Items() {
				if service.IsMap() {
					p.image(gitlab.Pair(service, "name"), "service-image", through || service.IsAlias())
				} else {
					p.image(service, "service-image", through || service.IsAlias())
				}
			}
		}
	}
}

// proxy is the prefix by which GitLab's dependency proxy serves images of Docker Hub.
var proxy = regexp.MustCompile(`^\$\{?CI_DEPENDENCY_PROXY_(?:DIRECT_)?GROUP_IMAGE_PREFIX\}?/`)

func (p *pipeline) image(node yamlspan.Node, kind string, through bool) {
	if !node.IsScalar() {
		return
	}
	if through || node.IsAlias() {
		if p.aliased++; p.aliased > maxAliased {
			return
		}
	}
	d, ok := imagenode.Dep(node, kind)
	f := node.Field()
	switch prefix := proxy.FindString(f.Text); {
	case !node.IsString() || !ok:
		if node.IsString() {
			d = managers.Dep{Kind: kind, Line: node.Line(), Skip: managers.InvalidValue}
			p.Deps = append(p.Deps, d)
		}
		return
	case prefix != "" && len(prefix) < len(f.Text):
		d = image.Dep(managers.Field{Text: f.Text[len(prefix):], Start: f.Start + len(prefix)})
		d.Kind, d.Line = kind, node.Line()
	}
	p.Deps = append(p.Deps, d)
}

// component has four groups: a host, a project, the component's name and a version.
var component = regexp.MustCompile(`^([^/\s]+)/(\S+)/([^/\s]+?)@(\S+)$`)

func (p *pipeline) include(include yamlspan.Node) {
	local := include.Get("local").String()
	if include.IsScalar() {
		local = include.String()
	}
	if local = strings.TrimPrefix(path.Clean("/"+local), "/"); local != "" && !strings.Contains(include.String(), "://") {
		p.Includes = append(p.Includes, local)
	}
	node := include.Get("component")
	m := component.FindStringSubmatch(node.String())
	if m == nil {
		return
	}
	d := managers.Dep{
		Name: m[2], Kind: "repository", Datasource: "gitlab-tags", Versioning: "semver-partial",
		Registries: []string{"https://" + m[1]}, Line: node.Line(),
	}
	if f := node.Field(); f.IsZero() {
		d.Composed, d.Skip = m[4], managers.Unsupported
	} else {
		d.Value = managers.Field{Text: m[4], Start: f.End() - len(m[4])}
	}
	p.Deps = append(p.Deps, d)
}
