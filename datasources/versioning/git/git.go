// Package git defines versions that are references of a git repository:
// branches, tags or commits. Only the commit behind one changes.
package git

import "github.com/currant-bot/currant/datasources/versioning/exact"

// Scheme has the rules of [exact.Scheme].
type Scheme struct{ exact.Scheme }
