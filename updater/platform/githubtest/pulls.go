package githubtest

import (
	"slices"
	"strings"
	"time"
)

// pull returns the pull request that the request is about.
func (c *call) pull() (*issue, error) {
	i := c.repo.issues[number(c.params["pull_number"], 0)]
	if i == nil || i.pull == nil {
		return nil, errNotFound
	}
	return i, nil
}

// unknown says whether a fault hides mergeability.
func (c *call) unknown() bool { return c.fault != nil && c.fault.Kind == Unknown }

func (c *call) listPulls() (reply, error) {
	state := c.query("state")
	if state == "" {
		state = "open"
	}
	head := c.query("head")
	if owner, branch, found := strings.Cut(head, ":"); found {
		head = branch
		if !strings.EqualFold(owner, c.repo.owner.login) {
			head = "\x00" // a fork's: there are none
		}
	}
	list := slices.DeleteFunc(c.repo.sorted(), func(i *issue) bool {
		return i.pull == nil || state == "open" && !i.open || state == "closed" && i.open ||
			head != "" && i.pull.head != head || c.query("base") != "" && i.pull.base != c.query("base")
	})
	c.order(list)
	return ok(each(page(c, list), func(i *issue) object { return c.s.pullJSON(c.repo, i) }))
}

// order sorts issues or pull requests as the request asks; they come newest
// first.
func (c *call) order(list []*issue) {
	if c.query("sort") == "updated" {
		slices.SortStableFunc(list, func(a, b *issue) int { return b.updated.Compare(a.updated) })
	}
	// Pull requests sorted by something are ascending unless told otherwise.
	asc := c.query("direction") == "asc" || c.query("direction") == "" && c.query("sort") != "" && c.op == "pulls/list" && c.query("sort") != "created"
	if asc {
		slices.Reverse(list)
	}
}

func (c *call) getPull() (reply, error) {
	i, err := c.pull()
	if err != nil {
		return reply{}, err
	}
	if c.wants("diff") {
		text, err := c.repo.git.run("", nil, "diff", c.repo.pullBase(i)+"..."+c.repo.pullHead(i))
		return reply{status: 200, raw: []byte(text), kind: "application/vnd.github.diff; charset=utf-8"}, err
	}
	o, err := c.s.fullPullJSON(c.repo, i, c.unknown())
	if err != nil {
		return reply{}, err
	}
	return ok(o)
}

func (c *call) createPull() (reply, error) {
	var in struct {
		Title, Body, Head, Base string
		Draft                   bool
		Modify                  *bool `json:"maintainer_can_modify"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if owner, branch, found := strings.Cut(in.Head, ":"); found && strings.EqualFold(owner, c.repo.owner.login) {
		in.Head = branch
	}
	if in.Title == "" {
		return reply{}, invalid("PullRequest", "title", "missing_field", "")
	}
	if err := c.openable(in.Head, in.Base); err != nil {
		return reply{}, err
	}
	i := c.newIssue(in.Title, in.Body)
	i.pull = &pull{id: c.s.id(), head: in.Head, base: in.Base, draft: in.Draft, modify: in.Modify == nil || *in.Modify}
	if _, err := c.repo.git.line("update-ref", pullRef(i.number), c.repo.head(in.Head)); err != nil {
		return reply{}, err
	}
	c.s.discussed(c.repo, "opened", i, c.who.account)
	o, err := c.s.fullPullJSON(c.repo, i, c.unknown())
	if err != nil {
		return reply{}, err
	}
	return created(o)
}

// openable refuses a pull request that GitHub would not open.
func (c *call) openable(head, base string) error {
	at, onto := c.repo.head(head), c.repo.head(base)
	if at == "" {
		return invalid("PullRequest", "head", "invalid", "")
	}
	if onto == "" {
		return invalid("PullRequest", "base", "invalid", "")
	}
	for _, i := range c.repo.issues {
		if i.pull != nil && i.open && i.pull.head == head && i.pull.base == base {
			return invalid("PullRequest", "", "custom", "A pull request already exists for "+c.repo.owner.login+":"+head+".")
		}
	}
	shas, err := c.repo.git.between(onto, at)
	if err != nil {
		return err
	}
	if len(shas) == 0 {
		return invalid("PullRequest", "", "custom", "No commits between "+base+" and "+head)
	}
	return nil
}

func (c *call) updatePull() (reply, error) {
	i, err := c.pull()
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Title, Body, State, Base *string
		Modify                   *bool `json:"maintainer_can_modify"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := c.retarget(i, in.Base); err != nil {
		return reply{}, err
	}
	if in.State != nil {
		if err := c.setState(i, *in.State); err != nil {
			return reply{}, err
		}
	}
	if in.Title != nil {
		i.title = *in.Title
	}
	if in.Body != nil {
		i.body = *in.Body
	}
	if in.Modify != nil {
		i.pull.modify = *in.Modify
	}
	i.updated = c.s.now()
	if in.Title != nil || in.Body != nil || in.Base != nil {
		c.s.discussed(c.repo, "edited", i, c.who.account)
	}
	o, err := c.s.fullPullJSON(c.repo, i, c.unknown())
	if err != nil {
		return reply{}, err
	}
	return ok(o)
}

// retarget changes the base of a pull request.
func (c *call) retarget(i *issue, base *string) error {
	if base == nil || *base == i.pull.base {
		return nil
	}
	if c.repo.head(*base) == "" {
		return invalid("PullRequest", "base", "invalid", "")
	}
	for _, o := range c.repo.issues {
		if o.pull != nil && o.open && o != i && o.pull.head == i.pull.head && o.pull.base == *base {
			return invalid("PullRequest", "", "custom", "A pull request already exists for base branch '"+*base+"' and head branch '"+i.pull.head+"'")
		}
	}
	i.pull.base = *base
	return nil
}

// setState closes or reopens an issue or pull request. A pull request whose
// branch is gone, or that was merged, stays closed.
func (c *call) setState(i *issue, state string) error {
	kind := "Issue"
	if i.pull != nil {
		kind = "PullRequest"
	}
	switch {
	case state != "open" && state != "closed":
		return invalid(kind, "state", "invalid", "")
	case state == "closed" && i.open:
		c.s.close(c.repo, i, c.who.account)
	case state == "open" && !i.open:
		if i.pull != nil {
			if err := c.reopen(i); err != nil {
				return err
			}
		}
		i.open, i.closed, i.reason = true, time.Time{}, ""
		c.s.discussed(c.repo, "reopened", i, c.who.account)
	}
	return nil
}

func (c *call) reopen(i *issue) error {
	p := i.pull
	head := c.repo.head(p.head)
	switch {
	case i.isMerged():
		return invalid("PullRequest", "state", "invalid", "state cannot be changed. The pull request cannot be reopened.")
	case head == "":
		return invalid("PullRequest", "state", "invalid", "state cannot be changed. The "+p.head+" branch has been deleted.")
	case head != c.repo.pullHead(i) && !c.repo.git.ancestor(c.repo.pullHead(i), head):
		return invalid("PullRequest", "state", "invalid", "state cannot be changed. The "+p.head+" branch was force-pushed or recreated.")
	}
	if err := c.openable(p.head, p.base); err != nil {
		return err
	}
	_, err := c.repo.git.line("update-ref", pullRef(i.number), head)
	return err
}

func (c *call) listPullCommits() (reply, error) {
	i, err := c.pull()
	if err != nil {
		return reply{}, err
	}
	shas, err := c.repo.git.between(c.repo.pullBase(i), c.repo.pullHead(i))
	if err != nil {
		return reply{}, err
	}
	out, err := c.s.commitsJSON(c.repo, page(c, shas))
	if err != nil {
		return reply{}, err
	}
	return ok(out)
}

func (c *call) listPullFiles() (reply, error) {
	i, err := c.pull()
	if err != nil {
		return reply{}, err
	}
	head := c.repo.pullHead(i)
	files, err := c.repo.changes(c.repo.pullBase(i), head)
	if err != nil {
		return reply{}, err
	}
	return ok(each(page(c, files), func(f change) object { return c.s.changeJSON(c.repo, head, f) }))
}

func (c *call) checkMerged() (reply, error) {
	i, err := c.pull()
	if err != nil || !i.isMerged() {
		return reply{}, errNotFound
	}
	return noContent()
}

func (c *call) mergePull() (reply, error) {
	i, err := c.pull()
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Title   string `json:"commit_title"`
		Message string `json:"commit_message"`
		SHA     string `json:"sha"`
		Method  string `json:"merge_method"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	sha, err := c.s.merge(c.repo, i, merging{method: in.Method, subject: in.Title, body: in.Message, sha: in.SHA, by: c.who.account})
	if err != nil {
		return reply{}, err
	}
	return ok(object{"sha": sha, "merged": true, "message": "Pull Request successfully merged"})
}

// updatePullBranch merges the base into the branch of a pull request.
func (c *call) updatePullBranch() (reply, error) {
	i, err := c.pull()
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Expected string `json:"expected_head_sha"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	head, base := c.repo.pullHead(i), c.repo.head(i.pull.base)
	if in.Expected != "" && in.Expected != head {
		return reply{}, fail(422, "expected head sha didn’t match current head ref.")
	}
	tree, err := c.repo.mergedTree(base, head)
	if err != nil {
		return reply{}, err
	}
	if tree == "" {
		return reply{}, fail(422, "merge conflict between base and head")
	}
	if c.repo.git.ancestor(base, head) {
		return reply{}, fail(422, "There are no new commits on the base branch.")
	}
	message := "Merge branch '" + i.pull.base + "' into " + i.pull.head + "\n"
	sha, err := c.repo.git.write(commit{tree: tree, parents: []string{head, base}, message: message, author: c.s.signature(c.who.account), committer: c.s.committer()})
	if err != nil {
		return reply{}, err
	}
	if _, err := c.s.changeRef(c.repo, "refs/heads/"+i.pull.head, sha, head, c.who.account); err != nil {
		return reply{}, err
	}
	return reply{status: 202, body: object{"message": "Updating pull request branch.", "url": c.repo.api(c.s, "/pulls/%d", i.number)}}, nil
}
