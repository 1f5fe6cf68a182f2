package plan

import (
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
		Wanted: branch.Head, Pull: *p, Checks: r.have.Checks[branch.Head], Foreign: branch.Foreign, Untested: b.untested(), Behind: branch.Behind,
	}
}

// untested reports whether all of b may merge without checks, as ignoreTests says. What the host requires it still wants.
func (b Branch) untested() bool {
	return len(b.Members) > 0 && !slices.ContainsFunc(b.Members, func(m Member) bool { return !m.Update.Settings.Bool("ignoreTests") })
}

// merge merges the pull request if the gate lets it.
func (r *reconciler) merge(o Outcome, b Rendered, branch BranchState, p *platform.Pull) Outcome {
	blocks := policy.Judge(r.judged(b, branch, p))
	if len(blocks) == 0 && b.Settings.String("automergeType") == "pr-comment" {
		blocks = append(blocks, policy.Block{Code: "policy", Text: "automergeType pr-comment leaves merging to another tool"})
	}
	if len(blocks) == 0 && !b.Merging.Open {
		why := closed("automergeSchedule", b.Merging)
		blocks = append(blocks, policy.Block{Code: "schedule", Text: why.Text, Wait: true})
		o.Reasons = append(o.Reasons, why)
	}
	if elsewhere(b, *p) {
		blocks = append(blocks, policy.Block{Code: "head", Text: "its pull request is against another branch", Wait: true})
	}
	for path := range b.Blobs {
		if len(blocks) == 0 && r.merged[b.Base+":"+path] {
			blocks = append(blocks, policy.Block{Code: "conflict", Text: "another merge of this pass changed " + path, Wait: true})
		}
	}
	o.Blocks = blocks
	if len(blocks) > 0 {
		for _, x := range blocks {
			if x.Code != "automerge" && x.Code != "schedule" {
				o.Reasons = append(o.Reasons, reason(CodeChecks, config.Origin{}, "%s", x.Text))
			}
		}
		if o.Result == "" {
			o.Result = Unchanged
		}
		return o
	}
	for path := range b.Blobs {
		r.merged[b.Base+":"+path] = true
	}
	m := platform.Merging{Number: p.Number, Head: branch.Head, Method: method(b.Settings, r.have.Repository)}
	if !r.have.Repository.AutoDelete && b.Settings.Value("pruneBranchAfterAutomerge") != false {
		m.Branch = b.Name
	}
	o.Actions = append(o.Actions, Action{Branch: b.Name, Merge: &m})
	return o.end(Merge, b.green(branch.Head))
}

// green says why b may merge.
func (b Branch) green(head string) Reason {
	if b.untested() {
		return reason(CodeChecks, b.Settings.Origin("ignoreTests"), "ignoreTests wants it merged without checks")
	}
	return reason(CodeChecks, config.Origin{}, "all checks of %.7s are green", head)
}

// method follows automergeStrategy as far as the repository allows it.
func method(s config.Settings, repo platform.Repository) platform.Method {
	want := map[string]platform.Method{
		"squash": platform.Squash, "merge-commit": platform.MergeCommit, "rebase": platform.Rebase,
		"rebase-merge": platform.Rebase, "fast-forward": platform.Rebase,
	}[s.String("automergeStrategy")]
	if len(repo.MergeMethods) == 0 {
		return want
	}
	if want != "" && slices.Contains(repo.MergeMethods, want) {
		return want
	}
	return repo.MergeMethods[0]
}
