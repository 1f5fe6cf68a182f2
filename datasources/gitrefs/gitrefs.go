// Package gitrefs reads the branches and tags of git repositories.
package gitrefs

import (
	"context"
	"maps"
	"slices"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/gitremote"
)

// Source lists branches and tags by git's own protocol, so that a dependency on
// a branch can be pinned to its commit. The package is the repository's address.
var Source = &datasources.Source{
	Name:       "git-refs",
	Doc:        "branches and tags of git repositories",
	Versioning: "git",
	Strategy:   datasources.First,
	Fixed:      true,
	New:        func(env datasources.Env) datasources.Datasource { return refs{env} },
}

type refs struct{ env datasources.Env }

func (r refs) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	found, err := gitremote.List(ctx, r.env, q.Datasource, q.Package)
	if err != nil {
		return nil, err
	}
	named := found.Branches()
	maps.Copy(named, found.Tags()) // a name that is both means the tag, as it does to git
	l := &datasources.Listing{SourceURL: gitremote.Web(q.Package)}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		l.Releases = append(l.Releases, datasources.Release{Version: name, Digest: named[name]})
	}
	return l, nil
}

// Digest returns the commit of a reference; of HEAD if version is empty.
func (r refs) Digest(ctx context.Context, q datasources.Query, version string) (string, error) {
	found, err := gitremote.List(ctx, r.env, q.Datasource, q.Package)
	if err != nil {
		return "", err
	}
	return found.Find(version)
}
