package github

import (
	"context"
	"slices"
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform"
)

// maxPullPages bounds how far back closed pull requests are listed, in pages of 100. Open ones are always
// all listed.
const maxPullPages = 10

// Pulls returns the pull requests from branches of the repository itself that begin with
// prefix, newest first. Whether an open one can be merged is asked for each.
//
// GitHub's pages shift when something changes between two of them, so a list of several pages is read again until
// its first page stayed the same.
func (r *Reader) Pulls(ctx context.Context, name, prefix string) ([]platform.Pull, error) {
	owner, repo, err := split(name)
	if err != nil {
		return nil, err
	}
	const attempts = 3
	var list []*gh.PullRequest
	for range attempts {
		var stable bool
		if list, stable, err = r.listPulls(ctx, owner, repo); err != nil {
			return nil, r.explain(err, "listing pull requests of %s", name)
		}
		if stable {
			break
		}
	}
	return r.read(ctx, name, list, func(branch string) bool { return strings.HasPrefix(branch, prefix) })
}

// PullsFrom returns the pull requests from a branch of the repository itself, newest first, however old they are.
func (r *Reader) PullsFrom(ctx context.Context, name, branch string) ([]platform.Pull, error) {
	owner, repo, err := split(name)
	if err != nil {
		return nil, err
	}
	var list []*gh.PullRequest
	err = pages(maxPullPages, func(o gh.ListOptions) (*gh.Response, error) {
		page, res, err := r.api.PullRequests.List(ctx, owner, repo, &gh.PullRequestListOptions{State: "all", Head: owner + ":" + branch, ListOptions: o})
		list = append(list, page...)
		return res, err
	})
	if err != nil {
		return nil, r.explain(err, "listing the pull requests from %s of %s", branch, name)
	}
	return r.read(ctx, name, list, func(b string) bool { return b == branch })
}

// read returns those of a list that are from branches which are meant. The open ones are asked for once more: a list does not say whether they
// can be merged.
func (r *Reader) read(ctx context.Context, name string, list []*gh.PullRequest, meant func(branch string) bool) ([]platform.Pull, error) {
	owner, repo, err := split(name)
	if err != nil {
		return nil, err
	}
	var out []platform.Pull
	for _, p := range list {
		if !meant(p.GetHead().GetRef()) || !sameRepo(p) {
			continue
		}
		if p.GetState() == "open" {
			if p, _, err = r.api.PullRequests.Get(ctx, owner, repo, p.GetNumber()); err != nil {
				return nil, r.explain(err, "reading pull requests of %s", name)
			}
		}
		out = append(out, pullOf(p))
	}
	slices.SortFunc(out, func(a, b platform.Pull) int { return b.Number - a.Number })
	return out, nil
}

// sameRepo reports whether a pull request is not from a fork. That a fork is gone shows as no repository.
func sameRepo(p *gh.PullRequest) bool {
	return p.GetHead().GetRepo().GetID() != 0 && p.GetHead().GetRepo().GetID() == p.GetBase().GetRepo().GetID()
}

// listPulls lists pull requests, each once; stable is false if the list changed meanwhile.
func (r *Reader) listPulls(ctx context.Context, owner, repo string) (list []*gh.PullRequest, stable bool, err error) {
	seen := map[int]bool{}
	var first []*gh.PullRequest
	count, more := 0, false
	read := func(state string, limit int) error {
		return pages(limit, func(o gh.ListOptions) (*gh.Response, error) {
			page, res, err := r.pullPage(ctx, owner, repo, state, o)
			if err != nil {
				return nil, err
			}
			if count++; count == 1 {
				first = page
			}
			more = res.NextPage != 0
			for _, p := range page {
				if !seen[p.GetNumber()] {
					seen[p.GetNumber()] = true
					list = append(list, p)
				}
			}
			return res, nil
		})
	}
	if err := read("all", maxPullPages); err != nil {
		return nil, false, err
	}
	if more {
		if err := read("open", maxPages); err != nil {
			return nil, false, err
		}
	}
	if count == 1 {
		return list, true, nil
	}
	again, _, err := r.pullPage(ctx, owner, repo, "all", gh.ListOptions{PerPage: 100, Page: 1})
	return list, slices.EqualFunc(first, again, samePull), err
}

func (r *Reader) pullPage(ctx context.Context, owner, repo, state string, o gh.ListOptions) ([]*gh.PullRequest, *gh.Response, error) {
	return r.api.PullRequests.List(ctx, owner, repo, &gh.PullRequestListOptions{State: state, Sort: "updated", Direction: "desc", ListOptions: o})
}

func samePull(a, b *gh.PullRequest) bool {
	return a.GetNumber() == b.GetNumber() && a.GetState() == b.GetState() && a.GetUpdatedAt().Equal(b.GetUpdatedAt())
}

func pullOf(p *gh.PullRequest) platform.Pull {
	out := platform.Pull{
		Number: p.GetNumber(), Branch: p.GetHead().GetRef(), Base: p.GetBase().GetRef(), Head: p.GetHead().GetSHA(),
		Title: p.GetTitle(), Body: p.GetBody(), State: platform.Open, Draft: p.GetDraft(), Author: p.GetUser().GetLogin(),
		Created: p.GetCreatedAt().Time, Ended: p.GetClosedAt().Time, URL: p.GetHTMLURL(),
	}
	for _, l := range p.Labels {
		out.Labels = append(out.Labels, l.GetName())
	}
	for _, u := range p.Assignees {
		out.People.Assignees = append(out.People.Assignees, u.GetLogin())
	}
	for _, u := range p.RequestedReviewers {
		out.People.Reviewers = append(out.People.Reviewers, u.GetLogin())
	}
	for _, x := range p.RequestedTeams {
		out.People.Teams = append(out.People.Teams, x.GetSlug())
	}
	out.People.Milestone = p.GetMilestone().GetNumber()
	switch {
	case p.MergedAt != nil || p.GetMerged():
		out.State = platform.Merged
	case p.GetState() != "open":
		out.State = platform.Closed
	default:
		out.Mergeable = mergeable(p)
		if a := p.AutoMerge; a != nil {
			out.Auto = platform.AutoMerge{By: a.GetEnabledBy().GetLogin(), Method: platform.Method(a.GetMergeMethod())}
		}
	}
	return out
}

// mergeable translates GitHub's mergeable_state. "unstable" means that a check failed which is not required.
func mergeable(p *gh.PullRequest) platform.Mergeable {
	switch p.GetMergeableState() {
	case "clean", "has_hooks", "unstable":
		return platform.Clean
	case "dirty":
		return platform.Conflicted
	case "behind":
		return platform.Behind
	case "blocked", "draft":
		return platform.Blocked
	}
	return platform.Unknown
}
