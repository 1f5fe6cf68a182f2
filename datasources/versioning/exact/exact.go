// Package exact defines versions that are names and nothing more, such as
// branches: none is newer than another, only what they point at changes.
package exact

import "github.com/currant-bot/currant/datasources/versioning"

// Scheme reads any text as a version, except an empty one.
type Scheme struct{}

func (Scheme) Valid(v string) bool { return v != "" }

// Compare finds all names equal.
func (s Scheme) Compare(a, b string) int {
	switch validA, validB := s.Valid(a), s.Valid(b); {
	case validA == validB:
		return 0
	case validA:
		return 1
	}
	return -1
}

func (s Scheme) Stable(v string) bool { return s.Valid(v) }

func (Scheme) Parts(string) versioning.Parts {
	return versioning.Parts{Major: -1, Minor: -1, Patch: -1}
}

// Compatible reports whether the names are the same.
func (Scheme) Compatible(from, to string) bool { return from == to && to != "" }

// Constraint reads a name.
func (s Scheme) Constraint(text string) (versioning.Constraint, error) {
	return versioning.Single(s, "a name", text)
}
