// Package pep440 defines versions and specifiers as Python's packaging does:
// https://packaging.python.org/specifications/version-specifiers describes them.
package pep440

import (
	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
	"github.com/currant-bot/currant/datasources/versioning/internal/ranges"
)

// Scheme has specifier sets such as ">=1.2,<2" for ranges, and reads a bare version as "==".
type Scheme struct{}

func (Scheme) Valid(v string) bool {
	_, ok := parse(v)
	return ok
}

func (Scheme) Compare(a, b string) int {
	return versioning.Order(a, b, parse, compare)
}

// Stable reports whether v is neither a prerelease nor a development release.
func (Scheme) Stable(v string) bool {
	parsed, ok := parse(v)
	return ok && !parsed.prerelease()
}

func (Scheme) Parts(v string) versioning.Parts {
	parsed, _ := parse(v)
	if !(Scheme{}).Valid(v) {
		parsed.release = nil
	}
	return versioning.Parts{
		Major: natural.Int(parsed.release, 0),
		Minor: natural.Int(parsed.release, 1),
		Patch: natural.Int(parsed.release, 2),
	}
}

func (s Scheme) Compatible(_, to string) bool { return s.Valid(to) }

var syntax = ranges.Syntax{
	Kind: "a PEP 440 specifier",
	Ops: []ranges.Op{
		{Text: "===", Role: ranges.Exact},
		{Text: "==", Role: ranges.Exact},
		{Text: "~=", Role: ranges.Compatible},
		{Text: "!=", Role: ranges.Not},
		{Text: ">=", Role: ranges.Least},
		{Text: ">", Role: ranges.Above},
		{Text: "<=", Role: ranges.Most},
		{Text: "<", Role: ranges.Below},
		{Text: "", Role: ranges.Exact},
	},
	Comma: true, Wild: "*",
}

var engine = ranges.Engine{
	Syntax:  &syntax,
	Valid:   Scheme{}.Valid,
	Compare: Scheme{}.Compare,
	Compile: Compile,
	Pin:     "==",
	Gap:     ",",
}

// Constraint reads a set of specifiers. The empty text admits anything.
// Prereleases are admitted as any other version.
func (Scheme) Constraint(text string) (versioning.Constraint, error) {
	c, err := engine.Constraint(text)
	if err != nil {
		return nil, err
	}
	return constraint{c, text}, nil
}

// Plain is [Scheme.Constraint] whose lower bounds stay when a newer version is admitted.
func Plain(text string) (versioning.Constraint, error) { return engine.Constraint(text) }
