package githubtest

import "slices"

func (c *call) getProtection() (reply, error) {
	branch := c.params["branch"]
	if c.repo.head(branch) == "" {
		return reply{}, fail(404, "Branch not found")
	}
	p := c.repo.protection[branch]
	if p == nil {
		return reply{}, fail(404, "Branch not protected")
	}
	return ok(c.protectionJSON(branch, p))
}

func (c *call) protectionJSON(branch string, p *Protection) object {
	at := c.repo.api(c.s, "/branches/%s/protection", escape(branch))
	off := object{"enabled": false}
	o := object{"url": at, "enforce_admins": object{"url": at + "/enforce_admins", "enabled": p.EnforceAdmins},
		"required_linear_history": object{"enabled": p.Linear}, "allow_force_pushes": off, "allow_deletions": off, "block_creations": off,
		"required_conversation_resolution": object{"enabled": p.Conversations}, "lock_branch": object{"enabled": p.Locked},
		"required_signatures": object{"url": at + "/required_signatures", "enabled": p.Signed}}
	if p.Checks != nil || p.Strict {
		o["required_status_checks"] = c.requiredChecksJSON(at, p)
	}
	if p.Reviews > 0 {
		o["required_pull_request_reviews"] = object{"url": at + "/required_pull_request_reviews", "dismiss_stale_reviews": false,
			"require_code_owner_reviews": false, "required_approving_review_count": p.Reviews}
	}
	return o
}

func (c *call) requiredChecksJSON(at string, p *Protection) object {
	list := p.Checks
	if list == nil {
		list = []string{}
	}
	return object{"url": at + "/required_status_checks", "strict": p.Strict, "contexts": list, "checks": c.checksJSON(p),
		"contexts_url": at + "/required_status_checks/contexts"}
}

func (c *call) getRequiredChecks() (reply, error) {
	branch := c.params["branch"]
	p := c.repo.protection[branch]
	if p == nil {
		return reply{}, fail(404, "Branch not protected")
	}
	if p.Checks == nil && !p.Strict {
		return reply{}, fail(404, "Required status checks not enabled")
	}
	return ok(c.requiredChecksJSON(c.repo.api(c.s, "/branches/%s/protection", escape(branch)), p))
}

func (c *call) putProtection() (reply, error) {
	var in struct {
		Checks *struct {
			Strict   bool
			Contexts []string
			Checks   []struct{ Context string }
		} `json:"required_status_checks"`
		Reviews *struct {
			Count int `json:"required_approving_review_count"`
		} `json:"required_pull_request_reviews"`
		Admins *bool `json:"enforce_admins"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	branch := c.params["branch"]
	if c.repo.head(branch) == "" {
		return reply{}, fail(404, "Branch not found")
	}
	p := &Protection{EnforceAdmins: in.Admins != nil && *in.Admins}
	if in.Checks != nil {
		p.Strict, p.Checks = in.Checks.Strict, append([]string{}, in.Checks.Contexts...)
		for _, k := range in.Checks.Checks {
			if !slices.Contains(p.Checks, k.Context) {
				p.Checks = append(p.Checks, k.Context)
			}
		}
	}
	if in.Reviews != nil {
		p.Reviews = max(in.Reviews.Count, 1)
	}
	if err := c.s.protect(c.repo, c.repo.protection, branch, p); err != nil {
		return reply{}, err
	}
	return ok(c.protectionJSON(branch, p))
}

func (c *call) deleteProtection() (reply, error) {
	branch := c.params["branch"]
	if c.repo.protection[branch] == nil {
		return reply{}, fail(404, "Branch not protected")
	}
	if err := c.s.protect(c.repo, c.repo.protection, branch, nil); err != nil {
		return reply{}, err
	}
	return noContent()
}

// branchRules lists the rules that rulesets, not protection, set for a branch.
func (c *call) branchRules() (reply, error) {
	out := []object{}
	p := c.repo.rulesets[c.params["branch"]]
	add := func(kind string, parameters object) {
		o := object{"type": kind, "ruleset_source_type": "Repository", "ruleset_source": c.repo.fullName(), "ruleset_id": 1}
		if parameters != nil {
			o["parameters"] = parameters
		}
		out = append(out, o)
	}
	if p == nil {
		return ok(out)
	}
	add("deletion", nil)
	add("non_fast_forward", nil)
	if p.Checks != nil || p.Strict {
		list := each(p.Checks, func(n string) object {
			o := object{"context": n}
			if id := c.s.appID(p.Apps[n]); id != nil {
				o["integration_id"] = id
			}
			return o
		})
		add("required_status_checks", object{"required_status_checks": list, "strict_required_status_checks_policy": p.Strict})
	}
	if p.Reviews > 0 || p.Methods != nil || p.Conversations {
		methods := p.Methods
		if methods == nil {
			methods = []string{"merge", "squash", "rebase"}
		}
		add("pull_request", object{"required_approving_review_count": p.Reviews, "dismiss_stale_reviews_on_push": false, "allowed_merge_methods": methods,
			"require_code_owner_review": false, "require_last_push_approval": false, "required_review_thread_resolution": p.Conversations})
	}
	for _, x := range []struct {
		holds bool
		kind  string
	}{{p.Linear, "required_linear_history"}, {p.Signed, "required_signatures"}, {p.Locked, "update"}} {
		if x.holds {
			add(x.kind, nil)
		}
	}
	if p.Queue {
		add("merge_queue", object{"check_response_timeout_minutes": 60, "grouping_strategy": "ALLGREEN", "max_entries_to_build": 5,
			"max_entries_to_merge": 5, "merge_method": "SQUASH", "min_entries_to_merge": 1, "min_entries_to_merge_wait_minutes": 5})
	}
	return ok(page(c, out))
}

func (c *call) listRulesets() (reply, error) {
	var branches []string
	for b := range c.repo.rulesets {
		branches = append(branches, b)
	}
	slices.Sort(branches)
	return ok(each(page(c, branches), func(b string) object {
		return object{"id": 1 + slices.Index(branches, b), "name": b, "target": "branch", "source_type": "Repository", "source": c.repo.fullName(), "enforcement": "active"}
	}))
}
