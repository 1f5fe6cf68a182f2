// Package dotnetversion reads the releases of .NET.
package dotnetversion

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source reads Microsoft's index of releases, or a mirror of it: dotnet-sdk and dotnet-runtime.
var Source = &datasources.Source{
	Name:       "dotnet-version",
	Doc:        "releases of .NET",
	Versioning: "semver",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return index{env} },
}

const bodyLimit = 32 << 20

type index struct{ env datasources.Env }

func (x index) get(ctx context.Context, address string, into any) error {
	_, err := x.env.GetJSON(ctx, address, "", datasources.Terms{HostTypes: []string{"dotnet-version"}, BodyLimit: bodyLimit}, into)
	return err
}

type channel struct {
	Releases []struct {
		Date    string   `json:"release-date"`
		Runtime *product `json:"runtime"`
		SDK     *product `json:"sdk"`
		SDKs    []product
	}
}

type product struct{ Version string }

func (x index) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	if q.Package != "dotnet-sdk" && q.Package != "dotnet-runtime" && q.Package != "dotnet" {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	var all struct {
		Channels []struct {
			Releases string `json:"releases.json"`
		} `json:"releases-index"`
	}
	if err := x.get(ctx, q.Registry, &all); err != nil {
		return nil, err
	}
	base, err := url.Parse(q.Registry)
	if err != nil {
		return nil, fmt.Errorf("looking up %s: the registry is not a URL", q)
	}
	l := &datasources.Listing{Homepage: "https://dotnet.microsoft.com", SourceURL: "https://" + datasources.GitHub + "/dotnet/sdk"}
	seen := make(map[string]bool)
	for _, e := range all.Channels {
		u, err := base.Parse(e.Releases)
		if err != nil || u.Host != base.Host {
			return nil, fmt.Errorf("the releases of a channel are not on %s: %w", base.Host, datasources.ErrForeign)
		}
		u.Scheme = base.Scheme // a proxy in front may be all that speaks TLS
		var c channel
		if err := x.get(ctx, u.String(), &c); err != nil {
			return nil, err
		}
		for _, r := range c.Releases {
			date, _ := time.Parse(time.DateOnly, r.Date)
			products := r.SDKs
			if r.SDK != nil {
				products = append(products, *r.SDK)
			}
			if q.Package == "dotnet-runtime" {
				products = nil
				if r.Runtime != nil {
					products = []product{*r.Runtime}
				}
			}
			for _, p := range products {
				if p.Version != "" && !seen[p.Version] {
					seen[p.Version] = true
					l.Releases = append(l.Releases, datasources.Release{Version: p.Version, Published: date})
				}
			}
		}
	}
	return l, nil
}
