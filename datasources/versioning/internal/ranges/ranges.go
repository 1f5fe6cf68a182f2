// Package ranges reads version ranges as they are written, and rewrites them
// without losing their form.
//
// A range is alternatives, separated by "||", of terms that must all hold. A
// term is an operator and a version whose last numbers may be missing or wild.
// Ecosystems differ in their operators and in what versions look like; a
// [Syntax] says how.
package ranges

import (
	"fmt"
	"strings"
)

// A Role is what an operator means.
type Role int

// The roles of operators.
const (
	Exact      Role = iota // this version; if numbers are missing or wild, any that begins so
	Caret                  // from here up, the first number that is not zero stays
	Tilde                  // from here up, major and minor stay
	Compatible             // from here up, all but the last number stay
	Least                  // >=
	Above                  // >
	Most                   // <=
	Below                  // <
	Not                    // !=
)

// An Op is an operator as it is written.
type Op struct {
	Text string
	Role Role
}

// Pessimistic are the operators of RubyGems, which Terraform has too.
var Pessimistic = []Op{
	{Text: "~>", Role: Compatible},
	{Text: ">=", Role: Least},
	{Text: ">", Role: Above},
	{Text: "<=", Role: Most},
	{Text: "<", Role: Below},
	{Text: "!=", Role: Not},
	{Text: "=", Role: Exact},
	{Text: "", Role: Exact},
}

// A Syntax is how one ecosystem writes ranges.
type Syntax struct {
	Kind   string // for errors, with its article: "an npm range"
	Ops    []Op   // an operator stands before those it begins with; the last may be "", a bare version
	Or     bool   // "||" separates alternatives
	Bar    bool   // so does "|"
	Comma  bool   // a comma separates terms
	Space  bool   // white space separates terms
	Hyphen bool   // "1.2 - 1.4" is a term
	Wild   string // the characters that stand for any number
}

// A Range is a range as it was written.
type Range struct {
	Text         string
	Alternatives []Alternative // at least one
}

// An Alternative is terms that must all hold. One without terms admits anything.
type Alternative struct {
	Start, End int // in the text of the range, without the "||" around it
	Terms      []Term
}

// A Term is an operator and a version.
type Term struct {
	Role    Role
	Op      string
	Hyphen  bool // an end of "a - b"; its role is Least or Most
	Start   int  // of the operator
	Version Token
}

// MaxLength is the longest text that is read as a range or a version, in bytes.
const MaxLength = 1024

// Parse reads text. The error says what is wrong with it.
func (s *Syntax) Parse(text string) (Range, error) {
	if len(text) > MaxLength {
		return Range{}, fmt.Errorf("%q... is not %s: it is longer than %d bytes", text[:32], s.Kind, MaxLength)
	}
	r := Range{Text: text}
	for start := 0; ; {
		end, width := len(text), len("||")
		if i := strings.Index(text[start:], "||"); s.Or && i >= 0 {
			end = start + i
		}
		if i := strings.IndexByte(text[start:end], '|'); s.Bar && i >= 0 {
			end, width = start+i, 1
		}
		alt, err := s.alternative(text, start, end)
		if err != nil {
			return Range{}, fmt.Errorf("%q is not %s: %w", text, s.Kind, err)
		}
		r.Alternatives = append(r.Alternatives, alt)
		if end == len(text) {
			return r, nil
		}
		start = end + width
	}
}

// alternative reads text[start:end].
func (s *Syntax) alternative(text string, start, end int) (Alternative, error) {
	alt := Alternative{Start: start, End: end}
	c := cursor{text: text, pos: start, end: end}
	needTerm := false // after a comma
	for {
		c.space()
		if c.pos == end {
			if needTerm {
				return alt, fmt.Errorf("it ends with a comma")
			}
			return alt, nil
		}
		t, err := s.term(&c)
		if err != nil {
			return alt, err
		}
		alt.Terms = append(alt.Terms, t)
		if s.Hyphen && t.Op == "" && c.hyphen() {
			if len(alt.Terms) > 1 {
				return alt, fmt.Errorf("a hyphen range stands alone")
			}
			to, err := s.term(&c)
			if err != nil {
				return alt, err
			}
			alt.Terms[0].Role, alt.Terms[0].Hyphen = Least, true
			to.Role, to.Hyphen = Most, true
			alt.Terms = append(alt.Terms, to)
			if c.space(); c.pos != end || to.Op != "" {
				return alt, fmt.Errorf("a hyphen range stands alone")
			}
			return alt, nil
		}
		spaced := c.space()
		needTerm = s.Comma && c.take(",")
		if !needTerm && c.pos != end && !(s.Space && spaced) {
			return alt, fmt.Errorf("%q does not belong there", text[c.pos:end])
		}
	}
}

// term reads an operator and a version.
func (s *Syntax) term(c *cursor) (Term, error) {
	t := Term{Start: c.pos}
	found := false
	for _, op := range s.Ops {
		if found = c.take(op.Text); found {
			t.Op, t.Role = op.Text, op.Role
			break
		}
	}
	if !found {
		return t, fmt.Errorf("%q has no operator", c.text[c.pos:c.end])
	}
	c.space()
	word := c.word(s.Comma)
	if word == "" {
		return t, fmt.Errorf("there is no version after %q", c.text[t.Start:c.pos])
	}
	tok, ok := s.Token(word)
	if !ok {
		return t, fmt.Errorf("%q is not a version", word)
	}
	tok.Start, tok.End = c.pos-len(word), c.pos
	t.Version = tok
	if t.Op == "" && tok.Wild != "" { // Cargo's "1.*" is not "^1"
		t.Role = Exact
	}
	return t, nil
}

// A cursor is a place in a text.
type cursor struct {
	text     string
	pos, end int
}

func isSpace(b byte) bool { return b == ' ' || '\t' <= b && b <= '\r' }

// space skips white space and reports whether there was any.
func (c *cursor) space() bool {
	start := c.pos
	for c.pos < c.end && isSpace(c.text[c.pos]) {
		c.pos++
	}
	return c.pos > start
}

// take skips s if it comes next.
func (c *cursor) take(s string) bool {
	if !strings.HasPrefix(c.text[c.pos:c.end], s) {
		return false
	}
	c.pos += len(s)
	return true
}

// hyphen skips a hyphen between white space.
func (c *cursor) hyphen() bool {
	start := c.pos
	if c.space() && c.take("-") && c.space() {
		return true
	}
	c.pos = start
	return false
}

// word skips to the next white space, or comma if that separates.
func (c *cursor) word(comma bool) string {
	start := c.pos
	for c.pos < c.end && !isSpace(c.text[c.pos]) && !(comma && c.text[c.pos] == ',') {
		c.pos++
	}
	return c.text[start:c.pos]
}
