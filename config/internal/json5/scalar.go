package json5

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// number reads a number, which JSON5 allows a sign, a leading or trailing
// point, and hexadecimal.
func (p *parser) number(n *Node) {
	start := p.pos
	n.Kind = Number
	for p.pos < len(p.text) && strings.IndexByte("+-.0123456789abcdefxXABCDEFINtyni", p.text[p.pos]) >= 0 {
		p.pos++
	}
	n.Text = p.text[start:p.pos]
	body := strings.TrimLeft(n.Text, "+-")
	if len(n.Text)-len(body) > 1 || body == "" {
		p.problem(start, fmt.Sprintf("%q is no number", clip(n.Text)))
		n.Kind = Invalid
		return
	}
	lower := strings.ToLower(body)
	switch {
	case body == "Infinity" || body == "NaN":
		p.only5(start, body)
		n.Num = math.Inf(1)
		if body == "NaN" {
			n.Num = math.NaN()
		}
	case strings.HasPrefix(lower, "0x"):
		p.only5(start, "a hexadecimal number")
		u, err := strconv.ParseUint(lower[2:], 16, 64)
		if err != nil {
			p.badNumber(n, start)
			return
		}
		n.Num = float64(u)
	default:
		f, err := strconv.ParseFloat(body, 64)
		if err != nil || strings.ContainsAny(lower, "pxn_") || len(body) > 1 && body[0] == '0' && body[1] >= '0' && body[1] <= '9' {
			p.badNumber(n, start)
			return
		}
		if n.Text[0] == '+' || body[0] == '.' || body[len(body)-1] == '.' || strings.Contains(lower, ".e") {
			p.only5(start, "a number like "+clip(n.Text))
		}
		n.Num = f
	}
	if n.Text[0] == '-' {
		n.Num = -n.Num
	}
}

func (p *parser) badNumber(n *Node, start int) {
	n.Kind = Invalid
	p.problem(start, fmt.Sprintf("%q is no number; a string needs quotes", clip(n.Text)))
}

// str reads a string in either kind of quotes.
func (p *parser) str() string {
	start := p.pos
	quote := p.text[p.pos]
	if quote == '\'' {
		p.only5(start, "a string in single quotes")
	}
	p.pos++
	first := p.pos
	for p.pos < len(p.text) { // the usual case: nothing to unescape
		switch c := p.text[p.pos]; {
		case c == quote:
			s := p.text[first:p.pos]
			p.pos++
			return strings.ToValidUTF8(s, "\ufffd")
		case c == '\\' || c < ' ':
			return p.escaped(start, first, quote)
		}
		p.pos++
	}
	p.stop(start, "string without end")
	return ""
}

func (p *parser) escaped(start, first int, quote byte) string {
	var b strings.Builder
	b.WriteString(p.text[first:p.pos])
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		switch {
		case c == quote:
			p.pos++
			return strings.ToValidUTF8(b.String(), "\ufffd")
		case c == '\n' || c == '\r':
			p.stop(start, "string without end on its line") // what follows would be noise
			return b.String()
		case c == '\\':
			p.pos++
			p.escape(&b)
			continue
		case c < ' ':
			p.only5(p.pos, "a control character in a string")
		}
		b.WriteByte(c)
		p.pos++
	}
	p.stop(start, "string without end")
	return b.String()
}

// escape reads what follows a backslash.
func (p *parser) escape(b *strings.Builder) {
	at := p.pos - 1
	if p.pos >= len(p.text) {
		return
	}
	c := p.text[p.pos]
	p.pos++
	switch c {
	case '"', '\\', '/':
		b.WriteByte(c)
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'u':
		p.unicode(b, at)
	case 'v', '0', '\'', 'x', '\n', '\r':
		p.only5(at, "the escape "+strconv.Quote(`\`+string(rune(c))))
		p.escape5(b, c, at)
	default:
		r, size := utf8.DecodeRuneInString(p.text[p.pos-1:])
		p.pos += size - 1
		if p.dialect != JSON5 {
			p.problem(at, fmt.Sprintf("there is no escape %q in JSON; a backslash is written twice", `\`+string(r)))
		}
		if p.dialect == JSON5 && r >= '1' && r <= '9' {
			p.problem(at, fmt.Sprintf("there is no escape %q", `\`+string(r)))
		}
		b.WriteRune(r)
	}
}

func (p *parser) escape5(b *strings.Builder, c byte, at int) {
	switch c {
	case 'v':
		b.WriteByte('\v')
	case '0':
		b.WriteByte(0)
	case '\'':
		b.WriteByte(c)
	case '\r':
		if p.peek() == '\n' {
			p.pos++
		}
	case 'x':
		if r, ok := p.hex(2); ok {
			b.WriteRune(r)
		} else {
			p.problem(at, `\x needs two hexadecimal digits`)
		}
	}
}

func (p *parser) unicode(b *strings.Builder, at int) {
	r, ok := p.hex(4)
	if !ok {
		p.problem(at, `\u needs four hexadecimal digits`)
		return
	}
	if utf16.IsSurrogate(r) && strings.HasPrefix(p.text[p.pos:], `\u`) {
		back := p.pos
		p.pos += 2
		if low, ok := p.hex(4); ok {
			if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
				b.WriteRune(both)
				return
			}
		}
		p.pos = back
	}
	b.WriteRune(r) // a lone surrogate is written as U+FFFD
}

func (p *parser) hex(digits int) (rune, bool) {
	if p.pos+digits > len(p.text) {
		return 0, false
	}
	u, err := strconv.ParseUint(p.text[p.pos:p.pos+digits], 16, 32)
	if err != nil {
		return 0, false
	}
	p.pos += digits
	return rune(u), true
}
