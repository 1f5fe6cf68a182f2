package plan

import (
	"time"

	"github.com/currant-bot/currant/updater/platform"
)

// Unopened reports whether the pull request for b waits for the checks of its
// branch, or for a person, by prCreation.
func (b Branch) Unopened() bool {
	if b.Free {
		return false
	}
	switch b.Settings.String("prCreation") {
	case "not-pending", "status-success", "approval":
		return b.Wish == ""
	}
	return false
}

// creation says why the pull request for a branch that exists is not opened
// yet; nil if it may be. until is when that passes by itself.
func (r *reconciler) creation(b Rendered, branch BranchState) (why *Reason, until time.Time) {
	s := b.Settings
	at := s.Origin("prCreation")
	no := func(format string, args ...any) *Reason {
		x := reason(CodeChecks, at, format, args...)
		return &x
	}
	passed, failed, pending := tally(r.have.Checks[branch.Head])
	switch s.String("prCreation") {
	case "approval":
		x := reason(CodeApproval, at, "a person must approve its pull request: prCreation is approval")
		return &x, until
	case "status-success":
		if passed == 0 || failed > 0 || pending > 0 {
			return no("its pull request waits until all checks of the branch are green"), until
		}
	case "not-pending":
		until = branch.Committed.Add(time.Duration(s.Int("prNotPendingHours")) * time.Hour)
		if passed+failed > 0 && pending == 0 || !until.After(r.now) {
			return nil, time.Time{}
		}
		return no("its pull request waits until the checks of the branch are done, at most until %s", until.UTC().Format("2006-01-02 15:04 UTC")), until
	}
	return nil, until
}

// tally counts the results of checks. A required one that has not reported is
// pending.
func tally(c platform.Checks) (passed, failed, pending int) {
	seen := make(map[string]bool)
	for _, x := range c.Results {
		seen[x.Name] = true
		switch x.State {
		case platform.Passed:
			passed++
		case platform.Failed:
			failed++
		default:
			pending++
		}
	}
	for _, name := range c.Required {
		if !seen[name] {
			pending++
		}
	}
	return passed, failed, pending
}

// later ends an outcome whose branch is made, and whose pull request is not yet.
func (r *reconciler) later(o Outcome, b Rendered, branch BranchState, push bool) (Outcome, bool) {
	if !b.Unopened() {
		return o, false
	}
	if push && b.Settings.String("prCreation") != "approval" {
		return o.end(UpdateIt, reason(CodeChecks, b.Settings.Origin("prCreation"), "its pull request waits for the checks of the branch: prCreation is %s", b.Settings.String("prCreation"))), true
	}
	why, until := r.creation(b, branch)
	if why == nil {
		return o, false
	}
	o.Until = until
	switch {
	case push:
		return o.end(UpdateIt, *why), true
	case why.Code == CodeApproval:
		return o.end(Approve, *why), true
	}
	return o.end(Wait, *why), true
}
