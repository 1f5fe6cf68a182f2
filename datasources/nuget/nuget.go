// Package nuget reads releases from NuGet sources.
package nuget

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source asks sources by the protocol of version 3: https://learn.microsoft.com/nuget/api/overview.
var Source = &datasources.Source{
	Name:       "nuget",
	Doc:        "NuGet sources",
	Versioning: "nuget",
	Strategy:   datasources.Merge,
	New:        func(env datasources.Env) datasources.Datasource { return feed{env} },
}

const bodyLimit = 64 << 20

type feed struct{ env datasources.Env }

var validID = regexp.MustCompile(`^[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*$`)

// kinds are the types of the resource that lists releases, the best first: only the first has versions of
// Semantic Versioning 2.
var kinds = []string{"RegistrationsBaseUrl/3.6.0", "RegistrationsBaseUrl/Versioned", "RegistrationsBaseUrl/3.4.0", "RegistrationsBaseUrl/3.0.0-rc", "RegistrationsBaseUrl/3.0.0-beta", "RegistrationsBaseUrl"}

func (f feed) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	if !validID.MatchString(q.Package) {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	address, version, _ := strings.Cut(q.Registry, "#protocolVersion=")
	if version == "2" || version == "" && !strings.HasSuffix(strings.ToLower(address), ".json") {
		return nil, fmt.Errorf("looking up %s: it is a source of NuGet's version 2: name the index.json of its version 3", q)
	}
	base, err := f.registrations(ctx, address)
	if err != nil {
		return nil, err
	}
	var index struct{ Items []page }
	if err := f.get(ctx, address, strings.TrimSuffix(base, "/")+"/"+strings.ToLower(q.Package)+"/index.json", &index); err != nil {
		return nil, err
	}
	l := &datasources.Listing{}
	for _, p := range index.Items {
		if p.Items == nil {
			if err := f.get(ctx, address, p.ID, &p); err != nil {
				if errors.Is(err, datasources.ErrNotFound) { // the list says that it is there
					err = &datasources.RetryError{Err: fmt.Errorf("a page of the list is missing at %s", datasources.Redact(p.ID))}
				}
				return nil, err
			}
		}
		for _, leaf := range p.Items {
			e := leaf.Entry
			l.Releases = append(l.Releases, e.release())
			if e.ProjectURL != "" {
				l.Homepage = e.ProjectURL
			}
		}
	}
	return l, nil
}

// registrations returns the address of what lists releases.
func (f feed) registrations(ctx context.Context, index string) (string, error) {
	var service struct {
		Resources []struct {
			ID   string `json:"@id"`
			Type string `json:"@type"`
		}
	}
	if err := f.get(ctx, index, index, &service); err != nil {
		return "", err
	}
	for _, kind := range kinds {
		for _, r := range service.Resources {
			if r.Type == kind {
				return r.ID, nil
			}
		}
	}
	return "", fmt.Errorf("%s is no service index of NuGet: it names no registrations", datasources.Redact(index))
}

// get decodes what is at an address, which must be on the host of the source.
func (f feed) get(ctx context.Context, source, address string, into any) error {
	at, err := url.Parse(source)
	if err != nil {
		return errors.New("the source is not a URL")
	}
	u, err := at.Parse(address)
	if err != nil {
		return errors.New("the source names something that is not a URL")
	}
	if u.Host != at.Host {
		return fmt.Errorf("%s sends us to %s: %w", at.Host, u.Host, datasources.ErrForeign)
	}
	u.Scheme = at.Scheme // a proxy in front may be all that speaks TLS
	_, err = f.env.GetJSON(ctx, u.String(), "", datasources.Terms{HostTypes: []string{"nuget"}, BodyLimit: bodyLimit}, into)
	return err
}

// A page is a part of the list, or where it is.
type page struct {
	ID    string `json:"@id"`
	Items []struct {
		Entry entry `json:"catalogEntry"`
	}
}

type entry struct {
	Version     string
	Published   string
	Listed      *bool
	ProjectURL  string `json:"projectUrl"`
	Deprecation *struct {
		Message string
		Reasons []string
	}
}

func (e entry) release() datasources.Release {
	version, _, _ := strings.Cut(e.Version, "+")
	r := datasources.Release{Version: version}
	published, err := time.Parse(time.RFC3339, e.Published)
	if err == nil && published.Year() > 1900 {
		r.Published = published.UTC()
	}
	switch {
	case e.Deprecation != nil:
		r.Withdrawn = strings.TrimSuffix("deprecated: "+strings.TrimSpace(e.Deprecation.Message), ": ")
		if e.Deprecation.Message == "" && len(e.Deprecation.Reasons) > 0 {
			r.Withdrawn = "deprecated: " + strings.Join(e.Deprecation.Reasons, ", ")
		}
	case e.Listed != nil && !*e.Listed, err == nil && published.Year() <= 1900: // 1900 is what old sources say
		r.Withdrawn = "unlisted"
	}
	return r
}
