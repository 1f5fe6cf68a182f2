package plan

import (
	"maps"
	"slices"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/policy"
)

// alone reports whether b is to merge without a pull request, as automergeType branch has it.
func (r *reconciler) alone(b Rendered) bool {
	return b.Automerge && b.Settings.String("automergeType") == "branch" && !b.Free && b.Wish == "" && !r.have.Repository.BranchesOnly
}

// raise says why a branch that was to merge without a pull request gets one after all; "" if it does not. That is when a person must look
// at it (docs.renovatebot.com/configuration-options, automergeType), and where the host would not take it, or the rules say so: an account that may
// pass by the rules must not.
func (r *reconciler) raise(b Rendered, branch BranchState) string {
	c := r.have.Checks[branch.Head]
	_, failed, pending := tally(c)
	until := branch.Committed.Add(time.Duration(b.Settings.Int("prNotPendingHours")) * time.Hour)
	switch {
	case c.Rules.PullOnly, c.Rules.Queue:
		return b.Base + " changes through pull requests only"
	case c.Rules.Locked != "":
		return c.Rules.Locked
	case failed > 0:
		return "its checks failed"
	case len(b.Warnings) > 0:
		return "a person must look at it"
	case c.Head != "" && (pending > 0 || len(c.Results) == 0) && !until.After(r.now):
		return "its checks are not done"
	}
	return ""
}

// unopened is what the pull request of a branch would be, if there were one. What it cannot be merged into is for git to say.
func unopened(b Rendered, branch BranchState) *platform.Pull {
	p := &platform.Pull{Branch: b.Name, Base: b.Base, Head: branch.Head, State: platform.Open, Mergeable: platform.Clean}
	if branch.Behind {
		p.Mergeable = platform.Behind
	}
	p.Body = sign(b.marker(b.Title, b.body), b.body)
	return p
}

// byBranch moves the base branch to b's commit, if the gate lets it. done is false if b gets a pull request instead.
func (r *reconciler) byBranch(o Outcome, b Rendered, branch BranchState, push bool) (_ Outcome, done bool) {
	at := b.Settings.Origin("automergeType")
	if push {
		return o.end(UpdateIt, reason(CodeChecks, at, "it merges without a pull request once the checks of its branch are green: automergeType is branch")), true
	}
	if why := r.raise(b, branch); why != "" {
		o.Reasons = append(o.Reasons, reason(CodeChecks, at, "automergeType is branch, but it gets a pull request: %s", why))
		return o, false
	}
	p := unopened(b, branch)
	m := platform.Merging{
		Head: branch.Head, Base: b.Base, Onto: b.BaseHead, Paths: slices.Sorted(maps.Keys(b.Blobs)), Branch: b.Name,
		Method: method(b.Settings, r.have.Repository, platform.Rules{}),
	}
	blocks := policy.Judge(r.judged(b, branch, p))
	o, blocks = r.held(o, b, p, m, blocks)
	if o.Blocks = blocks; len(blocks) > 0 {
		if u := branch.Committed.Add(time.Duration(b.Settings.Int("prNotPendingHours")) * time.Hour); u.After(r.now) && (o.Until.IsZero() || u.Before(o.Until)) {
			o.Until = u
		}
		for _, x := range blocks {
			if x.Code != "schedule" {
				o.Reasons = append(o.Reasons, reason(CodeChecks, config.Origin{}, "%s", x.Text))
			}
		}
		return o.end(Wait), true
	}
	o.Actions = append(o.Actions, Action{Branch: b.Name, Merge: &m})
	return o.end(Merge, b.green(branch.Head)), true
}
