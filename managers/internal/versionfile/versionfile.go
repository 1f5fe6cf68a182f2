// Package versionfile reads files that hold nothing but the version of a tool,
// such as .terraform-version.
package versionfile

import (
	"strings"

	"github.com/currant-bot/currant/managers"
)

// Read returns the version in a text: the first word outside comments. It is zero if there is none.
func Read(text string) managers.Field {
	at := 0
	for line := range strings.Lines(text) {
		word, _, _ := strings.Cut(line, "#")
		if version := strings.Fields(word); len(version) > 0 {
			return managers.Field{Text: version[0], Start: at + strings.Index(line, version[0])}
		}
		at += len(line)
	}
	return managers.Field{}
}

// Release returns a manager's reader for the files of a tool that is released on GitHub as repo,
// with tags "v1.2.3".
func Release(repo string) func(managers.File) managers.Result {
	return func(file managers.File) managers.Result {
		version := Read(file.Text)
		if version.IsZero() {
			return managers.Result{Problems: []managers.Problem{{Path: file.Path, Text: "the file names no version"}}}
		}
		d := managers.Dep{
			Name: repo, Datasource: "github-releases", Value: version,
			Config: map[string]any{"extractVersion": `^v(?<version>.+)$`},
		}
		if strings.HasPrefix(version.Text, "v") { // then the version is the tag
			d.Config = nil
		}
		return managers.Result{Deps: []managers.Dep{d}}
	}
}

// Range returns the first line of a text that says anything, without blanks and comments around
// it: a version, or a range of some words. It is zero if there is none.
func Range(text string) managers.Field {
	at := 0
	for line := range strings.Lines(text) {
		value, _, _ := strings.Cut(line, "#")
		if value = strings.TrimSpace(value); value != "" {
			return managers.Field{Text: value, Start: at + strings.Index(line, value)}
		}
		at += len(line)
	}
	return managers.Field{}
}

// Of returns a manager's reader for files with a version or range of d.
func Of(d managers.Dep) func(managers.File) managers.Result {
	return func(file managers.File) managers.Result {
		d := d
		if d.Value = Range(file.Text); d.Value.IsZero() {
			return managers.Result{}
		}
		return managers.Result{Deps: []managers.Dep{d}}
	}
}
