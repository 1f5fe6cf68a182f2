package githubtest

import (
	"encoding/json"
	"slices"
	"strings"
)

func (r *repo) label(name string) *label {
	for _, l := range r.labels {
		if strings.EqualFold(l.name, name) {
			return l
		}
	}
	return nil
}

// names reads labels, which may be sent as names or as objects.
func names(raw []json.RawMessage) []string {
	var out []string
	for _, r := range raw {
		var name string
		if json.Unmarshal(r, &name) != nil {
			var o struct{ Name string }
			if json.Unmarshal(r, &o) != nil {
				continue
			}
			name = o.Name
		}
		out = append(out, name)
	}
	return out
}

// labelsNamed returns labels by name; GitHub makes those that do not exist.
func (s *Server) labelsNamed(r *repo, list []string) []*label {
	out := []*label{}
	for _, name := range list {
		l := r.label(name)
		if l == nil {
			l = &label{id: s.id(), name: name, color: "ededed"}
			r.labels = append(r.labels, l)
		}
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

func (c *call) listLabels() (reply, error) { return ok(c.s.labelsJSON(c.repo, page(c, c.repo.labels))) }

func (c *call) getLabel() (reply, error) {
	l := c.repo.label(c.params["name"])
	if l == nil {
		return reply{}, errNotFound
	}
	return ok(c.s.labelJSON(c.repo, l))
}

// A labelChange is a request to make or change a label.
type labelChange struct {
	Name        string
	NewName     string `json:"new_name"`
	Color       string
	Description *string
}

func (c *call) createLabel() (reply, error) {
	var in labelChange
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Name == "" {
		return reply{}, invalid("Label", "name", "missing_field", "")
	}
	if c.repo.label(in.Name) != nil {
		return reply{}, invalid("Label", "name", "already_exists", "")
	}
	if in.Color == "" {
		in.Color = "ededed"
	}
	l := &label{id: c.s.id(), name: in.Name, color: in.Color}
	if in.Description != nil {
		l.about = *in.Description
	}
	c.repo.labels = append(c.repo.labels, l)
	return created(c.s.labelJSON(c.repo, l))
}

func (c *call) updateLabel() (reply, error) {
	l := c.repo.label(c.params["name"])
	if l == nil {
		return reply{}, errNotFound
	}
	var in labelChange
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.NewName != "" {
		l.name = in.NewName
	}
	if in.Color != "" {
		l.color = in.Color
	}
	if in.Description != nil {
		l.about = *in.Description
	}
	return ok(c.s.labelJSON(c.repo, l))
}

func (c *call) deleteLabel() (reply, error) {
	l := c.repo.label(c.params["name"])
	if l == nil {
		return reply{}, errNotFound
	}
	is := func(x *label) bool { return x == l }
	c.repo.labels = slices.DeleteFunc(c.repo.labels, is)
	for _, i := range c.repo.issues {
		i.labels = slices.DeleteFunc(i.labels, is)
	}
	return noContent()
}

func (c *call) listIssueLabels() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	return ok(c.s.labelsJSON(c.repo, page(c, i.labels)))
}

// labelsSent reads {"labels": [...]} and the bare list, which GitHub takes too
// although its description has it no more.
func (c *call) labelsSent() ([]string, error) {
	var list []json.RawMessage
	if strings.HasPrefix(strings.TrimSpace(string(c.body)), "[") {
		err := c.decode(&list)
		return names(list), err
	}
	var in struct{ Labels []json.RawMessage }
	err := c.decode(&in)
	return names(in.Labels), err
}

func (c *call) addLabels() (reply, error) {
	return c.relabel(func(i *issue, sent []*label) {
		for _, l := range sent {
			if !slices.Contains(i.labels, l) {
				i.labels = append(i.labels, l)
			}
		}
	})
}

func (c *call) setLabels() (reply, error) {
	return c.relabel(func(i *issue, sent []*label) { i.labels = sent })
}

func (c *call) relabel(change func(*issue, []*label)) (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	sent, err := c.labelsSent()
	if err != nil {
		return reply{}, err
	}
	change(i, c.s.labelsNamed(c.repo, sent))
	i.updated = c.s.now()
	c.s.discussed(c.repo, "labeled", i, c.who.account)
	return ok(c.s.labelsJSON(c.repo, i.labels))
}

func (c *call) removeLabel() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	l := c.repo.label(c.params["name"])
	at := slices.Index(i.labels, l)
	if l == nil || at < 0 {
		return reply{}, fail(404, "Label does not exist")
	}
	i.labels = slices.Delete(i.labels, at, at+1)
	i.updated = c.s.now()
	c.s.discussed(c.repo, "unlabeled", i, c.who.account)
	return ok(c.s.labelsJSON(c.repo, i.labels))
}

func (c *call) removeLabels() (reply, error) {
	i, err := c.issue()
	if err != nil {
		return reply{}, err
	}
	i.labels = nil
	return noContent()
}

func (c *call) listMilestones() (reply, error) {
	out := []any{}
	for _, m := range page(c, c.repo.milestones) {
		out = append(out, c.s.milestoneJSON(c.repo, m))
	}
	return ok(out)
}

func (c *call) createMilestone() (reply, error) {
	var in struct{ Title string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Title == "" {
		return reply{}, invalid("Milestone", "title", "missing_field", "")
	}
	m := &milestone{id: c.s.id(), number: len(c.repo.milestones) + 1, title: in.Title, open: true, at: c.s.now()}
	c.repo.milestones = append(c.repo.milestones, m)
	return created(c.s.milestoneJSON(c.repo, m))
}
