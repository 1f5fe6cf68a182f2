// Package rustreleasechannel defines the names of Rust's toolchains: versions,
// the first two numbers of one, and the nightly or beta toolchain of a day.
package rustreleasechannel

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/semver"
	"github.com/currant-bot/currant/datasources/versioning/semverpartial"
)

// Scheme compares versions with versions and days with days. A toolchain of a day counts
// as stable: whoever chose it wants such ones.
type Scheme struct{}

var dated = regexp.MustCompile(`^(nightly|beta|stable)-(\d{4})-(\d{2})-(\d{2})$`)

// channel returns what v is a day of; "" for a version.
func channel(v string) string {
	if m := dated.FindStringSubmatch(v); m != nil {
		return m[1]
	}
	return ""
}

func number(v string) bool { return len(v) > 0 && v[0] != 'v' && semver.Scheme{}.Valid(v) }

func (Scheme) Valid(v string) bool { return channel(v) != "" || number(v) }

// Compare puts the days of a channel before all versions.
func (Scheme) Compare(a, b string) int {
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	if number(a) {
		return semver.Scheme{}.Compare(a, b)
	}
	return cmp.Compare(a, b) * min(rank(a), 1)
}

func rank(v string) int {
	switch {
	case number(v):
		return 4
	case channel(v) == "nightly":
		return 3
	case channel(v) == "beta":
		return 2
	case channel(v) == "stable":
		return 1
	}
	return 0
}

func (Scheme) Stable(v string) bool {
	return channel(v) != "" || number(v) && semver.Scheme{}.Stable(v)
}

// Parts of a day are its year, month and day.
func (Scheme) Parts(v string) versioning.Parts {
	m := dated.FindStringSubmatch(v)
	if m == nil {
		if !number(v) {
			v = ""
		}
		return semver.Scheme{}.Parts(v)
	}
	part := func(i int) int64 {
		n, _ := strconv.ParseInt(m[i], 10, 64) // at most four digits
		return n
	}
	return versioning.Parts{Major: part(2), Minor: part(3), Patch: part(4)}
}

func (s Scheme) Compatible(from, to string) bool { return s.Valid(to) && channel(from) == channel(to) }

var (
	short  = regexp.MustCompile(`^(?:0|[1-9]\d{0,15})\.(?:0|[1-9]\d{0,15})$`)
	moving = regexp.MustCompile(`^(stable|beta|nightly)$`)
)

// Constraint reads a toolchain's name. Two numbers stand for the newest version that begins so; a mere
// channel, such as "stable", moves by itself.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	if short.MatchString(text) {
		return semverpartial.Scheme{}.Constraint(text)
	}
	if moving.MatchString(text) {
		return nil, fmt.Errorf("%q is a channel, which moves by itself", text)
	}
	return versioning.Single(s, "a toolchain such as 1.80.0 or nightly-2024-07-25", text)
}
