// Package tflintplugin finds the plugins that TFLint is configured to use.
package tflintplugin

import (
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/hclspan"
)

// Manager reads .tflint.hcl.
var Manager = &managers.Manager{
	Name: "tflint-plugin",
	Doc: `plugins of TFLint

TFLint installs plugins only from releases on GitHub. Those that come with it have neither source nor version.`,
	Files:       []string{`/\.tflint\.hcl$/`},
	Categories:  []string{"terraform"},
	Defaults:    map[string]any{"commitMessageTopic": "TFLint plugin {{depName}}"},
	Datasources: []string{"github-releases"},
	Extract:     extract,
}

func extract(file managers.File) managers.Result {
	blocks, problems := hclspan.Read(file, func(kind string, _ []string) bool { return kind == "plugin" })
	r := managers.Result{Problems: problems}
	for _, b := range blocks {
		r.Deps = append(r.Deps, plugin(b))
	}
	return r
}

func plugin(b hclspan.Block) managers.Dep {
	source, version := b.Get("source"), b.Get("version")
	d := managers.Dep{Line: b.Line}
	if source.Text == "" {
		d.Skip, d.Note = managers.NoSource, "it is the plugin "+b.Label(0)
		return d
	}
	d.Kind = "plugin"
	repo, ok := strings.CutPrefix(strings.TrimSuffix(source.Text, "/"), "github.com/")
	d.Name = repo
	field, plain := version.Field()
	switch {
	case !ok || source.Kind != hclspan.String:
		d.Skip, d.Note = managers.UnsupportedDatasource, "TFLint installs plugins only from GitHub"
		return d
	case strings.Count(repo, "/") != 1:
		d.Skip, d.Note = managers.InvalidName, "the source is "+source.Text
	case version.Kind == hclspan.Expression:
		d.Skip, d.Note = managers.ContainsVariable, "the version is "+version.Text
	case version.Text != "" && !plain:
		d.Skip, d.Note = managers.Unsupported, "the version is not written as a plain string"
	}
	d.Datasource = "github-releases"
	d.Config = map[string]any{"extractVersion": `^v(?<version>.+)$`}
	if d.Skip == "" {
		d.Value = field
	}
	if strings.HasPrefix(field.Text, "v") { // then the version is the tag
		d.Config = nil
	}
	return d
}
