// Package image reads references to container images, such as
// "ghcr.io/acme/shop:1.4.2@sha256:0123...".
package image

import (
	"strings"

	"github.com/currant-bot/currant/managers"
)

// Datasource is the name of the datasource that lists images.
const Datasource = "docker"

// Pattern is an RE2 expression for a whole reference as the OCI distribution grammar has it, with an
// optional tag and digest. It has no groups that capture.
const Pattern = host + `?` + component + `(?:/` + component + `)*` + tag + `?` + digest + `?`

const (
	host      = `(?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::[0-9]+)?/)`
	component = `[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`
	tag       = `(?::[\w][\w.-]{0,127})`
	digest    = `(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})`
)

// Dep returns the dependency on the image that ref names, with its fields in
// ref's file.
//
// The name is the reference as written, without tag and digest; it loses "library/" and the like at
// its start, which Package keeps. Of "${NAME:-image:tag}" the default is read. A
// reference with other variables has no name, as in Renovate.
func Dep(ref managers.Field) managers.Dep {
	ref = variableDefault(ref)
	d := managers.Dep{Datasource: Datasource}
	if strings.Contains(ref.Text, "$") {
		d.Skip = managers.ContainsVariable
		d.Note = "the image is " + ref.Text
		return d
	}
	name, digest := ref.Text, ""
	if i := strings.IndexByte(name, '@'); i >= 0 {
		name, digest = name[:i], name[i+1:]
		d.Digest = part(ref, i+1, digest)
	} else {
		d.Pin = []managers.Piece{{Start: ref.End(), End: ref.End(), New: "@{digest}"}}
	}
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		d.Value = part(ref, i+1, name[i+1:])
		name = name[:i]
	}
	if d.Name = name; name == "" {
		d.Skip, d.Pin = managers.InvalidName, nil
	}
	d.NameAt = part(ref, 0, name)
	return Named(d)
}

// Named completes a dependency on the image d.Name: what people call it, the
// name in the registry, and how its versions compare.
func Named(d managers.Dep) managers.Dep {
	if first, rest, ok := strings.Cut(d.Name, "/"); ok && rest != "" && !strings.Contains(rest, "/") {
		switch first {
		case "amd64", "arm64", "library": // Docker Hub's folders for official images
			d.Package, d.Name = d.Name, rest
		}
	}
	switch base := d.Name[strings.LastIndexByte(d.Name, '/')+1:]; base {
	case "ubuntu", "debian": // their tags are code names as well as numbers
		d.Versioning = base
	}
	return d
}

// Tagged returns the dependency on the image that repository names, where its tag
// stands apart from the name. The tag may go on with "@" and a digest, which is also how it is
// pinned; it may be zero.
func Tagged(repository string, tag managers.Field) managers.Dep {
	d := managers.Dep{Datasource: Datasource, Name: repository}
	if strings.Contains(repository+tag.Text, "$") {
		d.Name, d.Skip = "", managers.ContainsVariable
		d.Note = "the image is " + repository + ":" + tag.Text
		return d
	}
	value, digest, _ := strings.Cut(tag.Text, "@")
	d.Value = part(tag, 0, value)
	d.Digest = part(tag, len(value)+1, digest)
	if d.Digest.IsZero() && value == tag.Text && value != "" {
		d.Pin = []managers.Piece{{Start: tag.End(), End: tag.End(), New: "@{digest}"}}
	}
	return Named(d)
}

// part returns the field of text at byte i of f; zero if text is empty.
func part(f managers.Field, i int, text string) managers.Field {
	if text == "" {
		return managers.Field{}
	}
	return managers.Field{Path: f.Path, Text: text, Start: f.Start + i}
}

// notInName reports whether no variable's name has r.
func notInName(r rune) bool {
	return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// variableDefault returns the default in "${NAME:-default}"; f if it is not of that form.
func variableDefault(f managers.Field) managers.Field {
	inner, ok := strings.CutPrefix(f.Text, "${")
	if !ok || !strings.HasSuffix(inner, "}") {
		return f
	}
	inner = strings.TrimSuffix(inner, "}")
	i := strings.Index(inner, ":-")
	if i < 0 || strings.ContainsFunc(inner[:i], notInName) {
		return f
	}
	text, start := inner[i+2:], f.Start+len("${")+i+2
	if len(text) > 2 && text[0] == '"' && text[len(text)-1] == '"' {
		text, start = text[1:len(text)-1], start+1
	}
	return variableDefault(managers.Field{Path: f.Path, Text: text, Start: start})
}
