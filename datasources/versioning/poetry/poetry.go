// Package poetry defines versions and constraints as Poetry does: those of
// PEP 440, and "^", "~" and "||" besides.
package poetry

import (
	"fmt"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/ranges"
	"github.com/currant-bot/currant/datasources/versioning/pep440"
)

// Scheme has the versions of [pep440.Scheme].
type Scheme struct{ pep440.Scheme }

var syntax = ranges.Syntax{
	Kind: "a Poetry constraint",
	Ops: []ranges.Op{
		{Text: "^", Role: ranges.Caret},
		{Text: "~=", Role: ranges.Compatible},
		{Text: "~", Role: ranges.Tilde},
		{Text: "===", Role: ranges.Exact},
		{Text: "==", Role: ranges.Exact},
		{Text: "!=", Role: ranges.Not},
		{Text: ">=", Role: ranges.Least},
		{Text: ">", Role: ranges.Above},
		{Text: "<=", Role: ranges.Most},
		{Text: "<", Role: ranges.Below},
		{Text: "=", Role: ranges.Exact},
		{Text: "", Role: ranges.Exact},
	},
	Or: true, Comma: true, Space: true, Wild: "*",
}

var engine = ranges.Engine{
	Syntax:  &syntax,
	Valid:   pep440.Scheme{}.Valid,
	Compare: pep440.Scheme{}.Compare,
	Compile: compile,
}

// compile compiles each term as the specifiers that it stands for.
func compile(r ranges.Range) (func(v string) bool, error) {
	var sets [][]versioning.Constraint
	for _, alt := range r.Alternatives {
		var set []versioning.Constraint
		for _, t := range alt.Terms {
			text, err := specifier(t)
			if err != nil {
				return nil, err
			}
			c, err := pep440.Scheme{}.Constraint(text)
			if err != nil {
				return nil, err
			}
			set = append(set, c)
		}
		sets = append(sets, set)
	}
	return func(v string) bool {
		for _, set := range sets {
			if admits(set, v) {
				return true
			}
		}
		return false
	}, nil
}

func admits(set []versioning.Constraint, v string) bool {
	for _, c := range set {
		if !c.Matches(v) {
			return false
		}
	}
	return true
}

// specifier returns t in the syntax of PEP 440.
func specifier(t ranges.Term) (string, error) {
	v := t.Version
	switch {
	case v.Wild == "*" && len(v.Nums) == 0 && t.Role != ranges.Not:
		return "", nil
	case t.Role == ranges.Caret || t.Role == ranges.Tilde:
		upper, ok := v.Next(t.Role)
		if !ok || v.Wild != "" {
			return "", fmt.Errorf("%q does not belong after %q", v.Bare(), t.Op)
		}
		return ">=" + v.Bare() + ",<" + upper, nil
	case t.Op == "=" || t.Op == "":
		return "==" + v.Bare(), nil
	}
	return t.Op + v.Bare(), nil
}

// Constraint reads a constraint. The empty text admits anything.
func (Scheme) Constraint(text string) (versioning.Constraint, error) { return engine.Constraint(text) }
