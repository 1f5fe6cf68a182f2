package githubtest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// api returns an address of the REST interface.
func (s *Server) api(format string, args ...any) string {
	return s.base + "/api/v3" + fmt.Sprintf(format, args...)
}

// escape writes a reference for a path: it keeps its slashes.
func escape(ref string) string { return strings.ReplaceAll(url.PathEscape(ref), "%2F", "/") }

func (r *repo) api(s *Server, format string, args ...any) string {
	return s.api("/repos/"+r.fullName()+format, args...)
}

func (s *Server) userJSON(a *account) any {
	if a == nil {
		return nil
	}
	page := s.base + "/" + a.login
	if a.kind == "Bot" {
		page = s.base + "/apps/" + strings.TrimSuffix(a.login, "[bot]")
	}
	return s.shapes.make("simple-user", s.api("/users/%s", url.PathEscape(a.login)), object{
		"login": a.login, "id": a.id, "node_id": node("U", a.id), "type": a.kind, "html_url": page, "gravatar_id": "", "site_admin": false,
	})
}

func (s *Server) usersJSON(list []*account) []any {
	out := make([]any, len(list))
	for i, a := range list {
		out[i] = s.userJSON(a)
	}
	return out
}

// repoJSON renders a repository in one of GitHub's three shapes.
func (s *Server) repoJSON(r *repo, shape string) object {
	visibility := "public"
	if r.private {
		visibility = "private"
	}
	o := s.shapes.make(shape, r.api(s, ""), object{
		"id": r.id, "node_id": node("R", r.id), "name": r.name, "full_name": r.fullName(), "owner": s.userJSON(r.owner),
		"private": r.private, "visibility": visibility, "html_url": s.base + "/" + r.fullName(), "description": orNull(r.description),
		"clone_url": s.CloneURL(r.fullName()), "git_url": "git://" + s.Host() + "/" + r.fullName() + ".git",
		"ssh_url": "git@" + s.hostname() + ":" + r.fullName() + ".git", "svn_url": s.base + "/" + r.fullName(),
		"default_branch": r.main, "archived": r.archived, "disabled": r.disabled, "fork": r.fork, "has_issues": !r.noIssues,
		"created_at": stamp(r.created), "updated_at": stamp(r.pushed), "pushed_at": stamp(r.pushed),
		"permissions": object{"admin": false, "maintain": false, "push": true, "triage": true, "pull": true},
	})
	for _, k := range []string{"branches", "commits", "contents", "compare", "trees", "blobs", "statuses", "labels", "issues", "pulls", "releases"} {
		o[k+"_url"] = r.api(s, "/%s", k)
	}
	if len(r.topics) > 0 {
		o["topics"] = r.topics
	}
	if shape == "full-repository" {
		o["allow_merge_commit"], o["allow_squash_merge"], o["allow_rebase_merge"] = r.mergeCommit, r.squash, r.rebase
		o["allow_auto_merge"], o["delete_branch_on_merge"] = r.autoMerge, r.deleteMerged
		o["organization"] = s.userJSON(r.owner)
	}
	return o
}

func (s *Server) labelJSON(r *repo, l *label) object {
	return s.shapes.make("label", r.api(s, "/labels/%s", url.PathEscape(l.name)), object{
		"id": l.id, "node_id": node("LA", l.id), "name": l.name, "color": l.color, "description": orNull(l.about), "default": false,
	})
}

func (s *Server) labelsJSON(r *repo, list []*label) []object {
	return each(list, func(l *label) object { return s.labelJSON(r, l) })
}

func (s *Server) milestoneJSON(r *repo, m *milestone) any {
	if m == nil {
		return nil
	}
	state := "closed"
	if m.open {
		state = "open"
	}
	return s.shapes.make("milestone", r.api(s, "/milestones/%d", m.number), object{
		"id": m.id, "node_id": node("MI", m.id), "number": m.number, "title": m.title, "state": state, "creator": s.userJSON(r.owner),
		"created_at": stamp(m.at), "updated_at": stamp(m.at),
	})
}

// association is what GitHub calls the relation of an author to a repository.
func association(a *account) string {
	if a.kind == "Bot" {
		return "CONTRIBUTOR"
	}
	if a.stranger {
		return "NONE"
	}
	return "MEMBER"
}

// common are the values that issues and pull requests share.
func (s *Server) common(r *repo, i *issue) object {
	state := "closed"
	if i.open {
		state = "open"
	}
	var first any
	if len(i.assignees) > 0 {
		first = s.userJSON(i.assignees[0])
	}
	return object{
		"number": i.number, "title": i.title, "body": orNull(i.body), "state": state, "locked": i.locked, "user": s.userJSON(i.author),
		"labels": s.labelsJSON(r, i.labels), "assignee": first, "assignees": s.usersJSON(i.assignees), "milestone": s.milestoneJSON(r, i.milestone),
		"created_at": stamp(i.created), "updated_at": stamp(i.updated), "closed_at": stamp(i.closed), "author_association": association(i.author),
	}
}

func (s *Server) issueJSON(r *repo, i *issue, shape string) object {
	o := s.common(r, i)
	o["id"], o["node_id"], o["comments"] = i.id, node("I", i.id), len(i.comments)
	o["html_url"], o["repository_url"] = fmt.Sprintf("%s/%s/issues/%d", s.base, r.fullName(), i.number), r.api(s, "")
	o["state_reason"] = orNull(i.reason)
	if i.pull != nil {
		link := s.base + "/" + r.fullName() + fmt.Sprintf("/pull/%d", i.number)
		o["html_url"], o["node_id"] = link, node("PR", i.pull.id)
		o["draft"] = i.pull.draft
		o["pull_request"] = object{"url": r.api(s, "/pulls/%d", i.number), "html_url": link,
			"diff_url": link + ".diff", "patch_url": link + ".patch", "merged_at": stamp(i.pull.merged)}
	}
	return s.shapes.make(shape, r.api(s, "/issues/%d", i.number), o)
}

func (s *Server) commentJSON(r *repo, i *issue, c *comment) object {
	return s.shapes.make("issue-comment", r.api(s, "/issues/comments/%d", c.id), object{
		"id": c.id, "node_id": node("IC", c.id), "body": c.body, "user": s.userJSON(c.user), "created_at": stamp(c.created), "updated_at": stamp(c.updated),
		"issue_url": r.api(s, "/issues/%d", i.number), "author_association": association(c.user),
		"html_url": fmt.Sprintf("%s/%s/issues/%d#issuecomment-%d", s.base, r.fullName(), i.number, c.id),
	})
}

// side renders the head or the base of a pull request.
func (s *Server) side(r *repo, branch, sha string, shape string) object {
	return object{
		"label": r.owner.login + ":" + branch, "ref": branch, "sha": sha, "user": s.userJSON(r.owner), "repo": s.repoJSON(r, shape),
	}
}

// pullJSON renders a pull request as lists show it.
func (s *Server) pullJSON(r *repo, i *issue) object {
	o := s.common(r, i)
	s.addPull(r, i, o, "repository")
	return s.shapes.make("pull-request-simple", r.api(s, "/pulls/%d", i.number), o)
}

func (s *Server) addPull(r *repo, i *issue, o object, shape string) {
	p := i.pull
	link, at, issue := fmt.Sprintf("%s/%s/pull/%d", s.base, r.fullName(), i.number), r.api(s, "/pulls/%d", i.number), r.api(s, "/issues/%d", i.number)
	head, base := r.pullHead(i), r.pullBase(i)
	statuses := r.api(s, "/statuses/%s", head)
	o["id"], o["node_id"], o["draft"] = p.id, node("PR", p.id), p.draft
	o["html_url"], o["diff_url"], o["patch_url"] = link, link+".diff", link+".patch"
	o["issue_url"], o["comments_url"], o["statuses_url"] = issue, issue+"/comments", statuses
	o["commits_url"], o["review_comments_url"], o["review_comment_url"] = at+"/commits", at+"/comments", r.api(s, "/pulls/comments{/number}")
	o["head"], o["base"] = s.side(r, p.head, head, shape), s.side(r, p.base, base, shape)
	o["merged_at"], o["merge_commit_sha"] = stamp(p.merged), orNull(p.mergeCommit)
	o["requested_reviewers"], o["requested_teams"] = s.usersJSON(p.reviewers), s.teamsJSON(r, p.teams)
	o["auto_merge"] = nil
	if a := p.auto; a != nil {
		o["auto_merge"] = object{"enabled_by": s.userJSON(a.by), "merge_method": a.method, "commit_title": a.subject, "commit_message": a.body}
	}
	href := func(u string) object { return object{"href": u} }
	o["_links"] = object{
		"self": href(at), "html": href(link), "issue": href(issue), "comments": href(issue + "/comments"), "commits": href(at + "/commits"),
		"review_comments": href(at + "/comments"), "review_comment": href(r.api(s, "/pulls/comments{/number}")), "statuses": href(statuses),
	}
}

// fullPullJSON renders a pull request with what is worked out from git. With
// unknown set mergeability is still being worked out.
func (s *Server) fullPullJSON(r *repo, i *issue, unknown bool) (object, error) {
	p := i.pull
	o := s.common(r, i)
	s.addPull(r, i, o, "repository")
	head, base := r.pullHead(i), r.pullBase(i)
	o["merged"], o["merged_by"], o["maintainer_can_modify"] = i.isMerged(), s.userJSON(p.mergedBy), p.modify
	o["comments"], o["review_comments"] = len(i.comments), 0
	o["mergeable"], o["mergeable_state"], o["rebaseable"] = nil, "unknown", nil
	if i.open && !unknown {
		state, err := r.mergeState(i)
		if err != nil {
			return nil, err
		}
		o["mergeable_state"], o["mergeable"], o["rebaseable"] = state, state != "dirty", state != "dirty"
	}
	ahead, err := r.ahead(base, head)
	if err != nil {
		return nil, err
	}
	files, err := r.changes(base, head)
	if err != nil {
		return nil, err
	}
	added, deleted := 0, 0
	for _, f := range files {
		added, deleted = added+f.added, deleted+f.deleted
	}
	o["commits"], o["changed_files"], o["additions"], o["deletions"] = ahead, len(files), added, deleted
	return s.shapes.make("pull-request", r.api(s, "/pulls/%d", i.number), o), nil
}

// ahead counts the commits that head has and base has not.
func (r *repo) ahead(base, head string) (int, error) {
	key := [2]string{base, head}
	if n, known := r.counts[key]; known {
		return n, nil
	}
	shas, err := r.git.between(base, head)
	if err == nil {
		r.counts[key] = len(shas)
	}
	return len(shas), err
}

// changes returns what head changed since it left base.
func (r *repo) changes(base, head string) ([]change, error) {
	key := [2]string{base, head}
	if list, known := r.changed[key]; known {
		return list, nil
	}
	fork, err := r.git.line("merge-base", base, head)
	if err != nil {
		fork = "4b825dc642cb6eb9a060e54bf8d69288fbee4904" // the empty tree: unrelated histories
	}
	list, err := r.git.diff(fork, head)
	if err == nil {
		r.changed[key] = list
	}
	return list, err
}

func (s *Server) changeJSON(r *repo, sha string, c change) object {
	o := object{
		"sha": c.sha, "filename": c.path, "status": c.status, "additions": c.added, "deletions": c.deleted, "changes": c.added + c.deleted,
		"blob_url": fmt.Sprintf("%s/%s/blob/%s/%s", s.base, r.fullName(), sha, escape(c.path)), "raw_url": fmt.Sprintf("%s/%s/raw/%s/%s", s.base, r.fullName(), sha, escape(c.path)),
		"contents_url": r.api(s, "/contents/%s?ref=%s", escape(c.path), sha),
	}
	if c.patch != "" {
		o["patch"] = c.patch
	}
	if c.from != "" {
		o["previous_filename"] = c.from
	}
	return o
}

func signatureJSON(g signature) object {
	return object{"name": g.Name, "email": g.Email, "date": stamp(g.Date)}
}

// accountOf finds the account behind a commit's address.
func (s *Server) accountOf(g signature) any {
	for _, a := range s.accounts {
		if s.email(a) == g.Email {
			return s.userJSON(a)
		}
	}
	return nil
}

// verification says that a commit is signed if GitHub made it.
func (s *Server) verification(c commit) object {
	if c.committer.Email == s.committer().Email {
		return object{"verified": true, "reason": "valid", "signature": "githubtest", "payload": "githubtest", "verified_at": stamp(c.committer.Date)}
	}
	return object{"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil}
}

// commitJSON renders a commit as the repository's lists do.
func (s *Server) commitJSON(r *repo, c commit) object {
	parents := each(c.parents, func(p string) object {
		return object{"sha": p, "url": r.api(s, "/commits/%s", p), "html_url": s.base + "/" + r.fullName() + "/commit/" + p}
	})
	return s.shapes.make("commit", r.api(s, "/commits/%s", c.sha), object{
		"sha": c.sha, "node_id": "C_" + c.sha, "html_url": s.base + "/" + r.fullName() + "/commit/" + c.sha, "parents": parents,
		"author": s.accountOf(c.author), "committer": s.accountOf(c.committer),
		"commit": object{
			"author": signatureJSON(c.author), "committer": signatureJSON(c.committer), "message": c.message, "comment_count": 0,
			"tree": object{"sha": c.tree, "url": r.api(s, "/git/trees/%s", c.tree)}, "url": r.api(s, "/git/commits/%s", c.sha),
			"verification": s.verification(c),
		},
	})
}

// gitCommitJSON renders a commit as the git database does.
func (s *Server) gitCommitJSON(r *repo, c commit) object {
	parents := each(c.parents, func(p string) object {
		return object{"sha": p, "url": r.api(s, "/git/commits/%s", p), "html_url": s.base + "/" + r.fullName() + "/commit/" + p}
	})
	return s.shapes.make("git-commit", r.api(s, "/git/commits/%s", c.sha), object{
		"sha": c.sha, "node_id": "C_" + c.sha, "html_url": s.base + "/" + r.fullName() + "/commit/" + c.sha, "parents": parents, "message": c.message,
		"author": signatureJSON(c.author), "committer": signatureJSON(c.committer),
		"tree": object{"sha": c.tree, "url": r.api(s, "/git/trees/%s", c.tree)}, "verification": s.verification(c),
	})
}

// commitsJSON reads and renders commits.
func (s *Server) commitsJSON(r *repo, shas []string) ([]object, error) {
	list, err := r.git.commits(shas)
	if err != nil {
		return nil, err
	}
	return each(list, func(c commit) object { return s.commitJSON(r, c) }), nil
}

// text returns a JSON value as text, for what may be a string or a number.
func text(raw json.RawMessage) string { return strings.Trim(string(raw), `"`) }
