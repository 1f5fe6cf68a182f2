// Package semvercoerced defines versions as the first numbers in a text, read
// as a semantic version: "release-2.1" is 2.1.0.
package semvercoerced

import (
	"regexp"
	"strings"

	mm "github.com/Masterminds/semver/v3"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/semver"
)

// Scheme reads a semantic version as such; of anything else the numbers count.
type Scheme struct{}

var numbers = regexp.MustCompile(`(?:^|\D)(\d{1,16})(?:\.(\d{1,16}))?(?:\.(\d{1,16}))?(?:$|\D)`)

// maxLength is the longest version that is read.
const maxLength = 256

func parse(v string) (*mm.Version, bool) {
	if parsed, ok := semver.Parse(v); ok {
		return parsed, true
	}
	if len(v) > maxLength {
		return nil, false
	}
	m := numbers.FindStringSubmatch(v)
	if m == nil {
		return nil, false
	}
	for i, num := range m[1:] {
		if num = strings.TrimLeft(num, "0"); num == "" {
			num = "0"
		}
		m[i+1] = num
	}
	return semver.Parse(strings.Join(m[1:], "."))
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

// Parts counts numbers that are not written as 0.
func (Scheme) Parts(v string) versioning.Parts { return semver.PartsOf(parse(v)) }

func (s Scheme) Compatible(_, to string) bool { return s.Valid(to) }

// Constraint reads a version.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	return versioning.Single(s, "a text with a version in it", text)
}
