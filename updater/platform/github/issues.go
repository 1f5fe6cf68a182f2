package github

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform"
)

// maxIssuePages bounds how far back issues are listed, in pages of 100.
const maxIssuePages = 3

// Issues returns the issues by the token's account and, where none of them that is open has one of the titles, the open ones by others that
// may be taken over: GitHub lets only their author and who may write to the repository change a text, so the author must be one of these,
// or a bot.
func (r *Reader) Issues(ctx context.Context, name string, titles []string) ([]platform.Issue, error) {
	owner, repo, err := split(name)
	if err != nil {
		return nil, err
	}
	me, err := r.Whoami(ctx)
	if err != nil {
		return nil, err
	}
	out, err := r.listIssues(ctx, owner, repo, &gh.IssueListByRepoOptions{State: "all", Creator: me.Login}, func(i *gh.Issue) bool {
		return strings.EqualFold(i.GetUser().GetLogin(), me.Login)
	})
	if err != nil {
		return nil, r.explain(err, "listing issues of %s", name)
	}
	for i := range out {
		out[i].Ours = true
	}
	titled := func(i platform.Issue) bool { return i.Open && slices.Contains(titles, i.Title) }
	if len(titles) == 0 || slices.ContainsFunc(out, titled) {
		return out, nil
	}
	others, err := r.listIssues(ctx, owner, repo, &gh.IssueListByRepoOptions{State: "open", Sort: "updated", Direction: "desc"}, func(i *gh.Issue) bool {
		return !strings.EqualFold(i.GetUser().GetLogin(), me.Login) && trusted(i) && slices.Contains(titles, i.GetTitle())
	})
	if err != nil {
		return nil, r.explain(err, "listing issues of %s", name)
	}
	return append(out, others...), nil
}

// trusted reports whether only those with rights in the repository can have written an issue.
func trusted(i *gh.Issue) bool {
	return i.GetUser().GetType() == "Bot" || slices.Contains([]string{"OWNER", "MEMBER", "COLLABORATOR"}, i.GetAuthorAssociation())
}

// listIssues lists the issues that keep chooses. In a repository without issues there are none.
func (r *Reader) listIssues(ctx context.Context, owner, repo string, opts *gh.IssueListByRepoOptions, keep func(*gh.Issue) bool) ([]platform.Issue, error) {
	var out []platform.Issue
	err := pages(maxIssuePages, func(o gh.ListOptions) (*gh.Response, error) {
		opts.ListOptions = o
		list, res, err := r.api.Issues.ListByRepo(ctx, owner, repo, opts)
		for _, i := range list {
			if !i.IsPullRequest() && keep(i) {
				out = append(out, issueOf(i))
			}
		}
		return res, err
	})
	if statusOf(err) == http.StatusGone {
		return nil, nil
	}
	slices.SortFunc(out, func(a, b platform.Issue) int { return b.Number - a.Number })
	return slices.CompactFunc(out, func(a, b platform.Issue) bool { return a.Number == b.Number }), err
}

func issueOf(i *gh.Issue) platform.Issue {
	out := platform.Issue{Number: i.GetNumber(), Title: i.GetTitle(), Body: unix(i.GetBody()), Open: i.GetState() == "open", Author: i.GetUser().GetLogin()}
	for _, l := range i.Labels {
		out.Labels = append(out.Labels, l.GetName())
	}
	return out
}

// unix undoes what a browser makes of line ends when somebody edits a text.
func unix(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// Note makes an issue, or changes what differs of one that has the expected body, or the wanted one already.
func (w *Writer) Note(ctx context.Context, name string, n platform.Notice) (number int, err error) {
	owner, repo, done, err := w.begin(name)
	if err != nil {
		return 0, err
	}
	defer done()
	if n.Number == 0 {
		return w.raise(ctx, owner, repo, n)
	}
	doing := fmt.Sprintf("editing issue #%d of %s", n.Number, name)
	i, _, err := w.r.api.Issues.Get(ctx, owner, repo, n.Number)
	if err != nil {
		return n.Number, w.r.explain(err, "%s", doing)
	}
	body := unix(i.GetBody())
	if n.Was != nil && body != *n.Was && (n.Body == nil || body != *n.Body) {
		return n.Number, fmt.Errorf("%s: %w", doing, platform.ErrMoved)
	}
	change := &gh.IssueRequest{}
	if n.Title != nil && *n.Title != i.GetTitle() {
		change.Title = n.Title
	}
	if n.Body != nil && *n.Body != body {
		change.Body = n.Body
	}
	if n.Open != nil && *n.Open != (i.GetState() == "open") {
		state := "closed"
		if *n.Open {
			state = "open"
		}
		change.State = &state
	}
	if change.Title != nil || change.Body != nil || change.State != nil {
		if _, _, err := w.r.api.Issues.Edit(ctx, owner, repo, n.Number, change); err != nil {
			return n.Number, w.r.explain(err, "%s", doing)
		}
	}
	return n.Number, w.r.explain(w.labelIssue(ctx, owner, repo, i, n.AddLabels), "labelling issue #%d of %s", n.Number, name)
}

// raise makes an issue, unless an earlier attempt made one with the same title and body.
func (w *Writer) raise(ctx context.Context, owner, repo string, n platform.Notice) (int, error) {
	doing := fmt.Sprintf("making an issue in %s/%s", owner, repo)
	if n.Title == nil || n.Body == nil {
		return 0, fmt.Errorf("%s: it needs a title and a text", doing)
	}
	me, err := w.r.Whoami(ctx)
	if err != nil {
		return 0, err
	}
	ours, err := w.r.listIssues(ctx, owner, repo, &gh.IssueListByRepoOptions{State: "open", Creator: me.Login}, func(i *gh.Issue) bool {
		return i.GetTitle() == *n.Title && unix(i.GetBody()) == *n.Body
	})
	if err != nil {
		return 0, w.r.explain(err, "%s", doing)
	}
	if len(ours) > 0 {
		return ours[0].Number, fmt.Errorf("%s: #%d: %w", doing, ours[0].Number, platform.ErrExists)
	}
	req := &gh.IssueRequest{Title: n.Title, Body: n.Body}
	if len(n.AddLabels) > 0 {
		req.Labels = &n.AddLabels
	}
	i, _, err := w.r.api.Issues.Create(ctx, owner, repo, req)
	return i.GetNumber(), w.r.explain(err, "%s", doing)
}

func (w *Writer) labelIssue(ctx context.Context, owner, repo string, i *gh.Issue, labels []string) error {
	missing := slices.DeleteFunc(slices.Clone(labels), func(l string) bool {
		return slices.ContainsFunc(i.Labels, func(has *gh.Label) bool { return strings.EqualFold(has.GetName(), l) })
	})
	if len(missing) == 0 {
		return nil
	}
	_, _, err := w.r.api.Issues.AddLabelsToIssue(ctx, owner, repo, i.GetNumber(), missing)
	return err
}
