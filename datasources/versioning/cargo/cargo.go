// Package cargo defines versions and requirements as Cargo does: a bare
// version means "^".
package cargo

import (
	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/ranges"
	"github.com/currant-bot/currant/datasources/versioning/semver"
)

// Scheme has the versions of [semver.Scheme].
type Scheme struct{ semver.Scheme }

var syntax = ranges.Syntax{
	Kind: "a Cargo version requirement",
	Ops: []ranges.Op{
		{Text: "^", Role: ranges.Caret},
		{Text: "~", Role: ranges.Tilde},
		{Text: ">=", Role: ranges.Least},
		{Text: ">", Role: ranges.Above},
		{Text: "<=", Role: ranges.Most},
		{Text: "<", Role: ranges.Below},
		{Text: "=", Role: ranges.Exact},
		{Text: "", Role: ranges.Caret},
	},
	Comma: true, Wild: "xX*",
}

var engine = ranges.Engine{
	Syntax:  &syntax,
	Valid:   semver.Scheme{}.Valid,
	Compare: semver.Scheme{}.Compare,
	Compile: ranges.Semantic,
	Pin:     "=",
	Gap:     ", ",
}

// Constraint reads a list of requirements, separated by commas.
func (Scheme) Constraint(text string) (versioning.Constraint, error) { return engine.Constraint(text) }
