// Package devbox reads the versions of packages that Devbox's search knows.
package devbox

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source lists the versions of a package in the index of nixpkgs that Devbox uses.
var Source = &datasources.Source{
	Name:       "devbox",
	Doc:        "packages that Devbox finds",
	Versioning: "devbox",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return index{env} },
}

type index struct{ env datasources.Env }

func (s index) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	var answer struct {
		Homepage string `json:"homepage_url"`
		Releases []struct {
			Version string
			Updated time.Time `json:"last_updated"`
		}
	}
	address := strings.TrimSuffix(q.Registry, "/") + "/v2/pkg?name=" + url.QueryEscape(q.Package)
	if _, err := s.env.GetJSON(ctx, address, "", datasources.Terms{HostTypes: []string{"devbox"}}, &answer); err != nil {
		return nil, err
	}
	l := &datasources.Listing{Homepage: answer.Homepage}
	for _, r := range answer.Releases {
		l.Releases = append(l.Releases, datasources.Release{Version: r.Version, Published: r.Updated})
	}
	return l, nil
}
