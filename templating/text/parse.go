package text

import (
	"fmt"
	"strconv"
	"strings"
)

// A node is text, or a value, or a block.
type node struct {
	text    string
	expr    *expr // nil for text
	block   bool
	inverse bool // "{{^x}}"
	params  []string
	body    []node
	other   []node // after else
	line    int
}

// An expr is a path, a literal, or a helper with arguments.
type expr struct {
	literal any
	isPath  bool
	data    bool // "@name"
	up      int  // "../"
	path    []string
	name    string // as written, for helpers and messages
	args    []*expr
	hash    map[string]*expr
}

type parser struct {
	tokens []token
	pos    int
}

// program reads up to the end, or to what ends the block that it is in.
func (p *parser) program(depth int, within string) ([]node, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	var out []node
	for p.pos < len(p.tokens) {
		t := p.tokens[p.pos]
		switch t.kind {
		case 't':
			if t.body != "" {
				out = append(out, node{text: t.body})
			}
		case '!':
		case 'v':
			x, _, err := parseExpr(t)
			if err != nil {
				return nil, err
			}
			out = append(out, node{expr: x, line: t.line})
		case '#', '^':
			p.pos++
			n, err := p.block(t, depth)
			if err != nil {
				return nil, err
			}
			out = append(out, n)
			continue
		case '/', 'e':
			if within == "" {
				return nil, fmt.Errorf("template, line %d: %q without a block", t.line, "{{"+string(t.kind)+clip(t.body)+"}}")
			}
			return out, nil
		default:
			return nil, fmt.Errorf("template, line %d: partials are not supported", t.line)
		}
		p.pos++
	}
	if within != "" {
		return nil, fmt.Errorf("template: block %q is never closed", clip(within))
	}
	return out, nil
}

// block reads a block whose opening tag was t, with its end.
func (p *parser) block(t token, depth int) (node, error) {
	n, err := p.inside(t, depth)
	if err != nil {
		return n, err
	}
	last := p.tokens[p.pos]
	if last.body != n.expr.name {
		return n, fmt.Errorf("template, line %d: block %q is closed by %q", last.line, clip(n.expr.name), clip(last.body))
	}
	p.pos++
	return n, nil
}

// inside reads a block up to its end. "{{else if x}}" is a block inside else
// that ends with the outer one.
func (p *parser) inside(t token, depth int) (node, error) {
	x, params, err := parseExpr(t)
	if err != nil {
		return node{}, err
	}
	n := node{expr: x, block: true, inverse: t.kind == '^', params: params, line: t.line}
	if n.body, err = p.program(depth+1, x.name); err != nil {
		return n, err
	}
	last := p.tokens[p.pos]
	if last.kind != 'e' {
		return n, nil
	}
	p.pos++
	if last.body != "" {
		chained, err := p.inside(token{kind: '#', body: last.body, line: last.line}, depth+1)
		n.other = []node{chained}
		return n, err
	}
	if n.other, err = p.program(depth+1, x.name); err != nil {
		return n, err
	}
	if last = p.tokens[p.pos]; last.kind == 'e' {
		return n, fmt.Errorf("template, line %d: second else in block %q", last.line, clip(x.name))
	}
	return n, nil
}

// parseExpr reads what stands in a tag. params are those of "as |a b|".
func parseExpr(t token) (x *expr, params []string, err error) {
	l := &lexer{s: t.body, line: t.line}
	if x, err = l.call(0); err != nil {
		return nil, nil, err
	}
	if l.rest() == "" {
		return x, nil, nil
	}
	if after, ok := strings.CutPrefix(l.rest(), "as |"); ok {
		names, end, closed := strings.Cut(after, "|")
		if closed && strings.TrimSpace(end) == "" {
			return x, strings.Fields(names), nil
		}
	}
	return nil, nil, fmt.Errorf("template, line %d: %q is not understood", t.line, clip(t.body))
}

type lexer struct {
	s    string
	pos  int
	line int
}

func (l *lexer) space() {
	for l.pos < len(l.s) && strings.IndexByte(" \t\r\n", l.s[l.pos]) >= 0 {
		l.pos++
	}
}

func (l *lexer) rest() string { l.space(); return l.s[l.pos:] }

func (l *lexer) fail() error {
	return fmt.Errorf("template, line %d: %q is not understood", l.line, clip(l.s))
}

// call reads a value, or a helper and its arguments.
func (l *lexer) call(depth int) (*expr, error) {
	x, err := l.operand(depth)
	if err != nil {
		return nil, err
	}
	for {
		rest := l.rest()
		if rest == "" || rest[0] == ')' || strings.HasPrefix(rest, "as |") {
			return x, nil
		}
		if key, ok := l.key(); ok {
			val, err := l.operand(depth)
			if err != nil {
				return nil, err
			}
			if x.hash == nil {
				x.hash = make(map[string]*expr)
			}
			x.hash[key] = val
			continue
		}
		arg, err := l.operand(depth)
		if err != nil {
			return nil, err
		}
		x.args = append(x.args, arg)
	}
}

// key reads "name=".
func (l *lexer) key() (string, bool) {
	i := l.pos
	for i < len(l.s) && isWord(l.s[i]) {
		i++
	}
	if i == l.pos || i >= len(l.s) || l.s[i] != '=' {
		return "", false
	}
	key := l.s[l.pos:i]
	l.pos = i + 1
	return key, true
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '$' || c >= 0x80
}

// operand reads a literal, a path, or a subexpression.
func (l *lexer) operand(depth int) (*expr, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	rest := l.rest()
	if rest == "" {
		return nil, l.fail()
	}
	switch c := rest[0]; {
	case c == '(':
		l.pos++
		x, err := l.call(depth + 1)
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(l.rest(), ")") {
			return nil, l.fail()
		}
		l.pos++
		return x, nil
	case c == '"' || c == '\'':
		end := stringEnd(rest)
		if end < 0 {
			return nil, l.fail()
		}
		l.pos += end + 1
		quote := rest[:1]
		return &expr{literal: strings.ReplaceAll(rest[1:end], `\`+quote, quote), name: rest[:end+1]}, nil
	}
	return l.path()
}

// path reads "../a.b.[c d]", "@index", "this", or a word that is a literal.
func (l *lexer) path() (*expr, error) {
	start := l.pos
	x := &expr{isPath: true}
	if l.s[l.pos] == '@' {
		x.data = true
		l.pos++
	}
	for strings.HasPrefix(l.s[l.pos:], "..") {
		x.up++
		if l.pos += 2; !strings.HasPrefix(l.s[l.pos:], "/") {
			return l.finish(x, start)
		}
		l.pos++
	}
	if strings.HasPrefix(l.s[l.pos:], "./") {
		l.pos += 2
	}
	for l.pos < len(l.s) {
		switch c := l.s[l.pos]; {
		case c == '[':
			end := strings.IndexByte(l.s[l.pos:], ']')
			if end < 0 {
				return nil, l.fail()
			}
			x.path = append(x.path, l.s[l.pos+1:l.pos+end])
			l.pos += end + 1
		case c == '.' || c == '/':
			l.pos++
		case isWord(c):
			i := l.pos
			for i < len(l.s) && isWord(l.s[i]) {
				i++
			}
			x.path = append(x.path, l.s[l.pos:i])
			l.pos = i
		default:
			return l.finish(x, start)
		}
	}
	return l.finish(x, start)
}

func (l *lexer) finish(x *expr, start int) (*expr, error) {
	x.name = l.s[start:l.pos]
	if x.name == "" {
		return nil, l.fail()
	}
	switch x.name {
	case "true", "false":
		return &expr{literal: x.name == "true", name: x.name}, nil
	case "null", "undefined":
		return &expr{name: x.name}, nil
	}
	if number, err := strconv.ParseFloat(x.name, 64); err == nil && strings.Trim(x.name, "-.0123456789") == "" {
		return &expr{literal: number, name: x.name}, nil
	}
	if len(x.path) > 0 && x.path[0] == "this" && x.up == 0 {
		x.path = x.path[1:]
	}
	return x, nil
}
