// Package python defines the versions of Python itself, as requires-python and
// its relatives constrain them: in the syntax of PEP 440 or of Poetry.
package python

import (
	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/pep440"
	"github.com/currant-bot/currant/datasources/versioning/poetry"
)

// Scheme has the versions of [pep440.Scheme].
type Scheme struct{ pep440.Scheme }

// Constraint reads a constraint as PEP 440's if it is one, else as Poetry's.
func (Scheme) Constraint(text string) (versioning.Constraint, error) {
	if c, err := pep440.Plain(text); err == nil { // a newer interpreter is admitted beside the older ones
		return c, nil
	}
	return poetry.Scheme{}.Constraint(text)
}
