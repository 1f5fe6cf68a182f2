// Package maven defines versions and ranges as Maven does:
// https://maven.apache.org/pom.html#version-order-specification describes them.
package maven

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/brackets"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

// Scheme has ranges such as "[1.0,2.0)". A bare version is a recommendation to Maven, and counts as one that
// admits nothing else.
type Scheme struct{}

// maxLength is the longest version that is read.
const maxLength = 256

var (
	version = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._+~-]*[A-Za-z0-9_])?$`)
	meta    = regexp.MustCompile(`(?i)^(?:release|latest)$`)
	numbers = regexp.MustCompile(`^[vV]?(\d+(?:\.\d+)*)`)
	words   = regexp.MustCompile(`[A-Za-z]+\d?`)
)

// Valid reports whether v could be a version. Maven itself takes any text for one; here it begins
// and ends with letters or digits, and is not one of Maven's words LATEST and RELEASE.
func (Scheme) Valid(v string) bool {
	return len(v) <= maxLength && version.MatchString(v) && !meta.MatchString(v)
}

// Compare orders as Maven's ComparableVersion does.
func (s Scheme) Compare(a, b string) int {
	okA, okB := s.Valid(a), s.Valid(b)
	switch {
	case okA && okB:
		return parse(a).compare(parse(b))
	case okA:
		return 1
	case okB:
		return -1
	}
	return 0
}

// unstable are words for prereleases: those that Maven knows, and others in use.
var unstable = map[string]bool{
	"alpha": true, "beta": true, "milestone": true, "rc": true, "cr": true, "snapshot": true,
	"preview": true, "pre": true, "dev": true, "ea": true, "eap": true, "canary": true, "nightly": true,
}

// Stable reports whether v has no word for a prerelease. "a", "b" and "m" are such words before a digit.
func (s Scheme) Stable(v string) bool { return s.Valid(v) && !Prerelease(v) }

// Prerelease reports whether v has a word for a prerelease.
func Prerelease(v string) bool {
	for _, word := range words.FindAllString(strings.ToLower(v), -1) {
		name := strings.TrimRight(word, "0123456789")
		if unstable[name] || name != word && len(name) == 1 && strings.Contains("abm", name) {
			return true
		}
	}
	return false
}

func (s Scheme) Parts(v string) versioning.Parts {
	if !s.Valid(v) {
		return versioning.Parts{Major: -1, Minor: -1, Patch: -1}
	}
	return Numbers(v)
}

// Numbers returns the numbers that v begins with; those that are not written are 0.
func Numbers(v string) versioning.Parts {
	m := numbers.FindStringSubmatch(v)
	if m == nil {
		return versioning.Parts{Major: -1, Minor: -1, Patch: -1}
	}
	list := append(strings.Split(m[1], "."), "0", "0")
	return versioning.Parts{Major: natural.Int(list, 0), Minor: natural.Int(list, 1), Patch: natural.Int(list, 2)}
}

func (s Scheme) Compatible(_, to string) bool { return s.Valid(to) }

var engine = brackets.Engine{
	Kind: "a Maven version or range", Valid: Scheme{}.Valid, Compare: Scheme{}.Compare,
}

// Constraint reads a version or ranges, separated by commas.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	if brackets.Is(text) {
		return engine.Constraint(text)
	}
	return versioning.Single(s, "a Maven version", text)
}
