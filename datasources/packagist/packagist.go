// Package packagist reads releases from Composer repositories.
package packagist

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source asks by version 2 of the protocol, and reads repositories that hold all packages in files.
var Source = &datasources.Source{
	Name:       "packagist",
	Doc:        "Composer repositories",
	Versioning: "composer",
	Strategy:   datasources.Hunt,
	New:        func(env datasources.Env) datasources.Datasource { return repository{env} },
}

const (
	bodyLimit   = 64 << 20
	maxIncludes = 50
)

type repository struct{ env datasources.Env }

var validName = regexp.MustCompile(`^[a-z0-9]+(?:[_.-]+[a-z0-9]+)*/[a-z0-9]+(?:[_.-]+[a-z0-9]+)*$`)

type root struct {
	MetadataURL string                     `json:"metadata-url"`
	Packages    json.RawMessage            `json:"packages"` // an empty list where there are none
	Includes    map[string]json.RawMessage `json:"includes"`
}

func (r repository) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	name := strings.ToLower(q.Package)
	if !validName.MatchString(name) {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	base := strings.TrimSuffix(strings.TrimSuffix(q.Registry, "/packages.json"), "/")
	var top root
	if err := r.get(ctx, base, base+"/packages.json", &top); err != nil {
		return nil, err
	}
	if top.MetadataURL != "" {
		var answer struct{ Packages map[string][]json.RawMessage }
		err := r.get(ctx, base, strings.ReplaceAll(top.MetadataURL, "%package%", name), &answer)
		if err != nil {
			return nil, err
		}
		return listing(answer.Packages[name])
	}
	return r.files(ctx, base, name, top)
}

// files finds a package in the files of a repository.
func (r repository) files(ctx context.Context, base, name string, top root) (*datasources.Listing, error) {
	if len(top.Includes) > maxIncludes {
		return nil, fmt.Errorf("%s has more than %d files of packages", datasources.Redact(base), maxIncludes)
	}
	documents := []json.RawMessage{top.Packages}
	for _, path := range slices.Sorted(maps.Keys(top.Includes)) {
		var included root
		if err := r.get(ctx, base, base+"/"+path, &included); err != nil {
			if errors.Is(err, datasources.ErrNotFound) { // the repository says that it is there
				err = &datasources.RetryError{Err: fmt.Errorf("a file of the repository is missing: %s", path)}
			}
			return nil, err
		}
		documents = append(documents, included.Packages)
	}
	var all []json.RawMessage
	for _, d := range documents {
		var packages map[string]map[string]json.RawMessage
		if json.Unmarshal(d, &packages) != nil {
			continue // a list: there are none
		}
		for _, version := range slices.Sorted(maps.Keys(packages[name])) {
			all = append(all, packages[name][version])
		}
	}
	if len(all) == 0 {
		return nil, datasources.ErrNotFound
	}
	return listing(all)
}

// get decodes what is at an address, which must be on the host of the repository.
func (r repository) get(ctx context.Context, base, address string, into any) error {
	at, err := url.Parse(base + "/")
	if err != nil {
		return errors.New("the repository is not a URL")
	}
	u, err := at.Parse(address)
	if err != nil {
		return errors.New("the repository names something that is not a URL")
	}
	if u.Host != at.Host {
		return fmt.Errorf("%s sends us to %s: %w", at.Host, u.Host, datasources.ErrForeign)
	}
	u.Scheme = at.Scheme // a proxy in front may be all that speaks TLS
	_, err = r.env.GetJSON(ctx, u.String(), "", datasources.Terms{HostTypes: []string{"packagist"}, BodyLimit: bodyLimit}, into)
	return err
}

// listing reads versions. Each has only what differs from the one before it, if the answer is
// minified; "__unset" takes something away.
func listing(versions []json.RawMessage) (*datasources.Listing, error) {
	l := &datasources.Listing{}
	fields := make(map[string]json.RawMessage)
	for _, raw := range versions {
		var own map[string]json.RawMessage
		if err := json.Unmarshal(raw, &own); err != nil {
			return nil, fmt.Errorf("a version of the package is not an object: %w", err)
		}
		if _, whole := own["name"]; whole {
			fields = make(map[string]json.RawMessage)
		}
		for key, value := range own {
			if string(value) == `"__unset"` {
				delete(fields, key)
			} else {
				fields[key] = value
			}
		}
		var version string
		text(fields["version"], &version)
		if version == "" || strings.HasPrefix(version, "dev-") || strings.HasSuffix(version, "-dev") {
			continue
		}
		r := datasources.Release{Version: version, Withdrawn: abandoned(fields["abandoned"])}
		var published string
		text(fields["time"], &published)
		if t, err := time.Parse(time.RFC3339, published); err == nil {
			r.Published = t.UTC()
		}
		var require map[string]string
		if json.Unmarshal(fields["require"], &require) == nil && require["php"] != "" {
			r.Requires = map[string][]string{"php": {require["php"]}}
		}
		if len(l.Releases) == 0 { // the newest comes first
			text(fields["homepage"], &l.Homepage)
			var source struct{ URL string }
			if json.Unmarshal(fields["source"], &source) == nil && strings.HasPrefix(source.URL, "https://") {
				l.SourceURL = strings.TrimSuffix(source.URL, ".git")
			}
			l.Withdrawn = r.Withdrawn
		}
		l.Releases = append(l.Releases, r)
	}
	return l, nil
}

// text decodes a string, and leaves into as it is if there is none.
func text(raw json.RawMessage, into *string) {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*into = s
	}
}

// abandoned returns why a package should no longer be used: true, or what to use in its place.
func abandoned(raw json.RawMessage) string {
	var instead string
	text(raw, &instead)
	switch {
	case instead != "":
		return "abandoned: use " + instead
	case string(raw) == "true":
		return "abandoned"
	}
	return ""
}
