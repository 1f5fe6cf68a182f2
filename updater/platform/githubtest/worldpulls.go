package githubtest

import (
	"fmt"
	"maps"
	"slices"
)

// SetProtection sets what must hold before a branch changes; nil for nothing.
func (s *Server) SetProtection(name, branch string, p *Protection) error {
	return s.with("protecting branch "+branch, name, func(r *repo) error { return s.protect(r, r.protection, branch, p) })
}

// SetRuleset is SetProtection by a ruleset, which GitHub shows elsewhere.
func (s *Server) SetRuleset(name, branch string, p *Protection) error {
	return s.with("protecting branch "+branch, name, func(r *repo) error { return s.protect(r, r.rulesets, branch, p) })
}

func (s *Server) protect(r *repo, rules map[string]*Protection, branch string, p *Protection) error {
	if p == nil {
		delete(rules, branch)
	} else {
		copied := *p
		copied.Checks, copied.Apps = slices.Clone(p.Checks), maps.Clone(p.Apps)
		rules[branch] = &copied
	}
	return s.settle(r)
}

// SetCheck reports a check run of a commit, as a CI system would. conclusion is
// GitHub's, such as "success" or "failure", or "" while it runs.
func (s *Server) SetCheck(name, sha, check, conclusion string) error {
	return s.SetCheckBy("ci[bot]", name, sha, check, conclusion)
}

// SetCheckBy is SetCheck of the app whose bot has a login.
func (s *Server) SetCheckBy(login, name, sha, check, conclusion string) error {
	return s.with("reporting check "+check, name, func(r *repo) error {
		if r.git.kindOf(sha) != "commit" {
			return fmt.Errorf("no commit %s", sha)
		}
		c := &run{id: s.id(), sha: sha, name: check, status: "in_progress", started: s.now(), app: s.account(login, "Bot")}
		if conclusion != "" {
			c.status, c.conclusion, c.completed = "completed", conclusion, s.now()
		}
		s.addRun(r, c)
		s.checked(r, c)
		return s.settle(r)
	})
}

// SetStatus reports a commit status; state is "success", "failure", "error" or
// "pending".
func (s *Server) SetStatus(name, sha, context, state string) error {
	return s.SetStatusBy("ci[bot]", name, sha, context, state)
}

// SetStatusBy is SetStatus by who has a login.
func (s *Server) SetStatusBy(login, name, sha, context, state string) error {
	return s.with("reporting status "+context, name, func(r *repo) error {
		if r.git.kindOf(sha) != "commit" {
			return fmt.Errorf("no commit %s", sha)
		}
		st := &status{id: s.id(), sha: sha, context: context, state: state, creator: s.account(login, userKind(login)), at: s.now()}
		r.statuses = append(r.statuses, st)
		s.reported(r, st)
		return s.settle(r)
	})
}

// Results returns the state of each check run and status of a commit by name: "success", "failure" or "pending".
func (s *Server) Results(name, sha string) (out map[string]string, err error) {
	err = s.with("reading checks", name, func(r *repo) error { out = r.results(sha); return nil })
	return out, err
}

// Approve adds a review of a pull request by a user.
func (s *Server) Approve(name string, number int, login string) error {
	return s.with(fmt.Sprintf("approving #%d", number), name, func(r *repo) error {
		i := r.issues[number]
		if i == nil || i.pull == nil {
			return fmt.Errorf("no pull request %d", number)
		}
		v := &review{id: s.id(), user: s.account(login, "User"), state: "APPROVED", sha: r.pullHead(i), at: s.now()}
		i.pull.reviews = append(i.pull.reviews, v)
		s.reviewed(r, i, v)
		return s.settle(r)
	})
}

// Ready makes a draft a pull request that is ready for review.
func (s *Server) Ready(name string, number int) error {
	return s.with(fmt.Sprintf("marking #%d as ready", number), name, func(r *repo) error {
		i := r.issues[number]
		if i == nil || i.pull == nil {
			return fmt.Errorf("no pull request %d", number)
		}
		i.pull.draft, i.updated = false, s.now()
		return s.settle(r)
	})
}

// Discuss begins a conversation about a pull request, or with resolved ends all.
func (s *Server) Discuss(name string, number int, resolved bool) error {
	return s.with(fmt.Sprintf("discussing #%d", number), name, func(r *repo) error {
		i := r.issues[number]
		if i == nil || i.pull == nil {
			return fmt.Errorf("no pull request %d", number)
		}
		if !resolved {
			i.pull.threads = append(i.pull.threads, false)
			return nil
		}
		for n := range i.pull.threads {
			i.pull.threads[n] = true
		}
		return s.settle(r)
	})
}

// A PullRequest is what the server holds of a pull request, to be compared
// with what a program says.
type PullRequest struct {
	Number       int
	Title, Body  string
	Branch, Base string
	Head         string // commit
	State        string // "open", "closed" or "merged"
	Mergeable    string // GitHub's mergeable_state while it is open
	Author       string
	Labels       []string
	Comments     []string
	Assignees    []string
	Reviewers    []string // logins and, as "team:slug", teams
	Milestone    string
	AutoMerge    bool
	Draft        bool
	Queued       bool // in the merge queue
}

// Pulls returns a repository's pull requests in the order of their numbers.
func (s *Server) Pulls(name string) (list []PullRequest, err error) {
	err = s.with("listing pull requests", name, func(r *repo) error {
		all := r.sorted()
		slices.Reverse(all)
		for _, i := range all {
			if i.pull == nil {
				continue
			}
			p := PullRequest{Number: i.number, Title: i.title, Body: i.body, Branch: i.pull.head, Base: i.pull.base,
				Head: r.pullHead(i), State: "closed", Author: i.author.login, AutoMerge: i.pull.auto != nil, Draft: i.pull.draft, Queued: i.pull.inQueue()}
			for _, l := range i.labels {
				p.Labels = append(p.Labels, l.name)
			}
			for _, a := range i.assignees {
				p.Assignees = append(p.Assignees, a.login)
			}
			for _, a := range i.pull.reviewers {
				p.Reviewers = append(p.Reviewers, a.login)
			}
			for _, slug := range i.pull.teams {
				p.Reviewers = append(p.Reviewers, "team:"+slug)
			}
			if i.milestone != nil {
				p.Milestone = i.milestone.title
			}
			for _, c := range i.comments {
				p.Comments = append(p.Comments, c.body)
			}
			if i.isMerged() {
				p.State = "merged"
			}
			if i.open {
				p.State = "open"
				var err error
				if p.Mergeable, err = r.mergeState(i); err != nil {
					return err
				}
			}
			list = append(list, p)
		}
		return nil
	})
	return list, err
}

// An Issue is what the server holds of an issue.
type Issue struct {
	Number      int
	Title, Body string
	Open        bool
	Author      string
	Labels      []string
}

// Issues returns a repository's issues in the order of their numbers.
func (s *Server) Issues(name string) (list []Issue, err error) {
	err = s.with("listing issues", name, func(r *repo) error {
		all := r.sorted()
		slices.Reverse(all)
		for _, i := range all {
			if i.pull != nil {
				continue
			}
			x := Issue{Number: i.number, Title: i.title, Body: i.body, Open: i.open, Author: i.author.login}
			for _, l := range i.labels {
				x.Labels = append(x.Labels, l.name)
			}
			list = append(list, x)
		}
		return nil
	})
	return list, err
}

// PutIssue makes x an issue by its author, or changes one that has its number, as a person does in a browser.
func (s *Server) PutIssue(name string, x Issue) (number int, err error) {
	err = s.with("writing an issue", name, func(r *repo) error {
		i := r.issues[x.Number]
		if i == nil {
			r.last++
			i = &issue{id: s.id(), number: r.last, author: s.account(x.Author, userKind(x.Author)), created: s.now()}
			r.issues[i.number] = i
		}
		i.title, i.body, i.open, i.updated, number = x.Title, x.Body, x.Open, s.now(), i.number
		if i.pull == nil && !i.open {
			i.reason, i.closed = "completed", s.now()
		}
		i.labels = s.labelsNamed(r, x.Labels)
		s.discussed(r, "edited", i, r.owner) // by whoever it was, not us
		return nil
	})
	return number, err
}

// EditPull changes the title, the text, the labels and the state of a pull request, as a person does in a browser.
func (s *Server) EditPull(name string, p PullRequest) error {
	if _, err := s.PutIssue(name, Issue{Number: p.Number, Title: p.Title, Body: p.Body, Open: p.State == "open", Author: p.Author, Labels: p.Labels}); err != nil {
		return err
	}
	return s.with("editing a pull request", name, func(r *repo) error {
		if i := r.issues[p.Number]; i.pull != nil {
			i.pull.draft = p.Draft
		}
		return s.settle(r)
	})
}

// Retarget points a pull request at another base, as a person does in a browser.
func (s *Server) Retarget(name string, number int, base string) error {
	return s.with("retargeting a pull request", name, func(r *repo) error {
		i := r.issues[number]
		if i == nil || i.pull == nil {
			return fmt.Errorf("no pull request %d", number)
		}
		i.pull.base, i.updated = base, s.now()
		return nil
	})
}
