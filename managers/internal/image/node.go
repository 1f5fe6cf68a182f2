package image

import (
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Node returns the dependency on the image that a YAML value names. What is not there, or cannot
// be edited, is skipped.
func Node(ref yamlspan.Node) managers.Dep {
	text, field := ref.String(), ref.Field()
	d := managers.Dep{Datasource: Datasource}
	switch {
	case text == "" || !ref.IsString():
		d = managers.Dep{Skip: managers.InvalidValue, Note: "there is no image"}
	case strings.Contains(text, "{{"):
		d.Skip, d.Note = managers.ContainsVariable, "the image is "+text
	case field.IsZero() && ref.InTemplate():
		d.Skip, d.Note = managers.ContainsVariable, "a template fills in a part of the image"
	case field.IsZero():
		d.Name, d.Skip, d.Note = text, managers.InvalidValue, "the image is not written in a form that can be edited"
	default:
		d = Dep(field)
	}
	d.Line = ref.Line()
	return d
}
