// Package githubdigest reads the branches and tags of repositories on GitHub,
// for references that are no versions, such as "main".
package githubdigest

import (
	"context"
	"errors"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/githubapi"
)

// Source lists tags and branches with their commits. A name that is both
// means the tag.
var Source = &datasources.Source{
	Name:       "github-digest",
	Doc:        "branches and tags on GitHub",
	Versioning: "exact",
	Strategy:   datasources.Hunt,
	New:        func(env datasources.Env) datasources.Datasource { return refs{env} },
}

type refs struct{ env datasources.Env }

func (r refs) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	repo, err := githubapi.Open(r.env, q)
	if err != nil {
		return nil, err
	}
	tags, partialTags, err := repo.Tags(ctx)
	if err != nil {
		return nil, err
	}
	branches, partial, err := repo.Branches(ctx)
	if err != nil {
		return nil, err
	}
	if partialTags != "" {
		partial = partialTags
	}
	l := &datasources.Listing{SourceURL: repo.URL, Partial: partial}
	seen := make(map[string]bool)
	for _, ref := range append(tags, branches...) {
		if !seen[ref.Name] {
			seen[ref.Name] = true
			l.Releases = append(l.Releases, datasources.Release{Version: ref.Name, Digest: ref.Commit})
		}
	}
	return l, nil
}

// Digest returns the commit of a tag, or else of a branch; of the default branch
// if version is empty.
func (r refs) Digest(ctx context.Context, q datasources.Query, version string) (string, error) {
	repo, err := githubapi.Open(r.env, q)
	if err != nil {
		return "", err
	}
	if version == "" {
		return repo.Commit(ctx, "HEAD")
	}
	sha, err := repo.Commit(ctx, "tags/"+version)
	if errors.Is(err, datasources.ErrNotFound) {
		return repo.Commit(ctx, "heads/"+version)
	}
	return sha, err
}
