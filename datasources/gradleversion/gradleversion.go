// Package gradleversion reads the releases of Gradle.
package gradleversion

import (
	"context"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source reads the list of all versions, as Gradle's own service has it; a registry is that list's address.
var Source = &datasources.Source{
	Name:       "gradle-version",
	Doc:        "releases of Gradle",
	Versioning: "gradle",
	Strategy:   datasources.Merge,
	New:        func(env datasources.Env) datasources.Datasource { return service{env} },
}

type service struct{ env datasources.Env }

func (s service) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	var all []struct {
		Version      string
		BuildTime    string
		Snapshot     bool
		Nightly      bool
		RCFor        string
		MilestoneFor string
		Broken       bool
	}
	if _, err := s.env.GetJSON(ctx, q.Registry, "", datasources.Terms{HostTypes: []string{"gradle-version"}}, &all); err != nil {
		return nil, err
	}
	l := &datasources.Listing{Homepage: "https://gradle.org", SourceURL: "https://" + datasources.GitHub + "/gradle/gradle"}
	for _, e := range all {
		if e.Version == "" || e.Snapshot || e.Nightly {
			continue
		}
		r := datasources.Release{Version: e.Version, Unstable: e.RCFor != "" || e.MilestoneFor != ""}
		if built, err := time.Parse("20060102150405-0700", e.BuildTime); err == nil {
			r.Published = built.UTC()
		}
		if e.Broken {
			r.Withdrawn = "broken"
		}
		l.Releases = append(l.Releases, r)
	}
	return l, nil
}

// Hashes returns the hash of a distribution, which is published beside it.
func (s service) Hashes(ctx context.Context, _ datasources.Query, _, file string) ([]string, error) {
	sum, err := s.env.SHA256(ctx, file, datasources.Terms{HostTypes: []string{"gradle-version"}, Foreign: true})
	if err != nil {
		return nil, err
	}
	return []string{sum}, nil
}
