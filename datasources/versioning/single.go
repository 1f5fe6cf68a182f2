package versioning

import "fmt"

// Single returns text as the constraint that admits this version only, for
// schemes that have no ranges. Update returns the new version as the registry spells it,
// because what such a constraint names is often a tag that must exist. kind names the scheme's versions in
// errors, with its article, such as "a Docker tag with a version".
func Single(s Scheme, kind, text string) (Constraint, error) {
	if !s.Valid(text) {
		return nil, fmt.Errorf("%q is not %s", clip(text), kind)
	}
	return single{s, text}, nil
}

type single struct {
	scheme Scheme
	text   string
}

func (c single) Exact() string { return c.text }

func (c single) Matches(v string) bool {
	return v == c.text || c.scheme.Valid(v) && c.scheme.Compare(c.text, v) == 0 && c.scheme.Compatible(c.text, v)
}

func (c single) Update(from, to string, s Strategy) (string, error) {
	switch {
	case !c.scheme.Valid(to):
		return "", fmt.Errorf("changing %q: %q is not a version", clip(c.text), clip(to))
	case c.Matches(to):
		return c.text, nil
	case s == InRangeOnly:
		return "", fmt.Errorf("%q does not admit %s, and the range strategy is %q", clip(c.text), clip(to), s)
	}
	return to, nil
}

// clip shortens a text for an error.
func clip(text string) string {
	if len(text) > 64 {
		return text[:64] + "..."
	}
	return text
}
