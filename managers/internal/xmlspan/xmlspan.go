// Package xmlspan reads XML and says where in the text each value stands.
//
// Names are read without their namespace prefixes. It never changes or prints XML; edits are made in the text.
package xmlspan

import (
	"iter"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// An Element is one element. It must not be modified. Methods of a nil Element
// return what an empty one would.
type Element struct {
	Name     string // without prefix
	Space    string // the default namespace that its own xmlns says; "" if it says none
	Start    int    // where its start tag begins
	End      int    // behind its end tag
	Line     int    // on which it begins, from 1
	Attrs    []Attr
	Children []*Element

	text      Value
	textTwice bool // text in several pieces, which is no one value
}

// An Attr is an attribute of an element.
type Attr struct {
	Name string // without prefix
	Value
}

// A Value is text between tags or quotes, without the white space around it.
type Value struct {
	Text  string // decoded
	Start int    // where it stands
	Line  int    // on which it begins, from 1
	plain bool   // the file holds Text as it is
}

// Field returns v as a field that can be edited. ok is false if v is empty or stands in the file
// with entities, so that its text is not there as such.
func (v Value) Field() (f managers.Field, ok bool) {
	if !v.plain || v.Text == "" {
		return managers.Field{}, false
	}
	return managers.Field{Text: v.Text, Start: v.Start}, true
}

// Sub returns the piece of v from byte i to byte j as Field does.
func (v Value) Sub(i, j int) (f managers.Field, ok bool) {
	if !v.plain || i < 0 || i >= j || j > len(v.Text) {
		return managers.Field{}, false
	}
	return managers.Field{Text: v.Text[i:j], Start: v.Start + i}, true
}

// Get returns the first child under a path of names; nil if there is none.
func (e *Element) Get(path ...string) *Element {
	for _, name := range path {
		e = e.child(name)
	}
	return e
}

func (e *Element) child(name string) *Element {
	for c := range e.All(name) {
		return c
	}
	return nil
}

// All returns the children of a name.
func (e *Element) All(name string) iter.Seq[*Element] {
	return func(yield func(*Element) bool) {
		if e == nil {
			return
		}
		for _, c := range e.Children {
			if c.Name == name && !yield(c) {
				return
			}
		}
	}
}

// Attr returns the value of an attribute, of whatever letter case its name is; zero if there is none.
func (e *Element) Attr(name string) Value {
	if e == nil {
		return Value{}
	}
	for _, a := range e.Attrs {
		if strings.EqualFold(a.Name, name) {
			return a.Value
		}
	}
	return Value{}
}

// Value returns the text in e, comments left out. It cannot be edited if tags or comments part it.
func (e *Element) Value() Value {
	if e == nil {
		return Value{}
	}
	return e.text
}

// Text returns the text in e.
func (e *Element) Text() string { return e.Value().Text }

// Walk calls visit for e and everything in it, in the order of the file. path holds
// the names of the elements around it.
func (e *Element) Walk(visit func(e *Element, path []string)) { e.walk(nil, visit) }

func (e *Element) walk(path []string, visit func(e *Element, path []string)) {
	if e == nil {
		return
	}
	visit(e, path)
	path = append(path, e.Name)
	for _, c := range e.Children {
		c.walk(path, visit)
	}
}

// Read returns the root element of what f holds, parsing it once however many
// managers ask. If it is broken there is one problem and nil.
func Read(f managers.File) (*Element, []managers.Problem) {
	d := managers.Once(f, "xml", func(text string) document {
		root, err := Parse(text)
		return document{root, err}
	})
	if d.err != nil {
		return nil, []managers.Problem{{Path: f.Path, Line: d.err.Line, Text: d.err.Text}}
	}
	return d.root, nil
}

type document struct {
	root *Element
	err  *Error
}
