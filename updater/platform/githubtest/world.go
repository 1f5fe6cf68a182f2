package githubtest

import (
	"fmt"
	"strings"
)

// CreateOrg makes an organisation.
func (s *Server) CreateOrg(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account(login, "Organization")
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
