package ranges

import (
	"fmt"
	"slices"
	"strings"

	mm "github.com/Masterminds/semver/v3"

	"github.com/currant-bot/currant/datasources/versioning/semver"
)

// Semantic compiles ranges over semantic versions as npm documents them: a missing number
// stands for any, and a prerelease is admitted only where a term names a prerelease of the same
// major, minor and patch.
func Semantic(r Range) (func(v string) bool, error) {
	var sets []set
	for _, alt := range r.Alternatives {
		var s set
		for _, t := range alt.Terms {
			bounds, err := semanticTerm(t)
			if err != nil {
				return nil, err
			}
			s = append(s, bounds...)
		}
		sets = append(sets, s)
	}
	if slices.ContainsFunc(sets, func(s set) bool { return len(s) == 0 }) {
		sets = []set{nil} // beside "*", npm drops the other alternatives, and with them their prereleases
	}
	return func(v string) bool {
		parsed, ok := semver.Parse(v)
		if !ok {
			return false
		}
		for _, s := range sets {
			if s.admits(parsed) {
				return true
			}
		}
		return false
	}, nil
}

// A bound is one comparison.
type bound struct {
	role Role // Exact, Least, Above, Most, Below or Not
	v    *mm.Version
}

// A set is bounds that must all hold.
type set []bound

func (s set) admits(v *mm.Version) bool {
	pre := v.Prerelease() == ""
	for _, b := range s {
		if !b.admits(v) {
			return false
		}
		pre = pre || b.v.Prerelease() != "" &&
			b.v.Major() == v.Major() && b.v.Minor() == v.Minor() && b.v.Patch() == v.Patch()
	}
	return pre
}

func (b bound) admits(v *mm.Version) bool {
	c := v.Compare(b.v)
	switch b.role {
	case Least:
		return c >= 0
	case Above:
		return c > 0
	case Most:
		return c <= 0
	case Below:
		return c < 0
	case Not:
		return c != 0
	default:
		return c == 0
	}
}

// semanticTerm turns a term into bounds. None means that it admits anything.
func semanticTerm(t Term) ([]bound, error) {
	low, err := semanticToken(t.Version)
	if err != nil {
		return nil, err
	}
	n := len(t.Version.Nums)
	switch {
	case strings.ContainsAny(t.Version.Wild, "0123456789") && t.Role != Caret && t.Role != Tilde && !t.Hyphen:
		return nil, fmt.Errorf("%q has a number after a wildcard", t.Version.Prefix+t.Version.Bare())
	case n == 0 && (t.Role == Above || t.Role == Below || t.Role == Not):
		return []bound{{Below, mm.New(0, 0, 0, "0", "")}}, nil
	case n == 0:
		return nil, nil
	}
	bounds := semanticBounds(t.Role, low, n)
	for _, b := range bounds {
		if !semver.Counts(b.v) {
			return nil, fmt.Errorf("%q has too great a number", t.Version.Prefix+t.Version.Bare())
		}
	}
	return bounds, nil
}

// semanticBounds returns the bounds of a term of which n numbers are written.
func semanticBounds(role Role, low *mm.Version, n int) []bound {
	least, before := bound{Least, low}, func(n int) bound { return bound{Below, after(low, n, "0")} }
	switch role {
	case Caret:
		return []bound{least, before(caretKept(low, n))}
	case Tilde:
		return []bound{least, before(min(n, 2))}
	case Compatible:
		return []bound{least, before(max(n-1, 1))}
	case Exact:
		if n < 3 {
			return []bound{least, before(n)}
		}
	case Above:
		if n < 3 {
			return []bound{{Least, after(low, n, "")}}
		}
	case Most:
		if n < 3 {
			return []bound{before(n)}
		}
	case Below:
		if n < 3 {
			low = mm.New(low.Major(), low.Minor(), low.Patch(), "0", "")
		}
	}
	return []bound{{role, low}}
}

// semanticToken returns the lowest version that a token stands for.
func semanticToken(t Token) (*mm.Version, error) {
	n := len(t.Nums)
	text := strings.Join(t.first(max(n, 3)), ".") + t.Suffix + t.Build
	written := t.Prefix + t.Bare()
	for _, part := range strings.Split(t.Wild, ".") {
		if len(part) > 1 && part[0] == '0' {
			return nil, fmt.Errorf("%q is not a version", written)
		}
	}
	all := n + strings.Count(t.Wild, ".")
	if n == 0 && t.Wild != "" {
		all++
	}
	if all > 3 || t.Epoch != "" || all < 3 && t.Suffix+t.Build != "" {
		return nil, fmt.Errorf("%q is not a version", written)
	}
	v, ok := semver.Parse(text)
	if !ok {
		return nil, fmt.Errorf("%q is not a version", written)
	}
	if t.Wild != "" { // what follows a wildcard does not count
		v = mm.New(v.Major(), v.Minor(), v.Patch(), "", "")
	}
	return v, nil
}

// caretKept returns how many leading numbers "^v" keeps, if n of them are written.
func caretKept(v *mm.Version, n int) int {
	switch {
	case v.Major() > 0 || n == 1:
		return 1
	case v.Minor() > 0 || n == 2:
		return 2
	}
	return 3
}

// after returns the version after all whose first n numbers are v's.
func after(v *mm.Version, n int, pre string) *mm.Version {
	switch n {
	case 1:
		return mm.New(v.Major()+1, 0, 0, pre, "")
	case 2:
		return mm.New(v.Major(), v.Minor()+1, 0, pre, "")
	}
	return mm.New(v.Major(), v.Minor(), v.Patch()+1, pre, "")
}
