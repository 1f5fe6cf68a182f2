package githubactions_test

import (
	"slices"
	"testing"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/githubactions"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestCompare(t *testing.T) {
	versioningtest.Ascending(t, githubactions.Scheme{},
		"v3", "v3.1.0", "v4.0.0-beta.1", "v4", "v4.0", "v4.0.0", "4.0.1", "v4.1", "v4.1.0", "v4.2-rc.1", "v5")
}

func TestAdmits(t *testing.T) {
	versioningtest.Admits(t, githubactions.Scheme{}, [][3]string{
		{"v4", "v4 v4.0 v4.2.1 4.9.9", "v5 v3.9.9 v5.0.0 v4.3.0-beta.1 main"},
		{"v4.2", "v4.2 v4.2.9", "v4 v4.3.0 v4.1"},
		{"v4.2.1", "v4.2.1 4.2.1", "v4.2.2 v4.2 v4"},
	})
}

func TestUpdate(t *testing.T) {
	versioningtest.Updates(t, githubactions.Scheme{}, [][4]string{
		{"v4", "v4.3.0", "replace", "v4"},
		{"v4", "v5.1.2", "replace", "v5"},
		{"v4", "v5.1.2", "bump", "v5"},
		{"4", "v5.1.2", "replace", "5"},
		{"v4.2", "v5.1.2", "replace", "v5.1"},
		{"v4.2", "v5", "replace", "v5"},
		{"v4.2.1", "v5.1.2", "replace", "v5.1.2"},
		{"v4", "v5.1.2", "pin", "v5.1.2"},
		{"v4", "v5.0.0-beta.1", "replace", "v5.0.0-beta.1"},
		{"v4", "v5.0.0", "in-range-only", "error"},
		{"v4", "main", "replace", "error"},
	})
}

func TestSpellings(t *testing.T) {
	for _, test := range []struct {
		text, to string
		want     []string
	}{
		{"v4", "v5.1.2", []string{"v5", "v5.1", "v5.1.2"}},
		{"v4.2", "v5.1.2", []string{"v5.1", "v5", "v5.1.2"}},
		{"v4.2", "v5", []string{"v5"}},
		{"4", "v5.1.2", []string{"5", "5.1", "5.1.2", "v5.1.2"}},
		{"v4", "v5.1.2-rc.1", []string{"v5.1.2-rc.1"}},
	} {
		c, err := githubactions.Scheme{}.Constraint(test.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.(versioning.Speller).Spellings(test.to); !slices.Equal(got, test.want) {
			t.Errorf("%s to %s: got %q, want %q", test.text, test.to, got, test.want)
		}
	}
	c, err := githubactions.Scheme{}.Constraint("v4.2.1")
	if _, ok := c.(versioning.Speller); err != nil || ok || c.Exact() != "v4.2.1" {
		t.Errorf("v4.2.1 is floating: %v, %v", c, err)
	}
}

func BenchmarkCompare(b *testing.B) {
	for b.Loop() {
		githubactions.Scheme{}.Compare("v4.2.1", "v4.2.2")
	}
}
