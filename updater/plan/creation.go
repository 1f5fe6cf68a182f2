package plan

import (
	"slices"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/policy"
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
	c := r.have.Checks[branch.Head]
	passed, failed, pending := tally(c)
	for _, x := range c.Results {
		if x.State == platform.Passed && policy.Own(x.Name, ownChecks(s)) {
			passed-- // it proves nothing
		}
	}
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
	for _, x := range c.Results {
		switch x.State {
		case platform.Passed:
			passed++
		case platform.Failed:
			failed++
		default:
			pending++
		}
	}
	for _, want := range c.Rules.Checks {
		if !slices.ContainsFunc(c.Results, want.By) {
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

// crowded says why no further branch is made; nil if one may be. Where branches have no limit of their own, that of pull requests holds for
// them.
func (r *reconciler) crowded(b Rendered) *Reason {
	s := b.Settings
	if s.Value("branchConcurrentLimit") == nil {
		if why := r.full(b, "prConcurrentLimit", "prHourlyLimit"); why != nil {
			return why
		}
		return r.limit(s, "prConcurrentLimit", "there are %d branches, and %s is %d", r.branches)
	}
	if why := r.limit(s, "branchConcurrentLimit", "there are %d branches, and %s is %d", r.branches); why != nil {
		return why
	}
	return r.full(b, "prHourlyLimit")
}

// full says why no further pull request is opened, by these limits; nil if one may be. Wishes and fixes of weaknesses go before them.
func (r *reconciler) full(b Rendered, limits ...string) *Reason {
	if b.Wish != "" || b.Free || b.Security {
		return nil
	}
	for _, option := range limits {
		count, text := r.open, "%d pull requests are open, and %s is %d"
		if option == "prHourlyLimit" {
			count, text = r.hourly, "%d pull requests were opened this hour, and %s is %d"
		}
		if why := r.limit(b.Settings, option, text, count); why != nil {
			return why
		}
	}
	return nil
}

// limit says that count has reached an option; nil if it has not.
func (r *reconciler) limit(s config.Settings, option, text string, count int) *Reason {
	limit := s.Int(option)
	if limit <= 0 || count < limit || r.have.Repository.BranchesOnly && option != "branchConcurrentLimit" {
		return nil
	}
	x := reason(CodeLimit, s.Origin(option), text, count, option, limit)
	return &x
}
