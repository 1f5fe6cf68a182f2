package jsonspan

import (
	"encoding/json"
	"fmt"
	"strings"
)

const (
	maxDepth = 200      // of nested values; deeper text is refused
	maxSize  = 32 << 20 // bytes of text

	// maxValues bounds the memory: a value takes about a hundred bytes, and needs
	// one of the characters in valueMarks.
	maxValues  = 1 << 20
	valueMarks = ",[{"
)

// An Error says where text is not JSON.
type Error struct {
	Line int // from 1
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Parse reads one value. Text that is nested more than 200 deep, may hold more than
// a million values or is longer than 32 MiB is refused.
func Parse(text string) (Value, *Error) {
	if len(text) > maxSize {
		return Value{}, &Error{1, fmt.Sprintf("file is larger than %d MiB", maxSize>>20)}
	}
	values := 0
	for _, mark := range []byte(valueMarks) {
		values += strings.Count(text, string(mark))
	}
	if values > maxValues {
		return Value{}, &Error{1, fmt.Sprintf("file may hold more than %d values", maxValues)}
	}
	p := parser{text: text, line: 1}
	v := p.value(0)
	p.space()
	if p.err == nil && p.at < len(text) {
		p.fail("text after the end of the value")
	}
	if p.err != nil {
		return Value{}, p.err
	}
	return v, nil
}

// A parser stops at its first error: then at is the end of text.
type parser struct {
	text string
	at   int
	err  *Error

	line, counted int // the line of byte counted
}

// lineOf returns the line of byte at, which must not come before that of the last call.
func (p *parser) lineOf(at int) int {
	p.line += strings.Count(p.text[p.counted:at], "\n")
	p.counted = at
	return p.line
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = &Error{1 + strings.Count(p.text[:p.at], "\n"), "not valid JSON: " + fmt.Sprintf(format, args...)}
	}
	p.at = len(p.text)
}

// space skips white space and comments.
func (p *parser) space() {
	for p.at < len(p.text) {
		rest := p.text[p.at:]
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			p.at++
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			p.at += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				p.fail("comment has no end")
				return
			}
			p.at += end + 4
		default:
			return
		}
	}
}

// next skips space and reports whether the next byte is c, taking it.
func (p *parser) next(c byte) bool {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) value(depth int) Value {
	p.space()
	switch {
	case p.at == len(p.text):
		p.fail("value is missing")
	case depth > maxDepth:
		p.fail("nested more than %d deep", maxDepth)
	case p.text[p.at] == '{':
		return p.object(depth)
	case p.text[p.at] == '[':
		return p.array(depth)
	case p.text[p.at] == '"':
		return p.string()
	default:
		return p.literal()
	}
	return Value{}
}

func (p *parser) object(depth int) Value {
	v := Value{Kind: Object, Start: p.at, Line: p.lineOf(p.at)}
	p.at++
	for !p.next('}') {
		if p.at == len(p.text) || p.text[p.at] != '"' {
			p.fail("expected a key in quotes")
			return v
		}
		key := p.string()
		if !p.next(':') {
			p.fail("expected a colon after the key")
			return v
		}
		v.members = append(v.members, Member{key, p.value(depth + 1)})
		if !p.separator('}') {
			return v
		}
	}
	v.End = p.at
	return v
}

func (p *parser) array(depth int) Value {
	v := Value{Kind: Array, Start: p.at, Line: p.lineOf(p.at)}
	p.at++
	for !p.next(']') {
		v.items = append(v.items, p.value(depth+1))
		if !p.separator(']') {
			return v
		}
	}
	v.End = p.at
	return v
}

// separator takes a comma, or stays before end. It is false after an error.
func (p *parser) separator(end byte) bool {
	if p.err == nil && !p.next(',') && (p.at == len(p.text) || p.text[p.at] != end) {
		p.fail("expected a comma or %q", end)
	}
	return p.err == nil
}

func (p *parser) string() Value {
	v := Value{Kind: String, Start: p.at + 1, Line: p.lineOf(p.at)}
	escaped := false
	for i := v.Start; i < len(p.text); i++ {
		switch p.text[i] {
		case '"':
			v.End, v.raw = i, p.text[v.Start:i]
			v.Text = v.raw
			if escaped {
				var decoded string
				if err := json.Unmarshal([]byte(p.text[p.at:i+1]), &decoded); err != nil {
					p.fail("string has a wrong escape")
					return Value{}
				}
				v.Text = decoded
			}
			p.at = i + 1
			return v
		case '\\':
			escaped = true
			i++
		case '\n':
			p.fail("string has no closing quote")
			return Value{}
		}
	}
	p.fail("string has no closing quote")
	return Value{}
}

func (p *parser) literal() Value {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte("+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", p.text[p.at]) >= 0 {
		p.at++
	}
	text := p.text[start:p.at]
	if !json.Valid([]byte(text)) {
		p.at = start
		p.fail("expected a value")
		return Value{}
	}
	return Value{Kind: Literal, Text: text, Start: start, End: p.at, Line: p.lineOf(start)}
}
