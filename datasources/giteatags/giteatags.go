// Package giteatags reads the tags of repositories on Gitea, and on Forgejo,
// which speaks the same.
package giteatags

import (
	"context"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/restpages"
)

// Source lists tags with their commits.
var Source = &datasources.Source{
	Name:       "gitea-tags",
	Doc:        "tags on Gitea",
	Versioning: "semver-coerced",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return tags{env} },
}

type tags struct{ env datasources.Env }

func (t tags) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	repository := strings.Trim(q.Package, "/")
	registry := strings.TrimSuffix(strings.TrimSuffix(q.Registry, "/"), "/api/v1")
	list := restpages.List{
		Address: registry + "/api/v1/repos/" + repository + "/tags",
		Size:    50, Param: "limit",
		Terms: datasources.Terms{HostTypes: []string{q.Datasource, "gitea", "forgejo"}},
	}
	l := &datasources.Listing{SourceURL: datasources.Redact(registry + "/" + repository)}
	var err error
	l.Partial, err = restpages.Read(ctx, t.env, list, func(tag struct {
		Name   string
		Commit struct{ SHA string }
	}) {
		l.Releases = append(l.Releases, datasources.Release{Version: tag.Name, Digest: tag.Commit.SHA})
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}
