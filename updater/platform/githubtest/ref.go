package githubtest

import (
	"slices"
	"strings"
)

func (c *call) refJSON(name, sha string) object {
	kind := c.repo.git.kindOf(sha)
	return object{"ref": name, "node_id": "REF_" + name, "url": c.repo.api(c.s, "/git/%s", escape(name)),
		"object": object{"sha": sha, "type": kind, "url": c.repo.api(c.s, "/git/%ss/%s", kind, sha)}}
}

// ref returns a reference by its name without "refs/"; "" if there is none.
func (c *call) ref(name string) (string, error) {
	refs, err := c.repo.git.refs()
	return refs["refs/"+name], err
}

func (c *call) getRef() (reply, error) {
	name := c.params["ref"]
	sha, err := c.ref(name)
	if err != nil {
		return reply{}, err
	}
	if sha == "" {
		if c.repo.head(c.repo.main) == "" {
			return reply{}, fail(409, "Git Repository is empty.")
		}
		return reply{}, errNotFound
	}
	return ok(c.refJSON("refs/"+name, sha))
}

func (c *call) matchingRefs() (reply, error) {
	refs, err := c.repo.git.refs()
	if err != nil {
		return reply{}, err
	}
	var names []string
	for name := range refs {
		if strings.HasPrefix(name, "refs/"+c.params["ref"]) && !strings.HasPrefix(name, "refs/githubtest/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return ok(each(names, func(n string) object { return c.refJSON(n, refs[n]) }))
}

func (c *call) createRef() (reply, error) {
	var in struct{ Ref, SHA string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if !strings.HasPrefix(in.Ref, "refs/") || strings.Count(in.Ref, "/") < 2 {
		return reply{}, fail(422, "Reference name must start with 'refs/' and contain at least two '/'.")
	}
	if _, err := c.repo.git.line("check-ref-format", in.Ref); err != nil {
		return reply{}, fail(422, "%s is not a valid ref name.", in.Ref)
	}
	if c.repo.git.kindOf(in.SHA) == "" {
		return reply{}, fail(422, "Object does not exist")
	}
	done, err := c.s.changeRef(c.repo, in.Ref, in.SHA, "", c.who.account)
	if err != nil {
		return reply{}, err
	}
	if !done {
		return reply{}, fail(422, "Reference already exists")
	}
	return created(c.refJSON(in.Ref, in.SHA))
}

func (c *call) updateRef() (reply, error) {
	var in struct {
		SHA   string
		Force bool
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	name := "refs/" + c.params["ref"]
	old, err := c.ref(c.params["ref"])
	switch {
	case err != nil:
		return reply{}, err
	case old == "":
		return reply{}, fail(422, "Reference does not exist")
	case c.repo.git.kindOf(in.SHA) == "":
		return reply{}, fail(422, "Object does not exist")
	}
	forward := c.repo.git.ancestor(old, in.SHA)
	if !forward && !in.Force {
		return reply{}, fail(422, "Update is not a fast forward")
	}
	if why := c.guarded(name, in.SHA, forward); why != "" {
		return reply{}, fail(422, "%s", why)
	}
	if done, err := c.s.changeRef(c.repo, name, in.SHA, old, c.who.account); err != nil || !done {
		if err == nil {
			err = fail(409, "Reference was modified")
		}
		return reply{}, err
	}
	return ok(c.refJSON(name, in.SHA))
}

// guarded returns why a protected branch must not be moved to sha by hand; ""
// if it may.
func (c *call) guarded(name, sha string, forward bool) string {
	branch, isBranch := strings.CutPrefix(name, "refs/heads/")
	rule := c.repo.rule(branch)
	switch {
	case !isBranch || rule == nil || rule.passes(c.who.account):
		return ""
	case sha == "":
		return "Cannot delete a protected branch"
	case !forward:
		return "Cannot force-push to a protected branch"
	case rule.byPulls():
		return "Changes must be made through a pull request."
	}
	return c.repo.missing(rule, sha)
}

func (c *call) deleteRef() (reply, error) {
	name := "refs/" + c.params["ref"]
	old, err := c.ref(c.params["ref"])
	if err != nil {
		return reply{}, err
	}
	if old == "" {
		return reply{}, fail(422, "Reference does not exist")
	}
	if why := c.guarded(name, "", false); why != "" {
		return reply{}, fail(422, "%s", why)
	}
	if _, err := c.s.changeRef(c.repo, name, "", old, c.who.account); err != nil {
		return reply{}, err
	}
	return noContent()
}

// byPulls says whether a branch changes by pull requests only.
func (p *Protection) byPulls() bool { return p.Reviews > 0 || p.Queue || p.Locked || p.Methods != nil }
