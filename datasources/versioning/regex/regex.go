// Package regex defines versions by a regular expression with named groups,
// which users write into their configuration.
package regex

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

// numbers are the groups that hold numbers, in order of weight.
var numbers = []string{"major", "minor", "patch", "build", "revision"}

// Limits of expressions and versions, in bytes, and of what repeats may unfold to, in instructions.
const (
	maxExpr    = 2048
	maxProgram = 20_000
	maxLength  = 256
)

// New returns the scheme of expr, in RE2 syntax. Its groups are major, minor,
// patch, build and revision, which match numbers, prerelease and compatibility. One of the first
// three must be there.
func New(expr string) (versioning.Scheme, error) {
	if len(expr) > maxExpr {
		return nil, fmt.Errorf("the expression of a versioning is longer than %d bytes", maxExpr)
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("reading versioning regex:%s: %w", expr, err)
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, fmt.Errorf("compiling versioning regex:%s: %w", expr, err)
	}
	if len(prog.Inst) > maxProgram {
		return nil, fmt.Errorf("versioning regex:%s repeats too much", expr)
	}
	compiled, err := regexp.Compile(expr)
	if err != nil {
		return nil, fmt.Errorf("compiling versioning regex:%s: %w", expr, err)
	}
	if !slices.ContainsFunc(numbers[:3], func(name string) bool { return compiled.SubexpIndex(name) >= 0 }) {
		return nil, errors.New("versioning regex:" + expr + ` has none of the groups "major", "minor" and "patch"`)
	}
	return scheme{compiled}, nil
}

type scheme struct{ expr *regexp.Regexp }

type parsed struct {
	nums               []string // of the groups that the expression has, by weight; "" for one that took no part
	prerelease, compat string
}

func (s scheme) parse(v string) (p parsed, ok bool) {
	if len(v) > maxLength {
		return p, false
	}
	m := s.expr.FindStringSubmatch(v)
	if m == nil {
		return p, false
	}
	for _, name := range numbers {
		num := s.group(m, name)
		if num != "" && !natural.IsNumber(num) {
			return p, false
		}
		p.nums = append(p.nums, num)
	}
	p.prerelease, p.compat = s.group(m, "prerelease"), s.group(m, "compatibility")
	return p, true
}

func (s scheme) group(m []string, name string) string {
	if i := s.expr.SubexpIndex(name); i >= 0 {
		return m[i]
	}
	return ""
}

func (s scheme) Valid(v string) bool {
	_, ok := s.parse(v)
	return ok
}

// Compare orders by the numbers, then prereleases before the release. Compatibility does not count.
func (s scheme) Compare(a, b string) int {
	x, okX := s.parse(a)
	y, okY := s.parse(b)
	switch {
	case okX && okY:
		return cmp.Or(natural.Lists(x.nums, y.nums), comparePre(x.prerelease, y.prerelease))
	case okX:
		return 1
	case okY:
		return -1
	}
	return 0
}

func comparePre(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(b), len(a))
	}
	return natural.Texts(a, b)
}

func (s scheme) Stable(v string) bool {
	p, ok := s.parse(v)
	return ok && p.prerelease == ""
}

func (s scheme) Parts(v string) versioning.Parts {
	parts := [3]int64{-1, -1, -1}
	if p, ok := s.parse(v); ok {
		for i := range parts {
			if p.nums[i] != "" {
				parts[i] = natural.Int(p.nums, i)
			}
		}
	}
	return versioning.Parts{Major: parts[0], Minor: parts[1], Patch: parts[2]}
}

func (s scheme) Compatible(from, to string) bool {
	x, okX := s.parse(from)
	y, okY := s.parse(to)
	return okX && okY && x.compat == y.compat
}

func (s scheme) Constraint(text string) (versioning.Constraint, error) {
	return versioning.Single(s, fmt.Sprintf("a version that %s matches", s.expr), text)
}
