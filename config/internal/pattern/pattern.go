// Package pattern matches text against the patterns of Renovate's
// configuration: "/expression/", "/expression/i", or a glob, each negated by a
// leading "!".
//
// Expressions are RE2 and match anywhere. Globs are minimatch's: "*" and "?" do not cross
// a slash, "**" as a whole segment does, names with a leading dot are like any other, and
// "{a,b}", "[a-z]" and "@(a|b)" work as they do in a shell. A Matcher is immutable.
package pattern

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// maxLength limits patterns; the longest in real configurations have some hundred bytes.
const maxLength = 4096

// A Case says whether a glob distinguishes upper and lower case. Expressions
// always do, unless they end in "/i".
type Case int

const (
	Fold  Case = iota // as in packageRules
	Exact             // as in ignorePaths
)

// A Matcher is a compiled pattern.
type Matcher struct {
	text    string
	negated bool
	fold    bool
	form    form
	literal string // of a literal; what a prefix or a tree begins with
	lazy    *lazy  // of an expression or a glob
}

// A form is how a pattern is matched: most need no expression.
type form uint8

const (
	literal    form = iota
	all             // "*"
	prefix          // "name*"
	tree            // "name/**"
	glob            // any other glob
	expression      // "/expression/"
)

// A lazy is an expression that is compiled when it is needed first: of the
// many patterns of the usual presets few are ever looked at.
type lazy struct {
	once sync.Once
	body string
	c    Case
	re   *regexp.Regexp // nil if the pattern is wrong
	not  *regexp.Regexp // what a "!(...)" in the glob rules out; may be nil
	part needs          // what all that re matches has
	err  error
}

func (l *lazy) compile(f form) error {
	l.once.Do(func() {
		if f == glob {
			l.re, l.not, l.err = compileGlob(l.body, l.c)
			l.part = needsOf(l.re)
			return
		}
		expr, flags, _ := Expression(l.body)
		if l.re, l.err = regexp.Compile(flags + expr); l.err != nil {
			l.re, l.err = nil, Explain(expr, l.err)
		}
		l.part = needsOf(l.re)
	})
	return l.err
}

// Compile reads a pattern, and says what is wrong with it.
func Compile(text string, c Case) (Matcher, error) {
	m := Lazy(text, c)
	if len(text) > maxLength {
		return m, fmt.Errorf("pattern of %d bytes is too long", len(text))
	}
	if m.lazy == nil {
		return m, nil
	}
	return m, m.lazy.compile(m.form)
}

// Lazy reads a pattern that is compiled when it is used. It matches nothing if
// it is wrong.
func Lazy(text string, c Case) Matcher {
	m := Matcher{text: text, fold: c == Fold}
	body, negated := strings.CutPrefix(text, "!")
	if negated && strings.HasPrefix(body, "(") {
		body, negated = text, false // an extended glob
	}
	m.negated = negated
	if _, _, ok := Expression(body); ok {
		m.form, m.lazy = expression, &lazy{body: body, c: c}
		return m
	}
	if body == "*" || body == "**" {
		m.form = all
		return m
	}
	plain := func(s string) bool { return s != "" && !strings.ContainsAny(s, `*?[]{}()\+@!`) && ascii(s) }
	at := func(s string) bool { return plain(strings.TrimPrefix(s, "@")) } // "@" is special before "(" only
	trimmed := strings.TrimRight(body, "*")
	switch stars := len(body) - len(trimmed); {
	case stars == 0 && !strings.ContainsAny(body, `*?[]{}()\+!`):
		m.form, m.literal = literal, body
	case stars == 2 && strings.HasSuffix(trimmed, "/") && at(trimmed) && !strings.Contains(trimmed, "//"):
		m.form, m.literal = tree, trimmed
	case stars > 0 && !strings.HasSuffix(trimmed, "/") && at(trimmed) && !strings.Contains(trimmed, "//"):
		m.form, m.literal = prefix, trimmed
	default:
		m.form, m.lazy = glob, &lazy{body: body, c: c}
		if len(body) > maxLength {
			m.lazy.body = "[" // matches nothing else than itself
		}
	}
	return m
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// Expression returns the inside of "/expression/", and its flags in Go's
// syntax. ok is false if text is no expression.
func Expression(text string) (expr, flags string, ok bool) {
	if len(text) < 3 || text[0] != '/' {
		return "", "", false
	}
	end := strings.LastIndexByte(text, '/')
	switch text[end+1:] {
	case "":
	case "i", "gi", "ig":
		flags = "(?i)"
	case "g":
	default:
		return "", "", false
	}
	if end == 0 {
		return "", "", false
	}
	return text[1:end], flags, true
}

// Explain makes the reason for which an expression is refused clear to people.
func Explain(expr string, err error) error {
	if strings.Contains(expr, "(?=") || strings.Contains(expr, "(?!") || strings.Contains(expr, "(?<=") || strings.Contains(expr, "(?<!") {
		return fmt.Errorf("expression /%s/ looks around, which RE2 cannot: use a second pattern with a leading \"!\" for what must not match", clip(expr))
	}
	return fmt.Errorf("expression /%s/: %w", clip(expr), err)
}

func clip(s string) string {
	if len(s) > 100 {
		return strings.ToValidUTF8(s[:100], "") + "..."
	}
	return s
}

// String returns the pattern as it was written.
func (m Matcher) String() string { return m.text }

// Negated reports whether the pattern begins with "!".
func (m Matcher) Negated() bool { return m.negated }

// Literal returns the only text that the pattern matches. ok is false if it may
// match others, apart from case.
func (m Matcher) Literal() (s string, ok bool) {
	return m.literal, m.form == literal && !m.negated
}

// Hit reports whether s matches what follows the "!", if there is one.
func (m Matcher) Hit(s string) bool {
	switch m.form {
	case all:
		return true
	case literal:
		return m.same(s, m.literal)
	case prefix:
		n := len(m.literal)
		s = collapse(s)
		return len(s) >= n && m.same(s[:n], m.literal) && strings.IndexByte(s[n:], '/') < 0
	case tree:
		n := len(m.literal)
		s = collapse(s)
		return len(s) >= n && m.same(s[:n], m.literal)
	case glob:
		s = collapse(s)
	}
	if m.lazy.compile(m.form) != nil {
		return false
	}
	return m.lazy.part.in(s) && m.lazy.re.MatchString(s) && (m.lazy.not == nil || !m.lazy.not.MatchString(s))
}

func (m Matcher) same(a, b string) bool {
	if m.fold {
		return strings.EqualFold(a, b)
	}
	return a == b
}

// Match reports whether s matches the pattern alone.
func (m Matcher) Match(s string) bool { return m.Hit(s) != m.negated }

// A List matches what at least one of its patterns without "!" matches, if there
// are any, and what none with "!" rules out. An empty list matches nothing.
type List []Matcher

// LazyList reads patterns that are compiled when they are used.
func LazyList(texts []string, c Case) List {
	list := make(List, len(texts))
	for i, text := range texts {
		list[i] = Lazy(text, c)
	}
	return list
}

// Match reports whether s is in the list.
func (l List) Match(s string) bool {
	positive, hit := false, false
	for _, m := range l {
		switch {
		case m.negated:
			if m.Hit(s) {
				return false
			}
		case !hit:
			positive = true
			hit = m.Hit(s)
		}
	}
	return len(l) > 0 && (hit || !positive)
}

// MatchAny reports whether one of several texts is in the list.
func (l List) MatchAny(texts []string) bool {
	for _, s := range texts {
		if l.Match(s) {
			return true
		}
	}
	return false
}
