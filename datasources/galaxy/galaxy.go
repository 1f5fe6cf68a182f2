// Package galaxy reads the roles of Ansible Galaxy.
package galaxy

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source lists the versions of a role "namespace.name".
var Source = &datasources.Source{
	Name:       "galaxy",
	Doc:        "roles of Ansible Galaxy",
	Versioning: "pep440",
	Strategy:   datasources.Hunt,
	New:        func(env datasources.Env) datasources.Datasource { return galaxy{env} },
}

type galaxy struct{ env datasources.Env }

func (g galaxy) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	namespace, name, ok := strings.Cut(q.Package, ".")
	if !ok {
		return nil, fmt.Errorf("looking up %s: %w: it is not namespace.name", q, datasources.ErrNotFound)
	}
	query := url.Values{"owner__username": {namespace}, "name": {name}}
	var answer struct {
		Results []struct {
			User    string `json:"github_user"`
			Repo    string `json:"github_repo"`
			Summary struct {
				Versions []struct {
					Name    string
					Release string    `json:"version"`
					Created time.Time `json:"release_date"`
				}
			} `json:"summary_fields"`
		}
	}
	address := strings.TrimSuffix(q.Registry, "/") + "/api/v1/roles/?" + query.Encode()
	if _, err := g.env.GetJSON(ctx, address, "", datasources.Terms{HostTypes: []string{"galaxy"}}, &answer); err != nil {
		return nil, err
	}
	if len(answer.Results) == 0 {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	role := answer.Results[0]
	l := &datasources.Listing{}
	if role.User != "" && role.Repo != "" {
		l.SourceURL = "https://" + datasources.GitHub + "/" + role.User + "/" + role.Repo
	}
	for _, v := range role.Summary.Versions {
		version := v.Name
		if version == "" {
			version = v.Release
		}
		l.Releases = append(l.Releases, datasources.Release{Version: version, Published: v.Created})
	}
	return l, nil
}
