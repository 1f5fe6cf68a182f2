package tomlspan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

const (
	maxDepth = 100     // of nested values and of dotted keys; deeper text is refused
	maxSize  = 8 << 20 // bytes of text

	// maxNodes bounds the memory: a value or key takes a few hundred bytes,
	// and needs one of the characters in nodeMarks.
	maxNodes  = 1 << 20
	nodeMarks = ",=.["
)

// An Error says where text is not TOML.
type Error struct {
	Line int // from 1
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Parse reads a document and returns its top table. Text that is nested more than 100 deep, may
// hold more than a million values or is longer than 8 MiB is refused.
func Parse(text string) (*Value, *Error) {
	if len(text) > maxSize {
		return nil, &Error{1, fmt.Sprintf("file is larger than %d MiB", maxSize>>20)}
	}
	nodes := 0
	for _, mark := range []byte(nodeMarks) {
		nodes += strings.Count(text, string(mark))
	}
	if nodes > maxNodes {
		return nil, &Error{1, fmt.Sprintf("file may hold more than %d values", maxNodes)}
	}
	b := builder{text: text}
	for i := range len(text) {
		if text[i] == '\n' {
			b.breaks = append(b.breaks, i)
		}
	}
	b.parser.Reset([]byte(text))
	top := &Value{Kind: Table}
	current := top
	for b.err == nil && b.parser.NextExpression() {
		switch e := b.parser.Expression(); e.Kind {
		case unstable.Table:
			current = b.table(top, e.Key())
		case unstable.ArrayTable:
			current = b.element(top, e.Key())
		case unstable.KeyValue:
			b.assign(current, e, 0)
		}
	}
	if err := b.parser.Error(); err != nil && b.err == nil {
		at := 0
		var syntax *unstable.ParserError
		if errors.As(err, &syntax) {
			at = int(b.parser.Range(syntax.Highlight).Offset)
		}
		b.fail(at, "%v", err)
	}
	if b.err != nil {
		return nil, b.err
	}
	return top, nil
}

// A builder turns expressions into a tree. After an error the tree is void.
type builder struct {
	text   string
	breaks []int // where lines end
	parser unstable.Parser
	err    *Error
}

func (b *builder) line(at int) int {
	before, _ := slices.BinarySearch(b.breaks, at)
	return before + 1
}

func (b *builder) fail(at int, format string, args ...any) {
	if b.err == nil {
		b.err = &Error{b.line(at), "not valid TOML: " + fmt.Sprintf(format, args...)}
	}
}

// keys returns the parts of a dotted key.
func (b *builder) keys(it unstable.Iterator) []*Value {
	var keys []*Value
	for it.Next() {
		keys = append(keys, b.str(it.Node()))
	}
	if len(keys) > maxDepth {
		b.fail(keys[0].Start, "a key has more than %d parts", maxDepth)
		return keys[:1]
	}
	return keys
}

// open returns the table under key in v, made if it is not there. Of an array
// of tables it is the last.
func (b *builder) open(v, key *Value) *Value {
	next := v.Get(key.Text)
	switch {
	case next.Kind == Missing:
		next = &Value{Kind: Table, Start: key.Start, End: key.End, Line: key.Line}
		b.set(v, key, next)
	case next.Kind == Array && !next.sealed:
		next = next.values[len(next.values)-1]
	case next.Kind != Table || next.sealed:
		b.fail(key.Start, "key %q is defined twice", key.Text)
		return &Value{Kind: Table}
	}
	return next
}

func (b *builder) set(v, key, value *Value) {
	if v.find(key.Text) >= 0 {
		b.fail(key.Start, "key %q is defined twice", key.Text)
		return
	}
	if v.index == nil && len(v.keys) == maxScan {
		v.index = make(map[string]int)
		for i, k := range v.keys {
			v.index[k.Text] = i
		}
	}
	if v.index != nil {
		v.index[key.Text] = len(v.keys)
	}
	v.keys = append(v.keys, key)
	v.values = append(v.values, value)
}

func (b *builder) table(top *Value, it unstable.Iterator) *Value {
	v := top
	for _, key := range b.keys(it) {
		v = b.open(v, key)
	}
	return v
}

// element starts a new table of the array of tables under a key.
func (b *builder) element(top *Value, it unstable.Iterator) *Value {
	keys := b.keys(it)
	v, last := top, keys[len(keys)-1]
	for _, key := range keys[:len(keys)-1] {
		v = b.open(v, key)
	}
	array := v.Get(last.Text)
	if array.Kind == Missing {
		array = &Value{Kind: Array, Start: last.Start, End: last.End, Line: last.Line}
		b.set(v, last, array)
	}
	table := &Value{Kind: Table, Start: last.Start, End: last.End, Line: last.Line}
	if array.Kind != Array || array.sealed {
		b.fail(last.Start, "key %q is defined twice", last.Text)
		return table
	}
	array.values = append(array.values, table)
	return table
}

// assign adds a "key = value" to v.
func (b *builder) assign(v *Value, e *unstable.Node, depth int) {
	value := b.value(e.Value(), depth)
	keys := b.keys(e.Key())
	for _, key := range keys[:len(keys)-1] {
		v = b.open(v, key)
	}
	b.set(v, keys[len(keys)-1], value)
}

func (b *builder) value(n *unstable.Node, depth int) *Value {
	at := int(n.Raw.Offset)
	v := &Value{Start: at, End: at + int(n.Raw.Length), Line: b.line(at)}
	if depth > maxDepth {
		b.fail(at, "nested more than %d deep", maxDepth)
		return v
	}
	switch n.Kind {
	case unstable.String:
		return b.str(n)
	case unstable.Array:
		v.Kind, v.sealed = Array, true
		for it := n.Children(); it.Next(); {
			v.values = append(v.values, b.value(it.Node(), depth+1))
		}
	case unstable.InlineTable:
		v.Kind = Table
		for it := n.Children(); it.Next(); {
			b.assign(v, it.Node(), depth+1)
		}
		v.sealed = true
	default:
		v.Kind, v.Text = Literal, string(n.Data)
	}
	return v
}

// str reads a string or a key, finding where its text stands within quotes.
func (b *builder) str(n *unstable.Node) *Value {
	start, end := int(n.Raw.Offset), int(n.Raw.Offset+n.Raw.Length)
	raw := b.text[start:end]
	for _, quote := range []string{`"""`, `'''`, `"`, `'`} {
		if len(raw) >= 2*len(quote) && strings.HasPrefix(raw, quote) {
			start, end = start+len(quote), end-len(quote)
			break
		}
	}
	if len(raw) >= 6 && (raw[:3] == `"""` || raw[:3] == `'''`) { // a newline right after the quotes is not text
		inner := b.text[start:end]
		start = end - len(strings.TrimPrefix(strings.TrimPrefix(inner, "\r"), "\n"))
	}
	return &Value{Kind: String, Text: string(n.Data), Start: start, End: end, Line: b.line(int(n.Raw.Offset)), raw: b.text[start:end]}
}
