package yamlspan

import (
	"iter"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/currant-bot/currant/managers"
)

// A Node is a value in a document. The zero Node is a value that is not there; all
// methods work on it. Methods that look inside follow an alias; to walk a whole
// document in bounded time, do not enter a node that [Node.IsAlias].
type Node struct {
	n   *yaml.Node
	src *source
}

// IsZero reports whether there is no such value.
func (n Node) IsZero() bool { return n.n == nil }

// IsAlias reports whether n stands for another node of the document.
func (n Node) IsAlias() bool { return n.n != nil && n.n.Kind == yaml.AliasNode }

// IsMap reports whether n is a mapping.
func (n Node) IsMap() bool { return n.kind() == yaml.MappingNode }

// IsList reports whether n is a sequence.
func (n Node) IsList() bool { return n.kind() == yaml.SequenceNode }

// IsScalar reports whether n is a string, number, boolean or null.
func (n Node) IsScalar() bool { return n.kind() == yaml.ScalarNode }

// IsString reports whether n is a scalar that YAML takes for a string.
func (n Node) IsString() bool { return n.IsScalar() && n.target().n.ShortTag() == "!!str" }

func (n Node) kind() yaml.Kind {
	if t := n.target().n; t != nil {
		return t.Kind
	}
	return 0
}

// target returns what n stands for.
func (n Node) target() Node {
	if n.IsAlias() {
		return Node{n.n.Alias, n.src} // an anchor cannot be on an alias
	}
	return n
}

// String returns a scalar's value as it is written, without quotes and escapes: "1.10" for
// the number 1.10. It is "" for null and for what is no scalar.
func (n Node) String() string {
	t := n.target()
	if t.kind() != yaml.ScalarNode || t.n.ShortTag() == "!!null" {
		return ""
	}
	return t.n.Value
}

// Field returns a scalar's place in the file: within the quotes, after an anchor or
// tag, and that of the anchored scalar for an alias. It is zero if the file does
// not hold the value's exact bytes there: for block scalars, escapes and folded lines.
func (n Node) Field() managers.Field {
	t := n.target()
	if t.IsZero() || t.String() == "" {
		return managers.Field{}
	}
	return t.src.field(t.n)
}

// InTemplate reports whether n is in a document that could only be read without its template tags: a
// value without a [Node.Field] may have had one in it.
func (n Node) InTemplate() bool { return n.src != nil && len(n.src.shifts) > 1 }

// Verbatim returns a scalar's text as it is written, to find pieces of it that
// mean the same in the value: like [Node.Field], and the lines of a block scalar with their
// indentation.
func (n Node) Verbatim() managers.Field {
	t := n.target()
	if f := n.Field(); !f.IsZero() || t.kind() != yaml.ScalarNode || t.n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		return f
	}
	text := t.src.text
	begin := strings.LastIndexByte(text[:t.Start()], '\n') + 1
	indent := len(text[begin:]) - len(strings.TrimLeft(text[begin:], " -"))
	start := t.Start()
	if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
		start += i + 1
	} else {
		return managers.Field{}
	}
	end := start
	for line := range strings.Lines(text[start:]) {
		blank := len(line) - len(strings.TrimLeft(line, " "))
		if blank <= indent && strings.TrimSpace(line) != "" {
			break
		}
		end += len(line)
	}
	if end == start {
		return managers.Field{}
	}
	return managers.Field{Text: text[start:end], Start: start}
}

// Start returns the byte offset in the file where n is written.
func (n Node) Start() int {
	if n.n == nil {
		return 0
	}
	return n.src.inFile(max(0, n.src.offset(n.n.Line, n.n.Column)))
}

// Line returns the line of the file where n is written, from 1; 0 if there is no n.
func (n Node) Line() int {
	if n.n == nil {
		return 0
	}
	before, _ := slices.BinarySearch(n.src.breaks, n.Start())
	return before + 1
}

// Rest returns what follows a scalar on its line, such as a comment, and its place.
// It is zero where [Node.Field] is.
func (n Node) Rest() managers.Field {
	f := n.Field()
	if f.IsZero() {
		return f
	}
	t := n.target()
	_, quote := t.src.content(t.n)
	start := f.End() + len(quote)
	rest := t.src.text[start:]
	if i := strings.IndexAny(rest, "\r\n"); i >= 0 {
		rest = rest[:i]
	}
	return managers.Field{Text: rest, Start: start}
}

// Get returns the value that a path of keys leads to; of a key given twice, the last. It looks into
// aliases and merged mappings.
func (n Node) Get(path ...string) Node {
	for _, key := range path {
		merges := maxMerges
		n = n.get(key, &merges)
	}
	return n
}

// maxMerges is how many merged mappings are searched for a key.
const maxMerges = 100

func (n Node) get(key string, merges *int) Node {
	t := n.target()
	if t.kind() != yaml.MappingNode {
		return Node{}
	}
	value, merged := t.lookup(key)
	if value != nil {
		return Node{value, n.src}
	}
	for _, node := range merged {
		m := Node{node, n.src}
		from := []Node{m}
		if m.IsList() {
			from = m.Items()
		}
		for _, m := range from {
			if *merges--; *merges < 0 {
				return Node{}
			}
			if v := m.get(key, merges); !v.IsZero() {
				return v
			}
		}
	}
	return Node{}
}

// lookup returns the value at key, and the mappings that n merges, last first.
func (n Node) lookup(key string) (value *yaml.Node, merged []*yaml.Node) {
	if index, ok := n.src.big[n.n]; ok {
		return index.values[key], index.merged
	}
	content := n.n.Content
	for i := len(content) - 2; i >= 0; i -= 2 {
		switch k := content[i]; {
		case k.Kind == yaml.ScalarNode && k.Value == key:
			return content[i+1], nil
		case k.Kind == yaml.ScalarNode && k.Value == "<<":
			merged = append(merged, content[i+1])
		}
	}
	return nil, merged
}

// Items returns the elements of a sequence.
func (n Node) Items() []Node {
	if !n.IsList() {
		return nil
	}
	content := n.target().n.Content
	items := make([]Node, len(content))
	for i, c := range content {
		items[i] = Node{c, n.src}
	}
	return items
}

// Pairs yields the keys and values of a mapping as they are written, without those
// of merged mappings.
func (n Node) Pairs() iter.Seq2[Node, Node] {
	return func(yield func(k, v Node) bool) {
		if !n.IsMap() {
			return
		}
		content := n.target().n.Content
		for i := 0; i+1 < len(content); i += 2 {
			if !yield(Node{content[i], n.src}, Node{content[i+1], n.src}) {
				return
			}
		}
	}
}

// Walk yields n and all nodes below it, in order of appearance. It does not enter aliases.
func (n Node) Walk() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if !n.IsZero() {
			n.walk(yield)
		}
	}
}

func (n Node) walk(yield func(Node) bool) bool {
	if !yield(n) {
		return false
	}
	for _, c := range n.n.Content {
		if !(Node{c, n.src}).walk(yield) {
			return false
		}
	}
	return true
}

// InsertAfter returns the piece that adds a line "key: text" to mapping n below that
// of the key sibling, indented alike. ok is false if the mapping is not one of lines, or
// the sibling's value is not a scalar that ends its line.
func (n Node) InsertAfter(sibling, key, text string) (piece managers.Piece, ok bool) {
	if n.IsAlias() || !n.IsMap() || n.n.Style&yaml.FlowStyle != 0 {
		return piece, false
	}
	var k, v Node
	for key, value := range n.Pairs() {
		if key.n.Value == sibling {
			k, v = key, value
		}
	}
	if v.IsZero() || v.IsAlias() {
		return piece, false
	}
	rest, src := v.Rest(), n.src.text
	if trimmed := strings.TrimSpace(rest.Text); rest.Start == 0 || trimmed != "" && trimmed[0] != '#' {
		return piece, false
	}
	begin := strings.LastIndexByte(src[:k.Start()], '\n') + 1
	indent, ok := indentation(src[begin:k.Start()])
	if !ok {
		return piece, false
	}
	newline := "\n"
	if strings.HasPrefix(src[rest.End():], "\r\n") {
		newline = "\r\n"
	}
	return managers.Piece{Start: rest.End(), End: rest.End(), New: newline + indent + key + ": " + text}, true
}

// indentation returns the blanks that indent the next line as much as what comes before a
// key: blanks, or the dashes of the list that the mapping is an element of.
func indentation(before string) (string, bool) {
	if strings.Trim(before, " -") != "" {
		return "", false
	}
	return strings.Repeat(" ", len(before)), true
}
