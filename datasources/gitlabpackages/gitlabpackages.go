// Package gitlabpackages reads the package registries of projects on GitLab.
package gitlabpackages

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/restpages"
)

// Source lists the versions of a package of a project, named as in Renovate: "group/project:package".
var Source = &datasources.Source{
	Name:       "gitlab-packages",
	Doc:        "package registries of projects on GitLab, as `GROUP/PROJECT:PACKAGE`",
	Versioning: "semver",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return packages{env} },
}

type packages struct{ env datasources.Env }

type version struct {
	Name    string
	Version string
	Created time.Time `json:"created_at"`
	Status  string
}

func (s packages) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	project, name, ok := strings.Cut(q.Package, ":")
	if project = strings.Trim(project, "/"); !ok || project == "" || name == "" {
		return nil, fmt.Errorf("looking up %s: %w: a package is named like group/project:package", q, datasources.ErrNotFound)
	}
	registry := strings.TrimSuffix(q.Registry, "/")
	list := restpages.List{
		Address: registry + "/api/v4/projects/" + url.PathEscape(project) + "/packages?package_name=" + url.QueryEscape(name),
		Size:    100, Param: "per_page", Short: true,
		Terms: datasources.Terms{HostTypes: []string{"gitlab-packages", "gitlab"}},
	}
	l := &datasources.Listing{SourceURL: datasources.Redact(registry + "/" + project)}
	var err error
	l.Partial, err = restpages.Read(ctx, s.env, list, func(v version) {
		// GitLab's filter is a part of the name. What it hides or is still processing is no release.
		if v.Name == name && (v.Status == "" || v.Status == "default") {
			l.Releases = append(l.Releases, datasources.Release{Version: v.Version, Published: v.Created})
		}
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}
