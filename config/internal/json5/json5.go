// Package json5 parses JSON, JSON with comments, and JSON5 into a tree that
// knows where each part stands in the text.
//
// All errors of a text are reported at once. Text is untrusted: its size and
// depth are limited, and parsing takes time linear in its length.
package json5

import "fmt"

// What Parse accepts at most.
const (
	MaxSize     = 10 << 20 // bytes
	maxDepth    = 100
	maxProblems = 50
	maxNodes    = 1 << 20
)

// A Kind is the type of a value.
type Kind uint8

const (
	Invalid Kind = iota // what could not be read; a problem says why
	Null
	Bool
	Number
	String
	Array
	Object
)

func (k Kind) String() string {
	return [...]string{"nothing", "null", "a boolean", "a number", "a string", "an array", "an object"}[k]
}

// A Node is a value. Start and End are byte offsets into the text.
type Node struct {
	Kind       Kind
	Start, End int
	Text       string // of a string, unquoted; of a number, as written
	Bool       bool
	Num        float64
	Items      []Node   // of an array
	Members    []Member // of an object, in order; duplicates are reported, and the last counts
}

// A Member is a key and its value.
type Member struct {
	Key        string
	Start, End int // of the key, with its quotes
	Value      Node
}

// Get returns the value of key; nil if n has no such member.
func (n *Node) Get(key string) *Node {
	for i := len(n.Members) - 1; i >= 0; i-- {
		if n.Members[i].Key == key {
			return &n.Members[i].Value
		}
	}
	return nil
}

// A Problem is something wrong with a text.
type Problem struct {
	Offset  int
	Text    string
	Lenient bool // the text was understood nevertheless
}

// A Dialect says what is tolerated.
type Dialect int

const (
	JSONC Dialect = iota // JSON with comments and trailing commas
	JSON5
)

// Parse returns the value that text holds. It always returns a node, of kind
// Invalid where nothing could be read, and everything that is wrong with text in order of
// offset, at most 50 problems.
func Parse(text string, d Dialect) (*Node, []Problem) {
	p := &parser{text: text, dialect: d}
	if len(text) > MaxSize {
		p.problem(0, "is larger than 10 MB")
		return &Node{}, p.problems
	}
	if len(text) >= 3 && text[:3] == "\ufeff" {
		p.pos = 3
	}
	p.space()
	if p.pos >= len(text) {
		p.problem(p.pos, "is empty: expected an object")
		return &Node{Start: p.pos, End: p.pos}, p.problems
	}
	n := p.value(0)
	p.space()
	if p.pos < len(text) && !p.stopped() {
		p.problem(p.pos, fmt.Sprintf("unexpected %s after the end of the value", p.here()))
	}
	return &n, p.problems
}

// Position returns the line and the column of a byte offset, both from 1. The
// column counts characters.
func Position(text string, offset int) (line, column int) {
	line, column = 1, 1
	if offset > len(text) {
		offset = len(text)
	}
	for _, r := range text[:offset] {
		if r == '\n' {
			line++
			column = 1
		} else {
			column++
		}
	}
	return line, column
}
