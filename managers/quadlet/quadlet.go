// Package quadlet reads the units from which Podman makes services.
package quadlet

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
)

// Manager reads the images of containers, volumes and images.
var Manager = &managers.Manager{
	Name:        "quadlet",
	Doc:         "images in Podman's Quadlet units: *.container, *.image, *.volume",
	Files:       []string{`/.+\.container$/`, `/.+\.image$/`, `/.+\.volume$/`},
	Categories:  []string{"docker"},
	Datasources: []string{"docker"},
	Extract:     extract,
}

var (
	section = regexp.MustCompile(`^\[(\w+)\]\s*$`)
	entry   = regexp.MustCompile(`^Image[ \t]*=[ \t]*["']?(?:docker://)?([^\s"']+)`)
	other   = regexp.MustCompile(`^[a-z-]+:/`) // of a transport that is no registry
)

func extract(file managers.File) managers.Result {
	var r managers.Result
	at, number, in := 0, 0, ""
	for line := range strings.Lines(file.Text) {
		number++
		if m := section.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			in = m[1]
		}
		m := entry.FindStringSubmatchIndex(line)
		if m != nil && (in == "Container" || in == "Image" || in == "Volume") {
			ref := managers.Field{Text: line[m[2]:m[3]], Start: at + m[2]}
			if !other.MatchString(ref.Text) && !isUnit(ref.Text) {
				d := image.Dep(ref)
				d.Kind, d.Line = "image", number
				r.Deps = append(r.Deps, d)
			}
		}
		at += len(line)
	}
	return r
}

// isUnit reports whether an image is what another unit pulls or builds.
func isUnit(ref string) bool {
	return strings.HasSuffix(ref, ".image") || strings.HasSuffix(ref, ".build")
}
