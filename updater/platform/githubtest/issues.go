package githubtest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// issue returns the issue or pull request that the request is about.
func (c *call) issue() (*issue, error) {
	i := c.repo.issues[number(c.params["issue_number"], 0)]
	if i == nil {
		return nil, errNotFound
	}
	return i, nil
}

// newIssue adds an issue with the next number.
func (c *call) newIssue(title, body string) *issue {
	c.repo.last++
	now := c.s.now()
	i := &issue{id: c.s.id(), number: c.repo.last, title: title, body: body, open: true, author: c.who.account, created: now, updated: now}
	c.repo.issues[i.number] = i
	return i
}

// logins finds accounts; unknown ones are ignored as GitHub does.
func (c *call) logins(list []string) []*account {
	var out []*account
	for _, login := range list {
		if a := c.s.accounts[strings.ToLower(login)]; a != nil && !a.stranger && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

func (c *call) listIssues() (reply, error) {
	state := c.query("state")
	if state == "" {
		state = "open"
	}
	var labels []string
	if l := c.query("labels"); l != "" {
		labels = strings.Split(l, ",")
	}
	list := slices.DeleteFunc(c.repo.sorted(), func(i *issue) bool {
		return state == "open" && !i.open || state == "closed" && i.open || !i.hasAll(labels) ||
			c.query("creator") != "" && !strings.EqualFold(i.author.login, c.query("creator"))
	})
	c.order(list)
	return ok(each(page(c, list), func(i *issue) object { return c.s.issueJSON(c.repo, i, "issue") }))
}

func (i *issue) hasAll(labels []string) bool {
	for _, name := range labels {
		if !slices.ContainsFunc(i.labels, func(l *label) bool { return strings.EqualFold(l.name, name) }) {
			return false
		}
	}
	return true
}

func (c *call) getIssue() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	return ok(c.s.issueJSON(c.repo, i, "issue"))
}

// An issueChange is a request to make or change an issue.
type issueChange struct {
	Title       *json.RawMessage // a string or a number
	Body, State *string
	Reason      *string `json:"state_reason"`
	Labels      []json.RawMessage
	Assignees   []string
	Milestone   json.RawMessage
}

func (c *call) createIssue() (reply, error) {
	var in issueChange
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if c.repo.noIssues {
		return reply{}, fail(410, "Issues has been disabled in this repository.")
	}
	if in.Title == nil {
		return reply{}, invalid("Issue", "title", "missing_field", "")
	}
	i := c.newIssue("", "")
	if err := c.changeIssue(i, in); err != nil {
		return reply{}, err
	}
	c.s.discussed(c.repo, "opened", i, c.who.account)
	return created(c.s.issueJSON(c.repo, i, "issue"))
}

func (c *call) updateIssue() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	var in issueChange
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := c.changeIssue(i, in); err != nil {
		return reply{}, err
	}
	if in.Title != nil || in.Body != nil {
		c.s.discussed(c.repo, "edited", i, c.who.account)
	}
	return ok(c.s.issueJSON(c.repo, i, "issue"))
}

func (c *call) changeIssue(i *issue, in issueChange) error {
	if err := c.setMilestone(i, in.Milestone); err != nil {
		return err
	}
	if in.State != nil {
		if err := c.setState(i, *in.State); err != nil {
			return err
		}
	}
	if in.Title != nil {
		var title any
		if err := json.Unmarshal(*in.Title, &title); err == nil && title != nil {
			i.title = strings.Trim(string(*in.Title), `"`)
			if t, isText := title.(string); isText {
				i.title = t
			}
		}
	}
	if in.Body != nil {
		i.body = *in.Body
	}
	if !i.open && i.pull == nil {
		i.reason = "completed"
		if in.Reason != nil {
			i.reason = *in.Reason
		}
	}
	if in.Labels != nil {
		i.labels = c.s.labelsNamed(c.repo, names(in.Labels))
	}
	if in.Assignees != nil {
		i.assignees = c.logins(in.Assignees)
	}
	i.updated = c.s.now()
	return nil
}

// setMilestone sets a milestone by its number; null removes it.
func (c *call) setMilestone(i *issue, raw json.RawMessage) error {
	switch s := text(raw); s {
	case "":
		return nil
	case "null":
		i.milestone = nil
		return nil
	default:
		for _, m := range c.repo.milestones {
			if m.number == number(s, 0) {
				i.milestone = m
				return nil
			}
		}
		return invalid("Issue", "milestone", "invalid", "")
	}
}

func (c *call) addAssignees() (reply, error) {
	return c.assign(201, func(i *issue, a []*account) {
		for _, x := range a {
			if !slices.Contains(i.assignees, x) {
				i.assignees = append(i.assignees, x)
			}
		}
	})
}

func (c *call) removeAssignees() (reply, error) {
	return c.assign(200, func(i *issue, a []*account) {
		i.assignees = slices.DeleteFunc(i.assignees, func(x *account) bool { return slices.Contains(a, x) })
	})
}

func (c *call) assign(status int, change func(*issue, []*account)) (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	var in struct{ Assignees []string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	change(i, c.logins(in.Assignees))
	i.updated = c.s.now()
	return reply{status: status, body: c.s.issueJSON(c.repo, i, "issue")}, nil
}

// people returns the users of the server, by id.
func (c *call) people() []*account {
	var out []*account
	for _, a := range c.s.accounts {
		if a.kind == "User" {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b *account) int { return int(a.id - b.id) })
	return out
}

func (c *call) listAssignees() (reply, error) { return ok(c.s.usersJSON(page(c, c.people()))) }

func (c *call) checkAssignee() (reply, error) {
	if a := c.s.accounts[strings.ToLower(c.params["assignee"])]; a == nil || a.kind != "User" {
		return reply{}, errNotFound
	}
	return noContent()
}

func (c *call) listComments() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	return ok(each(page(c, i.comments), func(m *comment) object { return c.s.commentJSON(c.repo, i, m) }))
}

func (c *call) listRepoComments() (reply, error) {
	var out []object
	all := c.repo.sorted()
	slices.Reverse(all)
	for _, i := range all {
		for _, m := range i.comments {
			out = append(out, c.s.commentJSON(c.repo, i, m))
		}
	}
	if out == nil {
		out = []object{}
	}
	return ok(page(c, out))
}

func (c *call) createComment() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	var in struct{ Body string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Body == "" {
		return reply{}, invalid("IssueComment", "body", "missing_field", "")
	}
	now := c.s.now()
	m := &comment{id: c.s.id(), user: c.who.account, body: in.Body, created: now, updated: now}
	i.comments, i.updated = append(i.comments, m), now
	return created(c.s.commentJSON(c.repo, i, m))
}

// comment returns the comment that the request is about and where it is.
func (c *call) comment() (*issue, int, error) {
	id := int64(number(c.params["comment_id"], 0))
	for _, i := range c.repo.issues {
		for at, m := range i.comments {
			if m.id == id {
				return i, at, nil
			}
		}
	}
	return nil, 0, errNotFound
}

func (c *call) getComment() (reply, error) {
	i, at, err := c.comment()
	if err != nil {
		return reply{}, err
	}
	return ok(c.s.commentJSON(c.repo, i, i.comments[at]))
}

func (c *call) updateComment() (reply, error) {
	i, at, err := c.comment()
	if err != nil {
		return reply{}, err
	}
	var in struct{ Body string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	m := i.comments[at]
	m.body, m.updated = in.Body, c.s.now()
	return ok(c.s.commentJSON(c.repo, i, m))
}

func (c *call) deleteComment() (reply, error) {
	i, at, err := c.comment()
	if err != nil {
		return reply{}, err
	}
	i.comments = slices.Delete(i.comments, at, at+1)
	return noContent()
}
