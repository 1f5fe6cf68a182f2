// Package devbox defines the versions of Devbox's packages: up to three numbers, where fewer
// stand for the newest that begins with them.
package devbox

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

// Scheme has "latest" for a constraint that admits everything.
type Scheme struct{}

var version = regexp.MustCompile(`^\d{1,18}(?:\.\d{1,18}){0,2}$`)

func parse(v string) []string {
	if !version.MatchString(v) {
		return nil
	}
	return strings.Split(v, ".")
}

func (Scheme) Valid(v string) bool { return parse(v) != nil }

// Compare orders by the numbers; one that is not there comes before all others.
func (Scheme) Compare(a, b string) int { return compare(parse(a), parse(b)) }

func compare(x, y []string) int {
	for i := range max(len(x), len(y)) {
		switch {
		case i >= len(x):
			return -1
		case i >= len(y):
			return 1
		}
		if c := natural.Numbers(x[i], y[i]); c != 0 {
			return c
		}
	}
	return 0
}

func (s Scheme) Stable(v string) bool { return s.Valid(v) }

func (Scheme) Parts(v string) versioning.Parts {
	nums := parse(v)
	return versioning.Parts{Major: natural.Int(nums, 0), Minor: natural.Int(nums, 1), Patch: natural.Int(nums, 2)}
}

func (s Scheme) Compatible(_, to string) bool { return s.Valid(to) }

// Constraint reads a version, or "latest".
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	nums := parse(text)
	if nums == nil && text != "latest" {
		return nil, fmt.Errorf("%.64q is neither a version of up to three numbers nor %q", text, "latest")
	}
	return constraint{text, nums}, nil
}

type constraint struct {
	text string
	nums []string // none for "latest"
}

func (c constraint) Exact() string {
	if len(c.nums) == 3 {
		return c.text
	}
	return ""
}

func (c constraint) Matches(v string) bool {
	nums := parse(v)
	return len(nums) >= max(1, len(c.nums)) && compare(c.nums, nums[:len(c.nums)]) == 0
}

// Update keeps the number of parts. A pin has all that the version has.
func (c constraint) Update(_, to string, s versioning.Strategy) (string, error) {
	nums := parse(to)
	switch {
	case nums == nil:
		return "", fmt.Errorf("changing %q: %.64q is not a version", c.text, to)
	case s == versioning.Pin:
		return to, nil
	case c.Matches(to):
		return c.text, nil
	case s == versioning.InRangeOnly:
		return "", fmt.Errorf("%q does not admit %s, and the range strategy is %q", c.text, to, s)
	case len(nums) < len(c.nums):
		return to, nil
	}
	return strings.Join(nums[:len(c.nums)], "."), nil
}
