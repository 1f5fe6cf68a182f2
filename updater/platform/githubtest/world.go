package githubtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Setting changes a repository's settings.
type Setting func(*repo)

// Public makes a repository readable by everybody. Others are private.
func Public() Setting { return func(r *repo) { r.private = false } }

// SetTopics gives a repository topics.
func (s *Server) SetTopics(name string, topics ...string) {
	s.locked(func() { s.repos[strings.ToLower(name)].topics = topics })
}

// Archived makes a repository read-only.
func Archived() Setting { return func(r *repo) { r.archived = true } }

// Disabled is what GitHub itself makes of a repository that breaks its rules.
func Disabled() Setting { return func(r *repo) { r.disabled = true } }

// Methods are the merge methods allowed: of "merge", "squash", "rebase".
func Methods(methods ...string) Setting {
	return func(r *repo) {
		r.mergeCommit, r.squash, r.rebase = slices.Contains(methods, "merge"), slices.Contains(methods, "squash"), slices.Contains(methods, "rebase")
	}
}

// NoAutoMerge forbids merging when the checks turn green.
func NoAutoMerge() Setting { return func(r *repo) { r.autoMerge = false } }

// DeleteMerged deletes the branch of a merged pull request.
func DeleteMerged() Setting { return func(r *repo) { r.deleteMerged = true } }

// Default names the default branch, "main" otherwise. It is for CreateRepo.
func Default(branch string) Setting { return func(r *repo) { r.main = branch } }

// CreateOrg makes an organisation.
func (s *Server) CreateOrg(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account(login, "Organization")
}

// CreateRepo makes repository "owner/name" and commits files, by path, to its
// default branch; with no files it stays empty. An owner that does not exist
// becomes an organisation.
func (s *Server) CreateRepo(name string, files map[string]string, settings ...Setting) error {
	owner, base, found := strings.Cut(name, "/")
	if !found {
		return fmt.Errorf("creating repository %q: not owner/name", name)
	}
	s.mu.Lock()
	r, err := s.addRepo(s.account(owner, "Organization"), base)
	if err == nil {
		for _, set := range settings {
			set(r)
		}
		_, err = r.git.line("symbolic-ref", "HEAD", "refs/heads/"+r.main)
	}
	s.mu.Unlock()
	if err != nil || len(files) == 0 {
		return err
	}
	_, err = s.Commit(name, "", files, "Initial commit")
	return err
}

// RenameRepo renames a repository. The old name leads to the new one.
func (s *Server) RenameRepo(name, to string) error {
	var err error
	s.locked(func() {
		r := s.repos[strings.ToLower(name)]
		if r == nil {
			err = fmt.Errorf("renaming repository %s: there is none", name)
			return
		}
		delete(s.repos, strings.ToLower(name))
		s.moved[strings.ToLower(name)] = r
		r.name = to
		s.repos[strings.ToLower(r.fullName())] = r
		s.happen(r, "repository", "renamed", r.owner, func(body object) error {
			body["changes"] = object{"repository": object{"name": object{"from": name}}}
			return nil
		})
	})
	return err
}

// with runs f on a repository.
func (s *Server) with(what, name string, f func(*repo) error) error {
	var err error
	s.locked(func() {
		r := s.repos[strings.ToLower(name)]
		if r == nil {
			err = fmt.Errorf("there is none")
			return
		}
		err = f(r)
	})
	if err != nil {
		return fmt.Errorf("%s of repository %s: %w", what, name, err)
	}
	return nil
}

// Delete as the content of a file in Commit removes it.
const Delete = "\x00delete"

// Commit adds a commit with files, by path, to a branch ("" for the default
// branch), past all protection, and returns it. A branch that does not exist
// begins at the default branch. The text [Delete] removes a file.
func (s *Server) Commit(name, branch string, files map[string]string, message string) (string, error) {
	return s.CommitAs("", name, branch, files, message)
}

// CommitAs is Commit by a user; "" is the repository's owner.
func (s *Server) CommitAs(login, name, branch string, files map[string]string, message string) (sha string, err error) {
	err = s.with("committing to branch "+branch, name, func(r *repo) error {
		by := r.owner
		if login != "" {
			by = s.account(login, "User")
		}
		if branch == "" {
			branch = r.main
		}
		old := r.head(branch)
		parent := old
		if parent == "" {
			parent = r.head(r.main)
		}
		c := commit{message: message, author: s.signature(by), committer: s.signature(by)}
		base := ""
		if parent != "" {
			c.parents, base = []string{parent}, parent
		}
		changes, err := r.blobs(files)
		if err != nil {
			return err
		}
		if c.tree, err = r.git.graft(base, changes); err != nil {
			return err
		}
		if sha, err = r.git.write(c); err != nil {
			return err
		}
		_, err = s.changeRef(r, "refs/heads/"+branch, sha, old, by)
		return err
	})
	return sha, err
}

// blobs stores files and returns the changes to a tree that add them.
func (r *repo) blobs(files map[string]string) ([]entry, error) {
	var out []entry
	for path, text := range files {
		e := entry{mode: "100644", kind: "blob", path: path}
		if text != Delete {
			sha, err := r.git.put(text)
			if err != nil {
				return nil, err
			}
			e.sha = sha
		}
		out = append(out, e)
	}
	return out, nil
}

// Tag makes an annotated tag of a branch, tag or commit.
func (s *Server) Tag(name, tag, rev string) error {
	return s.with("tagging "+tag, name, func(r *repo) error {
		sha := r.git.commitOf(rev)
		if sha == "" {
			return fmt.Errorf("no commit %s", rev)
		}
		before, err := r.git.refs()
		if err != nil {
			return err
		}
		by := s.signature(r.owner)
		_, err = r.git.run("", []string{"GIT_COMMITTER_NAME=" + by.Name, "GIT_COMMITTER_EMAIL=" + by.Email,
			fmt.Sprintf("GIT_COMMITTER_DATE=%d +0000", by.Date.Unix())}, "tag", "-a", "-m", tag, tag, sha)
		if err != nil {
			return err
		}
		return s.pushed(r, before, r.owner)
	})
}

// Branch points a branch at a branch, tag or commit, past all protection; rev
// "" deletes it.
func (s *Server) Branch(name, branch, rev string) error {
	return s.with("moving branch "+branch, name, func(r *repo) error {
		sha := ""
		if rev != "" {
			if sha = r.git.commitOf(rev); sha == "" {
				return fmt.Errorf("no commit %s", rev)
			}
		}
		_, err := s.changeRef(r, "refs/heads/"+branch, sha, r.head(branch), r.owner)
		return err
	})
}

// Head returns the commit of a branch ("" for the default branch), "" if there
// is none.
func (s *Server) Head(name, branch string) string {
	sha := ""
	s.with("reading", name, func(r *repo) error { // no such repository has no head
		if branch == "" {
			branch = r.main
		}
		sha = r.head(branch)
		return nil
	})
	return sha
}

// ReadFile returns a file at a branch, tag or commit ("" for the default
// branch).
func (s *Server) ReadFile(name, rev, path string) (text string, err error) {
	err = s.with("reading "+path, name, func(r *repo) error {
		if rev == "" {
			rev = r.main
		}
		sha := r.git.commitOf(rev)
		if sha == "" {
			return fmt.Errorf("no commit %s", rev)
		}
		e, err := r.git.at(sha, path)
		if err != nil {
			return err
		}
		if e == nil {
			return fmt.Errorf("no such file")
		}
		text, err = r.git.blob(e.sha)
		return err
	})
	return text, err
}

// Trees returns what each branch holds, as git lists it: a line a file, with its mode and the hash of its content.
func (s *Server) Trees(name string) (map[string]string, error) {
	out := make(map[string]string)
	err := s.with("listing branches", name, func(r *repo) error {
		refs, err := r.git.refs()
		for ref, sha := range refs {
			branch, is := strings.CutPrefix(ref, "refs/heads/")
			if err != nil || !is {
				continue
			}
			out[branch], err = r.git.line("ls-tree", "-r", sha)
		}
		return err
	})
	return out, err
}

// GitDir returns the folder of the bare repository, "" if there is none. Look
// at it; change it only through the server.
func (s *Server) GitDir(name string) string {
	dir := ""
	s.with("finding", name, func(r *repo) error { dir = string(r.git); return nil }) // no such repository has none
	return dir
}

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

func userKind(login string) string {
	if strings.HasSuffix(login, "[bot]") {
		return "Bot"
	}
	return "User"
}

// Stranger makes a user who has no rights in any repository.
func (s *Server) Stranger(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account(login, "User").stranger = true
}

// NoIssues switches issues off.
func NoIssues() Setting { return func(r *repo) { r.noIssues = true } }

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

// CreateUser makes a user who may write to every repository.
func (s *Server) CreateUser(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account(login, "User")
}

// CreateTeam makes a team of an organisation that may write to its repositories.
func (s *Server) CreateTeam(org, slug string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.teams == nil {
		s.teams = make(map[string][]string)
	}
	s.teams[strings.ToLower(org)] = append(s.teams[strings.ToLower(org)], slug)
}

// CreateMilestone makes a milestone and returns its number.
func (s *Server) CreateMilestone(name, title string) (number int, err error) {
	err = s.with("making a milestone", name, func(r *repo) error {
		number = len(r.milestones) + 1
		r.milestones = append(r.milestones, &milestone{id: s.id(), number: number, title: title, open: true, at: s.now()})
		return nil
	})
	return number, err
}

// Forked makes a repository a fork.
func Forked() Setting { return func(r *repo) { r.fork = true } }
