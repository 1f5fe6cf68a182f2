// Package versioning compares version strings as different ecosystems do.
package versioning

import "fmt"

// A Strategy is how a constraint is changed to admit a new version; the names
// and meanings are Renovate's.
type Strategy string

const (
	Auto           Strategy = "auto"            // what the manager finds right
	Pin            Strategy = "pin"             // admit the new version only
	Bump           Strategy = "bump"            // raise the constraint even if it admits the new version
	Replace        Strategy = "replace"         // change the constraint only if it does not admit it
	Widen          Strategy = "widen"           // admit the new version besides the old ones
	UpdateLockfile Strategy = "update-lockfile" // leave a constraint that admits it; else Replace
	InRangeOnly    Strategy = "in-range-only"   // never change the constraint
)

// A Level is how far apart two versions are.
type Level int

const (
	Same Level = iota
	Patch
	Minor
	Major
)

func (l Level) String() string {
	return [...]string{"same", "patch", "minor", "major"}[l]
}

// Parts are the leading numbers of a version. A number that the version does
// not have is -1.
type Parts struct{ Major, Minor, Patch int64 }

// A Scheme is one ecosystem's rules. Versions are strings throughout, so that
// they can be compared, stored and printed without knowing their scheme.
// A Scheme is constant and may be used by several goroutines at once.
type Scheme interface {
	// Valid reports whether v is a version, not a constraint.
	Valid(v string) bool

	// Compare returns a number below, at or above zero as a comes before, with
	// or after b. An invalid version comes before any valid one.
	Compare(a, b string) int

	// Stable reports whether v is no prerelease. An invalid version is not stable.
	Stable(v string) bool

	// Parts returns the numbers of v, all -1 if v is invalid.
	Parts(v string) Parts

	// Compatible reports whether to is of the same line as from, such as a tag
	// with the same "-alpine".
	Compatible(from, to string) bool

	// Constraint reads text as it stands in a file: a range, or a single version. The
	// error says what is wrong with it.
	Constraint(text string) (Constraint, error)
}

// A Constraint is a set of versions.
type Constraint interface {
	// Exact returns the only version that the constraint admits; "" if it admits more.
	// "==1.2" in PEP 440 is exact, "1.2" in Cargo is not.
	Exact() string

	// Matches reports whether the constraint admits v.
	Matches(v string) bool

	// Update returns the constraint's text changed to admit to, keeping its
	// form: operators, "v", number of parts. from is the version in use, "" if unknown. The text stays
	// as it is if the strategy finds no need. The error says why it cannot be changed.
	Update(from, to string, s Strategy) (string, error)
}

// A Speller is a Constraint that stands for a moving tag, such as "v4" for the
// newest v4.x.y. Spellings returns the tags that would keep its form for version to, best
// first; the first that exists is to be used.
type Speller interface{ Spellings(to string) []string }

// LevelOf returns how big the step is between two versions.
func LevelOf(s Scheme, from, to string) Level {
	if !s.Valid(from) || !s.Valid(to) || s.Compare(from, to) == 0 {
		return Same
	}
	a, b := s.Parts(from), s.Parts(to)
	switch {
	case a.Major != b.Major:
		return Major
	case a.Minor != b.Minor:
		return Minor
	default:
		return Patch
	}
}

// Schemes finds a scheme by its name in configuration, such as "docker" or
// "regex:^(?<major>\\d+)$".
type Schemes func(name string) (Scheme, error)

// ErrUnknown returns the error for a name that is no scheme's.
func ErrUnknown(name string) error { return fmt.Errorf("there is no versioning %q", name) }

// Order compares two versions as [Scheme.Compare] promises it: parse reads one, compare orders those that can be
// read, and all others are below these and alike.
func Order[T any](a, b string, parse func(v string) (T, bool), compare func(x, y T) int) int {
	x, okX := parse(a)
	y, okY := parse(b)
	switch {
	case okX && okY:
		return compare(x, y)
	case okX:
		return 1
	case okY:
		return -1
	}
	return 0
}
