package maven_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/maven"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

// TestOrder compares with Maven's own ComparableVersion.
func TestOrder(t *testing.T) {
	versioningtest.Order(t, maven.Scheme{}, "../testdata/maven/order.txt", func(string) string { return "" })
}

// TestRanges compares with Maven's own VersionRange.
func TestRanges(t *testing.T) {
	versioningtest.Ranges(t, maven.Scheme{}, "../testdata/maven/ranges.txt", func(text, v, want string) (says, why string) {
		switch text {
		case "[1,2),":
			return "invalid", "since a comma at the end is a mistake"
		case "[1,2,3]":
			return "invalid", "since Maven takes 2,3 for a version"
		}
		return "", ""
	})
}

func TestUpdate(t *testing.T) {
	versioningtest.Updates(t, maven.Scheme{}, [][4]string{
		{"1.0", "1.1.0-jre", "replace", "1.1.0-jre"},
		{"[1.2.3]", "1.2.4", "replace", "[1.2.4]"},
		{"[1.2.3]", "1.2.4", "pin", "1.2.4"},
		{"[1.0,1.2]", "1.2.4", "replace", "[1.0,1.2.4]"},
		{"[1.0, 1.2.3 ]", "1.2.4", "widen", "[1.0, 1.2.4 ]"},
		{"[1.2.3,2)", "2.0.0", "replace", "[1.2.3,3)"},
		{"[1.3,1.4)", "2.0.0", "replace", "[2.0,3.0)"},
		{"[1.3,1.4)", "1.5.1", "replace", "[1.5,1.6)"},
		{"[1.3,1.4)", "1.5.1", "widen", "[1.3,1.6)"},
		{"[1,1.4)", "1.5.1", "replace", "[1,1.6)"},
		{"[1.3,2)", "1.4.0", "replace", "[1.3,2)"},
		{"(,1.0]", "2.0", "bump", "(,2.0]"},
		{"(,1.0)", "2.0", "bump", "(,3.0)"},
		{"[1.2.3,)", "1.2.4", "bump", "[1.2.4,)"},
		{"[1.2.3,)", "1.2.4", "replace", "[1.2.3,)"},
		{"(1.2.3,)", "1.2.4", "bump", "(1.2.3,)"},
		{"[1.0,1.2],[1.3,1.5)", "1.2.4", "replace", "error"},
		{"[1.0,1.2],[1.3,1.5)", "1.6", "replace", "[1.0,1.2],[1.3,1.7)"},
		{"],1.0]", "2.0", "replace", "],2.0]"},
		{"[1.0,2.0)", "3.1", "in-range-only", "error"},
	})
}

func TestVersions(t *testing.T) {
	s := maven.Scheme{}
	for v, want := range map[string]bool{
		"": false, "1.0.0": true, "0": true, "0.1-2-sp": true, "v1.0.0_2": true, "1.1.1-20_62b10c": true, "17.0.5+8": true, "Hoxton.SR1": true,
		".1": false, "1.": false, "-1": false, "1-": false, "RELEASE": false, "latest": false, "[1,2]": false, "@x.version@": false, "${x}": false,
	} {
		if s.Valid(v) != want {
			t.Errorf("%q: valid is %v", v, !want)
		}
	}
	for v, want := range map[string]bool{
		"1.2.3": true, "1-alpha-1": false, "1-b1": false, "1-foo": true, "1.0milestone1": false, "1-final-1.0.0": true, "Hoxton.SR1": true,
		"1.3-RC1-groovy-2.5": false, "1.3-groovy-2.5": true, "2.0-SNAPSHOT": false, "33.0.0-jre": true, "1.0.0-M1": false, "1.0.b": true,
	} {
		if s.Stable(v) != want {
			t.Errorf("%q: stable is %v", v, !want)
		}
	}
	if got := versioning.LevelOf(s, "1.2", "1.2.0.1"); got != versioning.Patch {
		t.Errorf("1.2 to 1.2.0.1 is %v", got)
	}
}
