// Package asdf reads the .tool-versions of asdf, which mise reads as well.
package asdf

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/tool"
)

// Manager reads .tool-versions.
var Manager = &managers.Manager{
	Name: "asdf",
	Doc: `development tools: .tool-versions

The first version of each tool whose releases are known to be listed somewhere.
Of Java that is Adoptium's.`,
	Files:       []string{`/(^|/)\.tool-versions$/`},
	Limits:      "Versions after the first; tools whose releases are not known to be listed anywhere.",
	Datasources: []string{"dart-version", "docker", "dotnet-version", "flutter-version", "github-releases", "github-tags", "hexpm-bob", "java-version", "node-version", "npm", "pypi", "ruby-version", "rust-version"},
	Extract:     extract,
}

// line has two groups: a tool, and the first of its versions.
var line = regexp.MustCompile(`^([^\s#]+)[ \t]+([^\s#]+)(?:[ \t\r\n]|$)`)

func extract(file managers.File) managers.Result {
	var r managers.Result
	at, number := 0, 0
	for text := range strings.Lines(file.Text) {
		number++
		if m := line.FindStringSubmatchIndex(text); m != nil {
			d := read(text[m[2]:m[3]], managers.Field{Text: text[m[4]:m[5]], Start: at + m[4]})
			d.Line = number
			r.Deps = append(r.Deps, d)
		}
		at += len(text)
	}
	return r
}

func read(name string, version managers.Field) managers.Dep {
	switch name {
	case "java":
		if d, ok := tool.Java(version, "temurin-", "adoptopenjdk-"); ok {
			return d
		}
		return unknown(name, "releases of this vendor's Java are not listed")
	case "scala":
		return tool.Scala(version.Text).Dep(name, version)
	}
	if t, ok := tool.Asdf(name); ok {
		return t.Versioned(name, version)
	}
	return unknown(name, "it is not known where its releases are listed")
}

func unknown(name, why string) managers.Dep {
	return managers.Dep{Name: name, Skip: managers.UnsupportedDatasource, Note: why}
}
