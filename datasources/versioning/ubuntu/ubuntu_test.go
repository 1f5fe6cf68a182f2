package ubuntu_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/ubuntu"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestScheme(t *testing.T) {
	s := ubuntu.Scheme{}
	versioningtest.Ascending(t, s, "14.04", "xenial", "18.04", "focal", "jammy-20240101", "jammy-20240101.1", "23.10", "24.04", "25.10", "resolute")
	for v, want := range map[string]bool{"24.04": true, "noble": true, "noble-20250404": true, "24.10": false, "25.04": false, "latest": false} {
		if got := s.Stable(v); got != want {
			t.Errorf("%s: got %v", v, got)
		}
	}
	for pair, want := range map[[2]string]bool{
		{"22.04", "24.04"}: true, {"22.04", "noble"}: false, {"jammy", "noble"}: true, {"jammy", "noble-20250404"}: false,
		{"noble-20240101", "noble-20250404"}: true, {"22.04", "rolling"}: false,
	} {
		if got := s.Compatible(pair[0], pair[1]); got != want {
			t.Errorf("%v: got %v", pair, got)
		}
	}
	versioningtest.Updates(t, s, [][4]string{{"22.04", "24.04", "replace", "24.04"}, {"jammy", "noble", "replace", "noble"}})
}
