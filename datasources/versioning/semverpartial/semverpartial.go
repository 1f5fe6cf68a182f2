// Package semverpartial defines semantic versions of which a file may name only
// the first numbers, as components of GitLab and vendors of Java have it.
package semverpartial

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/semver"
)

// Scheme has the versions of [semver.Scheme].
type Scheme struct{ semver.Scheme }

// partial is "1", "v1.2" or "~latest", which admits every version that is no prerelease.
var partial = regexp.MustCompile(`^(v?)(0|[1-9]\d{0,15})(?:\.(0|[1-9]\d{0,15}))?$`)

const latest = "~latest"

// Constraint reads a version, its first one or two numbers, or "~latest".
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	if s.Valid(text) {
		return versioning.Single(s, "a semantic version", text)
	}
	if m := partial.FindStringSubmatch(text); m != nil {
		c := constraint{text: text, prefix: m[1], major: number(m[2]), minor: -1}
		if m[3] != "" {
			c.minor = number(m[3])
		}
		return c, nil
	}
	if text == latest {
		return constraint{text: text, major: -1, minor: -1}, nil
	}
	return nil, fmt.Errorf("%.64q is neither a semantic version, its first numbers, nor %s", text, latest)
}

func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // at most 16 digits
	return n
}

type constraint struct {
	text, prefix string
	major, minor int64 // -1 for any
}

func (constraint) Exact() string { return "" }

func (c constraint) Matches(v string) bool {
	parts := Scheme{}.Parts(v)
	return Scheme{}.Stable(v) && (c.major < 0 || parts.Major == c.major) && (c.minor < 0 || parts.Minor == c.minor)
}

// Update keeps the number of parts and the "v".
func (c constraint) Update(_, to string, s versioning.Strategy) (string, error) {
	switch {
	case !Scheme{}.Valid(to):
		return "", fmt.Errorf("changing %q: %.64q is not a version", c.text, to)
	case s == versioning.Pin:
		return to, nil
	case c.Matches(to):
		return c.text, nil
	case s == versioning.InRangeOnly:
		return "", fmt.Errorf("%q does not admit %s, and the range strategy is %q", c.text, to, s)
	case !Scheme{}.Stable(to):
		return to, nil
	}
	parts := Scheme{}.Parts(to)
	nums := []string{strconv.FormatInt(parts.Major, 10)}
	if c.minor >= 0 {
		nums = append(nums, strconv.FormatInt(parts.Minor, 10))
	}
	return c.prefix + strings.Join(nums, "."), nil
}
