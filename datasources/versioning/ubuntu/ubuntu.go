// Package ubuntu defines the releases of Ubuntu: "24.04" or "noble".
package ubuntu

import (
	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/distro"
)

// Scheme holds releases with long-term support to be stable, no others.
type Scheme struct{}

// releases are those of https://releases.ubuntu.com, as of 26.04.
var releases = distro.Distro{
	Kind: "an Ubuntu release such as 24.04 or noble",
	Names: map[string]string{
		"trusty": "14.04", "utopic": "14.10", "vivid": "15.04", "wily": "15.10", "xenial": "16.04", "yakkety": "16.10",
		"zesty": "17.04", "artful": "17.10", "bionic": "18.04", "cosmic": "18.10", "disco": "19.04", "eoan": "19.10",
		"focal": "20.04", "groovy": "20.10", "hirsute": "21.04", "impish": "21.10", "jammy": "22.04", "kinetic": "22.10",
		"lunar": "23.04", "mantic": "23.10", "noble": "24.04", "oracular": "24.10", "plucky": "25.04", "questing": "25.10",
		"resolute": "26.04",
	},
	Stable: longTerm,
}

// longTerm reports whether a release has long-term support: those of April in even years do.
func longTerm(nums []string) bool {
	year := nums[0]
	return len(nums) > 1 && nums[1] == "04" && (year[len(year)-1]-'0')%2 == 0
}

func (Scheme) Valid(v string) bool             { return releases.Valid(v) }
func (Scheme) Compare(a, b string) int         { return releases.Compare(a, b) }
func (Scheme) Stable(v string) bool            { return releases.IsStable(v) }
func (Scheme) Parts(v string) versioning.Parts { return releases.Parts(v) }
func (Scheme) Compatible(from, to string) bool { return releases.Compatible(from, to) }

// Constraint reads a release.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	return versioning.Single(s, releases.Kind, text)
}
