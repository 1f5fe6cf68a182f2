// Package loose defines versions for what follows no rules: numbers, and
// anything after them.
package loose

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

// Scheme has no ranges: a constraint is one version.
type Scheme struct{}

type parsed struct {
	nums   []string
	suffix string
}

var (
	versionExpr = regexp.MustCompile(`^[vV]?(\d+(?:\.\d+){0,7})([^\d\s].*)?$`)
	commitExpr  = regexp.MustCompile(`^[a-f0-9]{7,40}$`)
	preExpr     = regexp.MustCompile(`(?i)^[-._~]?(alpha|a|beta|b|rc|cr|c|m|milestone|pre|preview|dev|snapshot|nightly|canary|next|ea)([-._]?\d|[-._]|$)`)
)

// pseudoExpr is how Go writes a commit before the version that follows it.
var pseudoExpr = regexp.MustCompile(`^-(?:0\.)?\d{14}-[0-9a-f]{12}(?:\+incompatible)?$`)

// maxLength is the longest version that is read.
const maxLength = 256

func parse(v string) (p parsed, ok bool) {
	if len(v) > maxLength || commitExpr.MatchString(v) && !natural.IsNumber(v) {
		return p, false
	}
	m := versionExpr.FindStringSubmatch(v)
	if m == nil {
		return p, false
	}
	return parsed{strings.Split(m[1], "."), m[2]}, true
}

// pre reports whether the suffix is that of a prerelease.
func (p parsed) pre() bool {
	return preExpr.MatchString(p.suffix) || pseudoExpr.MatchString(p.suffix)
}

func (Scheme) Valid(v string) bool {
	_, ok := parse(v)
	return ok
}

// Compare orders by numbers, then prereleases before the release before other suffixes.
func (Scheme) Compare(a, b string) int {
	return versioning.Order(a, b, parse, func(x, y parsed) int {
		return cmp.Or(
			natural.Lists(x.nums, y.nums),
			cmp.Compare(x.rank(), y.rank()),
			natural.Texts(x.suffix, y.suffix),
		)
	})
}

func (p parsed) rank() int {
	switch {
	case p.pre():
		return -1
	case p.suffix == "":
		return 0
	}
	return 1
}

// Stable reports whether v does not end like a prerelease.
func (Scheme) Stable(v string) bool {
	p, ok := parse(v)
	return ok && !p.pre()
}

func (Scheme) Parts(v string) versioning.Parts {
	p, _ := parse(v)
	return versioning.Parts{
		Major: natural.Int(p.nums, 0),
		Minor: natural.Int(p.nums, 1),
		Patch: natural.Int(p.nums, 2),
	}
}

func (s Scheme) Compatible(_, to string) bool { return s.Valid(to) }

// Constraint reads a version.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	return versioning.Single(s, "a version that begins with a number", text)
}
