// Package gittags reads the tags of git repositories.
package gittags

import (
	"context"
	"maps"
	"slices"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/gitremote"
)

// Source lists tags by git's own protocol. The package is the repository's
// address. Git does not say when a tag was made.
var Source = &datasources.Source{
	Name:       "git-tags",
	Doc:        "tags of git repositories",
	Versioning: "semver-coerced",
	Strategy:   datasources.First,
	Fixed:      true,
	New:        func(env datasources.Env) datasources.Datasource { return tags{env} },
}

type tags struct{ env datasources.Env }

func (t tags) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	refs, err := gitremote.List(ctx, t.env, q.Datasource, q.Package)
	if err != nil {
		return nil, err
	}
	l := &datasources.Listing{SourceURL: gitremote.Web(q.Package)}
	found := refs.Tags()
	for _, name := range slices.Sorted(maps.Keys(found)) {
		l.Releases = append(l.Releases, datasources.Release{Version: name, Digest: found[name]})
	}
	return l, nil
}

// Digest returns the commit of a tag; of HEAD if version is empty.
func (t tags) Digest(ctx context.Context, q datasources.Query, version string) (string, error) {
	refs, err := gitremote.List(ctx, t.env, q.Datasource, q.Package)
	if err != nil {
		return "", err
	}
	return refs.Find(version)
}
