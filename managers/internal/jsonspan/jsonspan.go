// Package jsonspan reads JSON and says where in the text each string stands.
//
// It accepts what people really keep in such files besides JSON: comments and
// trailing commas. It never changes or prints JSON; edits are made in
// the text.
package jsonspan

import (
	"iter"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// A Kind is what a [Value] is.
type Kind int

const (
	Missing Kind = iota // no value: what Get returns for a key that is not there
	Object
	Array
	String
	Literal // a number, true, false or null
)

// A Value is a piece of JSON. It must not be modified.
type Value struct {
	Kind    Kind
	Text    string // of a string, decoded; of a literal, as it stands
	Start   int    // where the value begins; for a string, after the quote
	End     int    // where it ends; for a string, before the closing quote
	Line    int    // on which it begins, from 1
	raw     string // of a string, what the file holds
	members []Member
	items   []Value
}

// A Member is one key of an object with its value.
type Member struct{ Key, Value Value }

// Get returns the value under a path of keys; its kind is Missing if a key is
// not there.
func (v Value) Get(path ...string) Value {
	for _, key := range path {
		next := Value{}
		for _, m := range v.members {
			if m.Key.Text == key {
				next = m.Value
			}
		}
		v = next
	}
	return v
}

// Members returns the members of an object in the order of the file. Where a key stands
// twice, only the last counts, as everywhere in practice.
func (v Value) Members() iter.Seq2[Value, Value] {
	return func(yield func(key, value Value) bool) {
		last := make(map[string]int, len(v.members))
		for i, m := range v.members {
			last[m.Key.Text] = i
		}
		for i, m := range v.members {
			if last[m.Key.Text] == i && !yield(m.Key, m.Value) {
				return
			}
		}
	}
}

// Items returns the elements of an array.
func (v Value) Items() []Value { return v.items }

// Field returns the text of a string as a field that can be edited. ok is
// false if v is no string, is empty, or stands in the file with escapes, so that its text
// is not there as such.
func (v Value) Field() (f managers.Field, ok bool) { return v.Sub(0, len(v.Text)) }

// Sub returns the piece of a string from byte i to byte j of its text, as
// Field does. Escapes behind the piece do not matter.
func (v Value) Sub(i, j int) (f managers.Field, ok bool) {
	if v.Kind != String || i >= j || j > len(v.raw) || v.raw[:j] != v.Text[:j] || len(v.raw) != len(v.Text) && strings.Contains(v.raw[:j], `\`) {
		return managers.Field{}, false
	}
	return managers.Field{Text: v.Text[i:j], Start: v.Start + i}, true
}

// Read returns what f holds, parsing it once however many managers ask. If it
// is broken there is one problem and no value.
func Read(f managers.File) (Value, []managers.Problem) {
	d := managers.Once(f, "json", func(text string) document {
		v, err := Parse(text)
		return document{v, err}
	})
	if d.err != nil {
		return Value{}, []managers.Problem{{Path: f.Path, Line: d.err.Line, Text: d.err.Text}}
	}
	return d.value, nil
}

// Read5 is [Read] for JSON5.
func Read5(f managers.File) (Value, []managers.Problem) {
	d := managers.Once(f, "json5", func(text string) document {
		v, err := Parse5(text)
		return document{v, err}
	})
	if d.err != nil {
		return Value{}, []managers.Problem{{Path: f.Path, Line: d.err.Line, Text: d.err.Text}}
	}
	return d.value, nil
}

type document struct {
	value Value
	err   *Error
}
