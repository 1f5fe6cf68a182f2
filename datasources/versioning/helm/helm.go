// Package helm defines versions and constraints as Helm and Flux do, which
// read them with Masterminds/semver.
package helm

import (
	"errors"
	"math"

	"github.com/Masterminds/semver/v3"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/ranges"
	strict "github.com/currant-bot/currant/datasources/versioning/semver"
)

// Scheme also reads versions of fewer than three numbers, as charts have them.
type Scheme struct{}

// maxLength is the longest version that is read.
const maxLength = 256

func parse(v string) (*semver.Version, bool) {
	if len(v) > maxLength {
		return nil, false
	}
	parsed, err := semver.NewVersion(v)
	if err != nil || max(parsed.Major(), parsed.Minor(), parsed.Patch()) > math.MaxInt64 {
		return nil, false
	}
	return parsed, true
}

func (Scheme) Valid(v string) bool {
	_, ok := parse(v)
	return ok
}

func (Scheme) Compare(a, b string) int {
	x, okX := parse(a)
	y, okY := parse(b)
	return strict.CompareParsed(x, okX, y, okY)
}

func (Scheme) Stable(v string) bool {
	parsed, ok := parse(v)
	return ok && parsed.Prerelease() == ""
}

// Parts counts numbers that are not written as 0.
func (Scheme) Parts(v string) versioning.Parts { return strict.PartsOf(parse(v)) }

func (s Scheme) Compatible(_, to string) bool { return s.Valid(to) }

var syntax = ranges.Syntax{
	Kind: "a Helm version constraint",
	Ops: []ranges.Op{
		{Text: "^", Role: ranges.Caret},
		{Text: "~>", Role: ranges.Tilde},
		{Text: "~", Role: ranges.Tilde},
		{Text: ">=", Role: ranges.Least},
		{Text: "=>", Role: ranges.Least},
		{Text: ">", Role: ranges.Above},
		{Text: "<=", Role: ranges.Most},
		{Text: "=<", Role: ranges.Most},
		{Text: "<", Role: ranges.Below},
		{Text: "!=", Role: ranges.Not},
		{Text: "=", Role: ranges.Exact},
		{Text: "", Role: ranges.Exact},
	},
	Or: true, Comma: true, Space: true, Hyphen: true, Wild: "xX*",
}

var engine = ranges.Engine{
	Syntax:  &syntax,
	Valid:   Scheme{}.Valid,
	Compare: Scheme{}.Compare,
	Compile: compile,
	Single:  strict.Scheme{}.Valid,
}

func compile(r ranges.Range) (func(v string) bool, error) {
	constraint, err := semver.NewConstraint(r.Text)
	switch {
	case errors.Is(err, semver.ErrConstraintTooLong), errors.Is(err, semver.ErrTooManyConstraintGroups):
		return nil, err
	case err != nil:
		return nil, errors.New("it is not in the syntax that Masterminds/semver reads")
	}
	return func(v string) bool {
		parsed, ok := parse(v)
		return ok && constraint.Check(parsed)
	}, nil
}

// Constraint reads a range.
func (Scheme) Constraint(text string) (versioning.Constraint, error) { return engine.Constraint(text) }
