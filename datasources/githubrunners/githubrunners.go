// Package githubrunners knows the images of GitHub's own runners.
package githubrunners

import (
	"context"
	"fmt"

	"github.com/currant-bot/currant/datasources"
)

// Source answers from a list in this package: GitHub publishes the labels of
// its runners in prose only. A package is an operating system.
var Source = &datasources.Source{
	Name:       "github-runners",
	Doc:        "images of GitHub's runners",
	Versioning: "docker",
	Strategy:   datasources.First,
	Fixed:      true,
	New:        func(datasources.Env) datasources.Datasource { return list{} },
}

const (
	retired = "GitHub no longer offers this runner"
)

type list struct{}

// List needs no registry.
func (list) List(_ context.Context, q datasources.Query) (*datasources.Listing, error) {
	switch q.Package {
	case "ubuntu":
		return of(
			r("24.04", ""), r("24.04-arm", ""), r("22.04", ""), r("22.04-arm", ""),
			r("20.04", retired), r("18.04", retired), r("16.04", retired)), nil
	case "macos":
		return of(
			r("26", ""), r("15", ""), r("15-large", ""), r("15-xlarge", ""), r("15-intel", ""),
			r("14", ""), r("14-large", ""), r("14-xlarge", ""),
			r("13", retired), r("13-large", retired), r("13-xlarge", retired),
			r("12", retired), r("12-large", retired), r("11", retired), r("10.15", retired)), nil
	case "windows":
		return of(r("2025", ""), r("2022", ""), r("11-arm", ""), r("2019", retired), r("2016", retired)), nil
	}
	return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
}

func r(version, withdrawn string) datasources.Release {
	return datasources.Release{Version: version, Withdrawn: withdrawn}
}

func of(releases ...datasources.Release) *datasources.Listing {
	return &datasources.Listing{Releases: releases}
}
