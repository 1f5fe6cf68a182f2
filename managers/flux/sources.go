package flux

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/helmvalues"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// ociRepository returns the artifact that an OCIRepository refers to by tag, digest, or both; the
// digest wins in Flux, so they change together. Flux looks up "semver" by itself.
func (r resource) ociRepository(spec yamlspan.Node) []managers.Dep {
	repository, ok := strings.CutPrefix(spec.Get("url").String(), oci)
	if !ok {
		return nil
	}
	ref := spec.Get("ref")
	tag, digest := ref.Get("tag"), ref.Get("digest")
	d := image.Tagged(repository, tag.Field())
	d.Pin, d.Line = nil, spec.Get("url").Line()
	switch {
	case d.Skip != "":
	case tag.String() == "" && digest.String() == "":
		d.Skip = managers.UnversionedReference
	case tag.String() != "" && tag.Field().IsZero():
		d.Composed = tag.String()
		d.Skip = managers.InvalidValue
		d.Note = "its tag is not written in a form that can be edited"
	case digest.String() != "":
		d.Digest = digest.Field()
	case d.Digest.IsZero():
		if piece, ok := ref.InsertAfter("tag", "digest", "{digest}"); ok {
			d.Pin = []managers.Piece{piece}
		}
	}
	return []managers.Dep{d}
}

// gitRepository returns the reference of a GitRepository: what Flux uses of several is the
// commit, then the tag.
func (r resource) gitRepository(spec yamlspan.Node) []managers.Dep {
	url := spec.Get("url").String()
	if r.name == "" || url == "" {
		return nil
	}
	d := managers.Dep{Name: r.name, Line: spec.Get("url").Line()}
	ref := spec.Get("ref")
	commit, tag := ref.Get("commit").Field(), ref.Get("tag").Field()
	switch {
	case !commit.IsZero():
		d.Datasource, d.Package = "git-refs", address(url)
		d.Value, d.Digest = ref.Get("branch").Field(), commit
	case !tag.IsZero():
		d.Datasource, d.Package = tagSource(url)
		d.Value = tag
	default:
		d.Skip = managers.UnversionedReference
	}
	return []managers.Dep{d}
}

// hosted matches a repository on a public host: the host in group 1, the path in group 2.
var hosted = regexp.MustCompile(`^(?:https?://|ssh://git@|git@)(?:www\.)?(github\.com|gitlab\.com|bitbucket\.org)[/:](.+?)(?:\.git)?/?$`)

// tagSource returns the datasource that lists the tags of the repository at url, and its
// name there.
func tagSource(url string) (datasource, name string) {
	m := hosted.FindStringSubmatch(url)
	if m == nil {
		return "git-tags", address(url)
	}
	host, _, _ := strings.Cut(m[1], ".")
	return host + "-tags", m[2]
}

// address returns url as it is reached without a key, like "https://host/path" for one of SSH.
func address(url string) string {
	if rest, ok := strings.CutPrefix(url, "ssh://"); ok {
		if _, host, ok := strings.Cut(rest, "@"); ok {
			rest = host
		}
		return "https://" + rest
	}
	return url
}

// kustomizeImages returns the images that a Kustomization replaces others by.
func kustomizeImages(images yamlspan.Node) []managers.Dep {
	var deps []managers.Dep
	for _, entry := range images.Items() {
		name := entry.Get("newName").String()
		if name == "" {
			name = entry.Get("name").String()
		}
		tag, digest := entry.Get("newTag").Field(), entry.Get("digest").Field()
		if name == "" || tag.IsZero() && digest.IsZero() {
			continue
		}
		d := image.Tagged(name, tag)
		d.Pin, d.Line = nil, entry.Line()
		if !digest.IsZero() && d.Skip == "" {
			d.Digest = digest
		}
		deps = append(deps, d)
	}
	return deps
}

// runnerImages returns the images of a Terraform resource: those of the pod that runs it, and those
// that it hands over as values. Where its modules come from is the business of the resource that sourceRef names.
func runnerImages(spec yamlspan.Node) []managers.Dep {
	pod := spec.Get("runnerPodTemplate", "spec")
	refs := []yamlspan.Node{pod.Get("image")}
	for _, container := range pod.Get("initContainers").Items() {
		refs = append(refs, container.Get("image"))
	}
	var deps []managers.Dep
	for _, ref := range refs {
		if field := ref.Field(); !field.IsZero() && ref.IsString() {
			d := image.Dep(field)
			d.Line = ref.Line()
			deps = append(deps, d)
		}
	}
	return append(deps, helmvalues.Deps(spec.Get("values"))...)
}
