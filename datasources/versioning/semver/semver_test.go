package semver_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/semver"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

// TestOrder is the example of https://semver.org, section 11.
func TestOrder(t *testing.T) {
	versioningtest.Ascending(t, semver.Scheme{}, "1.0.0-alpha", "1.0.0-alpha.1", "v1.0.0-alpha.beta", "1.0.0-beta",
		"1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "v2.1.1")
	for _, v := range []string{"1", "1.2", "01.2.3", "1.2.3.4", "V1.2.3", "vv1.2.3", "1.2.3-", "=1.2.3"} {
		if (semver.Scheme{}).Valid(v) {
			t.Errorf("%q is valid", v)
		}
	}
	versioningtest.Updates(t, semver.Scheme{}, [][4]string{
		{"v1.2.3", "v1.3.0", "replace", "v1.3.0"},
		{"1.2.3", "v1.3.0", "replace", "v1.3.0"}, // the tag that exists
	})
}

func BenchmarkCompare(b *testing.B) {
	for b.Loop() {
		semver.Scheme{}.Compare("v1.22.3", "v1.22.4-rc.1")
	}
}
