// Package rusttoolchain reads the file in which rustup is told the version of Rust.
package rusttoolchain

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

// Manager reads both forms of the file: TOML, and the name of a toolchain alone.
var Manager = &managers.Manager{
	Name:        "rust-toolchain",
	Doc:         "the version of Rust: rust-toolchain.toml and rust-toolchain",
	Files:       []string{`/(^|/)rust-toolchain(\.toml)?$/`},
	Categories:  []string{"rust"},
	Defaults:    map[string]any{"commitMessageTopic": "Rust"},
	Datasources: []string{"rust-version"},
	Extract:     extract,
}

var alone = regexp.MustCompile(`^\s*([\w.-]+)\s*$`)

func extract(file managers.File) managers.Result {
	d := managers.Dep{Name: "rust", Kind: "toolchain", Datasource: "rust-version"}
	if m := alone.FindStringSubmatchIndex(file.Text); m != nil && !strings.HasSuffix(file.Path, ".toml") {
		d.Value = managers.Field{Text: file.Text[m[2]:m[3]], Start: m[2]}
		return managers.Result{Deps: []managers.Dep{d}}
	}
	root, problems := tomlspan.Read(file)
	r := managers.Result{Problems: problems}
	channel, folder := root.Get("toolchain", "channel"), root.Get("toolchain", "path")
	switch {
	case folder.Text != "":
		d.Skip, d.Line = managers.PathDependency, folder.Line
	case channel.Text == "":
		return r
	default:
		d.Value, _ = channel.Field()
		d.Line = channel.Line
		if d.Value.IsZero() {
			d.Composed, d.Skip = channel.Text, managers.Unsupported
			d.Note = "it is written with escapes, so that it cannot be replaced"
		}
	}
	r.Deps = []managers.Dep{d}
	return r
}
