// Package custom makes managers from configuration: expressions, regular ones
// or JSONata, that find dependencies in files that no other manager reads.
package custom

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// A Definition is one entry of customManagers.
type Definition struct {
	Origin string                 // where it is written
	Fields map[string]any         // its options
	Match  func(path string) bool // chooses its files
}

// Tools are the languages that definitions are written in.
type Tools struct {
	// Render fills a template.
	Render func(template string, fields map[string]any) (string, error)

	// Query compiles JSONata. What it returns must be safe for concurrent use.
	Query func(expression string) (func(input any) (any, error), error)
}

// maxDeps bounds what is found in one file.
const maxDeps = 10_000

// Kinds are the customTypes that there are; each is a manager of that name.
var Kinds = []string{"jsonata", "regex"}

// Manager returns the manager of a kind. It reads the files that one of the
// definitions of that kind matches; definitions of other kinds are left out. It is nil if there are none. The errors say
// what is wrong with definitions, which then find nothing.
func Manager(kind string, defs []Definition, tools Tools) (*managers.Manager, []error) {
	var finders []finder
	var errs []error
	hash := sha256.New()
	enc := json.NewEncoder(hash)
	for _, def := range defs {
		if text(def.Fields["customType"]) != kind || def.Fields["enabled"] == false {
			continue
		}
		f, err := newFinder(def, tools)
		if err == nil {
			err = enc.Encode(def.Fields)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", def.Origin, err))
			continue
		}
		finders = append(finders, f)
	}
	if len(finders) == 0 {
		return nil, errs
	}
	return &managers.Manager{
		Name: kind, Doc: "Dependencies that customManagers describe.",
		Variant: hex.EncodeToString(hash.Sum(nil)[:12]),
		Extract: func(file managers.File) managers.Result { return extract(finders, file) },
	}, errs
}

// Matches reports whether one of the definitions of a kind reads a file.
func Matches(kind string, defs []Definition, path string) bool {
	for _, def := range defs {
		if text(def.Fields["customType"]) == kind && def.Match(path) {
			return true
		}
	}
	return false
}

// A finder is a compiled definition.
type finder struct {
	def   Definition
	tools Tools
	find  func(f finder, file managers.File, yield func(match)) error
	exprs []expression
	query []func(any) (any, error)
}

func newFinder(def Definition, tools Tools) (finder, error) {
	f := finder{def: def, tools: tools}
	list := texts(def.Fields["matchStrings"])
	if text(def.Fields["customType"]) == "jsonata" {
		f.find = findQuery
		for _, s := range list {
			q, err := tools.Query(s)
			if err != nil {
				return f, fmt.Errorf("%q: %w", clip(s), err)
			}
			f.query = append(f.query, q)
		}
		return f, nil
	}
	switch s := text(def.Fields["matchStringsStrategy"]); s {
	case "", "any":
		f.find = findAny
	case "combination":
		f.find = findCombination
	case "recursive":
		f.find = findRecursive
	default:
		return f, fmt.Errorf("there is no matchStringsStrategy %q", clip(s))
	}
	for _, s := range list {
		e, err := newExpression(s)
		if err != nil {
			return f, fmt.Errorf("%q: %w", clip(s), err)
		}
		f.exprs = append(f.exprs, e)
	}
	return f, nil
}

func extract(finders []finder, file managers.File) managers.Result {
	var r managers.Result
	for _, f := range finders {
		if !f.def.Match(file.Path) {
			continue
		}
		err := f.find(f, file, func(m match) {
			if d, ok := f.dep(m, file); ok && len(r.Deps) < maxDeps {
				r.Deps = append(r.Deps, d)
			}
		})
		if err != nil {
			r.Problems = append(r.Problems, managers.Problem{Path: file.Path, Text: fmt.Sprintf("the custom manager of %s: %v", f.def.Origin, err)})
		}
	}
	return r
}

// A match is what was found of one dependency.
type match struct {
	groups     map[string]group
	start, end int // of the text that stands for it; 0, 0 if that is not known
}

// A group is a named piece of a match. Its start is -1 if it is not known to
// stand in the file.
type group struct {
	text  string
	start int
}

// fields are what a definition may say of a dependency, by group or template.
var fields = []string{"depName", "packageName", "currentValue", "currentDigest", "datasource", "versioning", "extractVersion", "registryUrl", "depType"}

// dep makes a dependency of a match. ok is false if it lacks a name, a
// datasource, or both value and digest: the peer drops it then too.
func (f finder) dep(m match, file managers.File) (managers.Dep, bool) {
	data := map[string]any{"packageFile": file.Path}
	for name, g := range m.groups {
		data[name] = g.text
	}
	got := make(map[string]string)
	for _, name := range fields {
		got[name] = m.groups[name].text
		template := text(f.def.Fields[name+"Template"])
		if template == "" {
			continue
		}
		v, err := f.tools.Render(template, data)
		if err != nil {
			return managers.Dep{}, false
		}
		got[name] = v
	}
	d := managers.Dep{
		Name: first(got["depName"], got["packageName"]), Package: got["packageName"], Kind: got["depType"],
		Datasource: got["datasource"], Versioning: got["versioning"],
	}
	if u, err := url.Parse(got["registryUrl"]); err == nil && u.Scheme != "" && u.Host != "" {
		d.Registries = []string{got["registryUrl"]}
	}
	if v := got["extractVersion"]; v != "" {
		d.Config = map[string]any{"extractVersion": v}
	}
	if d.Name == "" || d.Datasource == "" || got["currentValue"] == "" && got["currentDigest"] == "" {
		return d, false
	}
	f.place(&d, m, file.Text, got)
	f.rewrite(&d, m, file.Text, data, got)
	return d, true
}

// place finds where value and digest stand.
func (f finder) place(d *managers.Dep, m match, src string, got map[string]string) {
	var ok bool
	if v := got["currentValue"]; v != "" {
		if d.Value, ok = locate(m, "currentValue", v, src); !ok {
			d.Composed = v
			d.Skip, d.Note = managers.Unsupported, "its version is put together by a template, and stands nowhere in the file as such"
			d.Line = 1 + strings.Count(src[:m.start], "\n")
		}
	}
	if v := got["currentDigest"]; v != "" {
		if d.Digest, ok = locate(m, "currentDigest", v, src); !ok {
			d.Skip, d.Note = managers.Unsupported, "where its digest stands in the file is not clear"
		}
	}
}

// locate returns where a text stands: where its group is, or at the one place
// in the match.
func locate(m match, name, want, src string) (managers.Field, bool) {
	if g, ok := m.groups[name]; ok && g.text == want && g.start >= 0 {
		return managers.Field{Text: want, Start: g.start}, true
	}
	within := src[m.start:m.end]
	if strings.Count(within, want) != 1 {
		return managers.Field{}, false
	}
	return managers.Field{Text: want, Start: m.start + strings.Index(within, want)}, true
}

// other are the variables of autoReplaceStringTemplate that are not known
// before there is an update.
var other = regexp.MustCompile(`\bnew(Major|Minor|Patch|Version|Name|DigestShort)\b`)

// rewrite prepares what autoReplaceStringTemplate writes in place of the whole
// match.
func (f finder) rewrite(d *managers.Dep, m match, src string, data map[string]any, got map[string]string) {
	template := text(f.def.Fields["autoReplaceStringTemplate"])
	if template == "" || d.Skip != "" || m.end == 0 {
		return
	}
	all := make(map[string]any, len(data)+len(got))
	for k, v := range data {
		all[k] = v
	}
	for k, v := range got {
		all[k] = v
	}
	all["depName"], all["packageName"], all["newValue"] = d.Name, d.PackageName(), "{value}"
	piece := func(digest string) []managers.Piece {
		all["newDigest"] = digest
		out, err := f.tools.Render(template, all)
		if err != nil || other.MatchString(template) || !strings.Contains(out, "{value}") || digest != "" && !strings.Contains(out, digest) {
			return nil
		}
		return []managers.Piece{{Start: m.start, End: m.end, New: out}}
	}
	if d.Digest.Text != "" {
		d.Rewrite = piece("{digest}")
	} else {
		d.Rewrite = piece("")
		if d.Pin = piece("{digest}"); d.Value.IsZero() {
			d.Pin = nil
		}
	}
	if d.Rewrite == nil {
		d.Skip, d.Note = managers.Unsupported, "autoReplaceStringTemplate uses variables that Currant does not know there"
	}
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func texts(v any) []string {
	if s := text(v); s != "" {
		return []string{s}
	}
	list, _ := v.([]any)
	var out []string
	for _, item := range list {
		if s := text(item); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func clip(s string) string {
	if len(s) <= 80 {
		return s
	}
	return strings.ToValidUTF8(s[:80], "") + "..."
}
