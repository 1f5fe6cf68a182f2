package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform"
)

// Merge merges exactly m.Head and deletes the branch, unless GitHub does that itself or somebody has pushed to it since; or it tells GitHub how to merge it. An
// empty method is the first that the repository allows. The error is [platform.ErrMoved] if the head is
// another, or if the base changed what the pull request changes, and [platform.ErrBlocked] with GitHub's words if a rule forbids it.
func (w *Writer) Merge(ctx context.Context, name string, m platform.Merging) error {
	owner, repo, done, err := w.begin(name)
	if err != nil {
		return err
	}
	defer done()
	doing := fmt.Sprintf("merging #%d of %s", m.Number, name)
	if m.Head == "" {
		return fmt.Errorf("%s: nothing is merged without knowing its commit", doing)
	}
	if m.How != platform.Now {
		return w.r.explain(w.tell(within(ctx, name), owner, repo, m), "%s (%s)", doing, m.How)
	}
	if m.Number == 0 {
		if err := w.advance(ctx, owner, repo, m); err != nil {
			return w.r.explain(err, "moving %s of %s to %.7s", m.Base, name, m.Head)
		}
		return w.prune(ctx, name, m)
	}
	if m.Method == "" {
		settings, err := w.r.Repository(ctx, name)
		if err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		if len(settings.MergeMethods) > 0 {
			m.Method = settings.MergeMethods[0]
		}
		if settings.AutoDelete {
			m.Branch = ""
		}
	}
	if err := w.mergeNow(ctx, owner, repo, m); err != nil && !w.isMerged(ctx, owner, repo, m) {
		return w.r.explain(mergeRefusal(err), "%s", doing)
	}
	return w.prune(ctx, name, m)
}

// prune deletes the branch of what was merged, unless somebody has pushed to it since.
func (w *Writer) prune(ctx context.Context, name string, m platform.Merging) error {
	if m.Branch == "" {
		return nil
	}
	if err := w.deleteBranch(ctx, name, m.Branch, m.Head); !errors.Is(err, platform.ErrMoved) {
		return err
	}
	return nil
}

// advance moves a branch forward to a commit that is built on it, which GitHub itself makes sure of; see docs.github.com, "Update a reference".
func (w *Writer) advance(ctx context.Context, owner, repo string, m platform.Merging) error {
	ref, sha := "refs/heads/"+m.Base, m.Head
	_, _, err := w.r.api.Git.UpdateRef(ctx, owner, repo, &gh.Reference{Ref: &ref, Object: &gh.GitObject{SHA: &sha}}, false)
	switch said := saidOf(err); {
	case statusOf(err) != http.StatusUnprocessableEntity:
		return err
	case strings.Contains(said, "not a fast forward"), strings.Contains(said, "does not exist"):
		return fmt.Errorf("%s: %w", said, platform.ErrMoved)
	default:
		return fmt.Errorf("%s: %w", said, platform.ErrBlocked)
	}
}

// mergeNow merges, if the base did not change what the pull request changes. GitHub refuses where the base moves while it merges:
// then the base is looked at once more.
func (w *Writer) mergeNow(ctx context.Context, owner, repo string, m platform.Merging) error {
	const attempts = 3
	var err error
	for range attempts {
		if err := w.untouched(ctx, owner, repo, m); err != nil {
			return err
		}
		_, _, err = w.r.api.PullRequests.Merge(ctx, owner, repo, m.Number, "", &gh.PullRequestOptions{
			SHA: m.Head, MergeMethod: string(m.Method), CommitTitle: m.Subject,
		})
		if statusOf(err) != http.StatusMethodNotAllowed || !strings.Contains(saidOf(err), "Base branch was modified") {
			break
		}
	}
	return err
}

// maxCompared is how many files GitHub lists of a comparison.
const maxCompared = 300

// untouched is [platform.ErrMoved] unless the base changed none of the pull request's files since it was judged.
func (w *Writer) untouched(ctx context.Context, owner, repo string, m platform.Merging) error {
	if m.Onto == "" || m.Base == "" {
		return nil
	}
	got, _, err := w.r.api.Repositories.CompareCommits(ctx, owner, repo, m.Onto, m.Base, &gh.ListOptions{PerPage: 1})
	if err != nil {
		return err
	}
	if got.GetStatus() != "identical" && got.GetStatus() != "ahead" || len(got.Files) >= maxCompared {
		return fmt.Errorf("%s has changed too much since it was judged: %w", m.Base, platform.ErrMoved)
	}
	for _, f := range got.Files {
		for _, path := range []string{f.GetFilename(), f.GetPreviousFilename()} {
			if slices.Contains(m.Paths, path) {
				return fmt.Errorf("%s has since changed %s: %w", m.Base, path, platform.ErrMoved)
			}
		}
	}
	return nil
}

// isMerged reports whether an earlier attempt, or this one despite its error, did merge the head.
func (w *Writer) isMerged(ctx context.Context, owner, repo string, m platform.Merging) bool {
	p, _, err := w.r.api.PullRequests.Get(ctx, owner, repo, m.Number)
	return err == nil && p.GetMerged() && p.GetHead().GetSHA() == m.Head
}

// mergeRefusal gives GitHub's refusals their meaning.
func mergeRefusal(err error) error {
	switch statusOf(err) {
	case http.StatusConflict:
		return platform.ErrMoved
	case http.StatusMethodNotAllowed:
		return fmt.Errorf("%s: %w", saidOf(err), platform.ErrBlocked)
	}
	return err
}

// What GitHub is told by GraphQL, since REST has no words for it. Both name the commit that was judged.
const (
	pullQuery   = `query($owner: String!, $name: String!, $number: Int!) { repository(owner: $owner, name: $name) { pullRequest(number: $number) { id headRefOid state isInMergeQueue autoMergeRequest { mergeMethod } } } }`
	whenMetText = `mutation($id: ID!, $head: GitObjectID!, $method: PullRequestMergeMethod!, $headline: String) {
  enablePullRequestAutoMerge(input: {pullRequestId: $id, expectedHeadOid: $head, mergeMethod: $method, commitHeadline: $headline}) { clientMutationId }
}`
	unarmText   = `mutation($id: ID!) { disablePullRequestAutoMerge(input: {pullRequestId: $id}) { clientMutationId } }`
	queueText   = `mutation($id: ID!, $head: GitObjectID!) { enqueuePullRequest(input: {pullRequestId: $id, expectedHeadOid: $head}) { clientMutationId } }`
	unqueueText = `mutation($id: ID!) { dequeuePullRequest(input: {id: $id}) { clientMutationId } }`
)

// tell tells GitHub how to merge a pull request, unless it knows already. What is taken back is so whatever the head is now: then it is
// all the more not what was judged.
func (w *Writer) tell(ctx context.Context, owner, repo string, m platform.Merging) error {
	var data struct {
		Repository struct {
			PullRequest struct {
				ID, State string
				Head      string                        `json:"headRefOid"`
				Queued    bool                          `json:"isInMergeQueue"`
				Auto      *struct{ MergeMethod string } `json:"autoMergeRequest"`
			} `json:"pullRequest"`
		}
	}
	if err := w.r.ask(ctx, pullQuery, map[string]any{"owner": owner, "name": repo, "number": m.Number}, &data); err != nil {
		return refusal(err)
	}
	p := data.Repository.PullRequest
	variables := map[string]any{"id": p.ID}
	text, method := "", strings.ToUpper(string(m.Method))
	switch {
	case !m.How.Recalls() && p.Head != m.Head:
		return platform.ErrMoved
	case p.State != "OPEN": // merged, or closed: there is nothing to tell any more
		return nil
	case m.How == platform.WhenMet && (p.Auto == nil || p.Auto.MergeMethod != method):
		text, variables["head"], variables["method"] = whenMetText, m.Head, method
		if m.Subject != "" {
			variables["headline"] = m.Subject
		}
	case m.How == platform.Queue && !p.Queued:
		text, variables["head"] = queueText, m.Head
	case m.How == platform.Unarm && p.Auto != nil:
		text = unarmText
	case m.How == platform.Unqueue && p.Queued:
		text = unqueueText
	}
	if text == "" {
		return nil
	}
	return refusal(w.r.ask(ctx, text, variables, nil))
}

// refusal gives GraphQL's refusals their meaning.
func refusal(err error) error {
	var refused *graphError
	if !errors.As(err, &refused) {
		return err
	}
	switch refused.Type {
	case "STALE_DATA":
		return fmt.Errorf("%s: %w", refused.Message, platform.ErrMoved)
	case "NOT_FOUND":
		return platform.ErrNotFound
	}
	if strings.Contains(refused.Message, "in clean status") { // its checks were done in the meantime
		return fmt.Errorf("%s: %w", refused.Message, platform.ErrMoved)
	}
	return fmt.Errorf("%s: %w", refused.Message, platform.ErrBlocked)
}
