package rustreleasechannel_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/rustreleasechannel"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestScheme(t *testing.T) {
	s := rustreleasechannel.Scheme{}
	versioningtest.Ascending(t, s, "beta-2024-01-01", "nightly-2023-08-01", "nightly-2024-01-31", "1.75.0", "1.80.0-beta.1", "1.80.0")
	versioningtest.Admits(t, s, [][3]string{{"1.75", "1.75.0 1.75.3", "1.76.0 1.75.0-beta.1 nightly-2024-01-01"}, {"1.75.0", "1.75.0", "1.75.1"}})
	versioningtest.Updates(t, s, [][4]string{
		{"1.75", "1.80.1", "replace", "1.80"},
		{"1.75.0", "1.80.1", "replace", "1.80.1"},
		{"nightly-2023-08-01", "nightly-2024-01-31", "replace", "nightly-2024-01-31"},
	})
	if s.Compatible("1.75.0", "nightly-2024-01-31") || !s.Compatible("1.75.0", "1.80.0") || !s.Stable("nightly-2024-01-31") || s.Valid("v1.75.0") {
		t.Error("channels are mixed")
	}
	for _, text := range []string{"stable", "nightly", "1.75.0-x86_64-unknown-linux-gnu", "v1.75.0", ""} {
		if c, err := s.Constraint(text); err == nil {
			t.Errorf("%q is %v", text, c)
		}
	}
}
