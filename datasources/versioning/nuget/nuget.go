// Package nuget defines versions and ranges as NuGet does:
// https://learn.microsoft.com/nuget/concepts/package-versioning describes them.
package nuget

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/brackets"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

// Scheme has ranges such as "[1.0,2.0)" and floating versions such as "1.*". A bare version, which to NuGet is
// the lowest that will do, counts as that version.
type Scheme struct{}

// maxLength is the longest text that is read.
const maxLength = 256

var (
	version = regexp.MustCompile(`^(\d+(?:\.\d+){0,3})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$`)
	float   = regexp.MustCompile(`^((?:\d+\.){0,3})(\*|\d+)(?:-([0-9A-Za-z.-]*)\*)?$`)
)

type parsed struct {
	nums []string
	pre  string
}

func parse(v string) (parsed, bool) {
	m := version.FindStringSubmatch(v)
	if m == nil || len(v) > maxLength {
		return parsed{}, false
	}
	return parsed{strings.Split(m[1], "."), strings.ToLower(m[2])}, true
}

func (Scheme) Valid(v string) bool {
	_, ok := parse(v)
	return ok
}

// Compare orders by numbers, then prereleases without regard to letter case before the release.
func (Scheme) Compare(a, b string) int {
	x, okX := parse(a)
	y, okY := parse(b)
	switch {
	case !okX && !okY:
		return 0
	case !okY:
		return 1
	case !okX:
		return -1
	}
	if c := natural.Lists(x.nums, y.nums); c != 0 {
		return c
	}
	switch {
	case x.pre == y.pre:
		return 0
	case x.pre == "":
		return 1
	case y.pre == "":
		return -1
	}
	return natural.Identifiers(x.pre, y.pre)
}

func (Scheme) Stable(v string) bool {
	p, ok := parse(v)
	return ok && p.pre == ""
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

var engine = brackets.Engine{
	Kind: "a NuGet range", Valid: Scheme{}.Valid, Compare: Scheme{}.Compare,
	Exclude: func(v string) bool { return !Scheme{}.Stable(v) },
}

// Constraint reads a version, a range or a floating version.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	if len(text) > maxLength {
		return nil, fmt.Errorf("%q... is not a NuGet range: it is longer than %d bytes", text[:32], maxLength)
	}
	if brackets.Is(text) {
		return engine.Constraint(text)
	}
	if m := float.FindStringSubmatch(text); m != nil && strings.HasSuffix(text, "*") {
		return floating{s, text, strings.TrimSuffix(m[1]+strings.TrimSuffix(m[2], "*"), "."), m[2] == "*", strings.HasSuffix(text, "-"+m[3]+"*"), strings.ToLower(m[3])}, nil
	}
	return versioning.Single(s, "a NuGet version or range", text)
}

// floating is a version with "*" in it.
type floating struct {
	scheme Scheme
	text   string
	nums   string // the numbers that are written
	open   bool   // further numbers may follow
	pre    bool   // prereleases are admitted
	label  string // what they begin with
}

func (c floating) Exact() string { return "" }

func (c floating) Matches(v string) bool {
	p, ok := parse(v)
	if !ok || p.pre != "" && !(c.pre && strings.HasPrefix(p.pre, c.label)) {
		return false
	}
	if c.nums == "" {
		return true
	}
	nums := strings.Split(c.nums, ".")
	if c.open {
		return natural.Lists(nums, padded(p.nums, len(nums))) == 0
	}
	return natural.Lists(nums, p.nums) == 0
}

// padded returns the first n of nums, those that are missing as 0.
func padded(nums []string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = "0"
		if i < len(nums) {
			out[i] = nums[i]
		}
	}
	return out
}

func (c floating) Update(from, to string, s versioning.Strategy) (string, error) {
	p, ok := parse(to)
	switch {
	case !ok:
		return "", fmt.Errorf("changing %q: %q is not a version", c.text, to)
	case s == versioning.Pin:
		return to, nil
	case c.Matches(to):
		return c.text, nil
	case s == versioning.InRangeOnly:
		return "", fmt.Errorf("%q does not admit %s, and the range strategy is %q", c.text, to, s)
	case p.pre != "" && !(c.pre && strings.HasPrefix(p.pre, c.label)):
		return "", fmt.Errorf("%q admits no prereleases such as %s", c.text, to)
	}
	n := strings.Count(c.nums, ".") + cmp.Compare(len(c.nums), 0)
	if !c.open {
		n = max(n, len(p.nums))
	}
	return strings.Join(padded(p.nums, n), ".") + c.text[len(c.nums):], nil
}
