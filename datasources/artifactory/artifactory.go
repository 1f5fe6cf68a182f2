// Package artifactory reads releases from the folders of a generic repository
// in an Artifactory.
package artifactory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/currant-bot/currant/datasources"
)

// Source lists what is directly below a folder: each name is a version. The registry is the address of a
// repository, such as https://artifactory.example.test/artifactory/tools, and the package is a path in it.
var Source = &datasources.Source{
	Name:       "artifactory",
	Doc:        "generic repositories of an Artifactory: the names below a folder, and the properties of each",
	Versioning: "semver",
	Strategy:   datasources.Merge,
	New:        func(env datasources.Env) datasources.Datasource { return server{env} },
}

type server struct{ env datasources.Env }

const bodyLimit = 64 << 20

func (s server) terms() datasources.Terms {
	return datasources.Terms{HostTypes: []string{"artifactory"}, BodyLimit: bodyLimit}
}

// List asks the storage interface, which gives exact dates but wants a login and a licence, and where
// that refuses the page that a browser is shown.
func (s server) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	folder, err := url.Parse(strings.TrimSuffix(q.Registry, "/") + "/" + strings.Trim(q.Package, "/") + "/")
	if err != nil || folder.Host == "" {
		return nil, fmt.Errorf("looking up %s: the registry is not a URL", q)
	}
	releases, err := s.stored(ctx, folder)
	if refused(err) {
		releases, err = s.shown(ctx, folder)
	}
	if err != nil {
		return nil, fmt.Errorf("looking up %s: %w", q, err)
	}
	l := &datasources.Listing{Releases: releases}
	if len(releases) == 0 {
		l.Partial = "the folder is empty, or we may not see what is in it"
	}
	return l, nil
}

// refused reports whether the storage interface is not there or not for us: only what
// may pass by itself is worth waiting for.
func refused(err error) bool {
	var auth *datasources.AuthError
	return errors.Is(err, errNoStorage) || errors.Is(err, datasources.ErrNotFound) || errors.As(err, &auth)
}

var errNoStorage = errors.New("the address is not below /artifactory/")

// storage returns the address of a folder in the storage interface.
func storage(folder *url.URL) (string, error) {
	base, path, ok := strings.Cut(folder.Path, "/artifactory/")
	if !ok || strings.HasPrefix(path, "api/") {
		return "", errNoStorage
	}
	u := *folder
	u.Path = base + "/artifactory/api/storage/" + strings.TrimSuffix(path, "/")
	return u.String(), nil
}

// stored lists a folder as JFrog's "File List" does.
func (s server) stored(ctx context.Context, folder *url.URL) ([]datasources.Release, error) {
	address, err := storage(folder)
	if err != nil {
		return nil, err
	}
	list, err := s.env.JFrogFolder(ctx, address, s.terms())
	if err != nil {
		return nil, err
	}
	var out []datasources.Release
	for _, f := range list {
		out = append(out, datasources.Release{Version: f.Name, Published: f.Modified})
	}
	return out, nil
}

// shown reads the page that lists a folder: a link for each name, and behind it when
// it was changed.
func (s server) shown(ctx context.Context, folder *url.URL) ([]datasources.Release, error) {
	resp, err := s.env.Get(ctx, folder.String(), "text/html", s.terms())
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if !datasources.Delimited(resp) {
		return nil, &datasources.RetryError{Err: errors.New("nothing marks the end of the page")}
	}
	page, err := html.Parse(resp.Body)
	if err != nil {
		return nil, datasources.CutShort(datasources.Clean(err))
	}
	var out []datasources.Release
	for n := range page.Descendants() {
		if n.Type != html.ElementNode || n.Data != "a" || n.FirstChild == nil {
			continue
		}
		href := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "href" })
		name := strings.TrimSuffix(strings.TrimSpace(n.FirstChild.Data), "/")
		if href < 0 || name == "" || name == ".." || strings.ContainsAny(name, "/ ") || !below(n.Attr[href].Val) {
			continue
		}
		r := datasources.Release{Version: name}
		if n.NextSibling != nil {
			r.Published = pageTime(n.NextSibling.Data)
		}
		out = append(out, r)
	}
	return out, nil
}

// below reports whether a link leads to something in the same folder.
func below(href string) bool {
	rest := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(href, "./"), ":"), "/")
	return rest != "" && rest != ".." && !strings.ContainsAny(rest, "/?#")
}

var pageDate = regexp.MustCompile(`^\s*(\d{1,2}-[A-Z][a-z]{2}-\d{4} \d{2}:\d{2})\b`)

// pageTime reads a date such as "21-Jul-2026 20:08". The page does not tell its zone, so it
// is taken for the westernmost: nothing may seem older than it is.
func pageTime(text string) time.Time {
	m := pageDate.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}
	}
	t, err := time.ParseInLocation("2-Jan-2006 15:04", m[1], time.FixedZone("", -12*60*60))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// Describe reads the properties of a version's folder: what JFrog's build integration writes
// there about its source.
func (s server) Describe(ctx context.Context, q datasources.Query, version string) (*datasources.Listing, error) {
	folder, err := url.Parse(strings.TrimSuffix(q.Registry, "/") + "/" + strings.Trim(q.Package, "/") + "/" + version)
	if err != nil {
		return nil, fmt.Errorf("describing %s: the registry is not a URL", q)
	}
	address, err := storage(folder)
	if err != nil {
		return &datasources.Listing{}, nil
	}
	var item struct{ Properties map[string]json.RawMessage }
	_, err = s.env.GetJSON(ctx, address+"?properties", "", s.terms(), &item)
	if errors.Is(err, datasources.ErrNotFound) {
		return &datasources.Listing{}, nil // it has none
	}
	if err != nil {
		return nil, fmt.Errorf("describing %s: %w", q, err)
	}
	first := func(key string) string {
		var values []string
		if json.Unmarshal(item.Properties[key], &values) != nil || len(values) == 0 {
			return ""
		}
		u, err := url.Parse(values[0])
		if err != nil || u.Scheme != "https" && u.Scheme != "http" {
			return ""
		}
		u.User = nil
		return strings.TrimSuffix(u.String(), ".git")
	}
	return &datasources.Listing{SourceURL: first("vcs.url"), Homepage: first("homepage"), ChangelogURL: first("changelog")}, nil
}
