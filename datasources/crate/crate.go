// Package crate reads releases of Rust packages.
package crate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source reads sparse indexes. Their addresses may begin with "sparse+", as
// Cargo writes them. An index that is a git repository is not read.
var Source = &datasources.Source{
	Name:       "crate",
	Doc:        "Rust package registries",
	Versioning: "cargo",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return registry{env} },
}

const bodyLimit = 64 << 20

type registry struct{ env datasources.Env }

func terms() datasources.Terms {
	return datasources.Terms{HostTypes: []string{"crate"}, BodyLimit: bodyLimit}
}

var validName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// file returns where an index keeps the releases of a crate.
func file(crate string) string {
	crate = strings.ToLower(crate)
	switch len(crate) {
	case 1, 2:
		return fmt.Sprintf("%d/%s", len(crate), crate)
	case 3:
		return "3/" + crate[:1] + "/" + crate
	}
	return crate[:2] + "/" + crate[2:4] + "/" + crate
}

// index returns the address of a sparse index.
func index(q datasources.Query) (*url.URL, error) {
	text, sparse := strings.CutPrefix(q.Registry, "sparse+")
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("looking up %s: the registry is not an address", q)
	}
	if u.Host == "github.com" || u.Scheme == "ssh" || strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), ".git") && !sparse {
		return nil, fmt.Errorf("looking up %s: an index that is a git repository is not read, name the sparse index of the registry", q)
	}
	return u, nil
}

// A line is what an index says of one release.
type line struct {
	Version   string    `json:"vers"`
	Yanked    bool      `json:"yanked"`
	Rust      string    `json:"rust_version"`
	Published time.Time `json:"pubtime"`
}

func (r registry) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	if !validName.MatchString(q.Package) {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	u, err := index(q)
	if err != nil {
		return nil, err
	}
	address := u.JoinPath(file(q.Package)).String()
	resp, err := r.env.Get(ctx, address, "", terms())
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	l := &datasources.Listing{}
	if !datasources.Delimited(resp) {
		l.Partial = "the registry does not mark where its list ends"
	}
	lines := json.NewDecoder(resp.Body)
	for {
		var one line
		err := lines.Decode(&one)
		if err == io.EOF {
			break
		}
		if err == nil && one.Version == "" {
			err = errors.New("it is not an index of crates")
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", datasources.Redact(address), datasources.CutShort(err))
		}
		l.Releases = append(l.Releases, one.release())
	}
	return l, nil
}

func (l line) release() datasources.Release {
	r := datasources.Release{Version: l.Version, Published: l.Published}
	if l.Yanked {
		r.Withdrawn = "yanked"
	}
	if l.Rust != "" {
		r.Requires = map[string][]string{"rust": {l.Rust}}
	}
	return r
}

// Describe asks the registry's web API, which the index names, where a crate's source is.
func (r registry) Describe(ctx context.Context, q datasources.Query, _ string) (*datasources.Listing, error) {
	u, err := index(q)
	if err != nil {
		return nil, err
	}
	var config struct {
		API string `json:"api"`
	}
	if _, err := r.env.GetJSON(ctx, u.JoinPath("config.json").String(), "", terms(), &config); err != nil {
		return nil, err
	}
	api, err := url.Parse(config.API)
	if err != nil || api.Host == "" {
		return &datasources.Listing{}, nil
	}
	var about struct {
		Crate struct{ Homepage, Repository string }
	}
	if _, err := r.env.GetJSON(ctx, api.JoinPath("api/v1/crates", q.Package).String(), "", terms(), &about); err != nil {
		return nil, err
	}
	return &datasources.Listing{
		Homepage:  about.Crate.Homepage,
		SourceURL: strings.TrimSuffix(strings.TrimSuffix(about.Crate.Repository, "/"), ".git"),
	}, nil
}
