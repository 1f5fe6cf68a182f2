// Package semver defines versions as Semantic Versioning 2.0.0 does, with an
// optional "v" before them.
package semver

import (
	"github.com/Masterminds/semver/v3"

	"github.com/currant-bot/currant/datasources/versioning"
)

// maxLength and maxNumber are what npm's and other tools' parsers read at most.
const (
	maxLength = 256
	maxNumber = 1<<53 - 1
)

// Scheme has no ranges: a constraint is one version.
type Scheme struct{}

// Parse reads v. ok is false if it is no version.
func Parse(v string) (parsed *semver.Version, ok bool) {
	if len(v) > maxLength {
		return nil, false
	}
	if len(v) > 1 && v[0] == 'v' {
		v = v[1:]
	}
	parsed, err := semver.StrictNewVersion(v)
	if err != nil || !Counts(parsed) {
		return nil, false
	}
	return parsed, true
}

// Counts reports whether v's numbers are small enough to be read.
func Counts(v *semver.Version) bool {
	return max(v.Major(), v.Minor(), v.Patch()) <= maxNumber
}

func (Scheme) Valid(v string) bool {
	_, ok := Parse(v)
	return ok
}

// Compare orders by precedence: build metadata does not count.
func (Scheme) Compare(a, b string) int {
	x, okX := Parse(a)
	y, okY := Parse(b)
	return CompareParsed(x, okX, y, okY)
}

// CompareParsed orders versions of which some may be invalid; those come first.
func CompareParsed(x *semver.Version, okX bool, y *semver.Version, okY bool) int {
	switch {
	case okX && okY:
		return x.Compare(y)
	case okX:
		return 1
	case okY:
		return -1
	}
	return 0
}

func (Scheme) Stable(v string) bool {
	parsed, ok := Parse(v)
	return ok && parsed.Prerelease() == ""
}

func (Scheme) Parts(v string) versioning.Parts {
	return PartsOf(Parse(v))
}

// PartsOf returns the numbers of a version that may be invalid.
func PartsOf(v *semver.Version, ok bool) versioning.Parts {
	if !ok {
		return versioning.Parts{Major: -1, Minor: -1, Patch: -1}
	}
	return versioning.Parts{Major: int64(v.Major()), Minor: int64(v.Minor()), Patch: int64(v.Patch())}
}

func (s Scheme) Compatible(_, to string) bool { return s.Valid(to) }

func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	return versioning.Single(s, "a semantic version such as 1.2.3 or v1.2.3-rc.1", text)
}
