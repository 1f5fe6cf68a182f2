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
)

// maxLength limits patterns; the longest in real configurations have some hundred bytes.
const maxLength = 10_000

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
	all     bool
	fold    bool
	literal string // if re is nil
	re      *regexp.Regexp
	not     *regexp.Regexp // what a "!(...)" in the glob rules out; may be nil
}

// Compile reads a pattern.
func Compile(text string, c Case) (Matcher, error) {
	m := Matcher{text: text, fold: c == Fold}
	body, negated := strings.CutPrefix(text, "!")
	if negated && strings.HasPrefix(body, "(") {
		body, negated = text, false // an extended glob
	}
	m.negated = negated
	if len(text) > maxLength {
		return m, fmt.Errorf("pattern of %d bytes is too long", len(text))
	}
	if expr, flags, ok := Expression(body); ok {
		re, err := regexp.Compile(flags + expr)
		if err != nil {
			return m, Explain(expr, err)
		}
		m.re = re
		return m, nil
	}
	if body == "*" || body == "**" {
		m.all = true
		return m, nil
	}
	if !strings.ContainsAny(body, `*?[]{}()\+@!`) {
		m.literal = body
		return m, nil
	}
	var err error
	m.re, m.not, err = compileGlob(body, c)
	return m, err
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
	return m.literal, m.re == nil && !m.all && !m.negated
}

// Hit reports whether s matches what follows the "!", if there is one.
func (m Matcher) Hit(s string) bool {
	switch {
	case m.all:
		return true
	case m.re == nil && m.fold:
		return strings.EqualFold(s, m.literal)
	case m.re == nil:
		return s == m.literal
	}
	if m.isGlob() && strings.Contains(s, "//") {
		s = collapse(s)
	}
	return m.re.MatchString(s) && (m.not == nil || !m.not.MatchString(s))
}

func (m Matcher) isGlob() bool {
	_, _, expr := Expression(strings.TrimPrefix(m.text, "!"))
	return !expr
}

// Match reports whether s matches the pattern alone.
func (m Matcher) Match(s string) bool { return m.Hit(s) != m.negated }

// A List matches what at least one of its patterns without "!" matches, if there
// are any, and what none with "!" rules out. An empty list matches nothing.
type List []Matcher

// CompileList reads patterns. It returns the good ones, and the errors of the
// others by index.
func CompileList(texts []string, c Case) (List, map[int]error) {
	list := make(List, 0, len(texts))
	var errs map[int]error
	for i, text := range texts {
		m, err := Compile(text, c)
		if err != nil {
			if errs == nil {
				errs = make(map[int]error)
			}
			errs[i] = err
			continue
		}
		list = append(list, m)
	}
	return list, errs
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
