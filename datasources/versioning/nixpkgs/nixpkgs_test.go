package nixpkgs_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/nixpkgs"
)

func TestBranches(t *testing.T) {
	s := nixpkgs.Scheme{}
	for v, want := range map[string]bool{"nixos-24.05": true, "release-23.11": true, "nixos-24.05-small": true, "nixpkgs-unstable": true,
		"nixpkgs-24.05-darwin": true, "master": false, "nixos-24": false, "24.05": false} {
		if got := s.Valid(v); got != want {
			t.Errorf("Valid(%q) = %v", v, got)
		}
	}
	if s.Compare("nixos-23.11", "nixos-24.05") >= 0 || s.Compare("nixos-unstable", "nixos-24.05") >= 0 {
		t.Error("order")
	}
	if s.Compatible("nixos-24.05", "nixos-24.11-small") || s.Compatible("nixos-24.05", "release-24.11") || !s.Compatible("nixos-24.05", "nixos-24.11") {
		t.Error("lines")
	}
	if s.Stable("nixos-unstable") || !s.Stable("nixos-24.05") {
		t.Error("stability")
	}
}
