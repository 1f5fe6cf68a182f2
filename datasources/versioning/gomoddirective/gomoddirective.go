// Package gomoddirective defines the versions of Go as the go directive in
// go.mod has them: "1.21" asks for that version or a later one of Go 1.
package gomoddirective

import (
	"errors"
	"regexp"

	mm "github.com/Masterminds/semver/v3"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/ranges"
	"github.com/currant-bot/currant/datasources/versioning/semver"
)

// Scheme reads versions such as "1.21", "1.21.3" and "1.22rc1". As a constraint
// each means "^": the directive is raised by bump or pin, or by a new major version.
type Scheme struct{}

var versionExpr = regexp.MustCompile(`^(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:-?(rc|beta)\.?(\d{1,9}))?$`)

func parse(v string) (*mm.Version, bool) {
	m := versionExpr.FindStringSubmatch(v)
	if m == nil {
		return nil, false
	}
	text := m[1] + "." + m[2] + "."
	if m[3] == "" {
		m[3] = "0"
	}
	text += m[3]
	if m[4] != "" {
		text += "-" + m[4] + "." + m[5]
	}
	return semver.Parse(text)
}

func (Scheme) Valid(v string) bool {
	_, ok := parse(v)
	return ok
}

func (Scheme) Compare(a, b string) int {
	x, okX := parse(a)
	y, okY := parse(b)
	return semver.CompareParsed(x, okX, y, okY)
}

func (Scheme) Stable(v string) bool {
	parsed, ok := parse(v)
	return ok && parsed.Prerelease() == ""
}

// Parts counts a patch number that is not written as 0.
func (Scheme) Parts(v string) versioning.Parts { return semver.PartsOf(parse(v)) }

func (s Scheme) Compatible(_, to string) bool { return s.Valid(to) }

var syntax = ranges.Syntax{
	Kind: "a Go version",
	Ops:  []ranges.Op{{Text: "", Role: ranges.Caret}},
}

var engine = ranges.Engine{
	Syntax:  &syntax,
	Valid:   Scheme{}.Valid,
	Compare: Scheme{}.Compare,
	Compile: compile,
}

func compile(r ranges.Range) (func(v string) bool, error) {
	s, least := Scheme{}, r.Text
	if !s.Valid(least) {
		return nil, errors.New("it is not like 1.21 or 1.21.3")
	}
	return func(v string) bool {
		return s.Compare(v, least) >= 0 && s.Parts(v).Major == s.Parts(least).Major
	}, nil
}

// Constraint reads a version.
func (Scheme) Constraint(text string) (versioning.Constraint, error) { return engine.Constraint(text) }
