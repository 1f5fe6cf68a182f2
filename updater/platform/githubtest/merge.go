package githubtest

import (
	"fmt"
	"slices"
	"strings"
)

// mergedTree returns the tree that merging theirs into ours gives, "" if they
// conflict.
func (r *repo) mergedTree(ours, theirs string) (string, error) {
	key := [2]string{ours, theirs}
	if tree, known := r.merges[key]; known {
		return tree, nil
	}
	tree, err := r.git.merge(ours, theirs)
	if err == nil {
		r.merges[key] = tree
	}
	return tree, err
}

// mergeState returns GitHub's mergeable_state of an open pull request.
func (r *repo) mergeState(i *issue) (string, error) {
	p := i.pull
	base, head := r.head(p.base), r.pullHead(i)
	tree, err := r.mergedTree(base, head)
	if err != nil {
		return "", err
	}
	rule := r.rule(p.base)
	switch {
	case tree == "":
		return "dirty", nil
	case p.draft:
		return "draft", nil
	case rule != nil && (r.missing(rule, head) != "" || i.approvals() < rule.Reviews || rule.Locked || rule.Conversations && slices.Contains(p.threads, false)):
		return "blocked", nil
	case rule != nil && rule.Strict && !rule.Queue && !r.git.ancestor(base, head):
		return "behind", nil
	case !r.green(head):
		return "unstable", nil
	}
	return "clean", nil
}

// approvals counts the users whose last word is an approval.
func (i *issue) approvals() int {
	last := map[*account]string{}
	for _, v := range i.pull.reviews {
		if v.state != "COMMENTED" {
			last[v.user] = v.state
		}
	}
	n := 0
	for _, state := range last {
		if state == "APPROVED" {
			n++
		}
	}
	return n
}

// results returns the state of each check run and status of a commit by name:
// "success", "failure" or "pending". The newest of a name counts.
func (r *repo) results(sha string) map[string]string { return r.resultsBy(sha, nil) }

// resultsBy is results of what rule lets count: of a check that an app must report, what others say does not.
func (r *repo) resultsBy(sha string, rule *Protection) map[string]string {
	counts := func(name string, by *account) bool {
		return rule == nil || rule.Apps[name] == "" || strings.EqualFold(rule.Apps[name], by.login)
	}
	out := map[string]string{}
	for _, c := range r.runs {
		if c.sha == sha && counts(c.name, c.app) {
			out[c.name] = c.outcome()
		}
	}
	for _, st := range r.statuses {
		if st.sha != sha || !counts(st.context, st.creator) {
			continue
		}
		out[st.context] = st.state
		if st.state == "error" {
			out[st.context] = "failure"
		}
	}
	return out
}

// outcome is how a check run counts. Neutral and skipped are as good as
// success.
func (c *run) outcome() string {
	if c.status != "completed" {
		return "pending"
	}
	switch c.conclusion {
	case "success", "neutral", "skipped":
		return "success"
	}
	return "failure"
}

// green says whether all checks of a commit that exist have succeeded.
func (r *repo) green(sha string) bool {
	for _, state := range r.results(sha) {
		if state != "success" {
			return false
		}
	}
	return true
}

// missing returns GitHub's complaint about required checks of a commit, "" if
// there is none.
func (r *repo) missing(rule *Protection, sha string) string {
	got := r.resultsBy(sha, rule)
	var names []string
	counts := map[string]int{}
	for _, name := range rule.Checks {
		state, reported := got[name]
		switch {
		case state == "success":
			continue
		case !reported:
			state = "expected"
		case state == "failure":
			state = "failing"
		}
		names = append(names, name)
		counts[state]++
	}
	if len(names) == 0 {
		return ""
	}
	var parts []string
	for _, state := range []string{"expected", "pending", "failing"} {
		if n := counts[state]; n == len(names) && n == 1 {
			return fmt.Sprintf("Required status check %q is %s.", names[0], state)
		} else if n == len(names) {
			return fmt.Sprintf("%d of %d required status checks are %s.", n, len(rule.Checks), state)
		} else if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	return fmt.Sprintf("%d of %d required status checks have not succeeded: %s.", len(names), len(rule.Checks), strings.Join(parts, " and "))
}

// A merging says how a pull request is to be merged.
type merging struct {
	method        string // "merge", "squash" or "rebase"; "" is "merge"
	subject, body string // of the commit; "" for GitHub's own
	sha           string // that the head must be at; "" if it does not matter
	queue         bool   // the merge queue merges it
	by            *account
}

// mergeable refuses what GitHub would not merge.
func (r *repo) mergeable(i *issue, m merging) error {
	p, head := i.pull, r.pullHead(i)
	if !i.open {
		return fail(405, "Pull Request is not mergeable")
	}
	if m.sha != "" && m.sha != head {
		return fail(409, "Head branch was modified. Review and try the merge again.")
	}
	if p.draft {
		return fail(405, "Pull Request is still a draft")
	}
	allowed := map[string]bool{"merge": r.mergeCommit, "squash": r.squash, "rebase": r.rebase}
	if ok, known := allowed[m.method]; !known {
		return invalid("PullRequest", "merge_method", "invalid", "")
	} else if !ok {
		word := map[string]string{"merge": "Merge commits", "squash": "Squash merges", "rebase": "Rebase merges"}[m.method]
		return fail(405, "%s are not allowed on this repository.", word)
	}
	base := r.head(p.base)
	tree, err := r.mergedTree(base, head)
	if err != nil {
		return err
	}
	if tree == "" {
		return fail(405, "Pull Request is not mergeable")
	}
	rule := r.rule(p.base)
	if rule == nil || rule.passes(m.by) {
		return nil
	}
	if rule.Linear && m.method == "merge" || rule.Signed && m.method == "rebase" || rule.Methods != nil && !slices.Contains(rule.Methods, m.method) {
		return fail(405, "Repository rule violations found\n\nThis branch must not be merged by %s.", m.method)
	}
	if rule.Queue && !m.queue {
		return fail(405, "Repository rule violations found\n\nChanges must be made through the merge queue")
	}
	return r.rulesMet(rule, i, base, head, m.queue)
}

// passes says whether a rule does not hold for an account.
func (p *Protection) passes(a *account) bool {
	return a != nil && !p.EnforceAdmins && slices.ContainsFunc(p.Bypass, func(login string) bool { return strings.EqualFold(login, a.login) })
}

// rulesMet refuses what the rules of the base do not allow.
func (r *repo) rulesMet(rule *Protection, i *issue, base, head string, queue bool) error {
	why := r.missing(rule, head)
	if n := rule.Reviews; i.approvals() < n {
		is := "review is"
		if n > 1 {
			is = "reviews are"
		}
		why = strings.TrimSpace(why + fmt.Sprintf(" At least %d approving %s required by reviewers with write access.", n, is))
	}
	if rule.Conversations && slices.Contains(i.pull.threads, false) {
		why = strings.TrimSpace(why + " A conversation must be resolved before this pull request can be merged.")
	}
	if rule.Locked {
		why = "Cannot change this locked branch"
	}
	if why != "" {
		return fail(405, "%s", why)
	}
	if rule.Strict && !queue && !r.git.ancestor(base, head) {
		return fail(405, "Head branch is out of date. Review and try the merge again.")
	}
	return nil
}

// merge merges a pull request and returns the commit that its base is at then.
func (s *Server) merge(r *repo, i *issue, m merging) (string, error) {
	if m.method == "" {
		m.method = "merge"
	}
	if err := r.mergeable(i, m); err != nil {
		return "", err
	}
	base, head := r.head(i.pull.base), r.pullHead(i)
	sha, err := s.mergeCommit(r, i, m, base, head)
	if err != nil {
		return "", err
	}
	before, err := r.git.refs()
	if err != nil {
		return "", err
	}
	done, err := r.git.swap("refs/heads/"+i.pull.base, sha, base)
	if err != nil {
		return "", err
	}
	if !done {
		return "", fail(405, "Base branch was modified. Review and try the merge again.")
	}
	s.markMerged(r, i, sha, m.by)
	i.pull.baseAtClose = base
	if r.deleteMerged {
		if _, err := r.git.swap("refs/heads/"+i.pull.head, "", head); err != nil {
			return "", err
		}
	}
	return sha, s.pushed(r, before, m.by)
}

// mergeCommit makes the commit, or with a rebase the commits, of a merge.
func (s *Server) mergeCommit(r *repo, i *issue, m merging, base, head string) (string, error) {
	if m.method == "rebase" {
		shas, err := r.git.between(base, head)
		if err != nil {
			return "", err
		}
		sha, err := r.git.replant(base, shas, s.signature(m.by))
		if err == nil && sha == "" {
			return "", fail(405, "This branch can't be rebased")
		}
		return sha, err
	}
	tree, err := r.mergedTree(base, head)
	if err != nil {
		return "", err
	}
	subject, body, parents := fmt.Sprintf("Merge pull request #%d from %s/%s", i.number, r.owner.login, i.pull.head), i.title, []string{base, head}
	author := s.signature(m.by)
	if m.method == "squash" {
		parents = []string{base}
		if subject, body, author, err = s.squashed(r, i, base, head); err != nil {
			return "", err
		}
	}
	if m.subject != "" {
		subject = m.subject
	}
	if m.body != "" {
		body = m.body
	}
	message := strings.TrimSpace(subject+"\n\n"+body) + "\n"
	return r.git.write(commit{tree: tree, parents: parents, message: message, author: author, committer: s.committer()})
}

// squashed returns the message and author of a squash merge: of a single
// commit its own, else the title and a list. The author is the pull request's.
func (s *Server) squashed(r *repo, i *issue, base, head string) (subject, body string, author signature, err error) {
	shas, err := r.git.between(base, head)
	if err != nil {
		return "", "", signature{}, err
	}
	list, err := r.git.commits(shas)
	if err != nil {
		return "", "", signature{}, err
	}
	subject, author = i.title, s.signature(i.author)
	if len(list) == 1 {
		subject, body, _ = strings.Cut(list[0].message, "\n")
	} else {
		for _, c := range list {
			body += "* " + c.message + "\n\n"
		}
	}
	return fmt.Sprintf("%s (#%d)", subject, i.number), strings.TrimSpace(body), author, nil
}

// signature returns how an account signs a commit now.
func (s *Server) signature(a *account) signature {
	return signature{Name: a.login, Email: s.email(a), Date: s.now()}
}

// committer returns the committer of what GitHub commits itself. Renovate takes
// a commit of noreply@HOST for no stranger's.
func (s *Server) committer() signature {
	return signature{Name: "GitHub", Email: "noreply@" + s.hostname(), Date: s.now()}
}
