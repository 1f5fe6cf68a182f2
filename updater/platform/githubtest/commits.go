package githubtest

import (
	"slices"
	"strings"
)

func (c *call) getCommit() (reply, error) {
	sha := c.repo.git.commitOf(c.params["ref"])
	if sha == "" {
		return reply{}, fail(422, "No commit found for SHA: %s", c.params["ref"])
	}
	if c.wants("sha") {
		return reply{status: 200, raw: []byte(sha), kind: "application/vnd.github.sha; charset=utf-8"}, nil
	}
	cm, err := c.repo.git.commit(sha)
	if err != nil {
		return reply{}, err
	}
	parent := "4b825dc642cb6eb9a060e54bf8d69288fbee4904" // the empty tree
	if len(cm.parents) > 0 {
		parent = cm.parents[0]
	}
	files, err := c.repo.git.diff(parent, sha)
	if err != nil {
		return reply{}, err
	}
	o := c.s.commitJSON(c.repo, cm)
	o["files"] = each(files, func(f change) object { return c.s.changeJSON(c.repo, sha, f) })
	added, deleted := 0, 0
	for _, f := range files {
		added, deleted = added+f.added, deleted+f.deleted
	}
	o["stats"] = object{"additions": added, "deletions": deleted, "total": added + deleted}
	return ok(o)
}

func (c *call) listCommits() (reply, error) {
	if c.repo.head(c.repo.main) == "" {
		return reply{}, fail(409, "Git Repository is empty.")
	}
	sha, err := c.at(c.query("sha"))
	if err != nil {
		return reply{}, err
	}
	var paths []string
	if p := strings.Trim(c.query("path"), "/"); p != "" {
		if !validPath(p) {
			return ok([]object{})
		}
		paths = []string{p}
	}
	shas, err := c.repo.git.history(sha, 0, paths...)
	if err != nil {
		return reply{}, err
	}
	out, err := c.s.commitsJSON(c.repo, page(c, shas))
	if err != nil {
		return reply{}, err
	}
	return ok(out)
}

// ends returns the two commits of a comparison.
func (c *call) ends() (base, head string, err error) {
	from, to := c.params["base"], c.params["head"]
	if both := c.params["basehead"]; both != "" {
		from, to, _ = strings.Cut(both, "...")
	}
	trim := func(rev string) string {
		if _, branch, found := strings.Cut(rev, ":"); found {
			return branch // OWNER:BRANCH
		}
		return rev
	}
	base, head = c.repo.git.commitOf(trim(from)), c.repo.git.commitOf(trim(to))
	if base == "" || head == "" {
		return "", "", errNotFound
	}
	return base, head, nil
}

func (c *call) compare() (reply, error) {
	base, head, err := c.ends()
	if err != nil {
		return reply{}, err
	}
	git := c.repo.git
	fork, err := git.line("merge-base", base, head)
	if err != nil {
		return reply{}, fail(404, "No common ancestor between %s and %s.", base, head)
	}
	if c.wants("diff") {
		text, err := git.run("", nil, "diff", fork, head)
		return reply{status: 200, raw: []byte(text), kind: "application/vnd.github.diff; charset=utf-8"}, err
	}
	ahead, err := git.between(base, head)
	if err != nil {
		return reply{}, err
	}
	behind, err := git.between(head, base)
	if err != nil {
		return reply{}, err
	}
	state := "diverged"
	switch {
	case base == head:
		state = "identical"
	case len(behind) == 0:
		state = "ahead"
	case len(ahead) == 0:
		state = "behind"
	}
	files, err := git.diff(fork, head)
	if err != nil {
		return reply{}, err
	}
	commits, err := c.s.commitsJSON(c.repo, page(c, ahead))
	if err != nil {
		return reply{}, err
	}
	both, err := c.s.commitsJSON(c.repo, []string{base, fork})
	if err != nil {
		return reply{}, err
	}
	return ok(c.s.shapes.make("commit-comparison", c.repo.api(c.s, "/compare/%s...%s", base, head), object{
		"status": state, "ahead_by": len(ahead), "behind_by": len(behind), "total_commits": len(ahead), "commits": commits,
		"base_commit": both[0], "merge_base_commit": both[1],
		"files": each(files, func(f change) object { return c.s.changeJSON(c.repo, head, f) }),
	}))
}

func (c *call) commitPulls() (reply, error) {
	sha := c.repo.git.commitOf(c.params["commit_sha"])
	if sha == "" {
		return reply{}, fail(422, "No commit found for SHA: %s", c.params["commit_sha"])
	}
	list := slices.DeleteFunc(c.repo.sorted(), func(i *issue) bool {
		if i.pull == nil {
			return true
		}
		shas, err := c.repo.git.between(c.repo.pullBase(i), c.repo.pullHead(i))
		return err != nil || !slices.Contains(shas, sha) && i.pull.mergeCommit != sha
	})
	return ok(each(page(c, list), func(i *issue) object { return c.s.pullJSON(c.repo, i) }))
}

func (c *call) branchJSON(name, sha string) object {
	rule := c.repo.rule(name)
	at := c.repo.api(c.s, "/branches/%s/protection", escape(name))
	p := object{"enabled": rule != nil, "required_status_checks": object{"enforcement_level": "off", "contexts": []string{}, "checks": []any{}}}
	if rule != nil && len(rule.Checks) > 0 {
		p["required_status_checks"] = object{"enforcement_level": "everyone", "contexts": rule.Checks, "checks": c.checksJSON(rule)}
	}
	return object{"name": name, "protected": rule != nil, "protection": p, "protection_url": at,
		"commit": object{"sha": sha, "url": c.repo.api(c.s, "/commits/%s", sha)}}
}

func (c *call) checksJSON(p *Protection) []object {
	return each(p.Checks, func(n string) object { return object{"context": n, "app_id": c.s.appID(p.Apps[n])} })
}

// appID returns the number of an app by the login of its bot; nil for "".
func (s *Server) appID(login string) any {
	if login == "" {
		return nil
	}
	return s.account(login, "Bot").id
}

func (c *call) getBranch() (reply, error) {
	name := c.params["branch"]
	sha := c.repo.head(name)
	if sha == "" {
		return reply{}, fail(404, "Branch not found")
	}
	cm, err := c.repo.git.commit(sha)
	if err != nil {
		return reply{}, err
	}
	o := c.branchJSON(name, sha)
	o["commit"] = c.s.commitJSON(c.repo, cm)
	o["_links"] = object{"self": c.repo.api(c.s, "/branches/%s", escape(name)), "html": c.s.base + "/" + c.repo.fullName() + "/tree/" + escape(name)}
	return ok(o)
}

// named lists the references below a prefix, by name.
func (c *call) named(prefix string) (names []string, shas map[string]string, err error) {
	refs, err := c.repo.git.refs()
	if err != nil {
		return nil, nil, err
	}
	shas = map[string]string{}
	for ref, sha := range refs {
		if name, found := strings.CutPrefix(ref, prefix); found {
			names, shas[name] = append(names, name), sha
		}
	}
	slices.Sort(names)
	return names, shas, nil
}

func (c *call) listBranches() (reply, error) {
	names, shas, err := c.named("refs/heads/")
	if err != nil {
		return reply{}, err
	}
	if want := c.query("protected"); want != "" {
		names = slices.DeleteFunc(names, func(n string) bool { return (c.repo.rule(n) != nil) != (want == "true") })
	}
	return ok(each(page(c, names), func(n string) object { return c.branchJSON(n, shas[n]) }))
}

func (c *call) listTags() (reply, error) {
	names, _, err := c.named("refs/tags/")
	if err != nil {
		return reply{}, err
	}
	slices.Reverse(names)
	return ok(each(page(c, names), func(n string) object {
		sha := c.repo.git.commitOf("refs/tags/" + n)
		return object{"name": n, "node_id": "REF_" + n, "commit": object{"sha": sha, "url": c.repo.api(c.s, "/commits/%s", sha)},
			"zipball_url": c.repo.api(c.s, "/zipball/refs/tags/%s", escape(n)), "tarball_url": c.repo.api(c.s, "/tarball/refs/tags/%s", escape(n))}
	}))
}
