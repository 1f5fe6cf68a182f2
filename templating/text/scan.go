package text

import (
	"fmt"
	"strings"
)

// A token is a piece of text or what stands between braces.
type token struct {
	kind  byte   // 't' text, '#' block, '^' inverse, '/' end, 'e' else, 'v' value, '!' comment
	body  string // of text: itself; else what is inside, without sigil and "~"
	line  int
	left  bool // "~" before: white space goes
	right bool
}

// scan splits a template at its braces.
func scan(s string) ([]token, error) {
	var out []token
	line := 1
	for s != "" {
		open := strings.Index(s, "{{")
		if open < 0 {
			return append(out, token{kind: 't', body: s, line: line}), nil
		}
		if open > 0 && s[open-1] == '\\' {
			escaped := open > 1 && s[open-2] == '\\'
			if !escaped {
				end := len(s)
				if next := strings.Index(s[open+2:], "{{"); next >= 0 {
					end = open + 2 + next
					for range 2 { // these belong to what follows
						if s[end-1] == '\\' && end > open+2 {
							end--
						}
					}
				}
				if open > 1 {
					out = append(out, token{kind: 't', body: s[:open-1], line: line})
				}
				out = append(out, token{kind: 't', body: s[open:end], line: line + strings.Count(s[:open], "\n")})
				line += strings.Count(s[:end], "\n")
				s = s[end:]
				continue
			}
			out = append(out, token{kind: 't', body: s[:open-1], line: line})
		} else if open > 0 {
			out = append(out, token{kind: 't', body: s[:open], line: line})
		}
		line += strings.Count(s[:open], "\n")
		t, size, err := tag(s[open:], line)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		line += strings.Count(s[open:open+size], "\n")
		s = s[open+size:]
	}
	return out, nil
}

// tag reads the tag at the start of s.
func tag(s string, line int) (t token, size int, err error) {
	fail := func(format string, args ...any) (token, int, error) {
		return token{}, 0, fmt.Errorf("template, line %d: %s", line, fmt.Sprintf(format, args...))
	}
	t = token{kind: 'v', line: line}
	start, closing := 2, "}}"
	switch {
	case strings.HasPrefix(s, "{{{{"):
		return fail("raw blocks are not supported")
	case strings.HasPrefix(s, "{{{") || strings.HasPrefix(s, "{{~{"):
		t.left = s[2] == '~'
		start = 3
		if t.left {
			start = 4
		}
		closing = "}}}"
		if end := tagEnd(s[start:]); end >= 0 && strings.HasPrefix(s[start+end:], "}~}}") {
			closing = "}~}}"
			t.right = true
		}
	default:
		rest := s[2:]
		if t.left = strings.HasPrefix(rest, "~"); t.left {
			rest = rest[1:]
			start = 3
		}
		if strings.HasPrefix(rest, "!--") {
			end := strings.Index(rest[3:], "--")
			if end < 0 {
				return fail("comment without end")
			}
			close := strings.Index(rest[3+end:], "}}")
			if close < 0 {
				return fail("comment without end")
			}
			t.kind = '!'
			t.right = rest[3+end+close-1] == '~'
			return t, start + 3 + end + close + 2, nil
		}
		if strings.HasPrefix(rest, "!") {
			end := strings.Index(rest, "}}")
			if end < 0 {
				return fail("comment without end")
			}
			t.kind = '!'
			t.right = rest[end-1] == '~'
			return t, start + end + 2, nil
		}
	}
	end := tagEnd(s[start:])
	if end < 0 || !strings.HasPrefix(s[start+end:], closing) {
		return fail("%q is never closed", clip(s))
	}
	t.body = s[start : start+end]
	if strings.HasSuffix(t.body, "~") && closing == "}}" {
		t.body = t.body[:len(t.body)-1]
		t.right = true
	}
	t.classify(start == 2 || start == 3 && t.left)
	return t, start + end + len(closing), nil
}

// classify reads the sigil. A tag with three braces has none.
func (t *token) classify(sigil bool) {
	t.body = strings.TrimSpace(t.body)
	if !sigil || t.body == "" {
		return
	}
	switch c := t.body[0]; c {
	case '#', '/', '^':
		t.kind = c
		t.body = strings.TrimSpace(t.body[1:])
		if c == '^' && t.body == "" {
			t.kind = 'e'
		}
	case '&':
		t.body = strings.TrimSpace(t.body[1:])
	case '>':
		t.kind = '>'
	default:
		if word, rest, _ := strings.Cut(t.body, " "); word == "else" {
			t.kind, t.body = 'e', strings.TrimSpace(rest)
		}
	}
}

// tagEnd returns the index of the "}" that ends a tag, outside strings; -1 if there
// is none.
func tagEnd(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"', '\'':
			end := stringEnd(s[i:])
			if end < 0 {
				return -1
			}
			i += end
		case '[':
			if end := strings.IndexByte(s[i:], ']'); end > 0 {
				i += end
			}
		case '}':
			return i
		}
	}
	return -1
}

// stringEnd returns the index of the quote that ends the string that s begins with; -1 if
// there is none. A quote after a backslash does not end it, unless no other does.
func stringEnd(s string) int {
	escaped := -1
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] != s[0]:
		case s[i-1] != '\\':
			return i
		case escaped < 0:
			escaped = i
		}
	}
	return escaped
}

// trimLines removes the white space that "~" takes away, and lines that hold
// nothing but a block's tag or a comment.
func trimLines(tokens []token) {
	standalone := make([]bool, len(tokens))
	for i, t := range tokens {
		standalone[i] = t.kind != 't' && t.kind != 'v' && startsLine(tokens, i) && endsLine(tokens, i)
	}
	for i, t := range tokens {
		if t.kind == 't' {
			continue
		}
		if standalone[i] {
			if i > 0 && tokens[i-1].kind == 't' {
				tokens[i-1].body = strings.TrimRight(tokens[i-1].body, " \t")
			}
			if i+1 < len(tokens) && tokens[i+1].kind == 't' {
				body := strings.TrimLeft(tokens[i+1].body, " \t")
				body = strings.TrimPrefix(body, "\r")
				tokens[i+1].body = strings.TrimPrefix(body, "\n")
			}
		}
		if t.left && i > 0 && tokens[i-1].kind == 't' {
			tokens[i-1].body = strings.TrimRight(tokens[i-1].body, " \t\r\n")
		}
		if t.right && i+1 < len(tokens) && tokens[i+1].kind == 't' {
			tokens[i+1].body = strings.TrimLeft(tokens[i+1].body, " \t\r\n")
		}
	}
}

func startsLine(tokens []token, i int) bool {
	if i == 0 {
		return true
	}
	if tokens[i-1].kind != 't' {
		return false
	}
	trimmed := strings.TrimRight(tokens[i-1].body, " \t")
	return strings.HasSuffix(trimmed, "\n") || trimmed == "" && i == 1
}

func endsLine(tokens []token, i int) bool {
	if i == len(tokens)-1 {
		return true
	}
	if tokens[i+1].kind != 't' {
		return false
	}
	trimmed := strings.TrimLeft(tokens[i+1].body, " \t")
	return strings.HasPrefix(trimmed, "\n") || strings.HasPrefix(trimmed, "\r\n") || trimmed == "" && i+1 == len(tokens)-1
}

func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "..."
	}
	return s
}
