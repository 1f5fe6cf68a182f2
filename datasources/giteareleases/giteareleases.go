// Package giteareleases reads the releases of repositories on Gitea, and on
// Forgejo, which speaks the same.
package giteareleases

import (
	"context"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/restpages"
)

// Source lists published releases.
var Source = &datasources.Source{
	Name:       "gitea-releases",
	Doc:        "releases on Gitea",
	Versioning: "semver-coerced",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return releases{env} },
}

type releases struct{ env datasources.Env }

type release struct {
	Tag        string    `json:"tag_name"`
	Published  time.Time `json:"published_at"`
	Prerelease bool
	Draft      bool
}

func (s releases) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	repository := strings.Trim(q.Package, "/")
	registry := strings.TrimSuffix(strings.TrimSuffix(q.Registry, "/"), "/api/v1")
	list := restpages.List{
		Address: registry + "/api/v1/repos/" + repository + "/releases",
		Size:    50, Param: "limit",
		Terms: datasources.Terms{HostTypes: []string{q.Datasource, "gitea", "forgejo"}},
	}
	l := &datasources.Listing{SourceURL: datasources.Redact(registry + "/" + repository)}
	var err error
	l.Partial, err = restpages.Read(ctx, s.env, list, func(r release) {
		if !r.Draft {
			l.Releases = append(l.Releases, datasources.Release{Version: r.Tag, Published: r.Published, Unstable: r.Prerelease})
		}
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}
