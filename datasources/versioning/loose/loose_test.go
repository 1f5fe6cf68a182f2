package loose_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/loose"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestScheme(t *testing.T) {
	s := loose.Scheme{}
	versioningtest.Ascending(t, s, "1.2-rc1", "1.2-rc2", "1.2", "1.2-1", "1.2-2", "1.2-10", "v1.2.1", "1.10", "2024.01")
	versioningtest.Ascending(t, s, "v0.0.0-20210102030405-ffffffffffff", "v0.0.0-20220102030405-000000000000", "v1.2.4",
		"v1.2.5-0.20210102030405-abcdef123456", "v1.2.5")
	for v, want := range map[string]bool{"1.2": true, "v1": true, "r12": false, "deadbeef": false, "1 2": false, "12345678": true} {
		if got := s.Valid(v); got != want {
			t.Errorf("%s: got %v", v, got)
		}
	}
	if s.Stable("v0.0.0-20210102030405-abcdef123456") || s.Stable("1.2-beta.1") || s.Stable("1.2.SNAPSHOT") || !s.Stable("1.2-ubuntu1") || !s.Stable("1.2.RELEASE") {
		t.Error("stable is wrong")
	}
}
