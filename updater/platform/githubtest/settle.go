package githubtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Push tells that a reference changed, by whatever means.
type Push struct {
	Repo          string // "owner/name"
	Ref           string // such as "refs/heads/main"
	Before, After string // commits; "" for none
	By            string // login
}

// A Merge tells that a pull request was merged.
type Merge struct {
	Repo   string // "owner/name"
	Number int
	Branch string // head branch
	Base   string
	Head   string // commit that was merged
	Commit string // commit that the base is at now
	By     string // login
}

// OnPush calls f after each change of a branch or tag, before the request that
// caused it is answered. f may call the server.
func (s *Server) OnPush(f func(Push)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onPush = append(s.onPush, f)
}

// OnMerge calls f after each merge of a pull request, before the request that
// caused it is answered. f may call the server.
func (s *Server) OnMerge(f func(Merge)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onMerge = append(s.onMerge, f)
}

// pushed lets the changes of references since before have their effects.
func (s *Server) pushed(r *repo, before map[string]string, by *account) error {
	after, err := r.git.refs()
	if err != nil {
		return err
	}
	var names []string
	for name := range before {
		names = append(names, name)
	}
	for name := range after {
		if _, both := before[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if before[name] == after[name] || !strings.HasPrefix(name, "refs/heads/") && !strings.HasPrefix(name, "refs/tags/") {
			continue
		}
		r.pushed = s.now()
		p := Push{Repo: r.fullName(), Ref: name, Before: before[name], After: after[name], By: by.login}
		for _, f := range s.onPush {
			s.pending = append(s.pending, func() { f(p) })
		}
		s.referred(r, p, by)
		if branch, isBranch := strings.CutPrefix(name, "refs/heads/"); isBranch {
			if err := s.branchMoved(r, branch, after[name], by); err != nil {
				return err
			}
		}
	}
	return s.settle(r)
}

// branchMoved brings the pull requests of a branch up to date, as GitHub
// does: a pull request whose branch is gone or has nothing new is closed, one
// whose commits have reached its base by a push is merged.
func (s *Server) branchMoved(r *repo, branch, sha string, by *account) error {
	if sha != "" && r.head(r.main) == "" {
		r.main = branch // the first branch of an empty repository
	}
	for _, i := range r.sorted() {
		if i.pull == nil || !i.open {
			continue
		}
		switch p := i.pull; {
		case p.head == branch && sha == "":
			s.close(r, i, by)
		case p.head == branch:
			if _, err := r.git.line("update-ref", pullRef(i.number), sha); err != nil {
				return err
			}
			i.updated, p.queued, p.ousted = s.now(), time.Time{}, "" // a push takes it out of the queue
			s.discussed(r, "synchronize", i, by)
			if r.git.ancestor(sha, r.head(p.base)) {
				s.close(r, i, by)
			}
		case p.base == branch && sha == "":
			s.close(r, i, by)
		case p.base == branch && r.git.ancestor(r.pullHead(i), sha):
			s.markMerged(r, i, sha, by)
		}
	}
	return nil
}

// pullRef is the reference that keeps a pull request's head for ever.
func pullRef(number int) string { return fmt.Sprintf("refs/pull/%d/head", number) }

// pullHead returns a pull request's head commit.
func (r *repo) pullHead(i *issue) string { return r.git.tip(pullRef(i.number)) }

// pullBase returns the commit that a pull request is, or was, to be merged into.
func (r *repo) pullBase(i *issue) string {
	if i.open {
		return r.head(i.pull.base)
	}
	return i.pull.baseAtClose
}

// close closes an issue or pull request without merging it.
func (s *Server) close(r *repo, i *issue, by *account) {
	if p := i.pull; p != nil {
		p.baseAtClose = r.head(p.base)
		p.auto, p.queued = nil, time.Time{}
	}
	i.open, i.closed, i.updated = false, s.now(), s.now()
	s.discussed(r, "closed", i, by)
}

// markMerged notes that a pull request's commits are in its base, which is at
// sha now.
func (s *Server) markMerged(r *repo, i *issue, sha string, by *account) {
	s.close(r, i, by)
	p := i.pull
	p.merged, p.mergedBy, p.mergeCommit = s.now(), by, sha
	m := Merge{Repo: r.fullName(), Number: i.number, Branch: p.head, Base: p.base, Head: r.pullHead(i), Commit: sha, By: by.login}
	for _, f := range s.onMerge {
		s.pending = append(s.pending, func() { f(m) })
	}
}

// settle merges what is to be merged as soon as it is allowed.
func (s *Server) settle(r *repo) error {
	for _, i := range r.sorted() {
		if !i.open || i.pull == nil || i.pull.auto == nil {
			continue
		}
		state, err := r.mergeState(i)
		if err != nil {
			return err
		}
		if state != "clean" && state != "unstable" {
			continue
		}
		a := i.pull.auto
		if _, err := s.merge(r, i, merging{method: a.method, subject: a.subject, body: a.body, by: a.by}); err != nil {
			return err
		}
		return s.settle(r) // the base has moved
	}
	return nil
}

// changeRef does a compare-and-swap of a reference and lets it have its effects.
func (s *Server) changeRef(r *repo, ref, new, old string, by *account) (bool, error) {
	before, err := r.git.refs()
	if err != nil {
		return false, err
	}
	done, err := r.git.swap(ref, new, old)
	if err != nil || !done {
		return false, err
	}
	return true, s.pushed(r, before, by)
}
