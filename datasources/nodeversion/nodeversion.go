// Package nodeversion reads the releases of Node.js.
package nodeversion

import (
	"context"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source reads index.json of a download site of Node.js, or of a mirror.
// A line counts as stable once it has long-term support.
var Source = &datasources.Source{
	Name:       "node-version",
	Doc:        "releases of Node.js",
	Versioning: "node",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return site{env} },
}

type site struct{ env datasources.Env }

func (s site) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	var index []struct {
		Version string
		Date    string
		LTS     any // the name of the line, or false
	}
	address := strings.TrimSuffix(q.Registry, "/") + "/index.json"
	if _, err := s.env.GetJSON(ctx, address, "", datasources.Terms{HostTypes: []string{"node-version"}}, &index); err != nil {
		return nil, err
	}
	l := &datasources.Listing{}
	for _, e := range index {
		_, lts := e.LTS.(string)
		published, _ := time.Parse(time.DateOnly, e.Date)
		l.Releases = append(l.Releases, datasources.Release{
			Version: strings.TrimPrefix(e.Version, "v"), Published: published, Unstable: !lts,
		})
	}
	return l, nil
}
