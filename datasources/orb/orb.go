// Package orb reads the versions of CircleCI's orbs.
package orb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source asks the GraphQL interface of CircleCI, or of a server of one's own, for an orb.
var Source = &datasources.Source{
	Name:       "orb",
	Doc:        "orbs of CircleCI, or of a server of one's own",
	Versioning: "semver",
	Strategy:   datasources.Hunt,
	New:        func(env datasources.Env) datasources.Datasource { return server{env} },
}

type server struct{ env datasources.Env }

// maxVersions is how many versions are asked for. The newest come first.
const maxVersions = 200

const query = `query($name: String!, $count: Int!) { orb(name: $name) { homeUrl versions(count: $count) { version createdAt } } }`

var validName = regexp.MustCompile(`^[\w-]+/[\w-]+$`)

type answer struct {
	Data *struct {
		Orb *struct {
			HomeURL  string
			Versions []struct {
				Version   string
				CreatedAt time.Time
			}
		}
	}
	Errors []struct{ Message string }
}

func (s server) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	base, err := url.Parse(q.Registry)
	switch {
	case err != nil || base.Host == "":
		return nil, fmt.Errorf("looking up %s: the registry is not a URL", q)
	case !validName.MatchString(q.Package):
		return nil, fmt.Errorf("looking up %s: %w: it is not namespace/name", q, datasources.ErrNotFound)
	}
	a, err := s.ask(ctx, base.JoinPath("graphql-unstable").String(), q.Package)
	if err != nil {
		return nil, fmt.Errorf("looking up %s: %w", q, err)
	}
	if len(a.Errors) > 0 || a.Data == nil {
		return nil, fmt.Errorf("looking up %s: the server could not answer", q)
	}
	orb := a.Data.Orb
	if orb == nil {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	l := &datasources.Listing{Homepage: orb.HomeURL}
	for _, v := range orb.Versions {
		l.Releases = append(l.Releases, datasources.Release{Version: v.Version, Published: v.CreatedAt.UTC()})
	}
	if len(l.Releases) >= maxVersions && !slices.IsSortedFunc(l.Releases, newestFirst) {
		l.Partial = fmt.Sprintf("it has more than %d versions, and they are in no order", maxVersions)
	}
	return l, nil
}

func newestFirst(a, b datasources.Release) int { return b.Published.Compare(a.Published) }

func (s server) ask(ctx context.Context, address, name string) (answer, error) {
	var a answer
	body, err := json.Marshal(map[string]any{"query": query, "variables": map[string]any{"name": name, "count": maxVersions}})
	if err != nil {
		return a, err
	}
	req, err := http.NewRequestWithContext(datasources.WithTerms(ctx, datasources.Terms{HostTypes: []string{"orb"}}), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return a, errors.New("not a URL")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	resp, err := s.env.Client.Do(req)
	if err != nil {
		return a, datasources.Clean(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return a, datasources.StatusError(req.URL.Host, resp.StatusCode)
	}
	return a, datasources.DecodeJSON(resp.Body, func(d *json.Decoder) error { return d.Decode(&a) })
}
