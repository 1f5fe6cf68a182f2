// Package gradle defines versions and ranges as Gradle does:
// https://docs.gradle.org/current/userguide/dependency_versions.html describes them.
package gradle

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/brackets"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
	"github.com/currant-bot/currant/datasources/versioning/maven"
)

// Scheme has ranges such as "[1.0,2.0)" and "1.+", each of which may end in "!!" and the version that is
// preferred.
type Scheme struct{}

// maxLength is the longest text that is read.
const maxLength = 256

var (
	version = regexp.MustCompile(`^[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*_?$`)
	latest  = regexp.MustCompile(`(?i)^latest(?:\.|$)`)
	parts   = regexp.MustCompile(`[0-9]+|[A-Za-z]+`)
	prefix  = regexp.MustCompile(`^(?:([A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*[._-]))?\+$`)
)

// Valid reports whether v is a version that can be looked for.
func (Scheme) Valid(v string) bool {
	return len(v) <= maxLength && version.MatchString(v) && !latest.MatchString(v)
}

// ranks are the words that Gradle knows; others come between the first two.
var ranks = map[string]int{"dev": -1, "rc": 1, "snapshot": 2, "final": 3, "ga": 4, "release": 5, "sp": 6}

// Compare orders as Gradle does: words before the end of a version before numbers.
func (s Scheme) Compare(a, b string) int {
	okA, okB := s.Valid(a), s.Valid(b)
	switch {
	case !okA && !okB:
		return 0
	case !okB:
		return 1
	case !okA:
		return -1
	}
	x, y := parts.FindAllString(a, -1), parts.FindAllString(b, -1)
	for i := range max(len(x), len(y)) {
		if c := compare(at(x, i), at(y, i)); c != 0 {
			return c
		}
	}
	return 0
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

func compare(a, b string) int {
	if c := cmp.Compare(class(a), class(b)); c != 0 || a == b {
		return c
	}
	if natural.IsNumber(a) {
		return natural.Numbers(a, b)
	}
	x, y := ranks[strings.ToLower(a)], ranks[strings.ToLower(b)]
	if x != y || x != 0 {
		return cmp.Compare(x, y)
	}
	return strings.Compare(a, b)
}

// class is 0 for words, 1 for the end and 2 for numbers.
func class(part string) int {
	switch {
	case part == "":
		return 1
	case natural.IsNumber(part):
		return 2
	}
	return 0
}

// Stable reports whether v has no word for a prerelease.
func (s Scheme) Stable(v string) bool {
	return s.Valid(v) && !maven.Prerelease(v) && !strings.Contains(strings.ToLower(v), "native-mt")
}

func (s Scheme) Parts(v string) versioning.Parts {
	if !s.Valid(v) {
		return versioning.Parts{Major: -1, Minor: -1, Patch: -1}
	}
	return maven.Numbers(v)
}

func (s Scheme) Compatible(_, to string) bool { return s.Valid(to) }

var engine = brackets.Engine{Kind: "a Gradle range", Valid: Scheme{}.Valid, Compare: Scheme{}.Compare}

// Constraint reads a version or a range.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	base, preferred, strictly := strings.Cut(text, "!!")
	if strictly && (preferred != "" && !s.Valid(preferred) || base == "") {
		return nil, fmt.Errorf("%q is not a Gradle version: %q is none", text, preferred)
	}
	c, err := s.plain(base)
	if err != nil || !strictly {
		return c, err
	}
	return strict{c, s, preferred}, nil
}

func (s Scheme) plain(text string) (versioning.Constraint, error) {
	switch {
	case len(text) > maxLength:
		return nil, fmt.Errorf("%q... is not a Gradle version: it is longer than %d bytes", text[:32], maxLength)
	case brackets.Is(text):
		return engine.Constraint(text)
	case prefix.MatchString(text):
		return begins{s, text}, nil
	}
	return versioning.Single(s, "a Gradle version or range", text)
}

// strict is a constraint with "!!" and the version that is preferred.
type strict struct {
	versioning.Constraint
	scheme    Scheme
	preferred string
}

func (c strict) Update(from, to string, s versioning.Strategy) (string, error) {
	text, err := c.Constraint.Update(from, to, s)
	if err != nil {
		return "", err
	}
	preferred := c.preferred
	if preferred != "" && (c.scheme.Compare(preferred, to) != 0) && s != versioning.InRangeOnly && (s == versioning.Bump || !c.Matches(to)) {
		preferred = to
	}
	return text + "!!" + preferred, nil
}

// begins is a range such as "1.+".
type begins struct {
	scheme Scheme
	text   string
}

func (c begins) Exact() string { return "" }

func (c begins) Matches(v string) bool {
	return c.scheme.Valid(v) && strings.HasPrefix(v, strings.TrimSuffix(c.text, "+"))
}

func (c begins) Update(from, to string, s versioning.Strategy) (string, error) {
	switch {
	case !c.scheme.Valid(to):
		return "", fmt.Errorf("changing %q: %q is not a version", c.text, to)
	case s == versioning.Pin:
		return to, nil
	case c.Matches(to):
		return c.text, nil
	case s == versioning.InRangeOnly:
		return "", fmt.Errorf("%q does not admit %s, and the range strategy is %q", c.text, to, s)
	}
	// As many parts of to as the old text had.
	n := strings.Count(strings.NewReplacer("_", ".", "-", ".").Replace(c.text), ".")
	end := 0
	for range n {
		i := strings.IndexAny(to[end:], "._-")
		if i < 0 {
			return to, nil
		}
		end += i + 1
	}
	return to[:end] + "+", nil
}
