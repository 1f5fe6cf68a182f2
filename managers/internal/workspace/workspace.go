// Package workspace decides which folders are members of a workspace: of npm,
// pnpm, Bun or uv.
package workspace

import (
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Limits on patterns, which come from repositories: matching takes time exponential in the number
// of alternatives in braces.
const (
	maxPatterns = 200 // in a workspace; more are not tried
	maxLength   = 300 // bytes of a pattern; longer ones match nothing
	maxBraces   = 4   // in a pattern; those with more match nothing
)

// Matches reports whether patterns name dir, a path below the workspace's
// folder. A pattern after "!" takes folders out again, wherever it stands.
func Matches(patterns []string, dir string) bool {
	member := false
	for _, pattern := range patterns[:min(len(patterns), maxPatterns)] {
		pattern, not := strings.CutPrefix(pattern, "!")
		pattern = strings.TrimSuffix(strings.TrimPrefix(pattern, "./"), "/")
		if len(pattern) > maxLength || strings.Count(pattern, "{") > maxBraces {
			continue
		}
		if ok, err := doublestar.Match(pattern, dir); err != nil || !ok {
			continue
		}
		if not {
			return false
		}
		member = true
	}
	return member
}
