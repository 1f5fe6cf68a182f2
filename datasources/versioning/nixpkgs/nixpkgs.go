// Package nixpkgs defines the branches of nixpkgs as versions, such as
// "nixos-24.05" and "nixpkgs-unstable".
package nixpkgs

import (
	"cmp"
	"regexp"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/internal/natural"
)

// Scheme holds branches with the same name before and after the number to be of one line.
type Scheme struct{}

type branch struct{ name, year, month, suffix string }

// branchExpr is as https://wiki.nixos.org/wiki/Nix_channels has the channels' names.
var branchExpr = regexp.MustCompile(`^(nixos|nixpkgs|release)-(?:(\d{2})\.(\d{2})|unstable)(?:-(small|aarch64|darwin))?$`)

func parse(v string) (b branch, ok bool) {
	m := branchExpr.FindStringSubmatch(v)
	if m == nil {
		return b, false
	}
	return branch{m[1], m[2], m[3], m[4]}, true
}

func (Scheme) Valid(v string) bool {
	_, ok := parse(v)
	return ok
}

// Compare orders by year and month, before which unstable branches stand: they are no update.
func (Scheme) Compare(a, b string) int {
	return versioning.Order(a, b, parse, func(x, y branch) int {
		return cmp.Or(natural.Texts(x.year, y.year), natural.Texts(x.month, y.month), natural.Texts(x.name, y.name), natural.Texts(x.suffix, y.suffix))
	})
}

func (Scheme) Stable(v string) bool {
	b, ok := parse(v)
	return ok && b.year != ""
}

func (Scheme) Parts(v string) versioning.Parts {
	b, ok := parse(v)
	if !ok || b.year == "" {
		return versioning.Parts{Major: -1, Minor: -1, Patch: -1}
	}
	nums := []string{b.year, b.month}
	return versioning.Parts{Major: natural.Int(nums, 0), Minor: natural.Int(nums, 1), Patch: -1}
}

func (Scheme) Compatible(from, to string) bool {
	x, okX := parse(from)
	y, okY := parse(to)
	return okX && okY && x.name == y.name && x.suffix == y.suffix && (x.year == "") == (y.year == "")
}

// Constraint reads a branch.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	return versioning.Single(s, "a branch of nixpkgs such as nixos-24.05", text)
}
