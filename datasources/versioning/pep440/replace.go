package pep440

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
)

// A constraint is one whose forms of two bounds are replaced as a whole, as Renovate does: "~=1.0.3" becomes
// "~=1.2.3", and ">=1.0,<1.1" becomes ">=1.2,<1.3".
type constraint struct {
	versioning.Constraint
	text string
}

var (
	compatible = regexp.MustCompile(`^(\s*~=\s*)(\d+(?:\.\d+)+)(\s*)$`)
	between    = regexp.MustCompile(`^(\s*>=\s*)(\d+(?:\.\d+)*)(\s*,\s*<\s*)(\d+(?:\.\d+)*)(\s*)$`)
	numbers    = regexp.MustCompile(`^\d+(?:\.\d+)*$`)
)

func (c constraint) Update(from, to string, s versioning.Strategy) (string, error) {
	if (s == versioning.Replace || s == versioning.Auto || s == versioning.UpdateLockfile) && !c.Matches(to) && numbers.MatchString(to) {
		if text := c.replaced(to); text != "" {
			if again, err := engine.Constraint(text); err == nil && again.Matches(to) {
				return text, nil
			}
		}
	}
	return c.Constraint.Update(from, to, s)
}

// replaced returns the text around version to; "" if it is of no form that is known here.
func (c constraint) replaced(to string) string {
	if m := compatible.FindStringSubmatch(c.text); m != nil {
		return m[1] + precision(to, len(parts(m[2]))) + m[3]
	}
	m := between.FindStringSubmatch(c.text)
	if m == nil {
		return ""
	}
	lower, upper := parts(m[2]), parts(m[4])
	at := 0 // where the bounds differ first
	for at < len(lower)-1 && at < len(upper)-1 && lower[at] == upper[at] {
		at++
	}
	end := parts(precision(to, len(upper)))
	n, err := strconv.ParseUint(end[at], 10, 32)
	if err != nil {
		return ""
	}
	end[at] = strconv.FormatUint(n+1, 10)
	for i := at + 1; i < len(end); i++ {
		end[i] = "0"
	}
	return m[1] + precision(to, len(lower)) + m[3] + strings.Join(end, ".") + m[5]
}

func parts(version string) []string { return strings.Split(version, ".") }

// precision returns version with n numbers.
func precision(version string, n int) string {
	p := parts(version)
	for len(p) < n {
		p = append(p, "0")
	}
	return strings.Join(p[:n], ".")
}
