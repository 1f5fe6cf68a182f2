package plan

import (
	"maps"
	"slices"

	"github.com/currant-bot/currant/updater/platform"
)

// outdated says whether the branch must be made anew, and why. It is lazy if that is only because its base has moved on, so that it
// need not be before it is its turn to merge.
func (r *reconciler) outdated(b Rendered, branch BranchState, exists bool, open *platform.Pull) (push bool, why string, lazy bool) {
	rebase := b.rebaseWhen()
	var state platform.Mergeable
	same := open == nil && r.alone(b) // what it changes is what its pull request says
	if open == nil && same && branch.Behind {
		state = platform.Behind // it could not be merged
	}
	if open != nil {
		state = open.Mergeable
		marker, ok := ReadMarker(open.Body)
		same = ok && marker.Updates == b.Fingerprint()
	}
	switch {
	case !exists:
		return true, "the branch does not exist yet", false
	case branch.Behind && open != nil && b.Settings.Bool("rebaseAllOpenBranches"):
		return true, "the base branch has moved on (rebaseAllOpenBranches)", false
	case rebase == "never" && branch.Behind && same:
		return false, "", false
	case rebase != "never" && branch.Overlap:
		return true, "the base branch has changed the same files since", same
	case rebase != "never" && branch.Behind && state == platform.Conflicted:
		return true, "it conflicts with its base branch", same
	case branch.Behind && open != nil && keepsUpdated(b, *open):
		return true, "the base branch has moved on, and its label wants it up to date", false
	case branch.Behind && r.have.Concealed(b.Branch) && r.strict(branch):
		return true, "the base branch has moved on, and wants pull requests up to date", false
	case branch.Behind && fresh(rebase, b.Automerge && r.wantsFresh(branch), state):
		return true, "the base branch has moved on (rebaseWhen)", same && rebase != "behind-base-branch"
	case !maps.Equal(branch.Changed, b.Blobs):
		return true, "its content is not what it should be now", same && branch.Behind
	}
	return false, "", false
}

// wantsFresh reports whether a branch that merges by itself is of no use behind its base: it could not be merged, or its checks failed,
// which the base may have mended.
func (r *reconciler) wantsFresh(branch BranchState) bool {
	c, known := r.have.Checks[branch.Head]
	_, failed, _ := tally(c)
	return !known || r.strict(branch) || failed > 0
}

// strict reports whether the base of a branch takes only what is up to date.
func (r *reconciler) strict(branch BranchState) bool {
	rules := r.have.Checks[branch.Head].Rules
	return rules.Strict && !rules.Queue
}

// Concealed reports whether the host does not say of b's pull request whether it must be up to date, since something else blocks it too: by
// rebaseWhen auto the rules of the base then count.
func (s State) Concealed(b Branch) bool {
	rebase := b.rebaseWhen()
	return s.Branches[b.Name].Behind && (rebase == "" || rebase == "auto") && slices.ContainsFunc(s.Pulls, func(p platform.Pull) bool {
		return p.Branch == b.Name && p.State == platform.Open && p.Mergeable == platform.Blocked
	})
}

// rebaseWhen is the option, where "automerging" is what that comes to for b.
func (b Branch) rebaseWhen() string {
	switch rebase := b.Settings.String("rebaseWhen"); {
	case rebase == "automerging" && b.Automerge:
		return "behind-base-branch"
	case rebase == "automerging":
		return "never"
	default:
		return rebase
	}
}

// keepsUpdated reports whether a label wants a pull request at the head of its base.
func keepsUpdated(b Rendered, p platform.Pull) bool {
	label := b.Settings.String("keepUpdatedLabel")
	return label != "" && hasLabel(p.Labels, label)
}

// fresh reports whether a branch is to be at the head of its base, by rebaseWhen.
func fresh(rebase string, automerge bool, state platform.Mergeable) bool {
	switch rebase {
	case "behind-base-branch":
		return true
	case "", "auto":
		return automerge || state == platform.Behind
	}
	return false
}
