// Package npm defines versions and ranges as npm's package semver does:
// https://docs.npmjs.com/cli/using-npm/semver describes them.
package npm

import (
	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/ranges"
	"github.com/currant-bot/currant/datasources/versioning/semver"
)

// Scheme has the versions of [semver.Scheme].
type Scheme struct{ semver.Scheme }

var syntax = ranges.Syntax{
	Kind: "an npm range",
	Ops: []ranges.Op{
		{Text: "^=", Role: ranges.Caret},
		{Text: "^", Role: ranges.Caret},
		{Text: "~>", Role: ranges.Tilde},
		{Text: "~=", Role: ranges.Tilde},
		{Text: "~", Role: ranges.Tilde},
		{Text: ">=", Role: ranges.Least},
		{Text: ">", Role: ranges.Above},
		{Text: "<=", Role: ranges.Most},
		{Text: "<", Role: ranges.Below},
		{Text: "==", Role: ranges.Exact},
		{Text: "=", Role: ranges.Exact},
		{Text: "", Role: ranges.Exact},
	},
	Or: true, Space: true, Hyphen: true, Wild: "xX*",
}

var engine = ranges.Engine{
	Syntax:  &syntax,
	Valid:   semver.Scheme{}.Valid,
	Compare: semver.Scheme{}.Compare,
	Compile: ranges.Semantic,
}

// Constraint reads a range. The empty text admits anything.
func (Scheme) Constraint(text string) (versioning.Constraint, error) { return engine.Constraint(text) }
