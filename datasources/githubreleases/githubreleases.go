// Package githubreleases reads the releases of repositories on GitHub.
package githubreleases

import (
	"context"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/githubapi"
)

// Source lists published releases by the names of their tags.
var Source = &datasources.Source{
	Name:       "github-releases",
	Doc:        "releases on GitHub",
	Versioning: "semver-coerced",
	Strategy:   datasources.Hunt,
	New:        func(env datasources.Env) datasources.Datasource { return releases{env} },
}

type releases struct{ env datasources.Env }

func (r releases) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	repo, err := githubapi.Open(r.env, q)
	if err != nil {
		return nil, err
	}
	found, partial, err := repo.Releases(ctx)
	if err != nil {
		return nil, err
	}
	l := &datasources.Listing{SourceURL: repo.URL, Partial: partial}
	for _, f := range found {
		l.Releases = append(l.Releases, datasources.Release{Version: f.Tag, Published: f.Published, Unstable: f.Prerelease})
	}
	return l, nil
}

// Digest returns the commit of a release's tag, or of the default branch if version is empty.
func (r releases) Digest(ctx context.Context, q datasources.Query, version string) (string, error) {
	repo, err := githubapi.Open(r.env, q)
	if err != nil {
		return "", err
	}
	if version == "" {
		return repo.Commit(ctx, "HEAD")
	}
	return repo.Commit(ctx, "tags/"+version)
}
