// Package githubtags reads the tags of repositories on GitHub.
package githubtags

import (
	"context"
	"errors"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/githubapi"
)

// Source lists tags with their commits. A tag is as old as its release, if it
// has one: GitHub sets that time, while a commit's is whatever its author says.
var Source = &datasources.Source{
	Name:       "github-tags",
	Doc:        "tags on GitHub",
	Versioning: "semver-coerced",
	Strategy:   datasources.Hunt,
	New:        func(env datasources.Env) datasources.Datasource { return tags{env} },
}

type tags struct{ env datasources.Env }

func (t tags) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	repo, err := githubapi.Open(t.env, q)
	if err != nil {
		return nil, err
	}
	refs, partial, err := repo.Tags(ctx)
	if err != nil {
		return nil, err
	}
	l := &datasources.Listing{SourceURL: repo.URL, Partial: partial}
	published := make(map[string]githubapi.Release)
	if len(refs) > 0 {
		releases, cut, err := repo.Releases(ctx)
		switch {
		case errors.Is(err, datasources.ErrNotFound):
			l.Partial = "which tags are prereleases is not told"
		case err != nil:
			return nil, err
		case cut != "":
			l.Partial = cut
		}
		for _, r := range releases {
			published[r.Tag] = r
		}
	}
	for _, ref := range refs {
		r := published[ref.Name]
		l.Releases = append(l.Releases, datasources.Release{
			Version: ref.Name, Digest: ref.Commit, Published: r.Published, Unstable: r.Prerelease,
		})
	}
	return l, nil
}

// Digest returns the commit of a tag, or of the default branch if version is empty.
func (t tags) Digest(ctx context.Context, q datasources.Query, version string) (string, error) {
	repo, err := githubapi.Open(t.env, q)
	if err != nil {
		return "", err
	}
	if version == "" {
		return repo.Commit(ctx, "HEAD")
	}
	return repo.Commit(ctx, "tags/"+version)
}
