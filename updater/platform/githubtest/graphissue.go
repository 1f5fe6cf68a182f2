package githubtest

import (
	"fmt"
	"slices"
	"strings"
)

func (c *call) graphNumber(r *repo, n int, pull bool) (any, error) {
	i := r.issues[n]
	if i == nil || (i.pull != nil) != pull {
		kind := "an Issue"
		if pull {
			kind = "a PullRequest"
		}
		return nil, &graphError{"NOT_FOUND", fmt.Sprintf("Could not resolve to %s with the number of %d.", kind, n)}
	}
	return c.graphItem(r, i), nil
}

// graphIssues lists the issues or the pull requests of a repository, oldest
// first as GitHub does.
func (c *call) graphIssues(r *repo, a args, pulls bool) (any, error) {
	all := r.sorted()
	slices.Reverse(all)
	filter := a.input("filterBy")
	list := slices.DeleteFunc(all, func(i *issue) bool {
		return (i.pull != nil) != pulls || !among(a.list("states"), i.graphState()) || !among(filter.list("states"), i.graphState()) ||
			filter.text("createdBy") != "" && !strings.EqualFold(filter.text("createdBy"), i.author.login) ||
			a.text("headRefName") != "" && i.pull != nil && i.pull.head != a.text("headRefName") ||
			a.text("baseRefName") != "" && i.pull != nil && i.pull.base != a.text("baseRefName") ||
			!i.hasAll(texts(a.list("labels")))
	})
	if by := a.input("orderBy"); by != nil {
		if by.text("field") == "UPDATED_AT" {
			slices.SortStableFunc(list, func(x, y *issue) int { return x.updated.Compare(y.updated) })
		}
		if by.text("direction") == "DESC" {
			slices.Reverse(list)
		}
	}
	name, of := "issues", "Issue"
	if pulls {
		name, of = "pullRequests", "PullRequest"
	}
	return connection(name, of, convert(list, func(i *issue) typed { return c.graphItem(r, i) }), a)
}

func texts(list []any) []string {
	var out []string
	for _, x := range list {
		if s, isText := x.(string); isText {
			out = append(out, s)
		}
	}
	return out
}

// among says whether a list is empty or has s.
func among(list []any, s string) bool { return len(list) == 0 || slices.Contains(texts(list), s) }

func (i *issue) graphState() string {
	switch {
	case i.open:
		return "OPEN"
	case i.isMerged():
		return "MERGED"
	}
	return "CLOSED"
}

// graphItem is an issue or a pull request.
func (c *call) graphItem(r *repo, i *issue) typed {
	at := fmt.Sprintf("%s/%s/issues/%d", c.s.base, r.fullName(), i.number)
	f := fields{
		"number": is(i.number), "title": is(i.title), "body": is(i.body), "state": is(i.graphState()), "closed": is(!i.open), "author": is(c.actor(i.author)),
		"createdAt": is(stamp(i.created)), "updatedAt": is(stamp(i.updated)), "closedAt": is(stamp(i.closed)), "locked": is(i.locked),
		"id": is(node("I", i.id)), "databaseId": is(i.id), "url": is(at), "stateReason": is(orNull(strings.ToUpper(i.reason))),
		"repository": func(args) (any, error) { return c.graphRepo(r), nil },
		"labels":     func(a args) (any, error) { return connection("labels", "Label", convert(i.labels, graphLabel), a) },
		"assignees":  func(a args) (any, error) { return connection("assignees", "User", convert(i.assignees, c.actor), a) },
		"comments": func(a args) (any, error) {
			return connection("comments", "IssueComment", convert(i.comments, func(m *comment) typed {
				return typed{"IssueComment", fields{"id": is(node("IC", m.id)), "databaseId": is(m.id), "body": is(m.body), "author": is(c.actor(m.user)), "createdAt": is(stamp(m.created))}}
			}), a)
		},
	}
	if i.pull == nil {
		return typed{"Issue", f}
	}
	c.addGraphPull(r, i, f)
	return typed{"PullRequest", f}
}

// addGraphPull adds what a pull request has beyond an issue.
func (c *call) addGraphPull(r *repo, i *issue, f fields) {
	p := i.pull
	f["id"], f["databaseId"] = is(node("PR", p.id)), is(p.id)
	f["url"] = is(fmt.Sprintf("%s/%s/pull/%d", c.s.base, r.fullName(), i.number))
	f["isDraft"], f["merged"], f["mergedAt"] = is(p.draft), is(i.isMerged()), is(stamp(p.merged))
	f["headRefName"], f["baseRefName"] = is(p.head), is(p.base)
	f["headRefOid"] = func(args) (any, error) { return r.pullHead(i), nil }
	f["baseRefOid"] = func(args) (any, error) { return r.pullBase(i), nil }
	f["headRef"] = func(args) (any, error) { return c.branchRef(r, p.head), nil }
	f["baseRef"] = func(args) (any, error) { return c.branchRef(r, p.base), nil }
	f["isCrossRepository"], f["isInMergeQueue"], f["maintainerCanModify"] = is(false), is(p.inQueue()), is(p.modify)
	f["mergeQueueEntry"] = func(args) (any, error) {
		if !p.inQueue() {
			return nil, nil
		}
		return graphEntry(r, i), nil
	}
	f["reviewThreads"] = func(a args) (any, error) {
		return connection("reviewThreads", "PullRequestReviewThread", convert(p.threads, func(done bool) typed {
			return typed{"PullRequestReviewThread", fields{"id": is(node("PRRT", p.id)), "isResolved": is(done)}}
		}), a)
	}
	f["timelineItems"] = func(a args) (any, error) {
		var items []any
		if p.ousted != "" {
			items = append(items, typed{"RemovedFromMergeQueueEvent", fields{"id": is(node("RFMQE", p.id)), "reason": is(p.ousted), "createdAt": is(stamp(i.updated))}})
		}
		return connection("timelineItems", "PullRequestTimelineItems", items, a)
	}
	f["mergeable"] = func(args) (any, error) { m, _, err := c.graphMergeable(r, i); return m, err }
	f["mergeStateStatus"] = func(args) (any, error) { _, s, err := c.graphMergeable(r, i); return s, err }
	f["reviewDecision"] = func(args) (any, error) { return reviewDecision(r, i), nil }
	f["mergedBy"], f["mergeCommit"], f["autoMergeRequest"] = is(nil), is(nil), is(nil)
	if p.mergedBy != nil {
		f["mergedBy"], f["mergeCommit"] = is(c.actor(p.mergedBy)), is(c.graphCommit(r, p.mergeCommit))
	}
	if a := p.auto; a != nil {
		f["autoMergeRequest"] = is(typed{"AutoMergeRequest", fields{"enabledAt": is(stamp(a.at)), "enabledBy": is(c.actor(a.by)),
			"mergeMethod": is(strings.ToUpper(a.method)), "commitHeadline": is(orNull(a.subject)), "commitBody": is(orNull(a.body))}})
	}
	f["commits"] = func(a args) (any, error) {
		shas, err := r.git.between(r.pullBase(i), r.pullHead(i))
		if err != nil {
			return nil, err
		}
		return connection("commits", "PullRequestCommit", convert(shas, func(sha string) typed {
			return typed{"PullRequestCommit", fields{"id": is("PRC_" + sha), "commit": is(c.graphCommit(r, sha))}}
		}), a)
	}
	f["statusCheckRollup"] = func(args) (any, error) { return c.rollup(r, r.pullHead(i)), nil }
}

// graphMergeable returns "mergeable" and "mergeStateStatus".
func (c *call) graphMergeable(r *repo, i *issue) (mergeable, status string, err error) {
	if !i.open || c.unknown() {
		return "UNKNOWN", "UNKNOWN", nil
	}
	state, err := r.mergeState(i)
	if err != nil {
		return "", "", err
	}
	mergeable = "MERGEABLE"
	if state == "dirty" {
		mergeable = "CONFLICTING"
	}
	return mergeable, strings.ToUpper(state), nil
}

// reviewDecision is null where no review is required.
func reviewDecision(r *repo, i *issue) any {
	rule := r.rule(i.pull.base)
	if rule == nil || rule.Reviews == 0 {
		return nil
	}
	for _, v := range i.pull.reviews {
		if v.state == "CHANGES_REQUESTED" {
			return "CHANGES_REQUESTED"
		}
	}
	if i.approvals() >= rule.Reviews {
		return "APPROVED"
	}
	return "REVIEW_REQUIRED"
}
