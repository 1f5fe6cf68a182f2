// Package versioningtest defines the laws that every versioning scheme keeps.
package versioningtest

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning"
)

// Versions are texts of many ecosystems, most of them versions of some scheme.
var Versions = []string{
	"", "v", "latest", "main", "0", "1", "18", "20240131", "20240131235959", "1.2", "1.2.0", "01.2", "1.02.3",
	"1.2.3", "v1.2.3", "V1.2.3", "=1.2.3", "1.2.4", "1.3.0", "2.0.0", "0.0.0", "0.0.1", "0.2.0", "v4", "v4.2", "v5",
	"1.2.3.4", "1.2.3.0", "1.2.3.4.5.6.7.8.9", "1.2.3-rc.1", "1.2.3-rc1", "1.2.3rc1", "1.2.3-alpha", "1.2.3-beta.11",
	"1.2.3-beta.2", "1.2.3-0", "1.2.3-00", "1.2.3--", "1.2.3+build.5", "1.2.3-rc.1+build", "2.0.0-alpha", "1!1.2.3",
	"1.2.3.post1", "1.2.3.dev4", "1.2a1.post2.dev3+local.7", "1.2.3+ubuntu-1", "1.0.0a", "1.0.0-1", "3.12-slim",
	"3.12.1-slim-bookworm", "3.13.0rc1-slim", "2024-01-31", "2024-01-31-alpine", "deadbeef", "1234567", "1-alpine",
	"nixos-24.05", "nixos-unstable", "nixpkgs-24.11-darwin", "~latest", "v1alpha1", "apps/v1", "v2beta", "networking.k8s.io/v1beta1", "9007199254740991.0.0", "9007199254740992.0.0",
	"99999999999999999999.1.2", "1.99999999999999999999", "release-1.2.3", "jdk-21.0.1+12", "1..2", "1.2.", ".1", "-1",
	"1.2.3 ", " 1.2.3", "1.x", "*", "1.21", "1.22rc1", "1.2.3-rc1-alpine", "1.2.3-alpine", "\xff", "1.2.3-\xff", "١.٢.٣",
}

// Constraints are texts of many ecosystems, most of them constraints of some scheme.
var Constraints = []string{
	"", "*", "x", "1", "18", "18.x", "1.2", "1.2.x", "1.*", "v1.2.3", "=1.2.3", "==1.2.3", "===1.2.3", "==1.*", "==1.2.*",
	"^1.2.3", "^1.2", "^1", "^0.2.3", "^0.0.3", "^0", "~1.2.3", "~1.2", "~1", "~> 1.2", "~> 1.2.3", "~>1", "~=1.2", "~=1.2.3",
	">=1.2.3", ">= 1.2", ">1", "<2", "<=2.1", "< 2.0.0", "!=1.2.3", ">=1,<2", ">= 1.0, < 2.0, != 1.5.1", ">=1.0.0 <2.0.0",
	"1.2.3 - 2.3.4", "1.2 - 2.3", "^1 || ^2", "^1.0.0||^2.0.0", "1.x || >=2.5.0 || 5.0.0 - 7.2.3", ">=1.2.3-beta.1 <2",
	"^1.2.3-rc.1", "<1!2", ">=1.0.dev0", ">1.0.post1", "v4", "v4.2", "1.2.3-alpine", "1.21", "^1.2.3 !=1.3.0", "=>1.2", "=<1.2",
	">", "||", "^1 ||", ",", "1,", "1 -", "~", "<0.0.0", "<*", ">*", "^^1", ">=1.2<2", "1.2.3 -2", "==1.2.3,!=1.2.3",
	"<99999999999999999999", "^9007199254740991.0.0", "<9223372036854775807.0.0", "~=4611686018427387903.5",
}

// Strategies are all that a constraint is asked about.
var Strategies = []versioning.Strategy{
	versioning.Pin, versioning.Bump, versioning.Replace, versioning.Widen, versioning.InRangeOnly,
}

// Laws checks s over Versions and Constraints. Of the pairs of a constraint and a version to
// admit it takes a fifth.
func Laws(t *testing.T, s versioning.Scheme) {
	t.Helper()
	check(t, "scheme", s, Versions, Constraints, 5)
	valid := 0
	for _, v := range Versions {
		if s.Valid(v) {
			valid++
		}
	}
	if valid == 0 {
		t.Error("no version is valid, so that nothing was tested")
	}
}

// Check checks the laws of s over the given versions and constraints.
func Check(t *testing.T, name string, s versioning.Scheme, versions, constraints []string) {
	t.Helper()
	check(t, name, s, versions, constraints, 1)
}

// check is Check with one in every few updates.
func check(t *testing.T, name string, s versioning.Scheme, versions, constraints []string, every int) {
	t.Helper()
	for _, v := range versions {
		checkVersion(t, name, s, v)
	}
	checkOrder(t, name, s, versions)
	for i, text := range append(versions[:len(versions):len(versions)], constraints...) {
		c, err := s.Constraint(text)
		if (c == nil) == (err == nil) {
			t.Errorf("%s: Constraint(%q) is %v, %v", name, text, c, err)
		}
		if c == nil {
			continue
		}
		checkConstraint(t, name, s, c, text)
		for j, to := range versions {
			if (i+j)%every == 0 && s.Valid(to) {
				checkUpdate(t, name, s, c, text, to)
			}
		}
	}
}

// checkVersion checks what holds of one version.
func checkVersion(t *testing.T, name string, s versioning.Scheme, v string) {
	t.Helper()
	parts := s.Parts(v)
	if parts.Major < -1 || parts.Minor < -1 || parts.Patch < -1 {
		t.Errorf("%s: Parts(%q) is %v", name, v, parts)
	}
	if !s.Valid(v) {
		if s.Stable(v) || parts != (versioning.Parts{Major: -1, Minor: -1, Patch: -1}) || s.Compatible("1.2.3", v) {
			t.Errorf("%s: %q is invalid, but stable or compatible or of parts %v", name, v, parts)
		}
		return
	}
	if !s.Compatible(v, v) {
		t.Errorf("%s: %q is not compatible with itself", name, v)
	}
	if got := versioning.LevelOf(s, v, v); got != versioning.Same {
		t.Errorf("%s: from %q to itself is %v", name, v, got)
	}
	c, err := s.Constraint(v)
	if err != nil {
		return // "1!1" is a version of Poetry's, though no constraint
	}
	if !c.Matches(v) {
		t.Errorf("%s: the constraint %q does not match itself", name, v)
	}
	for _, strategy := range Strategies {
		if got, err := c.Update(v, v, strategy); c.Exact() != "" && (got != v || err != nil) {
			t.Errorf("%s: Update of %q to itself, %s: %q, %v", name, v, strategy, got, err)
		}
	}
}

// checkOrder checks that versions are ordered, the invalid below the valid.
func checkOrder(t *testing.T, name string, s versioning.Scheme, versions []string) {
	t.Helper()
	order := make([][]int, len(versions))
	for i, a := range versions {
		for _, b := range versions {
			order[i] = append(order[i], sign(s.Compare(a, b)))
		}
	}
	for i, a := range versions {
		for j, b := range versions {
			if order[i][j] != -order[j][i] || a == b && order[i][j] != 0 {
				t.Errorf("%s: %q and %q compare as %d and %d", name, a, b, order[i][j], order[j][i])
			}
			if s.Valid(a) && !s.Valid(b) && order[i][j] != 1 {
				t.Errorf("%s: %q is valid, %q is not, and they compare as %d", name, a, b, order[i][j])
			}
			for k, c := range versions {
				if order[i][j] <= 0 && order[j][k] <= 0 && order[i][k] != min(order[i][j], order[j][k]) {
					t.Errorf("%s: %q, %q and %q are not in order", name, a, b, c)
				}
			}
		}
	}
}

func sign(n int) int { return max(-1, min(1, n)) }

// checkConstraint checks what holds of one constraint.
func checkConstraint(t *testing.T, name string, s versioning.Scheme, c versioning.Constraint, text string) {
	t.Helper()
	if v := c.Exact(); v != "" && (!s.Valid(v) || !c.Matches(v)) {
		t.Errorf("%s: %q is exactly %q, which is invalid or does not match", name, text, v)
	}
	if _, err := c.Update("", "no version", versioning.Replace); s.Valid("no version") == (err != nil) {
		t.Errorf("%s: Update of %q to no version: %v", name, text, err)
	}
}

// checkUpdate checks what holds of a constraint changed to admit to.
func checkUpdate(t *testing.T, name string, s versioning.Scheme, c versioning.Constraint, text, to string) {
	t.Helper()
	for _, strategy := range Strategies {
		got, err := c.Update("", to, strategy)
		if err != nil {
			if got != "" || c.Matches(to) && strategy != versioning.Pin {
				t.Errorf("%s: Update of %q to %q, %s: %q, %v", name, text, to, strategy, got, err)
			}
			continue
		}
		after, err := s.Constraint(got)
		if err != nil || !after.Matches(to) {
			t.Errorf("%s: Update of %q to %q, %s, is %q, which does not admit it: %v", name, text, to, strategy, got, err)
			continue
		}
		if got != text && c.Matches(to) && strategy != versioning.Bump && strategy != versioning.Pin {
			t.Errorf("%s: Update of %q to %q, %s, is %q, though it is admitted", name, text, to, strategy, got)
		}
		if again, err := after.Update("", to, strategy); again != got || err != nil {
			t.Errorf("%s: Update of %q to %q, %s, is %q and the second time %q, %v", name, text, to, strategy, got, again, err)
		}
		if speller, ok := c.(versioning.Speller); ok && len(speller.Spellings(to)) == 0 {
			t.Errorf("%s: %q has no spellings for %q", name, text, to)
		}
	}
}
