package nuget_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/nuget"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestOrder(t *testing.T) {
	versioningtest.Ascending(t, nuget.Scheme{},
		"0.9", "1.0.0-1", "1.0.0-alpha", "1.0.0-Alpha.1", "1.0.0-alpha.2", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.0.1", "1.0.1", "1.10", "2.0")
	for _, pair := range [][2]string{{"1.0", "1.0.0.0"}, {"1.0.0-BETA", "1.0.0-beta"}, {"1.0.0+a", "1.0.0+b"}, {"01.0", "1.0"}} {
		if c := (nuget.Scheme{}).Compare(pair[0], pair[1]); c != 0 {
			t.Errorf("%q and %q compare as %d", pair[0], pair[1], c)
		}
	}
}

func TestAdmits(t *testing.T) {
	versioningtest.Admits(t, nuget.Scheme{}, [][3]string{
		{"[1.0,2.0)", "1.0 1.9.9", "2.0 0.9 1.5.0-beta"},
		{"[1.0,2.0-beta)", "1.0 1.5.0-beta", "2.0"},
		{"1.*", "1.0 1.9.9", "2.0 1.5.0-beta"},
		{"1.1.*", "1.1 1.1.4", "1.2 1.10"},
		{"*", "1.0 9.9", "1.0.0-beta"},
		{"*-*", "1.0 1.0.0-beta", "latest"},
		{"1.0.0-*", "1.0.0-beta 1.0.0", "1.0.1-beta 1.0.1"},
		{"1.0.0-beta.*", "1.0.0-beta.3", "1.0.0-rc.1"},
		{"1.2.3", "1.2.3", "1.2.4"},
	})
}

func TestUpdate(t *testing.T) {
	versioningtest.Updates(t, nuget.Scheme{}, [][4]string{
		{"1.2.3", "1.3.0", "bump", "1.3.0"},
		{"[1.2.3]", "1.3.0", "bump", "[1.3.0]"},
		{"[1.0,2.0)", "2.1.0", "bump", "[2.0,3.0)"},
		{"[1.0,1.5)", "2.1.0", "bump", "[1.0,3.0)"},
		{"[1.0,)", "2.1.0", "bump", "[2.1.0,)"},
		{"1.*", "2.1.0", "bump", "2.*"},
		{"1.1.*", "1.1.5", "bump", "1.1.*"},
		{"1.0.0-*", "2.1.0-rc.1", "bump", "2.1.0-*"},
		{"1.*", "2.1.0-rc.1", "bump", "error"},
		{"1.*", "1.4", "pin", "1.4"},
	})
}
