// Package circleci reads the configuration of CircleCI.
package circleci

import (
	"cmp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/imagenode"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads orbs and images.
var Manager = &managers.Manager{
	Name: "circleci",
	Doc: `orbs and images in CircleCI's configuration

Also of orbs that are written in the configuration itself.`,
	Files:       []string{`/(^|/)\.circleci/.+\.ya?ml$/`},
	Categories:  []string{"ci"},
	Datasources: []string{"docker", "orb"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		r.Deps = append(r.Deps, read(doc.Node, 0)...)
	}
	return r
}

// maxOrbs is how deep orbs may define orbs.
const maxOrbs = 5

// read reads a configuration, or an orb, which looks alike.
func read(config yamlspan.Node, depth int) (deps []managers.Dep) {
	for name, orb := range config.Get("orbs").Pairs() {
		switch {
		case orb.IsAlias():
		case orb.IsMap() && depth < maxOrbs:
			deps = append(deps, read(orb, depth+1)...)
		case orb.String() != "":
			deps = append(deps, orbDep(name.String(), orb))
		}
	}
	for _, part := range []string{"executors", "jobs"} {
		for _, job := range config.Get(part).Pairs() {
			deps = append(deps, images(job)...)
		}
	}
	for _, alias := range config.Get("aliases").Items() {
		if d, ok := imagenode.Dep(alias.Get("image"), "docker"); ok {
			deps = append(deps, parameter(d))
		}
		deps = append(deps, images(alias)...)
	}
	slices.SortStableFunc(deps, func(a, b managers.Dep) int { return cmp.Compare(a.Line, b.Line) })
	return deps
}

// maxImages is how many images of a job are read: an alias may stand for many, many times.
const maxImages = 50

// images reads the images of a job or executor, also those of what it merges: these stand where the anchor is.
func images(job yamlspan.Node) (deps []managers.Dep) {
	items := job.Get("docker").Items()
	for _, item := range items[:min(len(items), maxImages)] {
		if d, ok := imagenode.Dep(item.Get("image"), "docker"); ok {
			deps = append(deps, parameter(d))
		}
	}
	return deps
}

// parameter returns d, skipped if a parameter stands in it.
func parameter(d managers.Dep) managers.Dep {
	if strings.Contains(d.Name+d.Value.Text+d.Composed, "<<") {
		d.Skip, d.Pin, d.NameAt = managers.ContainsVariable, nil, managers.Field{}
	}
	return d
}

func orbDep(name string, orb yamlspan.Node) managers.Dep {
	pkg, version, _ := strings.Cut(orb.String(), "@")
	d := managers.Dep{Name: name, Package: pkg, Kind: "orb", Datasource: "orb", Versioning: "npm", Line: orb.Line()}
	f := orb.Field()
	switch {
	case version == "":
		d.Skip = managers.UnspecifiedVersion
	case f.IsZero():
		d.Composed, d.Skip = version, managers.Unsupported
	default:
		d.Value = managers.Field{Text: version, Start: f.End() - len(version)}
	}
	return d
}
