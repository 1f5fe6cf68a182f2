// Package node defines the versions of Node.js: npm's, of which only those of
// a line with long-term support count as stable.
package node

import "github.com/currant-bot/currant/datasources/versioning/npm"

// Scheme has the ranges of [npm.Scheme].
type Scheme struct{ npm.Scheme }

// lastOdd is the last odd-numbered line without long-term support.
const lastOdd = 25

// Stable reports whether v is no prerelease and its line gets long-term support, which lines with
// odd numbers did not up to 25. A line with an even number counts from its first release on.
func (s Scheme) Stable(v string) bool {
	major := s.Parts(v).Major
	return s.Scheme.Stable(v) && (major%2 == 0 || major > lastOdd)
}
