// Package composer defines versions and constraints as Composer does:
// https://getcomposer.org/doc/articles/versions.md describes them.
package composer

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
	"github.com/currant-bot/currant/datasources/versioning/internal/ranges"
)

// Scheme has constraints such as "^1.2 || ~2.0@beta". Branches such as "dev-main" are no versions.
type Scheme struct{}

// maxLength is the longest version that is read.
const maxLength = 256

var version = regexp.MustCompile(`(?i)^v?(\d+(?:\.\d+){0,3})(?:[._-]?(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?\d+)*))?([.-]?dev)?(?:\+\S+)?$`)

// A parsed is what counts of a version.
type parsed struct {
	nums  []string
	rank  int      // of its stability
	count []string // numbers behind that
	dev   bool
}

var ranks = map[string]int{
	"alpha": -3, "a": -3, "beta": -2, "b": -2, "rc": -1, "stable": 0, "": 0, "patch": 1, "pl": 1, "p": 1,
}

const development = -4

func parse(v string) (parsed, bool) {
	m := version.FindStringSubmatch(v)
	if m == nil || len(v) > maxLength {
		return parsed{}, false
	}
	p := parsed{nums: strings.Split(m[1], "."), rank: ranks[strings.ToLower(m[2])]}
	if p.rank != 0 {
		p.count = strings.FieldsFunc(m[3], func(r rune) bool { return r == '.' || r == '-' })
	}
	if p.dev = m[4] != ""; p.dev && p.rank == 0 {
		p.rank, p.dev = development, false
	}
	return p, true
}

func (p parsed) compare(q parsed) int {
	if c := cmp.Or(natural.Lists(p.nums, q.nums), cmp.Compare(p.rank, q.rank)); c != 0 {
		return c
	}
	for i := range max(len(p.count), len(q.count)) {
		if i >= len(p.count) {
			return -1
		}
		if i >= len(q.count) {
			return 1
		}
		if c := natural.Numbers(p.count[i], q.count[i]); c != 0 {
			return c
		}
	}
	switch {
	case p.dev == q.dev:
		return 0
	case p.dev:
		return -1
	}
	return 1
}

func (Scheme) Valid(v string) bool {
	_, ok := parse(v)
	return ok
}

// Compare orders by numbers, then dev, alpha, beta, RC, stable and patch.
func (Scheme) Compare(a, b string) int {
	return versioning.Order(a, b, parse, parsed.compare)
}

func (Scheme) Stable(v string) bool {
	p, ok := parse(v)
	return ok && p.rank >= 0 && !p.dev
}

// Parts counts numbers that are not written as 0.
func (Scheme) Parts(v string) versioning.Parts {
	p, ok := parse(v)
	if !ok {
		return versioning.Parts{Major: -1, Minor: -1, Patch: -1}
	}
	list := append(p.nums, "0", "0")
	return versioning.Parts{Major: natural.Int(list, 0), Minor: natural.Int(list, 1), Patch: natural.Int(list, 2)}
}

func (s Scheme) Compatible(_, to string) bool { return s.Valid(to) }

var syntax = ranges.Syntax{
	Kind: "a Composer constraint",
	Ops: []ranges.Op{
		{Text: "^", Role: ranges.Caret},
		{Text: "~", Role: ranges.Compatible},
		{Text: ">=", Role: ranges.Least},
		{Text: ">", Role: ranges.Above},
		{Text: "<=", Role: ranges.Most},
		{Text: "<>", Role: ranges.Not},
		{Text: "<", Role: ranges.Below},
		{Text: "!=", Role: ranges.Not},
		{Text: "==", Role: ranges.Exact},
		{Text: "=", Role: ranges.Exact},
		{Text: "", Role: ranges.Exact},
	},
	Or: true, Bar: true, Comma: true, Space: true, Hyphen: true, Wild: "xX*",
}

var engine = ranges.Engine{
	Syntax: &syntax, Valid: Scheme{}.Valid, Compare: Scheme{}.Compare, Compile: compile, Gap: " ",
}

// Constraint reads terms with spaces or commas between them, and alternatives with "||".
func (Scheme) Constraint(text string) (versioning.Constraint, error) { return engine.Constraint(text) }

// A bound is one comparison.
type bound struct {
	role ranges.Role
	v    parsed
}

func (b bound) admits(v parsed) bool {
	c := v.compare(b.v)
	switch b.role {
	case ranges.Least:
		return c >= 0
	case ranges.Above:
		return c > 0
	case ranges.Most:
		return c <= 0
	case ranges.Below:
		return c < 0
	case ranges.Not:
		return c != 0
	}
	return c == 0
}

func compile(r ranges.Range) (func(v string) bool, error) {
	var sets [][]bound
	for _, alt := range r.Alternatives {
		var set []bound
		if len(alt.Terms) == 0 {
			return nil, fmt.Errorf("an alternative is empty")
		}
		for _, t := range alt.Terms {
			bounds, err := term(t)
			if err != nil {
				return nil, err
			}
			set = append(set, bounds...)
		}
		sets = append(sets, set)
	}
	return func(v string) bool {
		p, ok := parse(v)
		for _, set := range sets {
			admitted := ok
			for _, b := range set {
				admitted = admitted && b.admits(p)
			}
			if admitted {
				return true
			}
		}
		return false
	}, nil
}

var stability = regexp.MustCompile(`(?i)@(?:stable|rc|beta|alpha|dev)$`)

// term turns a term into bounds. None means that it admits anything.
func term(t ranges.Term) ([]bound, error) {
	tok := t.Version
	n := len(tok.Nums)
	suffix := stability.ReplaceAllString(tok.Suffix, "")
	if tok.Wild != "" {
		switch {
		case suffix != "" || n > 3 || strings.ContainsAny(tok.Wild, "0123456789") || t.Hyphen || t.Op != "" && t.Role != ranges.Exact && n > 0:
			return nil, fmt.Errorf("%q is not a version", tok.Prefix+tok.Bare())
		case n == 0:
			return nil, nil
		}
		return between(tok.Nums, n), nil
	}
	low, ok := parse(strings.Join(tok.Nums, ".") + suffix + tok.Build)
	if !ok || n > 4 {
		return nil, fmt.Errorf("%q is not a version", tok.Prefix+tok.Bare())
	}
	first := low
	if suffix == "" {
		first.rank = development // what comes before "1.0" itself counts to it
	}
	switch t.Role {
	case ranges.Caret:
		keep := 0
		for keep < min(n, 3)-1 && natural.Numbers(low.nums[keep], "0") == 0 {
			keep++
		}
		return append([]bound{{ranges.Least, first}}, between(low.nums, keep+1)[1]), nil
	case ranges.Compatible:
		return append([]bound{{ranges.Least, first}}, between(low.nums, max(n-1, 1))[1]), nil
	case ranges.Least:
		return []bound{{ranges.Least, first}}, nil
	case ranges.Below:
		return []bound{{ranges.Below, first}}, nil
	case ranges.Most:
		if t.Hyphen && n < 3 && suffix == "" {
			return between(low.nums, n)[1:], nil
		}
	}
	return []bound{{t.Role, low}}, nil
}

// between returns the bounds of the versions whose first n numbers are those of nums.
func between(nums []string, n int) []bound {
	up := append([]string{}, nums[:n]...)
	up[n-1] = increment(up[n-1])
	return []bound{
		{ranges.Least, parsed{nums: nums[:n], rank: development}},
		{ranges.Below, parsed{nums: up, rank: development}},
	}
}

// increment returns the decimal number after n.
func increment(n string) string {
	digits := []byte(n)
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i] != '9' {
			digits[i]++
			return string(digits)
		}
		digits[i] = '0'
	}
	return "1" + string(digits)
}
