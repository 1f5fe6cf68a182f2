package config

import (
	"errors"

	"github.com/currant-bot/currant/config/internal/json5"
)

// A Document is a part of a JSON5 text that is no configuration, with its place.
type Document struct{ v *value }

// ParseDocument reads a text as JSON, JSON with comments or JSON5, all errors
// at once. The Document is zero if there are errors.
func ParseDocument(name, text string) (Document, []Diagnostic) {
	root, problems := json5.Parse(text, json5.JSON5)
	var out []Diagnostic
	broken := false
	for _, p := range problems {
		d := Diagnostic{Severity: Warning, File: name, Text: p.Text}
		d.Line, d.Column = json5.Position(text, p.Offset)
		if !p.Lenient {
			d.Severity, broken = Error, true
		}
		out = append(out, d)
	}
	if broken {
		return Document{}, out
	}
	return Document{fromNode(root, &source{name: name, text: text, root: root})}, out
}

// Items returns the items of a list; nil if d is none.
func (d Document) Items() []Document {
	var out []Document
	for _, item := range d.v.items() {
		out = append(out, Document{item})
	}
	return out
}

// Get returns a member of an object, and whether there is one.
func (d Document) Get(name string) (Document, bool) {
	m := d.v.get(name)
	return Document{m}, m != nil
}

// IsList reports whether d is a list.
func (d Document) IsList() bool { return d.v.isList() }

// Value returns d as encoding/json would.
func (d Document) Value() any { return d.v.plain() }

// Origin returns where d was written.
func (d Document) Origin() Origin { return d.v.origin() }

// Readable says why a text cannot be read as a file of configuration of that
// name; nil if it can. What it says is not looked at.
func Readable(name, text string) error {
	rep := new(report)
	if rep.parse(text, name, dialect(name), nil) != nil {
		return nil
	}
	for _, d := range rep.sorted() {
		if d.Severity == Error {
			return errors.New(d.String())
		}
	}
	return errors.New(name + " cannot be read")
}
