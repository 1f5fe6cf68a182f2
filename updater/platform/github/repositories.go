package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/platform"
)

// maxPages bounds a list of repositories or checks.
const maxPages = 100

// Repositories lists the configured repositories, or all that the token reaches. Where those of one owner cannot be listed, the
// others' come with the error.
func (r *Reader) Repositories(ctx context.Context) ([]string, error) {
	var names []string
	var failed error
	if r.opts.Repositories == nil {
		names, failed = r.reachable(ctx)
	}
	for _, want := range r.opts.Repositories {
		owner, all := strings.CutSuffix(want, "/*")
		if !all {
			if _, _, err := split(want); err != nil {
				return nil, err
			}
			names = append(names, want)
			continue
		}
		owned, err := r.ownedBy(ctx, owner)
		names = append(names, owned...)
		failed = errors.Join(failed, r.explain(err, "listing repositories of %s", owner))
	}
	slices.Sort(names)
	return slices.Compact(names), failed
}

// reachable lists what an app is installed on or, for a person's token, what the person has access to.
func (r *Reader) reachable(ctx context.Context) (names []string, err error) {
	if r.opts.Owners == nil {
		names, err = r.reached(ctx)
		return names, r.explain(err, "listing repositories")
	}
	owners, err := r.opts.Owners(ctx)
	if err != nil {
		return nil, r.explain(err, "listing repositories")
	}
	var failed []error
	for _, owner := range owners {
		of, err := r.reached(within(ctx, owner+"/"))
		if err != nil {
			failed = append(failed, r.explain(err, "listing repositories of %s", owner))
			continue
		}
		names = append(names, of...)
	}
	return names, errors.Join(failed...)
}

func (r *Reader) reached(ctx context.Context) (names []string, err error) {
	err = pages(maxPages, func(o gh.ListOptions) (*gh.Response, error) {
		list, res, err := r.api.Apps.ListRepos(ctx, &o)
		if err != nil {
			return nil, err
		}
		names = appendNames(names, r.onTopic(list.Repositories))
		return res, nil
	})
	if !slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}, statusOf(err)) {
		return names, err
	}
	err = pages(maxPages, func(o gh.ListOptions) (*gh.Response, error) {
		list, res, err := r.api.Repositories.ListByAuthenticatedUser(ctx, &gh.RepositoryListByAuthenticatedUserOptions{ListOptions: o})
		names = appendNames(names, r.onTopic(list))
		return res, err
	})
	return names, err
}

// onTopic returns the repositories of list that have one of the wanted topics.
func (r *Reader) onTopic(list []*gh.Repository) []*gh.Repository {
	if len(r.opts.Topics) == 0 {
		return list
	}
	return slices.DeleteFunc(list, func(repo *gh.Repository) bool {
		return !slices.ContainsFunc(repo.Topics, func(topic string) bool { return slices.Contains(r.opts.Topics, topic) })
	})
}

// ownedBy lists the repositories of an organisation or a user.
func (r *Reader) ownedBy(ctx context.Context, owner string) (names []string, err error) {
	if _, _, err := split(owner + "/x"); err != nil {
		return nil, err
	}
	err = pages(maxPages, func(o gh.ListOptions) (*gh.Response, error) {
		list, res, err := r.api.Repositories.ListByOrg(ctx, owner, &gh.RepositoryListByOrgOptions{ListOptions: o})
		names = appendNames(names, list)
		return res, err
	})
	if statusOf(err) != http.StatusNotFound {
		return names, err
	}
	err = pages(maxPages, func(o gh.ListOptions) (*gh.Response, error) {
		list, res, err := r.api.Repositories.ListByUser(ctx, owner, &gh.RepositoryListByUserOptions{ListOptions: o})
		names = appendNames(names, list)
		return res, err
	})
	return names, err
}

func appendNames(names []string, list []*gh.Repository) []string {
	for _, repo := range list {
		names = append(names, repo.GetFullName())
	}
	return names
}

// Repository returns a repository's settings. GitHub shows how it may be merged only to who may push; to others all
// methods are reported.
func (r *Reader) Repository(ctx context.Context, name string) (platform.Repository, error) {
	owner, repo, err := split(name)
	if err != nil {
		return platform.Repository{}, err
	}
	got, res, err := r.api.Repositories.Get(ctx, owner, repo)
	if err != nil {
		return platform.Repository{}, r.explain(err, "reading repository %s", name)
	}
	out := platform.Repository{
		Name: got.GetFullName(), CloneURL: got.GetCloneURL(), Default: got.GetDefaultBranch(),
		Archived: got.GetArchived(), Disabled: got.GetDisabled(), Fork: got.GetFork(), AutoDelete: got.GetDeleteBranchOnMerge(),
		AutoMerge: got.GetAllowAutoMerge(),
		NoIssues:  got.HasIssues != nil && !*got.HasIssues,
	}
	for _, m := range []struct {
		allowed *bool
		method  platform.Method
	}{{got.AllowSquashMerge, platform.Squash}, {got.AllowMergeCommit, platform.MergeCommit}, {got.AllowRebaseMerge, platform.Rebase}} {
		if m.allowed == nil || *m.allowed {
			out.MergeMethods = append(out.MergeMethods, m.method)
		}
	}
	if out.NoWorkflows, err = r.noWorkflows(ctx, owner, scopesOf(res)); err != nil {
		return platform.Repository{}, r.explain(err, "reading what may be changed in %s", name)
	}
	if got.GetSize() == 0 {
		// An empty repository has a default branch by name, but not in fact.
		if out.Default, err = r.existing(ctx, owner, repo, out.Default); err != nil {
			return platform.Repository{}, r.explain(err, "reading repository %s", name)
		}
	}
	return out, nil
}

// existing returns branch if there is such a branch, else "".
func (r *Reader) existing(ctx context.Context, owner, repo, branch string) (string, error) {
	head, err := r.head(ctx, owner, repo, branch)
	if head == "" {
		return "", err
	}
	return branch, err
}

// head returns the commit that a branch is at; "" if there is no such branch.
func (r *Reader) head(ctx context.Context, owner, repo, branch string) (string, error) {
	var ref gh.Reference
	_, err := r.get(ctx, fmt.Sprintf("repos/%s/%s/git/ref/heads/%s", owner, repo, escape(branch)), &ref)
	if s := statusOf(err); s == http.StatusNotFound || s == http.StatusConflict { // 409 is an empty repository
		return "", nil
	}
	return ref.GetObject().GetSHA(), err
}

// File returns a file of a repository, at most [gitrepo.MaxFile] bytes. A folder is not found.
func (r *Reader) File(ctx context.Context, name, path, ref string) ([]byte, error) {
	owner, repo, err := split(name)
	if err != nil {
		return nil, err
	}
	if path == "" || slices.ContainsFunc(strings.Split(path, "/"), func(s string) bool { return s == "" || s == "." || s == ".." }) {
		return nil, fmt.Errorf("reading %q of %s: %w", path, name, platform.ErrNotFound)
	}
	u := fmt.Sprintf("repos/%s/%s/contents/%s", owner, repo, escape(path))
	if ref != "" {
		u += "?ref=" + url.QueryEscape(ref)
	}
	req, err := r.api.NewRequest(http.MethodGet, u, nil)
	if err != nil {
		return nil, fmt.Errorf("reading %s of %s: %w", path, name, err)
	}
	req.Header.Set("Accept", "application/vnd.github.raw+json")
	text := cappedBuffer{path: path}
	res, err := r.api.Do(ctx, req, &text)
	if err == nil && strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		err = platform.ErrNotFound // the list of a folder
	}
	if err != nil {
		return nil, r.explain(err, "reading %s of %s", path, name)
	}
	return text.buf.Bytes(), nil
}

// A cappedBuffer takes the content of a file of bearable size.
type cappedBuffer struct {
	buf  bytes.Buffer // not embedded: its ReadFrom would go around the cap
	path string
}

func (b *cappedBuffer) Write(p []byte) (int, error) {
	if n := int64(b.buf.Len() + len(p)); n > gitrepo.MaxFile {
		return 0, &gitrepo.SizeError{Path: b.path, Size: n, Limit: gitrepo.MaxFile}
	}
	return b.buf.Write(p)
}

// Whoami returns the account of the token. It is asked for once.
func (r *Reader) Whoami(ctx context.Context) (platform.Account, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.me != (platform.Account{}) {
		return r.me, nil
	}
	me, err := r.whoami(ctx)
	if err != nil {
		return platform.Account{}, r.explain(err, "asking %s whose token it is", r.host)
	}
	r.me = me
	return me, nil
}

// whoami asks by REST and, for an app, by GraphQL: apps are no users to REST. A token may be an app's too.
func (r *Reader) whoami(ctx context.Context) (platform.Account, error) {
	if r.opts.Owners == nil {
		user, _, err := r.api.Users.Get(ctx, "")
		if err == nil {
			return r.account(user.GetLogin(), user.GetName(), user.GetEmail(), user.GetID()), nil
		}
		if s := statusOf(err); s != http.StatusForbidden && s != http.StatusNotFound {
			return platform.Account{}, err
		}
	}
	var data struct {
		Viewer struct {
			Login      string
			DatabaseID int64 `json:"databaseId"`
		}
	}
	if err := r.ask(ctx, viewerQuery, nil, &data); err != nil {
		return platform.Account{}, err
	}
	viewer := data.Viewer
	if viewer.Login == "" {
		return platform.Account{}, errors.New("it did not say")
	}
	return r.account(viewer.Login, "", "", viewer.DatabaseID), nil
}

// viewerQuery asks who the token belongs to, and what the question costs, which quota.Book reads.
const viewerQuery = `query { viewer { login databaseId } rateLimit { cost remaining resetAt } }`

// account fills what an account does not show with what GitHub uses itself: an address by
// which it recognises the author of a commit.
func (r *Reader) account(login, name, email string, id int64) platform.Account {
	if name == "" {
		name = login
	}
	if email == "" {
		email = fmt.Sprintf("%d+%s@users.noreply.%s", id, login, strings.TrimPrefix(r.api.BaseURL.Hostname(), "api."))
	}
	return platform.Account{Login: login, Name: name, Email: email}
}
