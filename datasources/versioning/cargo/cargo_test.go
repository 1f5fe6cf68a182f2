package cargo_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/cargo"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestUpdate(t *testing.T) {
	versioningtest.Updates(t, cargo.Scheme{}, [][4]string{
		{"1.2.3", "2.3.4", "replace", "2.0.0"},
		{"1", "2.3.4", "replace", "2"},
		{"1.2", "2.3.4", "replace", "2.0"},
		{"0.2", "0.3.4", "replace", "0.3"},
		{"^1.2", "2.3.4", "replace", "^2.0"},
		{"=1.2.3", "2.3.4", "replace", "=2.3.4"},
		{"~1.2", "1.3.4", "replace", "~1.3"},
		{"1.*", "2.3.4", "replace", "2.*"},
		{">=1.2, <2", "2.3.4", "replace", ">=1.2, <3"},
		{"1.2.3", "1.3.4", "replace", "1.2.3"},
		{"1.2.3", "1.3.4", "bump", "1.3.4"},
		{"1.2", "2.3.4", "widen", ">=1.2, <3.0"},
		{"1.2", "1.3.4", "pin", "=1.3.4"},
		{"1.*", "1.3.4", "pin", "=1.3.4"},
		{"*", "1.3.4", "pin", "=1.3.4"},
	})
}

func TestAdmits(t *testing.T) {
	versioningtest.Admits(t, cargo.Scheme{}, [][3]string{
		{"1.2.3", "1.2.3 1.9.0", "2.0.0 1.2.2"},
		{"0.2", "0.2.9", "0.3.0"},
		{"1.*", "1.0.0", "2.0.0"},
		{"=1.2", "1.2.9", "1.3.0"},
		{">1.2", "1.3.0", "1.2.9"},
		{"^1.2.3-rc.1", "1.2.3-rc.2 1.3.0", "1.3.0-rc.1"},
	})
}

func BenchmarkCompare(b *testing.B) {
	for b.Loop() {
		cargo.Scheme{}.Compare("1.22.3", "1.22.4-rc.1")
	}
}

func BenchmarkConstraint(b *testing.B) {
	for b.Loop() {
		if _, err := (cargo.Scheme{}).Constraint(">=1.2, <2"); err != nil {
			b.Fatal(err)
		}
	}
}
