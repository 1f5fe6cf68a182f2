package imagenode

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
)

// Lines returns the images that lines of text name by expr, whose first group is the reference: for files
// that are templates as often as YAML.
func Lines(text string, expr *regexp.Regexp, kind string) (deps []managers.Dep) {
	at, number := 0, 0
	for line := range strings.Lines(text) {
		number++
		if m := expr.FindStringSubmatchIndex(strings.TrimRight(line, "\r\n")); m != nil && m[2] < m[3] {
			d := image.Dep(managers.Field{Text: line[m[2]:m[3]], Start: at + m[2]})
			d.Kind, d.Line = kind, number
			deps = append(deps, d)
		}
		at += len(line)
	}
	return deps
}
