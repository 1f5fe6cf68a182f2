package plan

import (
	"fmt"
	"strings"

	"github.com/currant-bot/currant/config"
)

// A Bump raises versions in files that a branch need not change otherwise: an entry of bumpVersions, its templates filled.
type Bump struct {
	Name    string   // for people
	Files   []string // patterns
	Strings []string // expressions, with a group "version"
	Type    string   // "major", "minor", "patch", "prerelease" or "sync"
	Sync    string   // the version that "sync" writes; "" if none is known
	Err     string   // why a template could not be filled; "" if all could
}

// bumps returns what b's settings want to be raised along with it.
func (b Branch) bumps(f map[string]any) []Bump {
	var out []Bump
	for i, e := range b.Settings.List("bumpVersions") {
		out = append(out, bump(e, i, f))
	}
	return out
}

func bump(e config.Entry, i int, f map[string]any) Bump {
	filled := &filler{fields: f}
	x := Bump{Name: fmt.Sprintf("bumpVersions[%d]", i), Type: "patch"}
	if name, _ := e.Fields["name"].(string); name != "" {
		x.Name = fmt.Sprintf("bumpVersions (%s)", name)
	}
	for _, p := range list(e.Fields["filePatterns"]) {
		if p = filled.in(p); !strings.HasSuffix(p, "/") && !strings.HasPrefix(p, "!") {
			p = strings.TrimPrefix(p, "/") // "{{packageFileDir}}/x" at the top of the repository
		}
		x.Files = append(x.Files, p)
	}
	for _, s := range list(e.Fields["matchStrings"]) {
		x.Strings = append(x.Strings, filled.in(s))
	}
	if kind, _ := e.Fields["bumpType"].(string); kind != "" {
		x.Type = strings.TrimSpace(filled.in(kind))
	}
	x.Sync, _ = f["newVersion"].(string)
	if filled.err != nil {
		x.Err = filled.err.Error()
	}
	return x
}

// A filler fills templates and keeps the first error.
type filler struct {
	fields map[string]any
	err    error
}

func (f *filler) in(template string) string {
	out, err := render(template, f.fields)
	if err != nil && f.err == nil {
		f.err = err
	}
	return out
}

// list returns the texts in an option that is a list of texts.
func list(v any) []string {
	items, _ := v.([]any)
	var out []string
	for _, item := range items {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
