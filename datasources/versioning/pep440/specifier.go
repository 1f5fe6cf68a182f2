package pep440

import (
	"fmt"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
	"github.com/currant-bot/currant/datasources/versioning/internal/ranges"
)

// A specifier decides about one version. text is the version as it was written.
type specifier func(v version, text string) bool

// Compile compiles alternatives of specifiers.
func Compile(r ranges.Range) (func(v string) bool, error) {
	var sets [][]specifier
	for _, alt := range r.Alternatives {
		var set []specifier
		for _, t := range alt.Terms {
			spec, err := compileTerm(t)
			if err != nil {
				return nil, err
			}
			set = append(set, spec)
		}
		sets = append(sets, set)
	}
	return func(text string) bool {
		v, ok := parse(text)
		if !ok {
			return false
		}
		for _, set := range sets {
			if admits(set, v, text) {
				return true
			}
		}
		return false
	}, nil
}

func admits(set []specifier, v version, text string) bool {
	for _, spec := range set {
		if !spec(v, text) {
			return false
		}
	}
	return true
}

func compileTerm(t ranges.Term) (specifier, error) {
	written := t.Version.Prefix + t.Version.Bare()
	v, ok := parse(strings.TrimSuffix(written, t.Version.Wild))
	switch wild := t.Version.Wild; {
	case !ok:
		return nil, fmt.Errorf("%q is not a version", written)
	case wild != "" && (wild != ".*" || t.Op != "==" && t.Op != "!="):
		return nil, fmt.Errorf("%q does not belong after %q", written, t.Op)
	case len(v.local) > 0 && t.Role != ranges.Exact && t.Role != ranges.Not:
		return nil, fmt.Errorf("%q has a local part, which does not belong after %q", written, t.Op)
	case t.Op == "===":
		return func(_ version, text string) bool { return strings.EqualFold(text, written) }, nil
	case wild != "":
		n := len(v.release)
		return func(c version, _ string) bool { return hasPrefix(c, v, n) == (t.Role == ranges.Exact) }, nil
	case t.Role == ranges.Compatible:
		n := len(v.release) - 1
		if n == 0 {
			return nil, fmt.Errorf("%q needs at least two numbers after %q", written, t.Op)
		}
		return func(c version, _ string) bool { return comparePublic(c, v) >= 0 && hasPrefix(c, v, n) }, nil
	}
	return comparison(t.Role, v), nil
}

// comparison returns the specifier of an ordering operator.
func comparison(role ranges.Role, v version) specifier {
	return func(c version, _ string) bool {
		switch role {
		case ranges.Least:
			return comparePublic(c, v) >= 0
		case ranges.Most:
			return comparePublic(c, v) <= 0
		case ranges.Above:
			return above(c, v)
		case ranges.Below:
			return below(c, v)
		case ranges.Not:
			return !equal(c, v)
		default:
			return equal(c, v)
		}
	}
}

// hasPrefix reports whether c is of v's epoch and begins with its first n numbers.
func hasPrefix(c, v version, n int) bool {
	return natural.Numbers(c.epoch, v.epoch) == 0 &&
		natural.Lists(c.release[:min(n, len(c.release))], v.release[:n]) == 0
}

// equal compares the local part only if v has one.
func equal(c, v version) bool {
	return comparePublic(c, v) == 0 && (v.local == nil || compareLocal(c.local, v.local) == 0)
}

// above does not admit a post-release or a local version of v itself.
func above(c, v version) bool {
	release := c
	release.post, release.postNum, release.dev, release.devNum = false, "", false, ""
	own := c.post && !v.post && comparePublic(release, v) == 0
	return comparePublic(c, v) > 0 && !own
}

// below does not admit a prerelease of v itself.
func below(c, v version) bool {
	first := v
	first.dev, first.devNum = true, "0"
	own := c.prerelease() && !v.prerelease() && comparePublic(c, first) >= 0
	return compare(c, v) < 0 && !own
}
