package debian_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/debian"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestScheme(t *testing.T) {
	s := debian.Scheme{}
	versioningtest.Ascending(t, s, "stretch", "10", "bullseye-slim", "12", "12.5", "13", "forky")
	for v, want := range map[string]bool{"12": true, "12.5-slim": true, "trixie": true, "forky": false, "14": false, "stable": false} {
		if got := s.Stable(v); got != want {
			t.Errorf("%s: got %v", v, got)
		}
	}
	for pair, want := range map[[2]string]bool{
		{"12-slim", "13-slim"}: true, {"12-slim", "13"}: false, {"12.5", "13"}: false, {"bookworm-slim", "trixie-slim"}: true,
	} {
		if got := s.Compatible(pair[0], pair[1]); got != want {
			t.Errorf("%v: got %v", pair, got)
		}
	}
}
