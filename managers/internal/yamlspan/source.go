package yamlspan

import (
	"sort"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/currant-bot/currant/managers"
)

// A source leads from the parser's lines and columns to bytes of the file.
type source struct {
	text   string // of the whole file
	breaks []int  // byte offset of each "\n" in text
	parsed string // what the parser was given of it
	lines  []int  // rune offset of each line of parsed
	runes  []int  // byte offset of every runeStep-th rune of parsed
	shifts []shift
	big    map[*yaml.Node]mapping
}

// A mapping is an index of the keys of a mapping node.
type mapping struct {
	values map[string]*yaml.Node
	merged []*yaml.Node // last first
}

// bigMapping is the number of keys from which an anchored mapping gets an index: it could
// be searched through any number of aliases.
const bigMapping = 64

func (s *source) indexMappings(n *yaml.Node) {
	if n.Kind == yaml.MappingNode && n.Anchor != "" && len(n.Content) >= 2*bigMapping {
		m := mapping{values: make(map[string]*yaml.Node)}
		for i := len(n.Content) - 2; i >= 0; i -= 2 {
			k, v := n.Content[i], n.Content[i+1]
			if k.Kind != yaml.ScalarNode {
				continue
			}
			if _, ok := m.values[k.Value]; !ok {
				m.values[k.Value] = v
			}
			if k.Value == "<<" {
				m.merged = append(m.merged, v)
			}
		}
		if s.big == nil {
			s.big = make(map[*yaml.Node]mapping)
		}
		s.big[n] = m
	}
	for _, c := range n.Content {
		s.indexMappings(c)
	}
}

// runeStep is how many runes are at most counted to find one: a file can be one line.
const runeStep = 256

// index finds the lines of parsed, by what the YAML 1.1 scanner takes for a line break.
func (s *source) index() {
	s.lines = []int{0}
	count := 0
	for i, r := range s.parsed {
		if count%runeStep == 0 {
			s.runes = append(s.runes, i)
		}
		count++
		switch r {
		case '\r':
			if !strings.HasPrefix(s.parsed[i+1:], "\n") {
				s.lines = append(s.lines, count)
			}
		case '\n', '\u0085', '\u2028', '\u2029':
			s.lines = append(s.lines, count)
		}
	}
}

// newlines returns the byte offset of each "\n" in text.
func newlines(text string) []int {
	var at []int
	for i := range len(text) {
		if text[i] == '\n' {
			at = append(at, i)
		}
	}
	return at
}

// offset returns the byte of parsed at a line and a rune column, both from 1; -1 if there
// is none.
func (s *source) offset(line, column int) int {
	if line < 1 || line > len(s.lines) || column < 1 {
		return -1
	}
	count := s.lines[line-1] + column - 1
	if count/runeStep >= len(s.runes) {
		return -1
	}
	at := s.runes[count/runeStep]
	for range count % runeStep {
		if at >= len(s.parsed) {
			return -1
		}
		_, size := utf8.DecodeRuneInString(s.parsed[at:])
		at += size
	}
	return at
}

// inFile returns the offset in the file of a byte of parsed.
func (s *source) inFile(at int) int {
	i := sort.Search(len(s.shifts), func(i int) bool { return s.shifts[i].at > at }) - 1
	return at + s.shifts[i].by
}

// content returns where the content of a scalar begins in parsed, after its anchor, tag
// and opening quote, and what must come after it: a quote, or nothing in particular.
// It is -1 for a scalar without such a place.
func (s *source) content(n *yaml.Node) (at int, after string) {
	if n.Kind != yaml.ScalarNode || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return -1, ""
	}
	at = s.offset(n.Line, n.Column)
	if at < 0 {
		return -1, ""
	}
	at = s.skipProperties(at)
	switch {
	case n.Style&yaml.SingleQuotedStyle != 0:
		after = "'"
	case n.Style&yaml.DoubleQuotedStyle != 0:
		after = `"`
	default:
		return at, ""
	}
	if !strings.HasPrefix(s.parsed[at:], after) {
		return -1, ""
	}
	return at + 1, after
}

// skipProperties returns where the node at byte at goes on after its anchor and tag.
func (s *source) skipProperties(at int) int {
	for at < len(s.parsed) && (s.parsed[at] == '&' || s.parsed[at] == '!') {
		i := strings.IndexAny(s.parsed[at:], " \t\r\n")
		if i < 0 {
			return len(s.parsed)
		}
		at += i
		at += len(s.parsed[at:]) - len(strings.TrimLeft(s.parsed[at:], " \t"))
	}
	return at
}

// field returns the bytes of the file that hold exactly a scalar's value; zero if
// none do, as with escapes, folded lines and block scalars.
func (s *source) field(n *yaml.Node) managers.Field {
	at, after := s.content(n)
	if at < 0 || n.Value == "" || !strings.HasPrefix(s.parsed[at:], n.Value) ||
		!strings.HasPrefix(s.parsed[at+len(n.Value):], after) {
		return managers.Field{}
	}
	if after != "" && strings.ContainsAny(n.Value, after+`\`) {
		return managers.Field{} // what looks like the end may be an escape
	}
	f := managers.Field{Text: n.Value, Start: s.inFile(at)}
	if !strings.HasPrefix(s.text[f.Start:], f.Text+after) || len(s.shifts) > 1 && after == "" && startsOutput(s.text[f.End():]) {
		return managers.Field{} // a template tag stands in it, or goes on with it
	}
	return f
}
