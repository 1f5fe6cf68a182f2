package ranges

import (
	"fmt"

	"github.com/currant-bot/currant/datasources/versioning"
)

// An Engine makes constraints of one ecosystem. It must not be changed once it is used.
type Engine struct {
	Syntax *Syntax

	// Valid reports whether a text is a version.
	Valid func(v string) bool

	// Compare orders versions.
	Compare func(a, b string) int

	// Compile returns what decides whether the range admits a version. It is only asked about
	// valid versions. The error completes `"..." is not a range: `.
	Compile func(r Range) (func(v string) bool, error)

	// Single reports whether a bare or "=" version admits nothing else. nil is Valid.
	Single func(v string) bool

	// Pin is the operator that a range gets when it is pinned, such as "==".
	Pin string

	// Gap is what stands between the bounds ">=1" and "<2" when a term is widened into them
	// and its text shows no other habit.
	Gap string
}

// Constraint reads text as a constraint.
func (e *Engine) Constraint(text string) (versioning.Constraint, error) {
	c, err := e.constraint(text)
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (e *Engine) constraint(text string) (*constraint, error) {
	r, err := e.Syntax.Parse(text)
	if err != nil {
		return nil, err
	}
	admits, err := e.Compile(r)
	if err != nil {
		return nil, fmt.Errorf("%q is not %s: %w", text, e.Syntax.Kind, err)
	}
	return &constraint{e, r, admits}, nil
}

type constraint struct {
	engine *Engine
	r      Range
	admits func(v string) bool
}

func (c *constraint) Matches(v string) bool { return c.engine.Valid(v) && c.admits(v) }

func (c *constraint) Exact() string {
	t, ok := c.single()
	if !ok || t.Role != Exact || t.Version.Wild != "" {
		return ""
	}
	v := c.text(t.Version)
	single := c.engine.Single
	if single == nil {
		single = c.engine.Valid
	}
	if !single(v) || !c.engine.Valid(v) {
		return ""
	}
	return v
}

// single returns the only term of the range.
func (c *constraint) single() (t Term, ok bool) {
	if len(c.r.Alternatives) == 1 && len(c.r.Alternatives[0].Terms) == 1 {
		return c.r.Alternatives[0].Terms[0], true
	}
	return Term{}, false
}

func (c *constraint) text(t Token) string { return c.r.Text[t.Start:t.End] }

func (c *constraint) Update(from, to string, s versioning.Strategy) (string, error) {
	if !c.engine.Valid(to) {
		return "", fmt.Errorf("changing %q: %q is not a version", c.r.Text, to)
	}
	exact := c.Exact()
	if exact != "" && c.engine.Compare(exact, to) == 0 && c.admits(to) {
		return c.r.Text, nil
	}
	switch s {
	case versioning.Pin:
		return c.pin(to)
	case versioning.InRangeOnly:
		if !c.admits(to) {
			return "", fmt.Errorf("%q does not admit %s, and the range strategy is %q", c.r.Text, to, s)
		}
		return c.r.Text, nil
	case versioning.Bump:
	default:
		if c.admits(to) {
			return c.r.Text, nil
		}
	}
	return c.rewritten(to, s)
}

// rewritten returns the range changed to admit to: with as many numbers as are written if
// that does it, else with all of to.
func (c *constraint) rewritten(to string, s versioning.Strategy) (string, error) {
	tok, ok := c.engine.Syntax.Token(to)
	if !ok {
		return "", fmt.Errorf("changing %q: %q does not begin with a number", c.r.Text, to)
	}
	for _, full := range []bool{false, true} {
		w := writer{c: c, to: tok, version: to, full: full}
		text, ok := w.update(s)
		if !ok {
			continue
		}
		if after, err := c.engine.constraint(text); err == nil && after.Matches(to) {
			return text, nil
		}
	}
	if c.admits(to) { // a bump that finds nothing to raise
		return c.r.Text, nil
	}
	return "", fmt.Errorf("%q cannot be changed to admit %s", c.r.Text, to)
}

// pin returns to, spelled as the range spells its versions.
func (c *constraint) pin(to string) (string, error) {
	tok, ok := c.engine.Syntax.Token(to)
	if !ok {
		return "", fmt.Errorf("pinning %q: %q does not begin with a number", c.r.Text, to)
	}
	op, prefix := c.engine.Pin, ""
	if t, ok := c.single(); ok {
		prefix = t.Version.Prefix
		if t.Role == Exact && t.Version.Wild == "" {
			op = c.r.Text[t.Start:t.Version.Start]
		}
	}
	text := op + prefix + tok.Bare()
	after, err := c.engine.constraint(text)
	if err != nil || !after.Matches(to) {
		return "", fmt.Errorf("%q cannot be pinned to %s", c.r.Text, to)
	}
	return text, nil
}
