// Package gitlabtags reads the tags of projects on GitLab.
package gitlabtags

import (
	"context"
	"net/url"
	"strings"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/restpages"
)

// Source lists tags with their commits. A tag has no date that its author could not choose.
var Source = &datasources.Source{
	Name:       "gitlab-tags",
	Doc:        "tags on GitLab",
	Versioning: "semver-coerced",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return tags{env} },
}

type tags struct{ env datasources.Env }

func (t tags) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	project := strings.Trim(q.Package, "/")
	registry := strings.TrimSuffix(q.Registry, "/")
	list := restpages.List{
		Address: registry + "/api/v4/projects/" + url.PathEscape(project) + "/repository/tags",
		Size:    100, Param: "per_page", Short: true,
		Terms: datasources.Terms{HostTypes: []string{"gitlab-tags", "gitlab"}},
	}
	l := &datasources.Listing{SourceURL: datasources.Redact(registry + "/" + project)}
	var err error
	l.Partial, err = restpages.Read(ctx, t.env, list, func(tag struct {
		Name   string
		Commit struct{ ID string }
	}) {
		l.Releases = append(l.Releases, datasources.Release{Version: tag.Name, Digest: tag.Commit.ID})
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}
