// Package tomlspan reads TOML and says where in the text each string stands.
// Tables, dotted keys, arrays of tables and inline tables all come out as one tree.
package tomlspan

import (
	"iter"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// A Kind is what a [Value] is.
type Kind int

const (
	Missing Kind = iota // no value: what Get returns for a key that is not there
	Table
	Array
	String
	Literal // a number, a truth value, a date or a time
)

// A Value is a table or something in one. It must not be modified.
type Value struct {
	Kind  Kind
	Text  string // of a string, decoded; of a literal, as it stands
	Start int    // where a string's text, a literal or the key that made a table begins
	End   int
	Line  int // on which it begins, from 1

	raw    string // of a string, what the file holds
	sealed bool   // written as a value: nothing can be added to it
	keys   []*Value
	values []*Value       // of a table, one a key; of an array, its elements
	index  map[string]int // of keys; nil in a small table
}

// Get returns the value under a path of keys; its kind is Missing if a key is
// not there.
func (v *Value) Get(path ...string) *Value {
	for _, key := range path {
		i := v.find(key)
		if i < 0 {
			return &Value{}
		}
		v = v.values[i]
	}
	return v
}

// maxScan is the size of a table up to which its keys are compared one by one:
// most tables are small, and a map costs more than the rest of them.
const maxScan = 8

// find returns the position of a key in a table, -1 if it is not there.
func (v *Value) find(key string) int {
	if v.index != nil {
		if i, ok := v.index[key]; ok {
			return i
		}
		return -1
	}
	return slices.IndexFunc(v.keys, func(k *Value) bool { return k.Text == key })
}

// Members returns the keys of a table with their values, in the order in which they first appear.
func (v *Value) Members() iter.Seq2[*Value, *Value] {
	return func(yield func(key, value *Value) bool) {
		for i, key := range v.keys {
			if !yield(key, v.values[i]) {
				return
			}
		}
	}
}

// Items returns the elements of an array, or the tables of an array of tables.
func (v *Value) Items() []*Value {
	if v.Kind != Array {
		return nil
	}
	return v.values
}

// Field returns the text of a string as a field that can be edited. ok is
// false if v is no string, is empty, or stands in the file with escapes, so that its text
// is not there as such.
func (v *Value) Field() (f managers.Field, ok bool) { return v.Sub(0, len(v.Text)) }

// Sub returns the piece of a string from byte i to byte j of its text, as
// Field does. Escapes behind the piece do not matter.
func (v *Value) Sub(i, j int) (f managers.Field, ok bool) {
	if v.Kind != String || i >= j || j > len(v.raw) || v.raw[:j] != v.Text[:j] || len(v.raw) != len(v.Text) && strings.Contains(v.raw[:j], `\`) {
		return managers.Field{}, false
	}
	return managers.Field{Text: v.Text[i:j], Start: v.Start + i}, true
}

// Read returns the top table of what f holds, parsing it once however many
// managers ask. If it is broken there is one problem and an empty value.
func Read(f managers.File) (*Value, []managers.Problem) {
	d := managers.Once(f, "toml", func(text string) document {
		v, err := Parse(text)
		return document{v, err}
	})
	if d.err != nil {
		return &Value{}, []managers.Problem{{Path: f.Path, Line: d.err.Line, Text: d.err.Text}}
	}
	return d.value, nil
}

type document struct {
	value *Value
	err   *Error
}
