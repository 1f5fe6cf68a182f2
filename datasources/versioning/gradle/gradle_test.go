package gradle_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/gradle"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

// TestOrder is what Gradle's documentation says of the order.
func TestOrder(t *testing.T) {
	versioningtest.Ascending(t, gradle.Scheme{},
		"1.A", "1.B", "1.a", "1.b", "1.0-dev", "1.0-alpha", "1.0-zeta", "1.0-rc", "1.0-snapshot", "1.0-final", "1.0-ga", "1.0-release", "1.0-sp", "1.0",
		"1.0.1", "1.0-20150201.121010-123", "1.1.a", "1.1", "1.1.0", "1.10", "9.0.0-milestone-1", "9.0.0-rc-1", "9.0.0")
	for _, pair := range [][2]string{{"1a1", "1.a.1"}, {"1-a+1", "1.a-1"}, {"1_a_1", "1a1"}, {"1.0-SNAPSHOT", "1.0-snapshot"}, {"Hoxton.SR1", "Hoxton.SR-1"}} {
		if c := (gradle.Scheme{}).Compare(pair[0], pair[1]); c != 0 {
			t.Errorf("%q and %q compare as %d", pair[0], pair[1], c)
		}
	}
}

func TestVersions(t *testing.T) {
	s := gradle.Scheme{}
	for v, want := range map[string]bool{
		"": false, "latest.release": false, "latest": false, "1": true, "1_a_1": true, "1!a!1": false, "1..2": false, "1--2": false,
		"400.v35420b_922dcb_": true, "__": false, "1.2.3.4 s": false, "1.+": false,
	} {
		if s.Valid(v) != want {
			t.Errorf("%q: valid is %v", v, !want)
		}
	}
	for v, want := range map[string]bool{
		"1.2.3": true, "1-b1": false, "1-preview": false, "1.0-dev": false, "1.3.5-native-mt-1.3.71": false, "1.3-groovy-2.5": true, "Hoxton.SR1": true,
	} {
		if s.Stable(v) != want {
			t.Errorf("%q: stable is %v", v, !want)
		}
	}
}

func TestAdmits(t *testing.T) {
	versioningtest.Admits(t, gradle.Scheme{}, [][3]string{
		{"[1.0,2.0)", "1.0 1.9", "2.0 0.9"},
		{"1.2.+", "1.2.3 1.2.3.4", "1.3.0 1.2 1.20"},
		{"+", "1 foo 99999999999", "latest"},
		{"[1.2.3]", "1.2.3", "1.2.4"},
		{"[1.7,1.8)!!1.7.25", "1.7.30", "1.8"},
		{"1.7.15!!", "1.7.15", "1.7.16"},
	})
}

func TestUpdate(t *testing.T) {
	versioningtest.Updates(t, gradle.Scheme{}, [][4]string{
		{"1", "1.1", "replace", "1.1"},
		{"[1.2.3,2)", "2.0.0", "replace", "[1.2.3,3)"},
		{"1.+", "1.2.4", "replace", "1.+"},
		{"1.+", "2.1.2", "replace", "2.+"},
		{"1.3.+", "1.5.2", "replace", "1.5.+"},
		{"1.3.+", "2", "replace", "2"},
		{"1.3.+", "1.3.9", "pin", "1.3.9"},
		{"1.3.+", "2", "in-range-only", "error"},
		{"1.7.15!!", "1.7.16", "replace", "1.7.16!!"},
		{"(,1.0]!!1.0", "2.0", "bump", "(,2.0]!!2.0"},
		{"[1.2.3,)!!1.2.3", "1.2.4", "bump", "[1.2.4,)!!1.2.4"},
		{"[1.2.3,)!!1.2.3", "1.2.4", "replace", "[1.2.3,)!!1.2.3"},
	})
}
