// Package debian defines the releases of Debian: "12", "12.5" or "bookworm".
package debian

import (
	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/distro"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

// Scheme holds what has been released to be stable. Names that move, such as "stable"
// and "testing", are no versions.
type Scheme struct{}

// newest is the last release that has been made, as of 2026.
const newest = "13"

var releases = distro.Distro{
	Kind: "a Debian release such as 12 or bookworm",
	Names: map[string]string{
		"wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13",
		"forky": "14", "duke": "15",
	},
	Stable: func(nums []string) bool { return natural.Numbers(nums[0], newest) <= 0 },
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
