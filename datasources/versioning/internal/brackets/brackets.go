// Package brackets reads ranges such as "[1.0,2.0)" and "(,1.0],[1.2,)", which Maven, Gradle and NuGet
// share, and rewrites them without losing their form.
package brackets

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
)

// An Engine makes constraints of one ecosystem. It must not be changed once it is used.
type Engine struct {
	Kind    string // for errors, with its article: "a Maven range"
	Valid   func(v string) bool
	Compare func(a, b string) int

	// Exclude says that a range without prereleases in its bounds admits none; nil if it does.
	Exclude func(v string) bool
}

// maxLength is the longest text that is read.
const maxLength = 1024

// A span is one range.
type span struct {
	start, end    int // of the whole of it
	lower, upper  bound
	single        bool // "[1.0]"
	lowerIn, upIn bool // the bound itself is admitted
}

// A bound is a version and where it stands; "" if there is none.
type bound struct {
	text  string
	start int
}

// Is reports whether text is written with brackets.
func Is(text string) bool {
	text = strings.TrimSpace(text)
	return text != "" && strings.ContainsRune("[(]", rune(text[0]))
}

// Constraint reads one or more ranges, separated by commas. As in Ivy, "]" may open and "[" close a
// range without its bound.
func (e *Engine) Constraint(text string) (versioning.Constraint, error) {
	if len(text) > maxLength {
		return nil, fmt.Errorf("%q... is not %s: it is longer than %d bytes", text[:32], e.Kind, maxLength)
	}
	c := &constraint{engine: e, text: text}
	rest := 0
	for {
		rest += len(text[rest:]) - len(strings.TrimLeft(text[rest:], " \t"))
		s, err := e.span(text, rest)
		if err != nil {
			return nil, fmt.Errorf("%q is not %s: %w", text, e.Kind, err)
		}
		if n := len(c.spans); n > 0 && !e.ascending(c.spans[n-1], s) {
			return nil, fmt.Errorf("%q is not %s: its ranges overlap", text, e.Kind)
		}
		c.spans = append(c.spans, s)
		after := strings.TrimLeft(text[s.end:], " \t")
		if after == "" {
			return c, nil
		}
		rest = len(text) - len(after)
		if after[0] == ',' {
			rest++
		}
		if strings.TrimSpace(text[rest:]) == "" {
			return nil, fmt.Errorf("%q is not %s: it ends with a comma", text, e.Kind)
		}
	}
}

// ascending reports whether b begins at or behind the end of a.
func (e *Engine) ascending(a, b span) bool {
	return a.upper.text == "" || b.lower.text != "" && e.Compare(a.upper.text, b.lower.text) <= 0
}

// span reads the range at start.
func (e *Engine) span(text string, start int) (s span, err error) {
	if start >= len(text) || !strings.ContainsRune("[(]", rune(text[start])) {
		return s, fmt.Errorf("%q is not in brackets", text[start:])
	}
	length := strings.IndexAny(text[start+1:], ")][")
	if length < 0 {
		return s, fmt.Errorf("the bracket is not closed")
	}
	end := start + 1 + length
	s = span{start: start, end: end + 1, lowerIn: text[start] == '[', upIn: text[end] == ']'}
	inside := text[start+1 : end]
	lower, upper, two := strings.Cut(inside, ",")
	s.lower = trimmed(lower, start+1)
	if s.upper = trimmed(upper, start+1+len(lower)+1); !two {
		s.upper, s.single = s.lower, true
	}
	for _, b := range []bound{s.lower, s.upper} {
		if b.text != "" && !e.Valid(b.text) {
			return s, fmt.Errorf("%q is not a version", b.text)
		}
	}
	switch {
	case s.single && (s.lower.text == "" || !s.lowerIn || !s.upIn):
		return s, fmt.Errorf("a single version stands in square brackets")
	case s.single || s.lower.text == "" || s.upper.text == "":
		return s, nil
	}
	if c := e.Compare(s.lower.text, s.upper.text); c > 0 || c == 0 && !(s.lowerIn && s.upIn) {
		return s, fmt.Errorf("%s does not come before %s", s.lower.text, s.upper.text)
	}
	return s, nil
}

func trimmed(text string, start int) bound {
	left := strings.TrimLeft(text, " \t")
	return bound{strings.TrimRight(left, " \t"), start + len(text) - len(left)}
}

type constraint struct {
	engine *Engine
	text   string
	spans  []span
}

func (c *constraint) Exact() string {
	if len(c.spans) == 1 {
		if s := c.spans[0]; s.single || s.lower.text != "" && s.lower.text == s.upper.text {
			return s.lower.text
		}
	}
	return ""
}

func (c *constraint) Matches(v string) bool {
	if !c.engine.Valid(v) {
		return false
	}
	for _, s := range c.spans {
		if c.engine.admits(s, v) {
			return true
		}
	}
	return false
}

func (e *Engine) admits(s span, v string) bool {
	if s.lower.text != "" {
		if c := e.Compare(s.lower.text, v); c > 0 || c == 0 && !s.lowerIn {
			return false
		}
	}
	if s.upper.text != "" {
		if c := e.Compare(s.upper.text, v); c < 0 || c == 0 && !s.upIn {
			return false
		}
	}
	return e.Exclude == nil || !e.Exclude(v) || s.single ||
		s.lower.text != "" && e.Exclude(s.lower.text) || s.upper.text != "" && e.Exclude(s.upper.text)
}

func (c *constraint) Update(from, to string, s versioning.Strategy) (string, error) {
	if !c.engine.Valid(to) {
		return "", fmt.Errorf("changing %q: %q is not a version", c.text, to)
	}
	matches := c.Matches(to)
	switch exact := c.Exact(); {
	case exact != "" && matches:
		return c.text, nil
	case s == versioning.Pin:
		return to, nil
	case s == versioning.InRangeOnly && !matches:
		return "", fmt.Errorf("%q does not admit %s, and the range strategy is %q", c.text, to, s)
	case matches && s != versioning.Bump:
		return c.text, nil
	}
	for _, text := range c.rewritten(to, s) {
		if after, err := c.engine.Constraint(text); err == nil && after.Matches(to) {
			return text, nil
		}
	}
	if matches {
		return c.text, nil
	}
	return "", fmt.Errorf("%q cannot be changed to admit %s", c.text, to)
}

// rewritten returns texts that may admit to, the one closest to the old text first.
func (c *constraint) rewritten(to string, s versioning.Strategy) []string {
	last := c.spans[len(c.spans)-1]
	set := func(lower, upper string) string {
		var out strings.Builder
		out.WriteString(c.text[:last.lower.start])
		out.WriteString(lower)
		if !last.single {
			out.WriteString(c.text[last.lower.start+len(last.lower.text) : last.upper.start])
			out.WriteString(upper)
		}
		out.WriteString(c.text[last.upper.start+len(last.upper.text):])
		return out.String()
	}
	lower, upper := last.lower.text, last.upper.text
	switch {
	case last.single:
		return []string{set(to, "")}
	case upper == "":
		if last.lowerIn && lower != "" {
			return []string{set(to, upper)}
		}
		return nil
	case c.engine.Compare(to, upper) < 0: // admitted, or between two ranges
		return nil
	case last.upIn:
		return []string{set(lower, to)}
	}
	next, floor, shift := step(lower, upper, to)
	if shift && s != versioning.Widen {
		return []string{set(floor, next), set(lower, next), set(to, next)}
	}
	return []string{set(lower, next), set(floor, next)}
}

var leading = regexp.MustCompile(`^([^0-9]*)([0-9]+(?:\.[0-9]+)*)`)
