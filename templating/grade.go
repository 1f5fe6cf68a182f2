package templating

import (
	"fmt"

	"github.com/currant-bot/currant/templating/audit"
	"github.com/currant-bot/currant/templating/copier"
)

// A Grade says in a word how an update came out.
type Grade string

const (
	Clean       Grade = "clean"
	Current     Grade = "current"   // there is nothing to do
	Conflicting Grade = "conflicts" // a person must resolve them
	LosesEdits  Grade = "lost edits"
	Unanswered  Grade = "needs answer"
	Held        Grade = "held"    // a person must look
	Refused     Grade = "refused" // no update can be made
)

// Good reports whether nobody needs to do anything about it.
func (g Grade) Good() bool { return g == Clean || g == Current }

// Grade sums an outcome up. The worst counts.
func (o Outcome) Grade() Grade {
	if o.Reason != nil {
		switch o.Reason.Code {
		case NoUpdate:
			return Current
		case ConflictsRefused:
			return Conflicting
		case copier.NeedsAnswer, copier.BadAnswer:
			return Unanswered
		}
		return Refused
	}
	switch {
	case o.count(audit.LostEdit) > 0:
		return LosesEdits
	case len(o.Conflicts) > 0:
		return Conflicting
	case len(o.Holds) > 0:
		return Held
	}
	return Clean
}

func (o Outcome) count(kind audit.Kind) int {
	n := 0
	for _, v := range o.Audit {
		if v.Kind == kind {
			n++
		}
	}
	return n
}

// Details says what stands behind the grade, a line each.
func (o Outcome) Details() []string {
	if o.Reason != nil {
		return []string{o.Reason.Text}
	}
	var all []string
	for _, c := range o.Conflicts {
		all = append(all, fmt.Sprintf("%s: %s", c.Path, c.Kind))
	}
	return append(all, o.Holds...)
}
