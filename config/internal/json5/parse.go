package json5

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

type parser struct {
	text     string
	dialect  Dialect
	pos      int
	nodes    int
	halted   bool
	problems []Problem
}

func (p *parser) problem(offset int, text string) {
	if len(p.problems) < maxProblems {
		p.problems = append(p.problems, Problem{Offset: offset, Text: text})
		return
	}
	p.halted = true
}

// only5 notes that the text uses what only JSON5 allows.
func (p *parser) only5(offset int, what string) {
	if p.dialect != JSON5 && len(p.problems) < maxProblems {
		p.problems = append(p.problems, Problem{offset, what + " needs JSON5: name the file .json5", true})
	}
}

// stop gives up: what follows would be noise, or too much.
func (p *parser) stop(offset int, text string) {
	p.problem(offset, text)
	p.halted = true
}

func (p *parser) stopped() bool { return p.halted }

func (p *parser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

// here describes what stands at the current position.
func (p *parser) here() string {
	if p.pos >= len(p.text) {
		return "end of file"
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.pos:])
	return fmt.Sprintf("%q", r)
}

// space skips white space and comments.
func (p *parser) space() {
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f':
			p.pos++
		case strings.HasPrefix(p.text[p.pos:], "//"):
			end := strings.IndexAny(p.text[p.pos:], "\n\r")
			if end < 0 {
				end = len(p.text) - p.pos
			}
			p.pos += end
		case strings.HasPrefix(p.text[p.pos:], "/*"):
			end := strings.Index(p.text[p.pos+2:], "*/")
			if end < 0 {
				p.stop(p.pos, "comment without end")
				p.pos = len(p.text)
				return
			}
			p.pos += end + 4
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(p.text[p.pos:])
			if !unicode.IsSpace(r) && r != '\ufeff' {
				return
			}
			p.pos += size
		default:
			return
		}
	}
}

func (p *parser) value(depth int) Node {
	start := p.pos
	if p.nodes++; p.nodes > maxNodes {
		p.stop(start, "holds more than a million values")
	}
	if depth > maxDepth {
		p.stop(start, fmt.Sprintf("is nested deeper than %d levels", maxDepth))
	}
	if p.halted {
		p.pos = len(p.text)
		return Node{Start: start, End: start}
	}
	n := Node{Start: start}
	switch c := p.peek(); {
	case c == '{':
		p.object(&n, depth)
	case c == '[':
		p.array(&n, depth)
	case c == '"' || c == '\'':
		n.Kind, n.Text = String, p.str()
	case c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9':
		p.number(&n)
	default:
		p.word(&n)
	}
	n.End = p.pos
	return n
}

// word reads null, true, false, Infinity or NaN.
func (p *parser) word(n *Node) {
	start := p.pos
	w := p.ident()
	switch w {
	case "null":
		n.Kind = Null
	case "true", "false":
		n.Kind, n.Bool = Bool, w == "true"
	case "Infinity", "NaN":
		p.pos = start
		p.number(n)
	case "":
		p.problem(p.pos, "expected a value, found "+p.here())
		p.skip()
	default:
		text := fmt.Sprintf("unknown word %q", clip(w))
		if lower := strings.ToLower(w); lower == "true" || lower == "false" || lower == "null" || lower == "none" {
			text += "; write it as " + strings.Replace(lower, "none", "null", 1)
		} else {
			text += "; a string needs quotes"
		}
		p.problem(start, text)
		p.skip()
	}
}

// ident reads an ECMAScript identifier name; "" if there is none.
func (p *parser) ident() string {
	start := p.pos
	for p.pos < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.text[p.pos:])
		if r == utf8.RuneError && size == 1 || !unicode.IsLetter(r) && r != '_' && r != '$' && (p.pos == start || !unicode.IsDigit(r)) {
			break
		}
		p.pos += size
	}
	return p.text[start:p.pos]
}

func (p *parser) array(n *Node, depth int) {
	open := p.pos
	n.Kind = Array
	p.pos++
	for {
		p.space()
		switch {
		case p.pos >= len(p.text):
			p.stop(open, "\"[\" is never closed")
			return
		case p.peek() == ']':
			p.pos++
			return
		case p.peek() == ',':
			p.problem(p.pos, "a comma without a value before it")
			p.pos++
			continue
		case p.peek() == '}':
			p.stop(p.pos, "\"}\" where \"]\" should close an array")
			p.pos = len(p.text)
			return
		}
		n.Items = append(n.Items, p.value(depth+1))
		p.comma(']')
		if p.halted {
			return
		}
	}
}

func (p *parser) object(n *Node, depth int) {
	open := p.pos
	n.Kind = Object
	var seen map[string]int
	p.pos++
	for {
		p.space()
		switch {
		case p.pos >= len(p.text):
			p.stop(open, "\"{\" is never closed")
			return
		case p.peek() == '}':
			p.pos++
			return
		case p.peek() == ',':
			p.problem(p.pos, "a comma without a value before it")
			p.pos++
			continue
		case p.peek() == ']':
			p.stop(p.pos, "\"]\" where \"}\" should close an object")
			p.pos = len(p.text)
			return
		}
		m, ok := p.member(depth)
		if ok {
			if seen == nil {
				seen = make(map[string]int)
			}
			if first, dup := seen[m.Key]; dup {
				line, _ := Position(p.text, first)
				p.problem(m.Start, fmt.Sprintf("%q is there already, on line %d", clip(m.Key), line))
			} else {
				seen[m.Key] = m.Start
			}
			n.Members = append(n.Members, m)
		}
		p.comma('}')
		if p.halted {
			return
		}
	}
}

func (p *parser) member(depth int) (Member, bool) {
	m := Member{Start: p.pos}
	switch c := p.peek(); {
	case c == '"' || c == '\'':
		m.Key = p.str()
	default:
		if m.Key = p.ident(); m.Key == "" {
			p.problem(p.pos, "expected a key, found "+p.here())
			p.skip()
			return m, false
		}
		p.only5(m.Start, "a key without quotes")
	}
	m.End = p.pos
	p.space()
	if p.peek() != ':' {
		p.problem(p.pos, fmt.Sprintf("expected \":\" after %q, found %s", clip(m.Key), p.here()))
		p.skip()
		return m, false
	}
	p.pos++
	p.space()
	m.Value = p.value(depth + 1)
	return m, true
}

// comma reads what separates values, and reports if it is missing.
func (p *parser) comma(end byte) {
	if p.halted {
		return
	}
	last := p.pos
	p.space()
	switch p.peek() {
	case ',':
		p.pos++
	case end, 0:
	case '}', ']': // the caller knows what it closes
	default:
		p.problem(last, "a comma is missing")
		if c := p.peek(); c == '"' || c == '\'' || c == '{' || c == '[' {
			return
		}
		if at := p.pos; p.ident() != "" {
			p.pos = at
			return
		}
		p.skip()
	}
}

// skip moves to where reading can go on after an error.
func (p *parser) skip() {
	start := p.pos
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; c {
		case ',', '}', ']', '\n':
			if p.pos == start && c != ',' && c != '\n' {
				return
			}
			return
		case '"', '\'':
			if p.pos != start {
				return
			}
			p.str()
		default:
			p.pos++
		}
	}
}

// clip shortens text from a file for a message.
func clip(s string) string {
	if len(s) <= 60 {
		return s
	}
	return strings.ToValidUTF8(s[:60], "") + "..."
}
