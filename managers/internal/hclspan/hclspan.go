// Package hclspan defines the blocks of HCL files, such as Terraform's, whose
// values know their place in the file.
//
// The language is parsed by HashiCorp's own parser, which is exact and slow: seven megabytes
// a second. Most of a Terraform file is of no interest, so a scanner finds
// where the top blocks are, at some hundred megabytes a second, and only those that the caller
// wants are parsed. That is also why a broken block does not lose the others.
package hclspan

import (
	"strings"

	"github.com/currant-bot/currant/managers"
)

// A Kind is what a [Value] is.
type Kind int

const (
	Missing    Kind = iota // no value: what Get returns for a name that is not there
	String                 // a string without anything to evaluate
	Literal                // a number, a truth value or null
	Object                 // {a = 1}
	List                   // [1, 2]
	Expression             // what only the tool itself can evaluate, such as var.x or "${var.x}-y"
)

// A Value is what stands behind the equals sign of an attribute. It must not
// be modified.
type Value struct {
	Kind  Kind
	Text  string // of a string, decoded; else as it stands, a bare expression as "${var.x}"
	Start int    // where the text of a string or template, or else the value, begins
	Line  int    // on which it begins, from 1

	raw     string // what the file holds at Start
	members []Attr
	items   []Value
}

// An Attr is a name with its value.
type Attr struct {
	Name  string
	Line  int // of the name
	Value Value
}

// A Block is a block with its content, in the order of the file.
type Block struct {
	Type   string // such as "resource"
	Labels []string
	Line   int // on which it begins, from 1
	Attrs  []Attr
	Blocks []Block
}

// Label returns the i-th label; "" if there are not so many.
func (b Block) Label(i int) string {
	if i >= len(b.Labels) {
		return ""
	}
	return b.Labels[i]
}

// Get returns the value of an attribute; its kind is Missing if there is none.
func (b Block) Get(name string) Value { return find(b.Attrs, name) }

// Find returns the blocks that a path of types leads to.
func (b Block) Find(path ...string) []Block {
	found := []Block{b}
	for _, kind := range path {
		var next []Block
		for _, parent := range found {
			for _, child := range parent.Blocks {
				if child.Type == kind {
					next = append(next, child)
				}
			}
		}
		found = next
	}
	return found
}

// Get returns a member of an object; its kind is Missing if there is none.
func (v Value) Get(name string) Value { return find(v.members, name) }

// Members returns the members of an object whose names are known.
func (v Value) Members() []Attr { return v.members }

// Items returns the elements of a list.
func (v Value) Items() []Value { return v.items }

// find returns the last value of a name, as in JSON; HCL has none twice.
func find(attrs []Attr, name string) (v Value) {
	for _, a := range attrs {
		if a.Name == name {
			v = a.Value
		}
	}
	return v
}

// Field returns the text of a string or a template as a field. ok is false if v is
// neither, is empty, or stands in the file with escapes, so that its text is not there as such.
func (v Value) Field() (f managers.Field, ok bool) { return v.Sub(0, len(v.Text)) }

// Sub returns the piece of a string from byte i to byte j of its text, as Field
// does. Escapes behind the piece do not matter.
func (v Value) Sub(i, j int) (f managers.Field, ok bool) {
	if v.raw == "" || i < 0 || i >= j || j > len(v.raw) || v.raw[:j] != v.Text[:j] || len(v.raw) != len(v.Text) && strings.Contains(v.raw[:j], `\`) {
		return managers.Field{}, false
	}
	return managers.Field{Text: v.Text[i:j], Start: v.Start + i}, true
}

// Read returns the top blocks of what file holds that want asks for by their type and
// labels. What is wrong in them is a problem; what can be read of them all the same is there. Of
// other blocks only a missing end is noticed, as it may hide what comes after.
func Read(file managers.File, want func(kind string, labels []string) bool) ([]Block, []managers.Problem) {
	var blocks []Block
	var problems []managers.Problem
	p := parser{text: file.Text, line: 1}
	for _, piece := range cut(file.Text) {
		var block Block
		var problem managers.Problem
		if want(piece.kind, piece.labels) {
			block, problem = p.parse(piece)
		} else if piece.open {
			problem = managers.Problem{Line: p.lineOf(piece), Text: "block has no end"}
		}
		if problem.Text != "" {
			problem.Path = file.Path
			problems = append(problems, problem)
		}
		if block.Type != "" {
			blocks = append(blocks, block)
		}
	}
	return blocks, problems
}
