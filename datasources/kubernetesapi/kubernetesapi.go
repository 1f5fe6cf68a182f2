// Package kubernetesapi knows the versions of Kubernetes' APIs.
package kubernetesapi

import (
	"context"
	"fmt"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/kubernetesapi/apis"
)

// Source answers from facts that are part of Currant. A package is a kind. What serves a
// version is in its Requires, such as "kubernetes": ">=1.19".
var Source = &datasources.Source{
	Name:       "kubernetes-api",
	Doc:        "versions of Kubernetes' APIs, with what serves them: the constraints kubernetes, flux, external-secrets, gateway-api, cert-manager and traefik are heeded",
	Versioning: "kubernetes-api",
	Strategy:   datasources.First,
	Fixed:      true,
	New:        func(datasources.Env) datasources.Datasource { return table{} },
}

type table struct{}

// List needs no registry.
func (table) List(_ context.Context, q datasources.Query) (*datasources.Listing, error) {
	list := apis.Kind(q.Package)
	if len(list) == 0 {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	l := &datasources.Listing{}
	for _, a := range list {
		for _, v := range a.Versions {
			r := datasources.Release{Version: v.API}
			if v.Removed != "" {
				r.Withdrawn = "it " + a.Fate(v)
			}
			if served := served(v); served != "" {
				r.Requires = map[string][]string{a.Component: {served}}
			}
			l.Releases = append(l.Releases, r)
		}
		if len(list) == 1 {
			l.ChangelogURL = a.Source
		}
	}
	return l, nil
}

// served returns the versions of a component that serve v.
func served(v apis.Version) string {
	switch {
	case v.Since != "" && v.Removed != "":
		return ">=" + v.Since + " <" + v.Removed
	case v.Since != "":
		return ">=" + v.Since
	case v.Removed != "":
		return "<" + v.Removed
	}
	return ""
}
