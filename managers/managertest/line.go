package managertest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
)

// lines describes all that was found, one line each:
//
//	PATH:LINE NAME [PACKAGE] VALUE DIGEST | KIND DATASOURCE further=...
//
// PACKAGE, VALUE and DIGEST are left out where there is none, an empty name is "-". A
// value in another file is followed by that file in parentheses. After these come the
// problems, as "PATH:LINE: TEXT", and what files are for, as "PATH is for NAME VALUE".
func (e extraction) lines() []string {
	lines := make([]string, 0, len(e.deps)+len(e.problems))
	for _, d := range e.deps {
		lines = append(lines, e.position(d)+" "+describe(d))
	}
	for _, p := range e.problems {
		lines = append(lines, p.String())
	}
	return append(lines, e.around...)
}

// position returns where d stands as PATH:LINE.
func (e extraction) position(d dep) string { return fmt.Sprintf("%s:%d", d.in, e.line(d)) }

// line returns the line that d is named on, or that of its first field.
func (e extraction) line(d dep) int {
	if d.Line > 0 {
		return d.Line
	}
	for _, f := range []managers.Field{d.Value, d.Digest} {
		if !f.IsZero() && d.path(f) == d.in && f.Start <= len(e.repo.Files[d.in]) {
			return 1 + strings.Count(e.repo.Files[d.in][:f.Start], "\n")
		}
	}
	return 0
}

// describe returns everything about d but its place and what follows from it.
func describe(d dep) string {
	words := []string{word(d.Name)}
	if d.Package != "" && d.Package != d.Name {
		words = append(words, "["+d.Package+"]")
	}
	for _, f := range []managers.Field{d.Value, d.Digest} {
		if f.IsZero() {
			continue
		}
		words = append(words, word(f.Text))
		if path := d.path(f); path != d.in {
			words = append(words, "("+path+")")
		}
	}
	words = append(words, "|")
	add := func(label, text string) {
		if text != "" {
			words = append(words, label+word(text))
		}
	}
	add("", d.Kind)
	add("", d.Datasource)
	for _, registry := range d.Registries {
		add("registry=", called(registry))
	}
	add("versioning=", d.Versioning)
	add("composed=", d.Composed)
	add("commit=", d.Commit)
	add("locked=", d.Locked)
	add("locks=", strings.Join(d.Locks, ","))
	add("group=", d.Group)
	add("hashes=", d.Hashes.File)
	add("shared=", d.Shared)
	add("render=", d.Render)
	add("skip=", string(d.Skip))
	if len(d.Config) > 0 {
		config, err := json.Marshal(d.Config)
		add("config=", strings.Trim(fmt.Sprintf("%s %v", config, err), " <nil>"))
	}
	if d.Pin != nil {
		words = append(words, "pin")
	}
	return strings.Join(words, " ")
}

// word returns s, quoted if it would not be seen as one word.
func word(s string) string {
	if s == "" {
		return "-"
	}
	if strings.ContainsAny(s, " |\"") || strconv.Quote(s) != `"`+s+`"` {
		return strconv.Quote(s)
	}
	return s
}

// called names the public repositories of Gradle scripts as these do, so that fixtures need not.
func called(registry string) string {
	for _, name := range []string{"google", "gradlePluginPortal", "jcenter", "mavenCentral"} {
		if registry == datasources.GradleRepository(name) {
			return name + "()"
		}
	}
	return registry
}
