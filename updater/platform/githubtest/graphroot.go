package githubtest

import (
	"fmt"
	"strings"
)

type fields = map[string]func(args) (any, error)

// queries is the root of GraphQL queries.
func (c *call) queries() typed {
	return typed{"Query", fields{
		"viewer":    is(c.actor(c.who.account)),
		"rateLimit": is(c.graphLimit()),
		"repository": func(a args) (any, error) {
			name := a.text("owner") + "/" + a.text("name")
			r, err := c.s.visible(c.who, name)
			if err != nil {
				if to := c.s.moved[strings.ToLower(name)]; to != nil && a["followRenames"] != false {
					return c.graphRepo(to), nil
				}
				return nil, &graphError{"NOT_FOUND", fmt.Sprintf("Could not resolve to a Repository with the name '%s'.", name)}
			}
			return c.graphRepo(r), nil
		},
		"organization":    c.ownerField("Organization"),
		"user":            c.ownerField("User"),
		"repositoryOwner": c.ownerField(""),
		"search":          c.graphSearch,
		"node":            func(a args) (any, error) { return c.graphNode(a.text("id")) },
		"nodes": func(a args) (any, error) {
			out := []any{}
			for _, id := range a.list("ids") {
				s, _ := id.(string)
				n, err := c.graphNode(s)
				if err != nil {
					return nil, err
				}
				out = append(out, n)
			}
			return out, nil
		},
	}}
}

// graphLimit is null on a server without limits.
func (c *call) graphLimit() any {
	if c.s.opts.RateLimit == 0 {
		return nil
	}
	return typed{"RateLimit", fields{"limit": is(c.s.opts.RateLimit), "cost": is(1), "used": is(c.who.used), "nodeCount": is(0),
		"remaining": is(c.s.opts.RateLimit - c.who.used), "resetAt": is(stamp(c.who.reset))}}
}

// actor is a user, bot or organisation.
func (c *call) actor(a *account) typed {
	return typed{a.kind, fields{
		"login": is(a.login), "id": is(node("U", a.id)), "databaseId": is(a.id), "url": is(c.s.base + "/" + a.login), "name": is(a.login), "email": is(c.s.email(a)),
		"avatarUrl": is(c.s.base + "/avatars/" + a.login),
		"repositories": func(x args) (any, error) {
			list := c.readable(func(r *repo) bool { return r.owner == a && (x["isArchived"] == nil || x["isArchived"] == r.archived) })
			return connection("repositories", "Repository", convert(list, c.graphRepo), x)
		},
	}}
}

func (c *call) ownerField(kind string) func(args) (any, error) {
	return func(a args) (any, error) {
		o := c.s.accounts[strings.ToLower(a.text("login"))]
		if o == nil || kind != "" && o.kind != kind {
			return nil, &graphError{"NOT_FOUND", fmt.Sprintf("Could not resolve to a %s with the login of '%s'.", kind, a.text("login"))}
		}
		return c.actor(o), nil
	}
}

func (c *call) graphSearch(a args) (any, error) {
	if kind := a.text("type"); kind != "ISSUE" {
		return nil, &graphError{"UNSUPPORTED", "githubtest searches issues and pull requests only, not " + kind}
	}
	list, err := c.search(a.text("query"))
	if err != nil {
		return nil, err
	}
	return connection("search", "SearchResultItem", convert(list, func(f found) typed { return c.graphItem(f.repo, f.issue) }), a)
}

// graphNode finds a pull request, issue or repository by its identity.
func (c *call) graphNode(id string) (any, error) {
	for _, r := range c.readable(func(*repo) bool { return true }) {
		if r.id == nodeID("R", id) {
			return c.graphRepo(r), nil
		}
		for _, i := range r.issues {
			if i.id == nodeID("I", id) || i.pull != nil && i.pull.id == nodeID("PR", id) {
				return c.graphItem(r, i), nil
			}
		}
	}
	return nil, &graphError{"NOT_FOUND", fmt.Sprintf("Could not resolve to a node with the global id of '%s'", id)}
}

// mutations is the root of GraphQL mutations.
func (c *call) mutations() typed {
	return typed{"Mutation", fields{
		"enablePullRequestAutoMerge":    c.enableAutoMerge,
		"disablePullRequestAutoMerge":   c.disableAutoMerge,
		"enqueuePullRequest":            c.enqueue,
		"dequeuePullRequest":            c.dequeue,
		"createCommitOnBranch":          c.commitOnBranch,
		"markPullRequestReadyForReview": func(a args) (any, error) { return c.setDraft(a, false) },
		"convertPullRequestToDraft":     func(a args) (any, error) { return c.setDraft(a, true) },
	}}
}

// target returns the pull request that a mutation is about, if the caller may
// change it.
func (c *call) target(a args, permission string) (*issue, error) {
	return c.pullWithID(a.input("input").text("pullRequestId"), permission)
}

// pullWithID is target by a node's identity.
func (c *call) pullWithID(text, permission string) (*issue, error) {
	id := nodeID("PR", text)
	for _, r := range c.readable(func(*repo) bool { return true }) {
		for _, i := range r.issues {
			if i.pull == nil || i.pull.id != id {
				continue
			}
			c.repo = r
			if err := c.demand(permission, "write"); err != nil {
				return nil, &graphError{"FORBIDDEN", "Resource not accessible by integration"}
			}
			return i, nil
		}
	}
	return nil, &graphError{"NOT_FOUND", fmt.Sprintf("Could not resolve to a node with the global id of '%s'", text)}
}

// payload is a mutation's answer.
func (c *call) payload(name string, a args, more fields) typed {
	out := fields{"clientMutationId": is(a.input("input")["clientMutationId"]), "actor": is(c.actor(c.who.account))}
	for k, v := range more {
		out[k] = v
	}
	return typed{name + "Payload", out}
}

func (c *call) enableAutoMerge(a args) (any, error) {
	i, err := c.target(a, "contents")
	if err != nil {
		return nil, err
	}
	in := a.input("input")
	method := strings.ToLower(in.text("mergeMethod"))
	if method == "" {
		method = "merge"
	}
	state := ""
	if i.open {
		if state, err = c.repo.mergeState(i); err != nil {
			return nil, err
		}
	}
	refuse := func(why string) (any, error) { return nil, &graphError{"UNPROCESSABLE", "Pull request " + why} }
	allowed := map[string]bool{"merge": c.repo.mergeCommit, "squash": c.repo.squash, "rebase": c.repo.rebase}
	switch {
	case !c.repo.autoMerge:
		return refuse("Auto merge is not allowed for this repository")
	case !i.open:
		return refuse("Pull request is closed")
	case in.text("expectedHeadOid") != "" && in.text("expectedHeadOid") != c.repo.pullHead(i):
		return nil, &graphError{"STALE_DATA", "Head sha didn't match expected head oid"}
	case !allowed[method]:
		return refuse(fmt.Sprintf("Merge method %s merging is not allowed on this repository", method))
	case c.repo.rule(i.pull.base) == nil:
		return refuse("Protected branch rules not configured for this branch")
	case state == "clean" || state == "unstable" || state == "dirty":
		return refuse("Pull request is in " + state + " status")
	}
	i.pull.auto = &autoMerge{by: c.who.account, method: method, subject: in.text("commitHeadline"), body: in.text("commitBody"), at: c.s.now()}
	i.updated = c.s.now()
	return c.payload("EnablePullRequestAutoMerge", a, fields{"pullRequest": is(c.graphItem(c.repo, i))}), nil
}

func (c *call) disableAutoMerge(a args) (any, error) {
	i, err := c.target(a, "contents")
	if err != nil {
		return nil, err
	}
	if i.pull.auto == nil {
		return nil, &graphError{"UNPROCESSABLE", "Can't disable auto-merge for this pull request"}
	}
	i.pull.auto = nil
	return c.payload("DisablePullRequestAutoMerge", a, fields{"pullRequest": is(c.graphItem(c.repo, i))}), nil
}

func (c *call) setDraft(a args, draft bool) (any, error) {
	i, err := c.target(a, "pull_requests")
	if err != nil {
		return nil, err
	}
	i.pull.draft, i.updated = draft, c.s.now()
	name := "MarkPullRequestReadyForReview"
	if draft {
		name = "ConvertPullRequestToDraft"
	}
	return c.payload(name, a, fields{"pullRequest": is(c.graphItem(c.repo, i))}), c.s.settle(c.repo)
}

// commitOnBranch commits file changes to a branch that is where the caller
// expects it.
func (c *call) commitOnBranch(a args) (any, error) {
	in := a.input("input")
	branch := in.input("branch").text("branchName")
	r, err := c.s.visible(c.who, in.input("branch").text("repositoryNameWithOwner"))
	if err != nil {
		return nil, &graphError{"NOT_FOUND", "Could not resolve to a Repository with the name '" + in.input("branch").text("repositoryNameWithOwner") + "'."}
	}
	c.repo = r
	if err := c.demand("contents", "write"); err != nil {
		return nil, &graphError{"FORBIDDEN", "Resource not accessible by integration"}
	}
	branch = strings.TrimPrefix(branch, "refs/heads/")
	old, expected := r.head(branch), in.text("expectedHeadOid")
	if old == "" {
		return nil, &graphError{"NOT_FOUND", fmt.Sprintf("Could not resolve to a branch named '%s'", branch)}
	}
	if old != expected {
		return nil, &graphError{"STALE_DATA", fmt.Sprintf("Expected branch to point to %q but it did not. Pull and try again.", expected)}
	}
	changes, err := c.fileChanges(in.input("fileChanges"))
	if err != nil {
		return nil, err
	}
	m := in.input("message")
	cm := commit{parents: []string{old}, message: strings.TrimSpace(m.text("headline")+"\n\n"+m.text("body")) + "\n"}
	cm.author, cm.committer = c.signatures(nil, nil)
	if cm.tree, err = r.git.graft(old, changes); err != nil {
		return nil, err
	}
	sha, err := r.git.write(cm)
	if err != nil {
		return nil, err
	}
	if why := c.guarded("refs/heads/"+branch, sha, true); why != "" {
		return nil, &graphError{"UNPROCESSABLE", why}
	}
	if done, err := c.s.changeRef(r, "refs/heads/"+branch, sha, old, c.who.account); err != nil || !done {
		return nil, &graphError{"STALE_DATA", "Expected branch did not match. Pull and try again."}
	}
	return c.payload("CreateCommitOnBranch", a, fields{"commit": is(c.graphCommit(r, sha)), "ref": is(c.graphRef(r, "refs/heads/"+branch, sha))}), nil
}
