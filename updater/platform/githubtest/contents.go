package githubtest

import (
	"encoding/base64"
	"fmt"
	"path"
	"strings"
)

// at resolves the "ref" of a request to a commit.
func (c *call) at(rev string) (string, error) {
	if rev == "" {
		rev = c.repo.main
	}
	sha := c.repo.git.commitOf(rev)
	if sha == "" && c.repo.head(c.repo.main) == "" {
		return "", fail(404, "This repository is empty.")
	}
	if sha == "" {
		return "", fail(404, "No commit found for the ref %s", rev)
	}
	return sha, nil
}

func (c *call) getContent() (reply, error) {
	sha, err := c.at(c.query("ref"))
	if err != nil {
		return reply{}, err
	}
	name := strings.Trim(c.params["path"], "/")
	if name == "" {
		return c.folder(sha, "")
	}
	e, err := c.repo.git.at(sha, name)
	if err != nil {
		return reply{}, err
	}
	if e == nil {
		return reply{}, errNotFound
	}
	if e.kind == "tree" {
		return c.folder(e.sha, name)
	}
	text, err := c.repo.git.blob(e.sha)
	if err != nil {
		return reply{}, err
	}
	if c.wants("raw") {
		return reply{status: 200, raw: []byte(text), kind: "application/vnd.github.raw; charset=utf-8"}, nil
	}
	return ok(c.fileJSON(*e, name, &text))
}

// folder lists what is in a tree.
func (c *call) folder(tree, name string) (reply, error) {
	list, err := c.repo.git.entries(tree)
	if err != nil {
		return reply{}, err
	}
	return ok(each(list, func(e entry) object { return c.fileJSON(e, path.Join(name, e.path), nil) }))
}

// fileJSON renders a file, with its text if there is one.
func (c *call) fileJSON(e entry, name string, text *string) object {
	kind := map[string]string{"blob": "file", "tree": "dir", "commit": "submodule"}[e.kind]
	if e.mode == "120000" {
		kind = "symlink"
	}
	at := c.repo.api(c.s, "/contents/%s", escape(name))
	html := fmt.Sprintf("%s/%s/blob/HEAD/%s", c.s.base, c.repo.fullName(), escape(name))
	git := c.repo.api(c.s, "/git/%ss/%s", e.kind, e.sha)
	o := object{"type": kind, "size": e.size, "name": path.Base(name), "path": name, "sha": e.sha, "url": at, "html_url": html, "git_url": git,
		"download_url": nil, "_links": object{"self": at, "git": git, "html": html}}
	if kind == "file" {
		o["download_url"] = fmt.Sprintf("%s/%s/raw/HEAD/%s", c.s.base, c.repo.fullName(), escape(name))
	}
	if text != nil {
		o["encoding"], o["content"] = "base64", base64.StdEncoding.EncodeToString([]byte(*text))
	}
	if text != nil && kind == "symlink" {
		o["target"] = *text
	}
	return o
}

// A contentChange is a request to change one file on a branch.
type contentChange struct {
	Message, Content, Branch, SHA string
	Author, Committer             *who
}

func (c *call) putContent() (reply, error) {
	var in contentChange
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	raw, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(in.Content, "\n", ""))
	if err != nil {
		return reply{}, fail(422, "content is not valid Base64")
	}
	sha, err := c.repo.git.put(string(raw))
	if err != nil {
		return reply{}, err
	}
	name := strings.Trim(c.params["path"], "/")
	rep, fresh, err := c.changeContent(in, entry{mode: "100644", kind: "blob", path: name, sha: sha, size: len(raw)})
	if err == nil && fresh {
		rep.status = 201
	}
	return rep, err
}

func (c *call) deleteContent() (reply, error) {
	var in contentChange
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.SHA == "" {
		return reply{}, fail(422, "Invalid request.\n\n\"sha\" wasn't supplied.")
	}
	rep, _, err := c.changeContent(in, entry{path: strings.Trim(c.params["path"], "/")})
	return rep, err
}

// changeContent commits a change of one file; fresh says that it is new.
func (c *call) changeContent(in contentChange, e entry) (rep reply, fresh bool, err error) {
	branch, git := in.Branch, c.repo.git
	if branch == "" {
		branch = c.repo.main
	}
	old := c.repo.head(branch)
	if old == "" && c.repo.head(c.repo.main) != "" {
		return reply{}, false, fail(404, "Branch %s not found", branch)
	}
	cm := commit{message: in.Message}
	var was *entry
	if old != "" {
		cm.parents = []string{old}
		if was, err = git.at(old, e.path); err != nil {
			return reply{}, false, err
		}
	}
	if err := stale(in.SHA, e, was); err != nil {
		return reply{}, false, err
	}
	if cm.tree, err = git.graft(old, []entry{e}); err != nil {
		return reply{}, false, err
	}
	cm.author, cm.committer = c.signatures(in.Author, in.Committer)
	sha, err := git.write(cm)
	if err != nil {
		return reply{}, false, err
	}
	if why := c.guarded("refs/heads/"+branch, sha, true); why != "" {
		return reply{}, false, fail(409, "Repository rule violations found\n\n%s", why)
	}
	if done, err := c.s.changeRef(c.repo, "refs/heads/"+branch, sha, old, c.who.account); err != nil || !done {
		return reply{}, false, fail(409, "is at %s but expected %s", c.repo.head(branch), old)
	}
	if cm, err = git.commit(sha); err != nil {
		return reply{}, false, err
	}
	body := object{"commit": c.s.gitCommitJSON(c.repo, cm), "content": nil}
	if e.sha != "" {
		body["content"] = c.fileJSON(e, e.path, nil)
	}
	return reply{status: 200, body: body}, was == nil, nil
}

// stale refuses a change of a file that is not what the client thinks it is.
func stale(sha string, e entry, was *entry) error {
	switch {
	case was == nil && (sha != "" || e.sha == ""):
		return errNotFound
	case was != nil && sha == "":
		return fail(422, "Invalid request.\n\n\"sha\" wasn't supplied.")
	case was != nil && sha != was.sha:
		return fail(409, "%s does not match %s", e.path, sha)
	}
	return nil
}
