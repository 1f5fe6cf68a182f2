// Package githubapi asks a GitHub for the tags, branches and releases of a
// repository. It keeps go-github in one place.
package githubapi

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/datasources"
)

const (
	pageSize = 100
	maxPages = 200
)

// A Repo is a repository on a GitHub.
type Repo struct {
	client      *github.Client
	host        string
	Owner, Name string
	URL         string // web address
	types       []string
}

var validPart = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// Open returns the repository that q is about. Of the package only "owner/name" counts.
func Open(env datasources.Env, q datasources.Query) (Repo, error) {
	u, err := url.Parse(q.Registry)
	if err != nil || u.Host == "" {
		return Repo{}, fmt.Errorf("looking up %s: the registry is not a URL", q)
	}
	parts := strings.Split(strings.TrimSuffix(strings.Trim(q.Package, "/"), ".git"), "/")
	if len(parts) < 2 || !validPart.MatchString(parts[0]) || !validPart.MatchString(parts[1]) ||
		strings.Trim(parts[0], ".") == "" || strings.Trim(parts[1], ".") == "" {
		return Repo{}, fmt.Errorf("looking up %s: %w: it is not owner/name", q, datasources.ErrNotFound)
	}
	client := github.NewClient(env.Client)
	client.BaseURL = datasources.GitHubAPI(u)
	return Repo{
		client: client, host: client.BaseURL.Host, Owner: parts[0], Name: parts[1],
		URL:   strings.TrimSuffix(datasources.Redact(q.Registry), "/") + "/" + parts[0] + "/" + parts[1],
		types: []string{q.Datasource, "github"},
	}, nil
}

func (r Repo) terms(ctx context.Context) context.Context {
	return datasources.WithTerms(ctx, datasources.Terms{HostTypes: r.types})
}

// A Ref is a tag or a branch with the commit that it names.
type Ref struct{ Name, Commit string }

// Tags returns all tags. partial says why they are not all.
func (r Repo) Tags(ctx context.Context) (refs []Ref, partial string, err error) {
	partial, err = r.pages(ctx, "tags", func(ctx context.Context, o github.ListOptions) (int, *github.Response, error) {
		page, resp, err := r.client.Repositories.ListTags(ctx, r.Owner, r.Name, &o)
		for _, t := range page {
			refs = append(refs, Ref{t.GetName(), t.GetCommit().GetSHA()})
		}
		return len(page), resp, err
	})
	return refs, partial, err
}

// Branches returns all branches. partial says why they are not all.
func (r Repo) Branches(ctx context.Context) (refs []Ref, partial string, err error) {
	partial, err = r.pages(ctx, "branches", func(ctx context.Context, o github.ListOptions) (int, *github.Response, error) {
		page, resp, err := r.client.Repositories.ListBranches(ctx, r.Owner, r.Name, &github.BranchListOptions{ListOptions: o})
		for _, b := range page {
			refs = append(refs, Ref{b.GetName(), b.GetCommit().GetSHA()})
		}
		return len(page), resp, err
	})
	return refs, partial, err
}

// A Release is a published release.
type Release struct {
	Tag        string
	Published  time.Time
	Prerelease bool
}

// Releases returns all published releases. partial says why they are not all.
func (r Repo) Releases(ctx context.Context) (releases []Release, partial string, err error) {
	partial, err = r.pages(ctx, "releases", func(ctx context.Context, o github.ListOptions) (int, *github.Response, error) {
		page, resp, err := r.client.Repositories.ListReleases(ctx, r.Owner, r.Name, &o)
		for _, rel := range page {
			if !rel.GetDraft() {
				releases = append(releases, Release{rel.GetTagName(), rel.GetPublishedAt().Time, rel.GetPrerelease()})
			}
		}
		return len(page), resp, err
	})
	return releases, partial, err
}

// pages calls page for one page after another. It does not rely on the link to the
// next page, which a proxy may drop: a full page is followed by another.
func (r Repo) pages(ctx context.Context, what string,
	page func(context.Context, github.ListOptions) (int, *github.Response, error)) (partial string, err error) {
	ctx = r.terms(ctx)
	for number := 1; number <= maxPages; number++ {
		n, resp, err := page(ctx, github.ListOptions{Page: number, PerPage: pageSize})
		if err == nil && n == 0 && !datasources.Delimited(resp.Response) {
			err = &datasources.RetryError{Err: errors.New("an empty answer")}
		}
		if err != nil {
			return "", fmt.Errorf("listing %s of %s: %w", what, r.URL, r.meaning(err))
		}
		if n < pageSize && resp.NextPage == 0 {
			return "", nil
		}
	}
	return fmt.Sprintf("there are more than %d", pageSize*maxPages), nil
}

// Commit returns the commit that a reference names, such as "tags/v1" or
// "heads/main"; an annotated tag's is that of its commit.
func (r Repo) Commit(ctx context.Context, ref string) (string, error) {
	sha, _, err := r.client.Repositories.GetCommitSHA1(r.terms(ctx), r.Owner, r.Name, ref, "")
	if err != nil {
		return "", fmt.Errorf("asking for commit %s of %s: %w", ref, r.URL, r.meaning(err))
	}
	if sha = strings.TrimSpace(sha); !validCommit.MatchString(sha) {
		return "", fmt.Errorf("asking for commit %s of %s: %w", ref, r.URL,
			&datasources.RetryError{Err: errors.New("the answer is no commit")})
	}
	return sha, nil
}

var validCommit = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// meaning returns err as [datasources.Datasource] promises errors.
func (r Repo) meaning(err error) error {
	var limit *github.RateLimitError
	var abuse *github.AbuseRateLimitError
	var answer *github.ErrorResponse
	switch {
	case errors.As(err, &limit):
		return &datasources.RetryError{After: time.Until(limit.Rate.Reset.Time), Err: fmt.Errorf("%s: rate limit exceeded", r.host)}
	case errors.As(err, &abuse):
		return &datasources.RetryError{After: abuse.GetRetryAfter(), Err: fmt.Errorf("%s: secondary rate limit exceeded", r.host)}
	case errors.As(err, &answer) && answer.Response != nil:
		if answer.Response.StatusCode == 422 { // no commit found for the reference
			return datasources.ErrNotFound
		}
		return datasources.StatusError(r.host, answer.Response.StatusCode)
	}
	return datasources.CutShort(datasources.Clean(err))
}
