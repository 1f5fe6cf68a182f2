package plan

import (
	"maps"
	"slices"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/policy"
)

// judged is what the gate looks at.
func (r *reconciler) judged(b Rendered, branch BranchState, p *platform.Pull) policy.Case {
	marker, _ := ReadMarker(p.Body)
	return policy.Case{
		Automerge: b.Automerge, Ready: (b.State == Ready || b.State == Approval && marker.Granted) && !b.early(), Stale: r.have.Stale, Warnings: b.Warnings,
		Wanted: branch.Head, Pull: *p, Checks: r.have.Checks[branch.Head], Foreign: branch.Foreign, Untested: b.untested(), Behind: branch.Behind, Own: ownChecks(b.Settings),
	}
}

// untested reports whether all of b may merge without checks, as ignoreTests says. What the host requires it still wants.
func (b Branch) untested() bool {
	return len(b.Members) > 0 && !slices.ContainsFunc(b.Members, func(m Member) bool { return !m.Update.Settings.Bool("ignoreTests") })
}

// merge merges the pull request if the gate lets it, or has the host do so.
func (r *reconciler) merge(o Outcome, b Rendered, branch BranchState, p *platform.Pull) Outcome {
	rules := r.have.Checks[branch.Head].Rules
	m := platform.Merging{
		Number: p.Number, Head: branch.Head, Base: b.Base, Onto: b.BaseHead, Paths: slices.Sorted(maps.Keys(b.Blobs)), Method: method(b.Settings, r.have.Repository, rules),
	}
	blocks := policy.Judge(r.judged(b, branch, p))
	o, blocks = r.held(o, b, p, m, blocks)
	o.Blocks = blocks
	switch {
	case len(blocks) == 0 && rules.Queue:
		m.How = platform.Queue
		o.Actions, o.stands = append(o.Actions, Action{Branch: b.Name, Merge: &m}), true
		return o.end(Enqueue, b.green(branch.Head), reason(CodeChecks, config.Origin{}, "%s has a merge queue, which it goes into", b.Base))
	case len(blocks) == 0:
		if !r.have.Repository.AutoDelete && b.Settings.Value("pruneBranchAfterAutomerge") != false {
			m.Branch = b.Name
		}
		o.Actions, o.stands = append(o.Actions, Action{Branch: b.Name, Merge: &m}), true
		return o.end(Merge, b.green(branch.Head))
	}
	for _, x := range blocks {
		if x.Code != "automerge" && x.Code != "schedule" {
			o.Reasons = append(o.Reasons, reason(CodeChecks, config.Origin{}, "%s", x.Text))
		}
	}
	if o.Result == "" {
		o.Result = Unchanged
	}
	if r.armable(b, branch, blocks) {
		return r.arm(o, b, p, m)
	}
	return o
}

// held adds to blocks what else speaks against merging: what only matters once the gate is open.
func (r *reconciler) held(o Outcome, b Rendered, p *platform.Pull, m platform.Merging, blocks []policy.Block) (Outcome, []policy.Block) {
	if elsewhere(b, *p) {
		blocks = append(blocks, policy.Block{Code: "head", Text: "its pull request is against another branch", Wait: true})
	}
	if c := r.line[b.Name]; c != nil && c.waits != nil {
		blocks = append(blocks, policy.Block{Code: "line", Text: c.why(), Wait: true})
		if u := c.waits.until(); !u.IsZero() && (o.Until.IsZero() || u.Before(o.Until)) {
			o.Until = u
		}
	}
	if len(blocks) > 0 {
		return o, blocks
	}
	if b.Settings.String("automergeType") == "pr-comment" {
		blocks = append(blocks, policy.Block{Code: "policy", Text: "automergeType pr-comment leaves merging to another tool"})
	}
	if !b.Merging.Open {
		why := closed("automergeSchedule", b.Merging)
		blocks = append(blocks, policy.Block{Code: "schedule", Text: why.Text, Wait: true})
		o.Reasons = append(o.Reasons, why)
	}
	if m.Method == none {
		blocks = append(blocks, policy.Block{Code: "rule", Text: "the repository and its rules have no merge method in common"})
	}
	return o, blocks
}

// armable reports whether the host may be told to merge b once its rules are met: nothing is left but what it waits for itself, which
// are required checks and people. What automergeSchedule says it does not know.
func (r *reconciler) armable(b Rendered, branch BranchState, blocks []policy.Block) bool {
	checks := r.have.Checks[branch.Head]
	if !b.Settings.Bool("platformAutomerge") || !r.have.Repository.AutoMerge || b.Settings.String("automergeType") == "pr-comment" ||
		!b.Merging.Always || b.untested() || checks.Rules.Queue || len(checks.Rules.Checks) == 0 {
		return false
	}
	for _, x := range blocks {
		switch {
		case x.Code == "checks" && x.Wait, x.Code == "review", x.Code == "rule" && x.Wait:
		default:
			return false
		}
	}
	for _, x := range checks.Results { // the host does not wait for what is not required
		required := slices.ContainsFunc(checks.Rules.Checks, func(want platform.Requirement) bool { return want.By(x) })
		if x.State != platform.Passed && !required {
			return false
		}
	}
	return slices.ContainsFunc(blocks, func(x policy.Block) bool { return x.Code == "rule" })
}

// arm has the host merge b once its rules are met, unless it was told to already, by us or by a person.
func (r *reconciler) arm(o Outcome, b Rendered, p *platform.Pull, m platform.Merging) Outcome {
	if m.Method == none {
		return o
	}
	o.stands = true
	o.Reasons = append(o.Reasons, reason(CodeChecks, b.Settings.Origin("platformAutomerge"), "the host merges %.7s once all that the branch requires is met (platformAutomerge)", m.Head))
	if p.Auto.By == "" || r.armed(p) && p.Auto.Method != m.Method {
		m.How = platform.WhenMet
		o.Actions = append(o.Actions, Action{Branch: b.Name, Merge: &m})
	}
	return o
}

// recall takes back what the host was told about p before, unless o still stands by it. It comes first, before anything is pushed. What
// is in the queue is left alone otherwise.
func (r *reconciler) recall(o Outcome) Outcome {
	p, branch := r.pull(o.Branch, platform.Open), r.have.Branches[o.Branch]
	if p == nil {
		return o
	}
	m := platform.Merging{Number: p.Number, Head: p.Head}
	switch {
	case r.queued(branch) && !o.stands:
		m.How = platform.Unqueue
		o.Actions = []Action{{Branch: o.Branch, Merge: &m}}
	case r.armed(p) && !o.stands:
		m.How = platform.Unarm
		o.Actions = slices.Insert(o.Actions, 0, Action{Branch: o.Branch, Merge: &m})
	}
	return o
}

// waiting says of a branch in the queue whether it may stay there.
func (r *reconciler) waiting(o Outcome, b Rendered, branch BranchState, p *platform.Pull) Outcome {
	o.Blocks = policy.Judge(r.judged(b, branch, p))
	o.stands = !slices.ContainsFunc(o.Blocks, func(x policy.Block) bool {
		return !x.Wait || !slices.Contains([]string{"checks", "rule", "conflict", "behind"}, x.Code)
	})
	if o.stands {
		return o.end(Unchanged, reason(CodeChecks, config.Origin{}, "it is in the merge queue of %s, and left alone there", b.Base))
	}
	for _, x := range o.Blocks {
		o.Reasons = append(o.Reasons, reason(CodeChecks, config.Origin{}, "%s", x.Text))
	}
	return o.end(Unchanged, reason(CodeChecks, config.Origin{}, "it is taken out of the merge queue of %s", b.Base))
}

// green says why b may merge.
func (b Branch) green(head string) Reason {
	if b.untested() {
		return reason(CodeChecks, b.Settings.Origin("ignoreTests"), "ignoreTests wants it merged without checks")
	}
	return reason(CodeChecks, config.Origin{}, "all checks of %.7s are green", head)
}

// none is the method of a repository that may not be merged into by any.
const none platform.Method = "none"

// method follows automergeStrategy as far as the repository and the rules of the branch allow it.
func method(s config.Settings, repo platform.Repository, rules platform.Rules) platform.Method {
	want := map[string]platform.Method{
		"squash": platform.Squash, "merge-commit": platform.MergeCommit, "rebase": platform.Rebase,
		"rebase-merge": platform.Rebase, "fast-forward": platform.Rebase,
	}[s.String("automergeStrategy")]
	allowed := repo.MergeMethods
	switch {
	case rules.Queue:
		return "" // it has its own
	case rules.Methods != nil && len(allowed) == 0:
		allowed = rules.Methods
	case rules.Methods != nil:
		allowed = slices.DeleteFunc(slices.Clone(allowed), func(m platform.Method) bool { return !slices.Contains(rules.Methods, m) })
		if len(allowed) == 0 {
			return none
		}
	case len(allowed) == 0:
		return want
	}
	if slices.Contains(allowed, want) {
		return want
	}
	return allowed[0]
}
