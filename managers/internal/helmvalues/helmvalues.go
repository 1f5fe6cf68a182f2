// Package helmvalues finds the images in the values of Helm charts, which have
// no schema but strong habits.
package helmvalues

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

var (
	key       = regexp.MustCompile(`(?i)image$`)
	reference = regexp.MustCompile(`^` + image.Pattern + `$`)
)

// Deps returns the images in values, in order of appearance. At any depth, a key that ends in
// "image" holds one, either as "repository:tag", as a mapping of "repository", "tag" or
// "version", and maybe "registry" and "digest", or as a repository with "tag" or "version" beside it.
func Deps(values yamlspan.Node) []managers.Dep {
	type found struct {
		at int
		managers.Dep
	}
	var all []found
	for n := range values.Walk() {
		if n.IsAlias() {
			continue // its images are listed where it is written
		}
		for k, v := range n.Pairs() {
			if !key.MatchString(k.String()) {
				continue
			}
			d, ok := inline(v)
			if ok && d.Skip == "" && d.Value.IsZero() && d.Digest.IsZero() {
				d = beside(n, d)
			}
			if v.IsMap() {
				d, ok = mapping(v)
			}
			if ok {
				d.Line = v.Line()
				all = append(all, found{v.Start(), d})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.at, b.at) })
	var deps []managers.Dep
	for _, f := range all {
		deps = append(deps, f.Dep)
	}
	return deps
}

func inline(v yamlspan.Node) (d managers.Dep, ok bool) {
	field := v.Field()
	if !v.IsString() {
		return d, false // such as "image: true", which turns something on
	}
	if !reference.MatchString(field.Text) && (!strings.Contains(field.Text, "$") || strings.ContainsAny(field.Text, " \t")) {
		return d, false
	}
	return image.Dep(field), true
}

func mapping(v yamlspan.Node) (d managers.Dep, ok bool) {
	repository, tag := v.Get("repository").String(), version(v)
	if repository == "" || tag.IsZero() || !tag.IsScalar() {
		return d, false
	}
	if registry := v.Get("registry").String(); registry != "" {
		repository = strings.TrimSuffix(registry, "/") + "/" + repository
	}
	d = image.Tagged(repository, tag.Field())
	if digest := v.Get("digest").Field(); !digest.IsZero() && d.Skip == "" && d.Digest.IsZero() {
		d.Digest, d.Pin = digest, nil
	}
	return tagged(d), true
}

// beside returns d with the tag that stands in m beside the image; d if there is none.
func beside(m yamlspan.Node, d managers.Dep) managers.Dep {
	tag := version(m)
	if !tag.IsScalar() || tag.IsAlias() || tag.Field().IsZero() {
		return d
	}
	return tagged(image.Tagged(d.PackageName(), tag.Field()))
}

// version returns what stands for the tag in m.
func version(m yamlspan.Node) yamlspan.Node {
	if tag := m.Get("tag"); !tag.IsZero() {
		return tag
	}
	return m.Get("version")
}

// tagged is d with the versioning of images whose tag stands apart.
func tagged(d managers.Dep) managers.Dep {
	if d.Versioning == "" && d.Skip == "" {
		d.Versioning = "docker"
	}
	return d
}
