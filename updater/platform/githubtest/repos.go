package githubtest

import (
	"slices"
	"strings"
	"time"
)

func (c *call) getRoot() (reply, error) { return ok(c.s.shapes.make("root", c.s.api(""), nil)) }

func (c *call) getMeta() (reply, error) {
	return ok(object{"verifiable_password_authentication": false, "installed_version": "3.19.0"})
}

func (c *call) getRateLimit() (reply, error) {
	if c.who == nil {
		return reply{}, fail(401, "Requires authentication")
	}
	if c.s.opts.RateLimit == 0 {
		return reply{}, fail(404, "Rate limiting is not enabled.")
	}
	rate := object{"limit": c.s.opts.RateLimit, "used": c.who.used, "remaining": c.s.opts.RateLimit - c.who.used, "reset": max(c.who.reset.Unix(), 0)}
	return ok(object{"rate": rate, "resources": object{"core": rate, "search": rate, "graphql": rate}})
}

func (c *call) getRepo() (reply, error) { return ok(c.s.repoJSON(c.repo, "full-repository")) }

func (c *call) updateRepo() (reply, error) {
	var in struct {
		Description, Name *string
		Archived, Private *bool
		Default           *string `json:"default_branch"`
		Merge             *bool   `json:"allow_merge_commit"`
		Squash            *bool   `json:"allow_squash_merge"`
		Rebase            *bool   `json:"allow_rebase_merge"`
		Auto              *bool   `json:"allow_auto_merge"`
		Delete            *bool   `json:"delete_branch_on_merge"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	r := c.repo
	if in.Default != nil {
		if r.head(*in.Default) == "" {
			return reply{}, invalid("Repository", "default_branch", "invalid", "The branch "+*in.Default+" was not found. Please push that ref first or create it via the Git Data API.")
		}
		if _, err := r.git.line("symbolic-ref", "HEAD", "refs/heads/"+*in.Default); err != nil {
			return reply{}, err
		}
		r.main = *in.Default
	}
	set := func(to *bool, from *bool) {
		if from != nil {
			*to = *from
		}
	}
	set(&r.archived, in.Archived)
	set(&r.private, in.Private)
	set(&r.mergeCommit, in.Merge)
	set(&r.squash, in.Squash)
	set(&r.rebase, in.Rebase)
	set(&r.autoMerge, in.Auto)
	set(&r.deleteMerged, in.Delete)
	if in.Description != nil {
		r.description = *in.Description
	}
	return c.getRepo()
}

func (c *call) createRepo() (reply, error) {
	var in struct {
		Name, Description string
		Private           bool
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	org, err := c.org()
	if err != nil {
		return reply{}, err
	}
	if c.who == nil || !c.who.allows("administration", "write") {
		return reply{}, fail(403, "Resource not accessible by integration")
	}
	if c.s.repos[strings.ToLower(org.login+"/"+in.Name)] != nil {
		return reply{}, invalid("Repository", "name", "custom", "name already exists on this account")
	}
	if in.Name == "" || strings.Trim(in.Name, ".") == "" || strings.ContainsAny(in.Name, "/\\ ") {
		return reply{}, invalid("Repository", "name", "invalid", "")
	}
	r, err := c.s.addRepo(org, in.Name)
	if err != nil {
		return reply{}, err
	}
	r.private, r.description = in.Private, in.Description
	return created(c.s.repoJSON(r, "full-repository"))
}

// readable lists the repositories that the caller may read and keep accepts,
// by name.
func (c *call) readable(keep func(*repo) bool) []*repo {
	var out []*repo
	for name, r := range c.s.repos {
		if seen, err := c.s.visible(c.who, name); err == nil && seen == r && keep(r) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *repo) int { return strings.Compare(a.fullName(), b.fullName()) })
	return out
}

func (c *call) installationRepos() (reply, error) {
	if c.who == nil {
		return reply{}, fail(401, "Requires authentication")
	}
	if !c.who.installation() {
		return reply{}, fail(403, "You must authenticate with an installation access token in order to list repositories for an installation.")
	}
	list := c.readable(c.who.reaches)
	selection := "all"
	if c.who.Repositories != nil {
		selection = "selected"
	}
	return ok(object{"total_count": len(list), "repository_selection": selection,
		"repositories": each(page(c, list), func(r *repo) object { return c.s.repoJSON(r, "repository") })})
}

func (c *call) reposJSON(list []*repo) []object {
	return each(page(c, list), func(r *repo) object { return c.s.repoJSON(r, "minimal-repository") })
}

func (c *call) userRepos() (reply, error) {
	if err := c.person(); err != nil {
		return reply{}, err
	}
	list := c.readable(func(*repo) bool { return true })
	return ok(each(page(c, list), func(r *repo) object { return c.s.repoJSON(r, "repository") }))
}

// person refuses those who are not a user: nobody, and an app.
func (c *call) person() error {
	if c.who == nil {
		return fail(401, "Requires authentication")
	}
	if c.who.installation() {
		return fail(403, "Resource not accessible by integration")
	}
	return nil
}

func (c *call) ownerRepos() (reply, error) {
	login := c.params["org"] + c.params["username"]
	if c.s.accounts[strings.ToLower(login)] == nil {
		return reply{}, errNotFound
	}
	return ok(c.reposJSON(c.readable(func(r *repo) bool { return strings.EqualFold(r.owner.login, login) })))
}

func (c *call) org() (*account, error) {
	a := c.s.accounts[strings.ToLower(c.params["org"])]
	if a == nil || a.kind != "Organization" {
		return nil, errNotFound
	}
	return a, nil
}

var epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

func (c *call) getOrg() (reply, error) {
	a, err := c.org()
	if err != nil {
		return reply{}, err
	}
	return ok(c.s.shapes.make("organization-full", c.s.api("/orgs/%s", a.login), object{
		"login": a.login, "id": a.id, "node_id": node("O", a.id), "type": "Organization", "html_url": c.s.base + "/" + a.login,
		"created_at": stamp(epoch), "updated_at": stamp(epoch),
	}))
}

func (c *call) listOrgs() (reply, error) {
	if err := c.person(); err != nil {
		return reply{}, err
	}
	var list []*account
	for _, a := range c.s.accounts {
		if a.kind == "Organization" {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b *account) int { return strings.Compare(a.login, b.login) })
	return ok(each(page(c, list), func(a *account) object {
		return c.s.shapes.make("organization-simple", c.s.api("/orgs/%s", a.login), object{"login": a.login, "id": a.id, "node_id": node("O", a.id)})
	}))
}

// profileJSON renders a user as its own page shows it.
func (c *call) profileJSON(a *account) object {
	o := c.s.shapes.make("public-user", "", nil)
	for k, v := range c.s.userJSON(a).(object) {
		o[k] = v
	}
	o["name"], o["email"], o["user_view_type"] = a.login, orNull(c.s.email(a)), "public"
	o["created_at"], o["updated_at"] = stamp(epoch), stamp(epoch)
	return o
}

func (c *call) getUser() (reply, error) {
	if err := c.person(); err != nil {
		return reply{}, err
	}
	return ok(c.profileJSON(c.who.account))
}

func (c *call) listEmails() (reply, error) {
	if err := c.person(); err != nil {
		return reply{}, err
	}
	return ok([]object{{"email": c.s.email(c.who.account), "primary": true, "verified": true, "visibility": "private"}})
}

func (c *call) getAccount() (reply, error) {
	a := c.s.accounts[strings.ToLower(c.params["username"])]
	if a == nil {
		return reply{}, errNotFound
	}
	return ok(c.profileJSON(a))
}

func (c *call) listCollaborators() (reply, error) {
	return ok(each(page(c, c.people()), func(a *account) object {
		o := c.s.userJSON(a).(object)
		o["role_name"] = "write"
		o["permissions"] = object{"pull": true, "triage": true, "push": true, "maintain": false, "admin": false}
		return o
	}))
}

func (c *call) getPermission() (reply, error) {
	a := c.s.accounts[strings.ToLower(c.params["username"])]
	if a == nil {
		return reply{}, fail(404, "%s is not a user", c.params["username"])
	}
	o := c.s.userJSON(a).(object)
	o["role_name"] = "write"
	return ok(object{"permission": "write", "role_name": "write", "user": o})
}
