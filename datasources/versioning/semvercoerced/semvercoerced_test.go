package semvercoerced_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/semvercoerced"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestScheme(t *testing.T) {
	s := semvercoerced.Scheme{}
	versioningtest.Ascending(t, s, "1.0", "release-1.1", "1.2.3-rc.1", "v1.2.3", "jdk-21", "22.04", "2024.01.09")
	if s.Compare("v1", "1.0.0") != 0 || s.Compare("2.1", "rel/2.1.0") != 0 || s.Compare("1.1-foo", "1.1") != 0 {
		t.Error("missing numbers are not 0")
	}
	if s.Valid("latest") || s.Valid("12345678901234567") {
		t.Error("not a version, but valid")
	}
}
