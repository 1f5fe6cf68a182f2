package updater

import (
	"slices"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// means says how much may be done now, and why not everything.
func (p *Passer) means(name string) (platform.Means, string) {
	if p.Afford == nil {
		return platform.Everything, ""
	}
	return p.Afford(name)
}

// postpone leaves of what is to be done only what is urgent, and says of the rest why. The next pass finds it again.
func postpone(r *Report, why string) {
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		if len(o.Actions) == 0 || urgent(r, *o) {
			continue
		}
		o.Actions = nil
		o.Reasons = append(slices.Clone(o.Reasons), plan.Reason{Text: "it is put off to the next pass: " + why})
		r.Postponed = why
	}
}

// urgent reports whether an outcome must not wait for the next hour: it merges, so that others need not be rebased once more, or it mends a
// weakness.
func urgent(r *Report, o plan.Outcome) bool {
	if slices.ContainsFunc(o.Actions, func(a plan.Action) bool { return a.Merge != nil }) {
		return true
	}
	return slices.ContainsFunc(r.Branches, func(b plan.Rendered) bool { return b.Name == o.Branch && b.Security })
}

// urgentFirst returns the outcomes in the order in which they are worked on: should there be no more requests half-way, what is urgent
// is done.
func urgentFirst(r *Report) []plan.Outcome {
	out := slices.Clone(r.Outcomes)
	slices.SortStableFunc(out, func(a, b plan.Outcome) int {
		switch x, y := urgent(r, a), urgent(r, b); {
		case x && !y:
			return -1
		case y && !x:
			return 1
		}
		return 0
	})
	return out
}
