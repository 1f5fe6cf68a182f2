// Package hashicorp defines versions and constraints as Terraform does, which
// reads them with go-version.
package hashicorp

import (
	"cmp"

	"github.com/hashicorp/go-version"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
	"github.com/currant-bot/currant/datasources/versioning/internal/ranges"
)

// Scheme has constraints such as "~> 1.2" and ">= 1.2, < 2.0, != 1.5.1".
type Scheme struct{}

// maxLength is the longest version that is read.
const maxLength = 256

func parse(v string) (*version.Version, bool) {
	if len(v) > maxLength {
		return nil, false
	}
	parsed, err := version.NewVersion(v)
	return parsed, err == nil
}

func (Scheme) Valid(v string) bool {
	_, ok := parse(v)
	return ok
}

// Compare orders as go-version does, except where that is no order: it forgets the prerelease of versions of more than three
// numbers, and puts "a" above "a.b". There prereleases compare as Semantic Versioning says.
func (Scheme) Compare(a, b string) int {
	return versioning.Order(a, b, parse, func(x, y *version.Version) int {
		return cmp.Or(compareNumbers(x.Segments64(), y.Segments64()), comparePrerelease(x.Prerelease(), y.Prerelease()))
	})
}

func comparePrerelease(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == "":
		return 1
	case b == "":
		return -1
	}
	return natural.Identifiers(a, b)
}

// compareNumbers compares from the left; numbers that one version does not have are 0.
func compareNumbers(a, b []int64) int {
	for i := range max(len(a), len(b)) {
		var x, y int64
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return cmp.Compare(x, y)
		}
	}
	return 0
}

func (Scheme) Stable(v string) bool {
	parsed, ok := parse(v)
	return ok && parsed.Prerelease() == ""
}

// Parts counts numbers that are not written as 0, as go-version does.
func (Scheme) Parts(v string) versioning.Parts {
	parsed, ok := parse(v)
	if !ok {
		return versioning.Parts{Major: -1, Minor: -1, Patch: -1}
	}
	segments := parsed.Segments64() // at least three
	return versioning.Parts{Major: segments[0], Minor: segments[1], Patch: segments[2]}
}

func (s Scheme) Compatible(_, to string) bool { return s.Valid(to) }

var syntax = ranges.Syntax{
	Kind: "a Terraform constraint",
	Ops:  ranges.Pessimistic, Comma: true,
}

var engine = ranges.Engine{
	Syntax:  &syntax,
	Valid:   Scheme{}.Valid,
	Compare: Scheme{}.Compare,
	Compile: compile,
	Gap:     ", ",
}

func compile(r ranges.Range) (func(v string) bool, error) {
	constraints, err := version.NewConstraint(r.Text)
	if err != nil {
		return nil, err
	}
	return func(v string) bool {
		parsed, ok := parse(v)
		return ok && constraints.Check(parsed)
	}, nil
}

// Constraint reads a list of terms, separated by commas.
func (Scheme) Constraint(text string) (versioning.Constraint, error) { return engine.Constraint(text) }
