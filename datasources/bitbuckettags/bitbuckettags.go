// Package bitbuckettags reads the tags of repositories on Bitbucket.
package bitbuckettags

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/gitremote"
)

// Source lists tags by git's own protocol, as Bitbucket's interface is on another host and says no more than when
// a commit was made. The package is "workspace/name".
var Source = &datasources.Source{
	Name:       "bitbucket-tags",
	Doc:        "tags on Bitbucket",
	Versioning: "semver-coerced",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return tags{env} },
}

type tags struct{ env datasources.Env }

var validName = regexp.MustCompile(`^[\w-][\w.-]*/[\w-][\w.-]*$`)

// address returns the repository that q is about.
func address(q datasources.Query) (string, error) {
	if !validName.MatchString(q.Package) {
		return "", fmt.Errorf("looking up %s: %w: it is not workspace/name", q, datasources.ErrNotFound)
	}
	return strings.TrimSuffix(q.Registry, "/") + "/" + strings.TrimSuffix(q.Package, ".git") + ".git", nil
}

func (t tags) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	repo, err := address(q)
	if err != nil {
		return nil, err
	}
	refs, err := gitremote.List(ctx, t.env, q.Datasource, repo)
	if err != nil {
		return nil, err
	}
	l := &datasources.Listing{SourceURL: gitremote.Web(repo)}
	found := refs.Tags()
	for _, name := range slices.Sorted(maps.Keys(found)) {
		l.Releases = append(l.Releases, datasources.Release{Version: name, Digest: found[name]})
	}
	return l, nil
}

// Digest returns the commit of a tag; of HEAD if version is empty.
func (t tags) Digest(ctx context.Context, q datasources.Query, version string) (string, error) {
	repo, err := address(q)
	if err != nil {
		return "", err
	}
	refs, err := gitremote.List(ctx, t.env, q.Datasource, repo)
	if err != nil {
		return "", err
	}
	return refs.Find(version)
}
