package image_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

func TestNode(t *testing.T) {
	for text, want := range map[string]string{
		"image: nginx:1":              "nginx 1",
		"image: ''":                   "skip invalid-value",
		"image: 5":                    "skip invalid-value",
		"image:":                      "skip invalid-value",
		"x: y":                        "skip invalid-value",
		"image: '{{ x }}:1'":          "skip contains-variable",
		"{{ x }}\nimage: a-{{ x }}:1": "skip contains-variable",
		"image: >-\n  nginx:1":        "nginx:1 skip invalid-value",
	} {
		docs, _ := yamlspan.Documents(managers.NewFile("f.yaml", text, nil))
		d := image.Node(docs[0].Get("image"))
		if diff := cmp.Diff(want, describe(d)); diff != "" {
			t.Errorf("%q: -want +got:\n%s", text, diff)
		}
	}
}
