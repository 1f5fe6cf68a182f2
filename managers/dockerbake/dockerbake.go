// Package dockerbake finds the images that build definitions of docker buildx
// bake name.
package dockerbake

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/hclspan"
	"github.com/currant-bot/currant/managers/internal/image"
)

// Manager reads the files that bake looks for by itself, but for those of
// Compose, which have a manager of their own.
var Manager = &managers.Manager{
	Name: "docker-bake",
	Doc: `images in docker-bake.hcl and docker-bake.json

Images that stand for contexts, "docker-image://name:tag", and those that variables and build arguments whose
names end in "image" are set to. What a bake builds and pushes is no dependency.`,
	Files:       []string{`/(^|/)docker-bake(\.override)?\.(hcl|json)$/`},
	Categories:  []string{"docker"},
	Datasources: []string{"docker"},
	Extract:     extract,
}

// scheme begins a context that is an image.
const scheme = "docker-image://"

var (
	key       = regexp.MustCompile(`(?i)image$`)
	reference = regexp.MustCompile(`^` + image.Pattern + `$`)
)

func extract(file managers.File) managers.Result {
	read := hclspan.Read
	if strings.HasSuffix(file.Path, ".json") {
		read = func(file managers.File, want func(string, []string) bool) ([]hclspan.Block, []managers.Problem) {
			return hclspan.ReadJSON(file, func(string) int { return 1 }, want)
		}
	}
	blocks, problems := read(file, func(kind string, _ []string) bool { return kind == "target" || kind == "variable" })
	r := managers.Result{Problems: problems}
	for _, b := range blocks {
		for _, context := range b.Get("contexts").Members() {
			r.Deps = appendContext(r.Deps, context)
		}
		for _, arg := range b.Get("args").Members() {
			r.Deps = appendNamed(r.Deps, "argument", arg.Name, arg.Value)
		}
		if b.Type == "variable" {
			r.Deps = appendNamed(r.Deps, "variable", b.Label(0), b.Get("default"))
		}
	}
	slices.SortStableFunc(r.Deps, func(a, b managers.Dep) int { return cmp.Compare(a.Line, b.Line) })
	return r
}

// appendContext adds the image of a named context, if it is one.
func appendContext(deps []managers.Dep, context hclspan.Attr) []managers.Dep {
	v := context.Value
	if !strings.HasPrefix(v.Text, scheme) {
		return deps
	}
	d := managers.Dep{Kind: "context", Line: v.Line}
	switch ref, ok := v.Sub(len(scheme), len(v.Text)); {
	case v.Kind == hclspan.Expression:
		d.Datasource, d.Skip, d.Note = image.Datasource, managers.ContainsVariable, "the image is "+v.Text
	case !ok:
		d.Skip, d.Note = managers.Unsupported, "the image is written with escapes, or missing"
	default:
		d = image.Dep(ref)
		d.Kind, d.Line = "context", v.Line
	}
	return append(deps, d)
}

// appendNamed adds the image that something is set to whose name says that it is one. One without tag or
// digest may be anything.
func appendNamed(deps []managers.Dep, kind, name string, v hclspan.Value) []managers.Dep {
	ref, ok := v.Field()
	if !ok || v.Kind != hclspan.String || !key.MatchString(name) || !reference.MatchString(ref.Text) {
		return deps
	}
	d := image.Dep(ref)
	if d.Value.IsZero() && d.Digest.IsZero() {
		return deps
	}
	d.Kind, d.Line = kind, v.Line
	return append(deps, d)
}
