package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform"
)

// rules returns what the protection of a branch and the rulesets that apply to it ask for, of whichever is stricter; threads says
// whether conversations must be resolved. Reading a protection takes the permission to administer; without it, the
// checks that it requires are seen at the branch itself, and the rest is not.
func (r *Reader) rules(ctx context.Context, owner, repo, base string) (out platform.Rules, threads bool, err error) {
	var g gathered
	known, err := r.protection(ctx, owner, repo, base, &g)
	if err != nil {
		return out, false, err
	}
	if err := r.rulesets(ctx, owner, repo, base, &g); err != nil {
		return out, false, err
	}
	out = g.Rules
	out.Methods = g.methods()
	if len(out.Checks) == 0 && !known {
		out.Checks = nil
		return out, g.threads, nil
	}
	slices.SortFunc(out.Checks, func(a, b platform.Requirement) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.App, b.App))
	})
	out.Checks = append([]platform.Requirement{}, slices.Compact(out.Checks)...)
	return out, g.threads, nil
}

// gathered are rules while they are being read.
type gathered struct {
	platform.Rules
	linear, signed, threads bool
}

// methods are those by which merging keeps the rules; nil for any. A linear history has no merge commits, and what GitHub rebases
// it does not sign: see docs.github.com, "Available rules for rulesets".
func (g gathered) methods() []platform.Method {
	if g.Methods == nil && !g.linear && !g.signed {
		return nil
	}
	all := []platform.Method{platform.Squash, platform.MergeCommit, platform.Rebase}
	return slices.DeleteFunc(all, func(m platform.Method) bool {
		return g.Methods != nil && !slices.Contains(g.Methods, m) || g.linear && m == platform.MergeCommit || g.signed && m == platform.Rebase
	})
}

// require adds a check. GitHub writes no app, or -1, where any app will do.
func (g *gathered) require(name string, app *int64) {
	c := platform.Requirement{Name: name}
	if app != nil && *app > 0 {
		c.App = strconv.FormatInt(*app, 10)
	}
	g.Checks = append(g.Checks, c)
}

// protection reads the classic branch protection; known is false if GitHub does not show which checks it requires.
func (r *Reader) protection(ctx context.Context, owner, repo, base string, g *gathered) (known bool, err error) {
	if r.opts.Granted != nil { // a refusal counts against GitHub's limit, so what is known to be refused is not asked for
		granted, err := r.opts.Granted(ctx, owner)
		if err != nil {
			return false, err
		}
		if granted["administration"] == "" {
			return r.shown(ctx, owner, repo, base, g)
		}
	}
	p, _, err := r.api.Repositories.GetBranchProtection(ctx, owner, repo, base)
	switch {
	case errors.Is(err, gh.ErrBranchNotProtected):
		return true, nil
	case hidden(err):
		return r.shown(ctx, owner, repo, base, g)
	case err != nil:
		return false, err
	}
	if c := p.RequiredStatusChecks; c != nil {
		g.Strict = c.Strict
		g.add(c)
	}
	g.PullOnly = p.RequiredPullRequestReviews != nil || p.Restrictions != nil
	g.threads = p.RequiredConversationResolution != nil && p.RequiredConversationResolution.Enabled
	g.linear = p.RequireLinearHistory != nil && p.RequireLinearHistory.Enabled
	g.signed = p.RequiredSignatures.GetEnabled()
	if p.LockBranch.GetEnabled() {
		g.Locked = "the branch is locked"
	}
	return true, nil
}

// add adds the checks of a protection. Contexts lists the names of Checks once more, without apps.
func (g *gathered) add(c *gh.RequiredStatusChecks) {
	if c.Checks != nil {
		for _, x := range *c.Checks {
			g.require(x.Context, x.AppID)
		}
		return
	}
	if c.Contexts != nil {
		for _, name := range *c.Contexts {
			g.require(name, nil)
		}
	}
}

// shown reads what a branch shows of its protection to everybody who may read.
func (r *Reader) shown(ctx context.Context, owner, repo, base string, g *gathered) (known bool, err error) {
	b, _, err := r.api.Repositories.GetBranch(ctx, owner, repo, base, 0)
	switch {
	case hidden(err):
		g.PullOnly = true
		return false, nil
	case err != nil:
		return false, err
	}
	if c := b.GetProtection().GetRequiredStatusChecks(); c != nil {
		g.add(c)
	}
	g.PullOnly = b.GetProtected()
	return !g.PullOnly || len(g.Checks) > 0, nil
}

// hidden reports whether GitHub refused to show something, for want of permission or of a plan that has it.
func hidden(err error) bool {
	s := statusOf(err)
	return s == http.StatusForbidden || s == http.StatusNotFound
}

// A rule is one of a ruleset. go-github gives up at a kind of rule that it does not know, so only what is needed is decoded here.
type rule struct {
	Type       string
	Parameters struct {
		Checks []struct {
			Context string
			App     *int64 `json:"integration_id"`
		} `json:"required_status_checks"`
		Strict  bool              `json:"strict_required_status_checks_policy"`
		Threads bool              `json:"required_review_thread_resolution"`
		Methods []platform.Method `json:"allowed_merge_methods"`
	}
}

// rulesets reads the rules of the rulesets that apply to a branch.
func (r *Reader) rulesets(ctx context.Context, owner, repo, base string, g *gathered) error {
	err := pages(maxPages, func(o gh.ListOptions) (*gh.Response, error) {
		var rules []rule
		u := fmt.Sprintf("repos/%s/%s/rules/branches/%s?per_page=%d&page=%d", owner, repo, escape(base), o.PerPage, o.Page)
		res, err := r.get(ctx, u, &rules)
		for _, x := range rules {
			g.rule(x)
		}
		return res, err
	})
	if hidden(err) { // before GitHub Enterprise Server 3.11 there are none
		return nil
	}
	return err
}

// rule adds a rule. Those that are not named here show in whether GitHub says that a pull request may be merged.
func (g *gathered) rule(x rule) {
	switch p := x.Parameters; x.Type {
	case "required_status_checks":
		g.Strict = g.Strict || p.Strict
		for _, c := range p.Checks {
			g.require(c.Context, c.App)
		}
	case "pull_request":
		g.PullOnly, g.threads = true, g.threads || p.Threads
		if len(p.Methods) > 0 {
			g.Methods = common(g.Methods, p.Methods)
		}
	case "required_linear_history":
		g.linear = true
	case "required_signatures":
		g.signed, g.PullOnly = true, true
	case "merge_queue":
		g.Queue = true
	case "update":
		g.Locked = "a ruleset restricts who may update the branch"
	}
}

// common returns what both lists have; all of b if a is nil.
func common(a, b []platform.Method) []platform.Method {
	if a == nil {
		return b
	}
	return slices.DeleteFunc(slices.Clone(a), func(m platform.Method) bool { return !slices.Contains(b, m) })
}
