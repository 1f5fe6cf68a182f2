package helmvalues_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/helmvalues"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

func deps(text string) []string {
	var all []string
	docs, _ := yamlspan.Documents(managers.NewFile("values.yaml", text, nil))
	for _, doc := range docs {
		for _, d := range helmvalues.Deps(doc.Node) {
			words := []string{d.Name, d.Value.Text, d.Digest.Text, d.Versioning, string(d.Skip)}
			all = append(all, fmt.Sprintf("%d %s", d.Line, strings.Join(strings.Fields(strings.Join(words, " ")), " ")))
		}
	}
	return all
}

func TestDeps(t *testing.T) {
	for text, want := range map[string][]string{
		"image: a:1":                            {"1 a 1"},
		"image: a":                              {"1 a"},
		"image: a b":                            nil,
		"image: true":                           nil,
		"images: a:1":                           nil,
		"a: {b: [{initImage: a:1}]}":            {"1 a 1"},
		"IMAGE: ${X}":                           {"1 contains-variable"},
		"image: run $X":                         nil,
		"image: {repository: a}":                nil,
		"image: {repository: a, tag: ''}":       {"1 a docker"},
		"image: {repository: a, tag: [1]}":      nil,
		"image: {repository: a, version: 1.10}": {"1 a 1.10 docker"},
		"image: {registry: r.test/, repository: a, tag: 1}":     {"1 r.test/a 1 docker"},
		"image: {repository: ubuntu, tag: noble}":               {"1 ubuntu noble ubuntu"},
		"image: {repository: a, tag: 1@sha256:0}":               {"1 a 1 sha256:0 docker"},
		"image: {repository: a, tag: 1, digest: sha256:0}":      {"1 a 1 sha256:0 docker"},
		"a: {image: b/c, tag: 1}":                               {"1 b/c 1 docker"},
		"a: {image: c, version: '1', x: y}":                     {"1 c 1 docker"},
		"a: {image: c:2, tag: 1}":                               {"1 c 2"},
		"a: {image: c, tag: ''}":                                {"1 c"},
		"a: {image: c, tag: $X}":                                {"1 contains-variable"},
		"image:\n  main:\n    image: a:1":                       {"3 a 1"},
		"a: &a {image: b:1}\nc: *a\nimage: &i d:2\nmyImage: *i": {"1 b 1", "3 d 2", "4 d 2"},
	} {
		if diff := cmp.Diff(want, deps(text)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", text, diff)
		}
	}
}

func Fuzz(f *testing.F) {
	f.Add("image: {repository: a, tag: 1@sha256:0}\nx: &a [image: b:1]\ny: *a")
	f.Fuzz(func(t *testing.T, text string) { deps(strings.ToValidUTF8(text, "?")) })
}
