// Package samemajor defines a version as the range from it to the end of its
// major version, for tools that update themselves within that.
package samemajor

import (
	"fmt"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/semvercoerced"
)

// Scheme has the versions of [semvercoerced.Scheme].
type Scheme struct{ semvercoerced.Scheme }

// Constraint reads a version.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	if !s.Valid(text) {
		return nil, fmt.Errorf("%.64q is not a text with a version in it", text)
	}
	return constraint{s, text}, nil
}

type constraint struct {
	scheme Scheme
	text   string
}

// Exact is always "".
func (constraint) Exact() string { return "" }

func (c constraint) Matches(v string) bool {
	s := c.scheme
	return s.Valid(v) && s.Compare(v, c.text) >= 0 && s.Parts(v).Major == s.Parts(c.text).Major
}

func (c constraint) Update(from, to string, s versioning.Strategy) (string, error) {
	switch {
	case !c.scheme.Valid(to):
		return "", fmt.Errorf("changing %.64q: %.64q is not a version", c.text, to)
	case c.scheme.Compare(c.text, to) == 0, c.Matches(to) && s != versioning.Bump && s != versioning.Pin:
		return c.text, nil
	case s == versioning.InRangeOnly:
		return "", fmt.Errorf("%.64q does not admit %.64s, and the range strategy is %q", c.text, to, s)
	}
	return to, nil
}
