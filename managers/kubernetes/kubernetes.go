// Package kubernetes finds the images and API versions that Kubernetes
// manifests name.
package kubernetes

import (
	"cmp"
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads manifests of any kind, custom resources too. It has no default
// patterns: any YAML file may be a manifest.
var Manager = &managers.Manager{
	Name: "kubernetes",
	Doc: `images and API versions in Kubernetes manifests

Images are found in every line "image: ...", whatever the kind and even where
only a template engine can read the file, and in image volumes. API versions are known of Kubernetes itself, Flux,
External Secrets, Gateway API, cert-manager and Traefik; what a newer one calls otherwise is changed along, or the
pull request says what a person has to do.`,
	Categories:  []string{"kubernetes"},
	Limits:      "What templates make up.",
	Datasources: []string{"docker", "kubernetes-api"},
	Extract:     extract,
}

var (
	reference = regexp.MustCompile(`^` + image.Pattern + `$`)
	// imageLine has two groups: the reference, and what stands where it should end.
	imageLine = regexp.MustCompile(`^[ \t]*(?:-[ \t]+)*image[ \t]*:[ \t]+(?:[&!]\S+[ \t]+)*['"]?(` + image.Pattern + `)([^'" \t\r\n#]*)`)
)

func extract(file managers.File) managers.Result {
	if !hasKey(file.Text, "apiVersion") || !hasKey(file.Text, "kind") {
		return managers.Result{}
	}
	docs, problems := yamlspan.Documents(file)
	deps, seen := lineImages(file.Text)
	for _, doc := range docs {
		deps = append(deps, nodeImages(doc.Node, seen)...)
		if d, ok := apiVersion(doc); ok {
			deps = append(deps, d)
		}
	}
	slices.SortStableFunc(deps, func(a, b managers.Dep) int { return cmp.Compare(a.Line, b.Line) })
	return managers.Result{Deps: deps, Problems: problems}
}

// hasKey reports whether a line of text begins with a key, also as the first of a list's element.
func hasKey(text, key string) bool {
	for _, line := range linesWith(text, key) {
		rest, ok := strings.CutPrefix(strings.TrimLeft(line, " \t-"), key)
		if ok && strings.HasPrefix(strings.TrimLeft(rest, " \t"), ":") {
			return true
		}
	}
	return false
}

// lineImages returns the images in lines "image: ...". Of a reference that goes on
// with something else, such as a variable for the tag, only the name is known. seen has the
// offsets of the references.
func lineImages(text string) (deps []managers.Dep, seen map[int]bool) {
	seen = make(map[int]bool)
	number, counted := 1, 0
	for start, line := range linesWith(text, "image") {
		at := imageLine.FindStringSubmatchIndex(line)
		if at == nil {
			continue
		}
		number += strings.Count(text[counted:start], "\n")
		counted = start
		d := imageDep(managers.Field{Text: line[at[2]:at[3]], Start: start + at[2]}, number)
		if rest := line[at[4]:at[5]]; rest != "" {
			d.Value, d.Digest, d.Pin = managers.Field{}, managers.Field{}, nil
			d.Skip, d.Note = managers.InvalidDependency, "the image is "+line[at[2]:at[5]]
			if strings.ContainsAny(rest, "${") {
				d.Skip = managers.ContainsVariable
			}
		}
		deps = append(deps, d)
		seen[start+at[2]] = true
	}
	return deps, seen
}

// linesWith yields the lines of text that contain word, without their ends, and where each begins. It is
// many times as fast as an expression for the whole text.
func linesWith(text, word string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for from := 0; ; {
			i := strings.Index(text[from:], word)
			if i < 0 {
				return
			}
			start := from + strings.LastIndexByte(text[from:from+i], '\n') + 1
			end := len(text)
			if j := strings.IndexByte(text[from+i:], '\n'); j >= 0 {
				end = from + i + j
			}
			if !yield(start, text[start:end]) {
				return
			}
			from = end
		}
	}
}

func imageDep(ref managers.Field, line int) managers.Dep {
	d := image.Dep(ref)
	d.Line = line
	return d
}

// nodeImages returns the images that no line tells: of containers in JSON's style, and those
// mounted as volumes, which stand at "reference". It adds them to seen.
func nodeImages(root yamlspan.Node, seen map[int]bool) []managers.Dep {
	var deps []managers.Dep
	add := func(ref yamlspan.Node) {
		if f := ref.Field(); reference.MatchString(f.Text) && !seen[f.Start] {
			seen[f.Start] = true
			deps = append(deps, imageDep(f, ref.Line()))
		}
	}
	for n := range root.Walk() {
		if n.IsAlias() {
			continue // what it stands for is walked through itself
		}
		for key, list := range n.Pairs() {
			if list.IsAlias() {
				continue
			}
			switch key.String() {
			case "containers", "initContainers", "ephemeralContainers":
				for _, container := range list.Items() {
					add(container.Get("image"))
				}
			case "volumes":
				for _, volume := range list.Items() {
					add(volume.Get("image", "reference"))
				}
			}
		}
	}
	return deps
}
