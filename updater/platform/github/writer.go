package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform"
)

// A Writer changes repositories on GitHub, one thing at a time in each. It is
// safe for concurrent use.
type Writer struct {
	r *Reader

	mu    sync.Mutex
	locks map[string]*sync.Mutex // by repository, in lower case
}

var _ platform.Writer = (*Writer)(nil)

// Writer returns the writer that acts with r's token. A dry run does without.
func (r *Reader) Writer() *Writer { return &Writer{r: r, locks: map[string]*sync.Mutex{}} }

// begin takes the turn to write to a repository, until done is called.
func (w *Writer) begin(name string) (owner, repo string, done func(), err error) {
	owner, repo, err = split(name)
	if err != nil {
		return "", "", nil, err
	}
	w.mu.Lock()
	key := strings.ToLower(name)
	lock := w.locks[key]
	if lock == nil {
		lock = new(sync.Mutex)
		w.locks[key] = lock
	}
	w.mu.Unlock()
	lock.Lock()
	return owner, repo, lock.Unlock, nil
}

// Push makes branches, by git or, where GitHub signs commits that it makes itself, by its interface; they are moved by git, see
// gitrepo.Mirror.Push.
func (w *Writer) Push(ctx context.Context, name string, branches []platform.Branch) ([]string, error) {
	owner, repo, done, err := w.begin(name)
	if err != nil {
		return nil, err
	}
	defer done()
	who := w.r.opts.Author
	if who == (platform.Account{}) {
		if who, err = w.r.Whoami(ctx); err != nil {
			return nil, err
		}
	}
	m, err := w.r.mirror(name)
	if err != nil {
		return nil, err
	}
	hosted := len(branches) > 0
	for _, b := range branches {
		yes, err := w.hosted(ctx, name, b)
		if err != nil {
			return nil, err
		}
		hosted = hosted && yes && b.Base != ""
	}
	if hosted {
		return w.pushHosted(ctx, name, owner, repo, m, who, branches)
	}
	return m.Push(ctx, who, w.r.opts.Now(), branches)
}

// Open opens a pull request. If there is one already, the error is [platform.ErrExists] and number is its. Should only
// the labels or the people be refused, the number is that of the pull request which was opened.
func (w *Writer) Open(ctx context.Context, name string, p platform.Proposal) (number int, err error) {
	owner, repo, done, err := w.begin(name)
	if err != nil {
		return 0, err
	}
	defer done()
	doing := fmt.Sprintf("opening a pull request for %s in %s", p.Branch, name)
	if p.Head != "" {
		head, err := w.r.head(ctx, owner, repo, p.Branch)
		if err != nil {
			return 0, w.r.explain(err, "%s", doing)
		}
		if head != p.Head {
			return 0, fmt.Errorf("%s: %w", doing, platform.ErrMoved)
		}
	}
	pull, _, err := w.r.api.PullRequests.Create(ctx, owner, repo, &gh.NewPullRequest{
		Title: &p.Title, Body: &p.Body, Head: &p.Branch, Base: &p.Base, Draft: &p.Draft,
	})
	if statusOf(err) == http.StatusUnprocessableEntity && strings.Contains(saidOf(err), "pull request already exists") {
		number, err := w.openFrom(ctx, owner, repo, p.Branch)
		if err != nil {
			return 0, w.r.explain(err, "%s", doing)
		}
		return number, fmt.Errorf("%s: #%d: %w", doing, number, platform.ErrExists)
	}
	if err != nil {
		return 0, w.r.explain(err, "%s", doing)
	}
	if err := w.label(ctx, owner, repo, pull, p.Labels); err != nil {
		return pull.GetNumber(), w.r.explain(err, "labelling #%d of %s", pull.GetNumber(), name)
	}
	return pull.GetNumber(), w.r.explain(w.invite(ctx, owner, repo, pull, p.People), "asking people about #%d of %s", pull.GetNumber(), name)
}

// openFrom returns the number of the open pull request from branch.
func (w *Writer) openFrom(ctx context.Context, owner, repo, branch string) (int, error) {
	list, _, err := w.r.api.PullRequests.List(ctx, owner, repo, &gh.PullRequestListOptions{State: "open", Head: owner + ":" + branch})
	if err != nil {
		return 0, err
	}
	for _, p := range list {
		if p.GetHead().GetRef() == branch {
			return p.GetNumber(), nil
		}
	}
	return 0, platform.ErrMoved // it was closed in the meantime
}

// label adds the labels that a pull request does not have.
func (w *Writer) label(ctx context.Context, owner, repo string, p *gh.PullRequest, labels []string) error {
	missing := slices.DeleteFunc(slices.Clone(labels), func(l string) bool {
		return slices.ContainsFunc(p.Labels, func(has *gh.Label) bool { return strings.EqualFold(has.GetName(), l) })
	})
	if len(missing) == 0 {
		return nil
	}
	_, _, err := w.r.api.Issues.AddLabelsToIssue(ctx, owner, repo, p.GetNumber(), missing)
	return err
}

// Edit changes what differs of a pull request that has the expected title, or the wanted one already.
func (w *Writer) Edit(ctx context.Context, name string, e platform.Edit) error {
	owner, repo, done, err := w.begin(name)
	if err != nil {
		return err
	}
	defer done()
	doing := fmt.Sprintf("editing #%d of %s", e.Number, name)
	p, _, err := w.r.api.PullRequests.Get(ctx, owner, repo, e.Number)
	if err != nil {
		return w.r.explain(err, "%s", doing)
	}
	if p.GetTitle() != e.Was && (e.Title == nil || p.GetTitle() != *e.Title) {
		return fmt.Errorf("%s: %w", doing, platform.ErrMoved)
	}
	// The texts come after what they tell is done: an attempt that ends in between is made again. Asking people comes last, since it
	// is tried once only: some are refused for ever.
	if err := w.comment(ctx, owner, repo, e.Number, e.Comment); err != nil {
		return w.r.explain(err, "commenting on #%d of %s", e.Number, name)
	}
	if err := w.label(ctx, owner, repo, p, e.AddLabels); err != nil {
		return w.r.explain(err, "labelling #%d of %s", e.Number, name)
	}
	if err := w.unlabel(ctx, owner, repo, p, e.RemoveLabels); err != nil {
		return w.r.explain(err, "taking labels from #%d of %s", e.Number, name)
	}
	change := &gh.PullRequest{}
	if e.Reopen != "" && p.GetState() == "closed" {
		if err := w.restore(ctx, owner, repo, p, e.Reopen); err != nil {
			return w.r.explain(err, "opening #%d of %s again", e.Number, name)
		}
		open := "open"
		change.State = &open
	}
	if e.Title != nil && *e.Title != p.GetTitle() {
		change.Title = e.Title
	}
	if e.Body != nil && *e.Body != p.GetBody() {
		change.Body = e.Body
	}
	if e.Base != nil && *e.Base != p.GetBase().GetRef() {
		change.Base = &gh.PullRequestBranch{Ref: e.Base}
	}
	if change.State != nil || change.Title != nil || change.Body != nil || change.Base != nil {
		if _, _, err := w.r.api.PullRequests.Edit(ctx, owner, repo, e.Number, change); err != nil {
			return w.r.explain(err, "%s", doing)
		}
	}
	if e.Draft != nil && *e.Draft != p.GetDraft() {
		if err := w.draft(ctx, p.GetNodeID(), *e.Draft); err != nil {
			return w.r.explain(err, "%s", doing)
		}
	}
	return w.r.explain(w.invite(ctx, owner, repo, p, e.People), "asking people about #%d of %s", e.Number, name)
}

// draft makes a draft of a pull request, or the reverse. REST has nothing for it.
func (w *Writer) draft(ctx context.Context, node string, draft bool) error {
	mutation := "markPullRequestReadyForReview"
	if draft {
		mutation = "convertPullRequestToDraft"
	}
	query := "mutation($id: ID!) { " + mutation + "(input: {pullRequestId: $id}) { pullRequest { isDraft } } }"
	return w.r.ask(ctx, query, map[string]any{"id": node}, nil)
}

// restore makes the branch of a closed pull request again: GitHub opens none again whose branch is not where it was.
func (w *Writer) restore(ctx context.Context, owner, repo string, p *gh.PullRequest, head string) error {
	branch := p.GetHead().GetRef()
	switch at, err := w.r.head(ctx, owner, repo, branch); {
	case err != nil:
		return err
	case p.GetHead().GetSHA() != head, at != "" && at != head:
		return platform.ErrMoved
	case at == head:
		return nil
	}
	ref := "refs/heads/" + branch
	_, _, err := w.r.api.Git.CreateRef(ctx, owner, repo, &gh.Reference{Ref: &ref, Object: &gh.GitObject{SHA: &head}})
	return err
}

// unlabel takes labels away that a pull request has.
func (w *Writer) unlabel(ctx context.Context, owner, repo string, p *gh.PullRequest, labels []string) error {
	for _, has := range p.Labels {
		if !slices.ContainsFunc(labels, func(l string) bool { return strings.EqualFold(has.GetName(), l) }) {
			continue
		}
		if _, err := w.r.api.Issues.RemoveLabelForIssue(ctx, owner, repo, p.GetNumber(), url.PathEscape(has.GetName())); err != nil && statusOf(err) != http.StatusNotFound {
			return err
		}
	}
	return nil
}

// Close comments on a pull request, closes it and deletes its branch, each if that is still to be done. A branch is
// deleted only at the expected head.
func (w *Writer) Close(ctx context.Context, name string, c platform.Closing) error {
	owner, repo, done, err := w.begin(name)
	if err != nil {
		return err
	}
	defer done()
	if c.Branch != "" && c.Head == "" {
		return fmt.Errorf("closing #%d of %s: a branch is not deleted without knowing its commit", c.Number, name)
	}
	if c.Number != 0 {
		if err := w.closePull(ctx, owner, repo, c); err != nil {
			return w.r.explain(err, "closing #%d of %s", c.Number, name)
		}
	}
	if c.Branch == "" {
		return nil
	}
	return w.deleteBranch(ctx, name, c.Branch, c.Head)
}

func (w *Writer) closePull(ctx context.Context, owner, repo string, c platform.Closing) error {
	p, _, err := w.r.api.PullRequests.Get(ctx, owner, repo, c.Number)
	if err != nil || p.GetState() != "open" {
		return err
	}
	if c.Head != "" && p.GetHead().GetSHA() != c.Head || c.Branch != "" && p.GetHead().GetRef() != c.Branch {
		return platform.ErrMoved
	}
	if err := w.comment(ctx, owner, repo, c.Number, c.Comment); err != nil {
		return err
	}
	closed := "closed"
	_, _, err = w.r.api.PullRequests.Edit(ctx, owner, repo, c.Number, &gh.PullRequest{State: &closed})
	return err
}

// comment comments, unless an earlier attempt did.
func (w *Writer) comment(ctx context.Context, owner, repo string, number int, text string) error {
	if text == "" {
		return nil
	}
	exists := false
	err := pages(maxPages, func(o gh.ListOptions) (*gh.Response, error) {
		list, res, err := w.r.api.Issues.ListComments(ctx, owner, repo, number, &gh.IssueListCommentsOptions{ListOptions: o})
		for _, c := range list {
			exists = exists || c.GetBody() == text
		}
		return res, err
	})
	if err != nil || exists {
		return err
	}
	_, _, err = w.r.api.Issues.CreateComment(ctx, owner, repo, number, &gh.IssueComment{Body: &text})
	return err
}

// deleteBranch deletes by git, where the server itself compares the head.
func (w *Writer) deleteBranch(ctx context.Context, name, branch, head string) error {
	m, err := w.r.mirror(name)
	if err != nil {
		return err
	}
	return m.Delete(ctx, branch, head)
}
