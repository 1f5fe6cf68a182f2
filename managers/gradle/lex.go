package gradle

import "strings"

// A kind is what a token is.
type kind int

const (
	word   kind = iota // a name or a number
	text               // a string
	symbol             // one character
)

// A token is a piece of a Groovy or Kotlin script.
type token struct {
	kind  kind
	text  string // of a word or symbol
	start int
	parts []part // of a string
}

// A part is a piece of a string: text as it stands, or an expression in it.
type part struct {
	text  string
	start int
	expr  []token // nil for text
	plain bool    // the file holds text as it is
}

// maxNested bounds strings in expressions in strings.
const maxNested = 4

// lex splits a script, leaving out comments. It takes any text: what is not understood becomes symbols.
func lex(src string, kotlin bool) []token { return lexFrom(src, 0, kotlin, 0) }

// lexFrom is lex of a piece that stands at byte base of the file.
func lexFrom(src string, base int, kotlin bool, depth int) []token {
	var out []token
	for i := 0; i < len(src); {
		c := src[i]
		switch {
		case c == '/' && strings.HasPrefix(src[i:], "//"):
			i += lineEnd(src[i:])
		case c == '/' && strings.HasPrefix(src[i:], "/*"):
			end := strings.Index(src[i+2:], "*/")
			if end < 0 {
				return out
			}
			i += 2 + end + 2
		case c == '#' && i == 0 && strings.HasPrefix(src, "#!"):
			i += lineEnd(src)
		case isWord(c):
			n := 1
			for i+n < len(src) && isWord(src[i+n]) {
				n++
			}
			out = append(out, token{kind: word, text: src[i : i+n], start: base + i})
			i += n
		case c == '`':
			end := strings.IndexAny(src[i+1:], "`\n")
			if end < 0 {
				return out
			}
			out = append(out, token{kind: word, text: src[i+1 : i+1+end], start: base + i})
			i += end + 2
		case c == '"' || c == '\'':
			t, n := lexString(src[i:], base+i, kotlin, depth)
			out = append(out, t)
			i += n
		case c == ' ' || c == '\t' || c == '\r':
			i++
		default:
			out = append(out, token{kind: symbol, text: src[i : i+1], start: base + i})
			i++
		}
	}
	return out
}

func lineEnd(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return len(s)
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c >= 0x80
}

// lexString reads the string that src begins with, and returns how long it is.
func lexString(src string, base int, kotlin bool, depth int) (token, int) {
	quote := src[:1]
	if strings.HasPrefix(src, strings.Repeat(quote, 3)) {
		quote = src[:3]
	}
	t := token{kind: text, start: base}
	i, from := len(quote), len(quote)
	plain := true
	flush := func(end int) {
		if end > from {
			t.parts = append(t.parts, part{text: src[from:end], start: base + from, plain: plain})
		}
		plain = true
	}
	raw := kotlin && len(quote) == 3
	for i < len(src) {
		switch c := src[i]; {
		case strings.HasPrefix(src[i:], quote):
			flush(i)
			return t, i + len(quote)
		case c == '\n' && len(quote) == 1: // not closed
			flush(i)
			return t, i
		case c == '\\' && !raw && i+1 < len(src):
			plain = false
			i += 2
		case c == '$' && quote[0] == '"' && i+1 < len(src) && (src[i+1] == '{' || isWord(src[i+1]) && !digit(src[i+1])):
			flush(i)
			n, inner, at := interpolation(src[i:], kotlin)
			if depth < maxNested {
				t.parts = append(t.parts, part{expr: append([]token{}, lexFrom(inner, base+i+at, kotlin, depth+1)...), start: base + i})
			} else {
				t.parts = append(t.parts, part{expr: []token{}, start: base + i})
			}
			i += n
			from = i
		default:
			i++
		}
	}
	flush(len(src))
	return t, len(src)
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// interpolation returns the length of what src begins with, "$name" or "${...}", what is in it and where.
func interpolation(src string, kotlin bool) (length int, inner string, at int) {
	if src[1] == '{' {
		depth := 0
		for i := 1; i < len(src); i++ {
			switch src[i] {
			case '{':
				depth++
			case '}':
				if depth--; depth == 0 {
					return i + 1, src[2:i], 2
				}
			case '\n':
				return i, src[2:i], 2
			}
		}
		return len(src), src[2:], 2
	}
	n := 1
	for n < len(src) && (isWord(src[n]) || !kotlin && src[n] == '.' && n+1 < len(src) && isWord(src[n+1]) && !digit(src[n+1])) {
		n++
	}
	return n, src[1:n], 1
}
