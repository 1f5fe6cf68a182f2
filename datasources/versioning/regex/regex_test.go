package regex_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/regex"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func scheme(t *testing.T, expr string) versioning.Scheme {
	t.Helper()
	s, err := regex.New(expr)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCompare(t *testing.T) {
	full := scheme(t, `^(?<compatibility>[a-z]+-)?(?<major>\d+)\.(?<minor>\d+)(\.(?<patch>\d+))?(\.(?<build>\d+))?(_(?<revision>\d+))?(-(?<prerelease>[a-z]+\d+))?$`)
	versioningtest.Ascending(t, full, "1.2-rc2", "1.2-rc10", "1.2", "foo-1.2.1", "1.2.1.4", "1.2.1.4_2", "1.2.1.10", "1.10")
	for pair, want := range map[[2]string]bool{{"foo-1.2", "foo-1.3"}: true, {"foo-1.2", "1.3"}: false, {"1.2", "1.3"}: true} {
		if got := full.Compatible(pair[0], pair[1]); got != want {
			t.Errorf("%v: got %v", pair, got)
		}
	}
	if full.Stable("1.2-rc1") || !full.Stable("1.2") || full.Valid("v1") {
		t.Error("stable or valid is wrong")
	}
}

func TestLevel(t *testing.T) {
	short := scheme(t, `^v?(?<major>\d+)(\.(?<minor>\d+)\.(?<patch>\d+))?$`)
	for pair, want := range map[[2]string]versioning.Level{
		{"v1", "v2"}: versioning.Major, {"1.2.3", "1.3.0"}: versioning.Minor, {"1.2.3", "1.2.4"}: versioning.Patch, {"1.2.3", "v1.2.3"}: versioning.Same,
	} {
		if got := versioning.LevelOf(short, pair[0], pair[1]); got != want {
			t.Errorf("%v: got %v", pair, got)
		}
	}
}

// TestNotNumbers checks that a number group that matches something else makes no version.
func TestNotNumbers(t *testing.T) {
	s := scheme(t, `^(?<major>.+)\.(?<minor>.+)$`)
	if s.Valid("a.1") || s.Valid("1.b") || !s.Valid("1.2") {
		t.Error("valid is wrong")
	}
}

func FuzzNew(f *testing.F) {
	f.Add(`^(?<major>\d+)$`, "1", "2")
	f.Add(`^v?(?<major>\d+)(\.(?<minor>\d+)\.(?<patch>\d+))?$`, "v1", "1.2.3")
	f.Add(`(?P<patch>.*){1,100}`, "1", "")
	f.Fuzz(func(t *testing.T, expr, a, b string) {
		if s, err := regex.New(expr); err == nil {
			versioningtest.Check(t, "regex:"+expr, s, []string{a, b, a + b}, nil)
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	s, err := regex.New(`^(?<major>\d+)\.(?<minor>\d+)\.(?<patch>\d+)(-(?<prerelease>rc\d+))?$`)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s.Compare("1.22.3", "1.22.4-rc1")
	}
}
