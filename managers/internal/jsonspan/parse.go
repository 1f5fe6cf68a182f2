package jsonspan

import (
	"encoding/json"
	"fmt"
	"regexp"
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
func Parse(text string) (Value, *Error) { return parse(parser{text: text, line: 1}) }

// Parse5 reads one value of JSON5, of which this package knows keys without quotes, single quotes
// and all numbers. A string with an escape of JSON5's own stays as it is written.
func Parse5(text string) (Value, *Error) { return parse(parser{text: text, line: 1, five: true}) }

func parse(p parser) (Value, *Error) {
	text := p.text
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
	five bool // it is JSON5

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
	case p.quoted():
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
		key, ok := p.key()
		if !ok {
			p.fail("expected a key in quotes")
			return v
		}
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

// key reads the key of a member; ok is false if there is none.
func (p *parser) key() (v Value, ok bool) {
	switch {
	case p.at == len(p.text):
	case p.quoted():
		return p.string(), true
	case p.five:
		start := p.at
		for p.at < len(p.text) && (p.text[p.at] >= 0x80 || strings.IndexByte(identifier, p.text[p.at]) >= 0) {
			p.at++
		}
		text := p.text[start:p.at]
		return Value{Kind: String, Text: text, raw: text, Start: start, End: p.at, Line: p.lineOf(start)}, text != ""
	}
	return v, false
}

const identifier = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$"

// quoted reports whether a string begins here.
func (p *parser) quoted() bool {
	return p.text[p.at] == '"' || p.five && p.text[p.at] == '\''
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
	quote, escaped := p.text[p.at], false
	for i := v.Start; i < len(p.text); i++ {
		switch p.text[i] {
		case quote:
			v.End, v.raw = i, p.text[v.Start:i]
			v.Text = v.raw
			if escaped {
				var decoded string
				err := json.Unmarshal([]byte(p.text[p.at:i+1]), &decoded)
				switch {
				case err == nil:
					v.Text = decoded
				case !p.five:
					p.fail("string has a wrong escape")
					return Value{}
				}
			}
			p.at = i + 1
			return v
		case '\\':
			escaped = true
			if i++; p.five && strings.HasPrefix(p.text[i:], "\r\n") {
				i++ // the line goes on
			}
		case '\n':
			p.fail("string has no closing quote")
			return Value{}
		}
	}
	p.fail("string has no closing quote")
	return Value{}
}

// number5 matches the numbers that only JSON5 has.
var number5 = regexp.MustCompile(`^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|0[xX][0-9a-fA-F]+|Infinity|NaN)$`)

func (p *parser) literal() Value {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte("+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", p.text[p.at]) >= 0 {
		p.at++
	}
	text := p.text[start:p.at]
	if !json.Valid([]byte(text)) && !(p.five && number5.MatchString(text)) {
		p.at = start
		p.fail("expected a value")
		return Value{}
	}
	return Value{Kind: Literal, Text: text, Start: start, End: p.at, Line: p.lineOf(start)}
}
