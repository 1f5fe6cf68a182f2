// Package javaversion reads the releases of Java that Adoptium builds.
package javaversion

import (
	"context"
	"fmt"
	"strings"

	"github.com/currant-bot/currant/datasources"
)

// Source lists the JDKs or JREs that an Adoptium API has for Linux.
var Source = &datasources.Source{
	Name:       "java-version",
	Doc:        "releases of Java by Adoptium",
	Versioning: "semver",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return api{env} },
}

type api struct{ env datasources.Env }

const (
	pageSize = 50
	maxPages = 100
)

func (a api) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	image := strings.TrimPrefix(q.Package, "java-")
	if image == "java" { // as images and files call it
		image = "jdk"
	}
	if image != "jdk" && image != "jre" {
		return nil, fmt.Errorf("looking up %s: %w: Adoptium has java-jdk and java-jre", q, datasources.ErrNotFound)
	}
	base := strings.TrimSuffix(q.Registry, "/") + "/v3/info/release_versions?project=jdk&image_type=" + image
	l := &datasources.Listing{}
	for page := range maxPages {
		var answer struct {
			Versions []struct {
				Semver string
			}
		}
		address := fmt.Sprintf("%s&page_size=%d&page=%d", base, pageSize, page)
		_, err := a.env.GetJSON(ctx, address, "", datasources.Terms{HostTypes: []string{"java-version"}}, &answer)
		if err != nil {
			return nil, err
		}
		for _, v := range answer.Versions {
			l.Releases = append(l.Releases, datasources.Release{Version: v.Semver})
		}
		if len(answer.Versions) < pageSize {
			return l, nil
		}
	}
	l.Partial = fmt.Sprintf("there are more than %d releases", pageSize*maxPages)
	return l, nil
}
