package githubtest

import (
	"fmt"
	"slices"
	"strings"
)

// people are the users and teams that a request names.
type people struct {
	Reviewers []string
	Teams     []string `json:"team_reviewers"`
}

func (c *call) listReviewers() (reply, error) {
	i, err := c.pull()
	if err != nil {
		return reply{}, err
	}
	return ok(object{"users": c.s.usersJSON(i.pull.reviewers), "teams": c.s.teamsJSON(c.repo, i.pull.teams)})
}

func (c *call) requestReviewers() (reply, error) {
	i, err := c.pull()
	if err != nil {
		return reply{}, err
	}
	var in people
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	for _, login := range in.Reviewers {
		a := c.s.accounts[strings.ToLower(login)]
		if a == nil || a.kind != "User" || a.stranger {
			return reply{}, fail(422, "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the %s repository.", c.repo.fullName())
		}
		if a == i.author {
			return reply{}, fail(422, "Review cannot be requested from pull request author.")
		}
		if !slices.Contains(i.pull.reviewers, a) {
			i.pull.reviewers = append(i.pull.reviewers, a)
		}
	}
	for _, slug := range in.Teams {
		if !slices.Contains(c.s.teams[strings.ToLower(c.repo.owner.login)], slug) {
			return reply{}, fail(422, "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the %s repository.", c.repo.fullName())
		}
		if !slices.Contains(i.pull.teams, slug) {
			i.pull.teams = append(i.pull.teams, slug)
		}
	}
	i.updated = c.s.now()
	return created(c.s.pullJSON(c.repo, i))
}

// teamsJSON renders teams of a repository's owner.
func (s *Server) teamsJSON(r *repo, slugs []string) []object {
	out := []object{}
	for n, slug := range slugs {
		url := fmt.Sprintf("%s/api/v3/organizations/%d/team/%d", s.base, r.owner.id, n+1)
		out = append(out, object{
			"id": n + 1, "node_id": node("T", int64(n+1)), "name": slug, "slug": slug, "description": nil, "privacy": "closed", "permission": "push", "notification_setting": "notifications_enabled",
			"url": url, "html_url": s.base + "/orgs/" + r.owner.login + "/teams/" + slug, "members_url": url + "/members{/member}", "repositories_url": url + "/repos", "parent": nil,
			"type": "organization", "organization_id": r.owner.id,
		})
	}
	return out
}

func (c *call) removeReviewers() (reply, error) {
	i, err := c.pull()
	if err != nil {
		return reply{}, err
	}
	var in people
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	i.pull.reviewers = slices.DeleteFunc(i.pull.reviewers, func(a *account) bool { return slices.Contains(in.Reviewers, a.login) })
	return ok(c.s.pullJSON(c.repo, i))
}

func (c *call) reviewJSON(i *issue, v *review) object {
	at := c.repo.api(c.s, "/pulls/%d", i.number)
	html := c.s.base + "/" + c.repo.fullName() + "/pull/" + itoa(i.number)
	return c.s.shapes.make("pull-request-review", "", object{
		"id": v.id, "node_id": node("PRR", v.id), "user": c.s.userJSON(v.user), "body": v.body, "state": v.state, "html_url": html, "pull_request_url": at,
		"submitted_at": stamp(v.at), "commit_id": v.sha, "author_association": association(v.user),
		"_links": object{"html": object{"href": html}, "pull_request": object{"href": at}},
	})
}

func (c *call) listReviews() (reply, error) {
	i, err := c.pull()
	if err != nil {
		return reply{}, err
	}
	return ok(each(page(c, i.pull.reviews), func(v *review) object { return c.reviewJSON(i, v) }))
}

var reviewStates = map[string]string{"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}

func (c *call) createReview() (reply, error) {
	i, err := c.pull()
	if err != nil {
		return reply{}, err
	}
	var in struct{ Body, Event string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	state := reviewStates[in.Event]
	switch {
	case state == "":
		return reply{}, fail(422, "Unprocessable Entity")
	case state != "COMMENTED" && c.who.account == i.author:
		verb := "approve"
		if state != "APPROVED" {
			verb = "request changes on"
		}
		return reply{}, &Error{Status: 422, Message: "Unprocessable Entity", Errors: []any{"Can not " + verb + " your own pull request"}}
	}
	v := &review{id: c.s.id(), user: c.who.account, state: state, body: in.Body, sha: c.repo.pullHead(i), at: c.s.now()}
	i.pull.reviews = append(i.pull.reviews, v)
	c.s.reviewed(c.repo, i, v)
	return reply{status: 200, body: c.reviewJSON(i, v)}, c.s.settle(c.repo)
}
