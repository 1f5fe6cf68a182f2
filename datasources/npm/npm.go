// Package npm reads releases from npm registries.
package npm

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/internal/jsonstream"
)

// Source asks for a package's full metadata: the abbreviated form has no
// publication times.
var Source = &datasources.Source{
	Name:       "npm",
	Doc:        "npm registries",
	Versioning: "npm",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return registry{env} },
}

// bodyLimit admits the largest packages of the public registry, which exceed 100 MB.
const bodyLimit = 512 << 20

type registry struct{ env datasources.Env }

// validName is wider than npm's rule for new names, since old ones stay.
var validName = regexp.MustCompile(`^(@[^/@\s%?#]+/)?[^/@\s%?#]+$`)

func (r registry) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	if !validName.MatchString(q.Package) || strings.HasPrefix(q.Package, ".") {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	address := strings.TrimSuffix(q.Registry, "/") + "/" + strings.Replace(q.Package, "/", "%2F", 1)
	resp, err := r.env.Get(ctx, address, "application/json", datasources.Terms{
		HostTypes: []string{"npm"}, BodyLimit: bodyLimit,
	})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var p packument
	if err := datasources.DecodeJSON(resp.Body, p.decode); err != nil {
		return nil, fmt.Errorf("reading %s: %w", datasources.Redact(address), err)
	}
	return p.listing(), nil
}

// A packument is what a registry says of a package. Only what is used of
// each version is held.
type packument struct {
	tags     map[string]string
	times    map[string]time.Time
	versions []version
	top      manifest
}

// A version is one entry of "versions".
type version struct {
	name string
	manifest
}

// A manifest is what is used of a package.json.
type manifest struct {
	Homepage   text            `json:"homepage"`
	Repository repository      `json:"repository"`
	Deprecated text            `json:"deprecated"`
	Engines    json.RawMessage `json:"engines"`
	node       string
}

// decode reads a packument value by value, so that only one version of it is in
// memory at a time.
func (p *packument) decode(d *json.Decoder) error {
	return jsonstream.Object(d, func(key string) error {
		switch key {
		case "dist-tags":
			return lenient(d, &p.tags)
		case "time":
			return p.decodeTimes(d)
		case "versions":
			return jsonstream.Object(d, func(name string) error {
				v := version{name: name}
				if err := d.Decode(&v.manifest); err != nil {
					return err
				}
				v.node, v.Engines = node(v.Engines), nil
				p.versions = append(p.versions, v)
				return nil
			})
		case "homepage":
			return d.Decode(&p.top.Homepage)
		case "repository":
			return d.Decode(&p.top.Repository)
		}
		return jsonstream.Skip(d)
	})
}

// decodeTimes reads the times of versions. A value may be something else: null, or
// an object where a package was unpublished.
func (p *packument) decodeTimes(d *json.Decoder) error {
	p.times = make(map[string]time.Time)
	return jsonstream.Object(d, func(key string) error {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		var s string
		if json.Unmarshal(raw, &s) == nil {
			if t, err := time.Parse(time.RFC3339, s); err == nil {
				p.times[key] = t
			}
		}
		return nil
	})
}

func (p *packument) listing() *datasources.Listing {
	l := &datasources.Listing{
		Channels: p.tags, Homepage: string(p.top.Homepage),
		SourceURL: p.top.Repository.url, SourceDir: p.top.Repository.dir,
	}
	for _, v := range p.versions {
		r := datasources.Release{Version: v.name, Published: p.times[v.name], Withdrawn: string(v.Deprecated)}
		if v.node != "" {
			r.Requires = map[string][]string{"node": {v.node}}
		}
		l.Releases = append(l.Releases, r)
		if v.name == p.tags["latest"] {
			l.Withdrawn = string(v.Deprecated)
			if v.Repository.url != "" {
				l.SourceURL, l.SourceDir = v.Repository.url, v.Repository.dir
			}
			if v.Homepage != "" {
				l.Homepage = string(v.Homepage)
			}
		}
	}
	return l
}

// node returns the Node.js versions that an engines field asks for. Old packages have lists in it.
func node(engines json.RawMessage) string {
	var m map[string]any
	if json.Unmarshal(engines, &m) != nil {
		return ""
	}
	s, _ := m["node"].(string)
	return s
}

// A text is a string; anything else in its place counts as absent, except that
// a deprecation of true is one without a reason.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*t = text(s)
	} else if string(data) == "true" {
		*t = "deprecated"
	}
	return nil
}

// A repository is the address of source code, in one of the forms that package.json allows.
type repository struct{ url, dir string }

func (r *repository) UnmarshalJSON(data []byte) error {
	var o struct{ URL, Directory text }
	var s string
	if json.Unmarshal(data, &s) == nil {
		o.URL = text(s)
	} else if json.Unmarshal(data, &o) != nil {
		return nil
	}
	r.url, r.dir = sourceURL(string(o.URL)), string(o.Directory)
	return nil
}

var (
	scpLike   = regexp.MustCompile(`^(?:ssh://)?git@([^/:]+)[:/](.+)$`)
	shorthand = regexp.MustCompile(`^(?:(github|gitlab|bitbucket):)?([\w.-]+/[\w.-]+)$`)
)

// sourceURL returns the web address of a repository, "" if there is none.
func sourceURL(s string) string {
	s = strings.TrimPrefix(s, "git+")
	if m := shorthand.FindStringSubmatch(s); m != nil {
		s = "https://" + datasources.ForgeHost(m[1]) + "/" + m[2]
	}
	if m := scpLike.FindStringSubmatch(s); m != nil {
		s = "https://" + m[1] + "/" + m[2]
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return ""
	}
	if u.Scheme != "http" {
		u.Scheme = "https"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return strings.TrimSuffix(strings.TrimSuffix(u.String(), "/"), ".git")
}
