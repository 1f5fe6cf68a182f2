package githubtest

import "slices"

func (c *call) releaseJSON(x *release) object {
	return c.s.shapes.make("release", c.repo.api(c.s, "/releases/%d", x.id), object{
		"id": x.id, "node_id": node("RE", x.id), "tag_name": x.tag, "target_commitish": x.target, "name": orNull(x.name), "body": x.body,
		"draft": x.draft, "prerelease": x.prerelease, "author": c.s.userJSON(x.author), "created_at": stamp(x.created), "published_at": stamp(x.created),
		"html_url": c.s.base + "/" + c.repo.fullName() + "/releases/tag/" + escape(x.tag),
	})
}

// newest returns the releases, newest first.
func (r *repo) newest() []*release {
	out := slices.Clone(r.releases)
	slices.Reverse(out)
	return out
}

func (c *call) listReleases() (reply, error) {
	return ok(each(page(c, c.repo.newest()), c.releaseJSON))
}

// releaseWhere answers with the newest release that is so.
func (c *call) releaseWhere(is func(*release) bool) (reply, error) {
	for _, x := range c.repo.newest() {
		if is(x) {
			return ok(c.releaseJSON(x))
		}
	}
	return reply{}, errNotFound
}

func (c *call) latestRelease() (reply, error) {
	return c.releaseWhere(func(x *release) bool { return !x.draft && !x.prerelease })
}

func (c *call) releaseByTag() (reply, error) {
	return c.releaseWhere(func(x *release) bool { return x.tag == c.params["tag"] && !x.draft })
}

func (c *call) getRelease() (reply, error) {
	id := int64(number(c.params["release_id"], 0))
	return c.releaseWhere(func(x *release) bool { return x.id == id })
}

// createRelease makes a release and, like GitHub, its tag if there is none.
func (c *call) createRelease() (reply, error) {
	var in struct {
		Tag               string `json:"tag_name"`
		Target            string `json:"target_commitish"`
		Name, Body        string
		Draft, Prerelease bool
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if slices.ContainsFunc(c.repo.releases, func(x *release) bool { return x.tag == in.Tag }) {
		return reply{}, invalid("Release", "tag_name", "already_exists", "")
	}
	if in.Target == "" {
		in.Target = c.repo.main
	}
	if c.repo.git.commitOf("refs/tags/"+in.Tag) == "" && !in.Draft {
		sha := c.repo.git.commitOf(in.Target)
		if sha == "" {
			return reply{}, invalid("Release", "target_commitish", "invalid", "")
		}
		if _, err := c.s.changeRef(c.repo, "refs/tags/"+in.Tag, sha, "", c.who.account); err != nil {
			return reply{}, err
		}
	}
	x := &release{id: c.s.id(), tag: in.Tag, target: in.Target, name: in.Name, body: in.Body, draft: in.Draft, prerelease: in.Prerelease, author: c.who.account, created: c.s.now()}
	c.repo.releases = append(c.repo.releases, x)
	return created(c.releaseJSON(x))
}
