// Package githubactions defines the versions of GitHub Actions. Their tags are
// semantic versions, beside which authors move short ones along: "v4" is the
// newest v4.x.y.
package githubactions

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

// Scheme reads short tags as versions too, since some actions have no others;
// they come before any that they stand for. As a constraint a short tag is a [versioning.Speller].
type Scheme struct{}

type parsed struct {
	prefix string   // "v" or ""
	nums   []string // one to three
	pre    string   // without the hyphen
}

var versionExpr = regexp.MustCompile(
	`^(v?)(\d{1,18}(?:\.\d{1,18}){0,2})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$`)

// maxLength is the longest version that is read.
const maxLength = 256

func parse(v string) (p parsed, ok bool) {
	if len(v) > maxLength {
		return p, false
	}
	m := versionExpr.FindStringSubmatch(v)
	if m == nil {
		return p, false
	}
	return parsed{m[1], strings.Split(m[2], "."), m[3]}, true
}

func (Scheme) Valid(v string) bool {
	_, ok := parse(v)
	return ok
}

// Compare orders by precedence, then shorter before longer: "v4" before "v4.0.0".
func (Scheme) Compare(a, b string) int {
	return versioning.Order(a, b, parse, func(x, y parsed) int {
		return cmp.Or(
			natural.Lists(x.nums, y.nums),
			comparePre(x.pre, y.pre),
			cmp.Compare(len(x.nums), len(y.nums)),
		)
	})
}

func comparePre(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(b), len(a))
	}
	return natural.Identifiers(a, b)
}

func (Scheme) Stable(v string) bool {
	p, ok := parse(v)
	return ok && p.pre == ""
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

// Constraint reads a tag.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	p, ok := parse(text)
	if !ok {
		return nil, fmt.Errorf("%.64q is not the version of an action, such as v4 or v4.2.1", text)
	}
	if len(p.nums) == 3 || p.pre != "" {
		return versioning.Single(s, "the version of an action", text)
	}
	return floating{text, p}, nil
}

// A floating tag admits what begins with its numbers.
type floating struct {
	text string
	p    parsed
}

// Exact is always "".
func (floating) Exact() string { return "" }

// Matches does not admit prereleases.
func (c floating) Matches(v string) bool {
	if v == c.text {
		return true
	}
	p, ok := parse(v)
	n := len(c.p.nums)
	return ok && p.pre == "" && len(p.nums) >= n && natural.Lists(p.nums[:n], c.p.nums) == 0
}

func (c floating) Update(from, to string, s versioning.Strategy) (string, error) {
	switch {
	case !Scheme{}.Valid(to):
		return "", fmt.Errorf("changing %q: %.64q is not a version", c.text, to)
	case s == versioning.Pin:
		return to, nil
	case c.Matches(to):
		return c.text, nil
	case s == versioning.InRangeOnly:
		return "", fmt.Errorf("%q does not admit %.64s, and the range strategy is %q", c.text, to, s)
	}
	return c.Spellings(to)[0], nil
}

// Spellings returns to with as many numbers as the tag has, then the shortest first, at last
// to itself.
func (c floating) Spellings(to string) []string {
	p, ok := parse(to)
	if !ok || p.pre != "" {
		return []string{to}
	}
	var all []string
	add := func(n int) {
		if n <= len(p.nums) {
			all = append(all, c.p.prefix+strings.Join(p.nums[:n], "."))
		}
	}
	own := len(c.p.nums)
	add(own)
	for n := range 3 {
		if n+1 != own {
			add(n + 1)
		}
	}
	if !slices.Contains(all, to) {
		all = append(all, to)
	}
	return all
}
