package githubtest

import (
	"fmt"
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

// NoIssues switches issues off.
func NoIssues() Setting { return func(r *repo) { r.noIssues = true } }

// Forked makes a repository a fork.
func Forked() Setting { return func(r *repo) { r.fork = true } }
