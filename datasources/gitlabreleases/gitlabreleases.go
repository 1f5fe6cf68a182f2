// Package gitlabreleases reads the releases of projects on GitLab.
package gitlabreleases

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/restpages"
)

// Source lists releases. A release is as old as GitLab's own date for it, or younger if it was
// announced for later.
var Source = &datasources.Source{
	Name:       "gitlab-releases",
	Doc:        "releases on GitLab",
	Versioning: "semver-coerced",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return releases{env} },
}

type releases struct{ env datasources.Env }

type release struct {
	Tag       string    `json:"tag_name"`
	Created   time.Time `json:"created_at"`
	Published time.Time `json:"released_at"`
	Upcoming  bool      `json:"upcoming_release"`
}

func (s releases) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	project := strings.Trim(q.Package, "/")
	registry := strings.TrimSuffix(q.Registry, "/")
	list := restpages.List{
		Address: registry + "/api/v4/projects/" + url.PathEscape(project) + "/releases",
		Size:    100, Param: "per_page", Short: true,
		Terms: datasources.Terms{HostTypes: []string{"gitlab-releases", "gitlab"}},
	}
	l := &datasources.Listing{SourceURL: datasources.Redact(registry + "/" + project)}
	var err error
	l.Partial, err = restpages.Read(ctx, s.env, list, func(r release) {
		if r.Upcoming {
			return
		}
		published := r.Created
		if r.Published.After(published) {
			published = r.Published
		}
		l.Releases = append(l.Releases, datasources.Release{Version: r.Tag, Published: published})
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}
