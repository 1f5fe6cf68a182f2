package versioningtest

import (
	"strings"
	"testing"

	"github.com/currant-bot/currant/datasources/versioning"
)

// Updates checks that s changes constraints as wanted. A row is a constraint, the version to
// admit, a strategy, and what the constraint becomes: "error" if it cannot.
func Updates(t *testing.T, s versioning.Scheme, rows [][4]string) {
	t.Helper()
	for _, row := range rows {
		text, to, strategy, want := row[0], row[1], versioning.Strategy(row[2]), row[3]
		c, err := s.Constraint(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		got, err := c.Update("", to, strategy)
		if err != nil && want != "error" || err == nil && got != want {
			t.Errorf("%q to %s, %s: got %q, %v; want %q", text, to, strategy, got, err, want)
		}
	}
}

// Admits checks that constraints of s admit the versions they should and no others. A row is
// a constraint, versions that it admits and versions that it does not, with spaces between them.
func Admits(t *testing.T, s versioning.Scheme, rows [][3]string) {
	t.Helper()
	for _, row := range rows {
		c, err := s.Constraint(row[0])
		if err != nil {
			t.Errorf("%q: %v", row[0], err)
			continue
		}
		for _, v := range strings.Fields(row[1]) {
			if !c.Matches(v) {
				t.Errorf("%q does not admit %s", row[0], v)
			}
		}
		for _, v := range strings.Fields(row[2]) {
			if c.Matches(v) {
				t.Errorf("%q admits %s", row[0], v)
			}
		}
	}
}

// Ascending checks that s orders versions as they are listed, all of them valid.
func Ascending(t *testing.T, s versioning.Scheme, versions ...string) {
	t.Helper()
	for i, a := range versions {
		if !s.Valid(a) {
			t.Errorf("%q is not valid", a)
		}
		for _, b := range versions[i+1:] {
			if s.Compare(a, b) >= 0 {
				t.Errorf("%q does not come before %q", a, b)
			}
		}
	}
}
