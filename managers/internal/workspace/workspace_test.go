package workspace_test

import (
	"strings"
	"testing"

	"github.com/currant-bot/currant/managers/internal/workspace"
)

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		patterns string
		dir      string
		want     bool
	}{
		{"packages/*", "packages/a", true},
		{"packages/*", "packages/a/b", false},
		{"packages/**", "packages/a/b", true},
		{"./packages/*/", "packages/a", true},
		{"packages/{a,b}", "packages/b", true},
		{"!packages/a packages/*", "packages/a", false},
		{"packages/* !packages/a", "packages/b", true},
		{"[", "[", false},
		{"", "a", false},
		{strings.Repeat("{*,**}/", 40), strings.Repeat("a", 500), false}, // takes hours unless refused
		{strings.Repeat("a", 301), strings.Repeat("a", 301), false},
		{strings.Repeat("b ", 200) + "a", "a", false},
	} {
		if got := workspace.Matches(strings.Fields(c.patterns), c.dir); got != c.want {
			t.Errorf("%.40q matches %.20q: %v, want %v", c.patterns, c.dir, got, c.want)
		}
	}
}

func FuzzMatches(f *testing.F) {
	f.Add("packages/{*,**}/x !y", "packages/a/x")
	f.Fuzz(func(t *testing.T, patterns, dir string) { workspace.Matches(strings.Fields(patterns), dir) })
}
