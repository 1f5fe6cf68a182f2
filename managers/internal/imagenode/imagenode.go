// Package imagenode reads references to container images that are scalars of YAML
// documents, as the files of build systems have them.
package imagenode

import (
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Dep returns the dependency on the image that node is, in the role kind. An alias stands for
// what it was written as where its anchor is. ok is false if node is no scalar with a text.
func Dep(node yamlspan.Node, kind string) (d managers.Dep, ok bool) {
	if node.String() == "" {
		return d, false
	}
	f := node.Field()
	if f.IsZero() {
		d = image.Dep(managers.Field{Text: node.String()})
		d.Composed, d.Value, d.Digest, d.NameAt, d.Pin = d.Value.Text, managers.Field{}, managers.Field{}, managers.Field{}, nil
		if d.Skip == "" {
			d.Skip, d.Note = managers.Unsupported, "it is written over several lines or with escapes, so that it cannot be replaced"
		}
	} else {
		d = image.Dep(f)
	}
	d.Kind, d.Line = kind, node.Line()
	return d, true
}
