// Package pythonversion reads the releases of Python.
package pythonversion

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/currant-bot/currant/datasources"
)

// Source asks the download interface of python.org. A registry of any other address is read as
// a list of folders, one a release, such as python.org/ftp/python and mirrors of it have.
var Source = &datasources.Source{
	Name:       "python-version",
	Doc:        "releases of Python",
	Versioning: "python",
	Strategy:   datasources.Hunt,
	New:        func(env datasources.Env) datasources.Datasource { return releases{env} },
}

const bodyLimit = 64 << 20

type releases struct{ env datasources.Env }

func terms() datasources.Terms {
	return datasources.Terms{HostTypes: []string{"python-version"}, BodyLimit: bodyLimit}
}

func (r releases) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	base, err := url.Parse(q.Registry)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("looking up %s: the registry is not an address", q)
	}
	if strings.Trim(base.Path, "/") == "" || strings.Contains(base.Path, "/api/v") {
		return r.interfaced(ctx, base)
	}
	return r.folders(ctx, base.JoinPath("/").String())
}

var named = regexp.MustCompile(`^Python (\d+\.\d+(?:\.\d+)?(?:(?:a|b|rc)\d+)?)$`)

// interfaced asks python.org.
func (r releases) interfaced(ctx context.Context, base *url.URL) (*datasources.Listing, error) {
	if strings.Trim(base.Path, "/") == "" {
		base = base.JoinPath("api/v2/downloads/release/")
	}
	base.RawQuery = "is_published=true"
	var all []struct {
		Name       string
		Published  time.Time `json:"release_date"`
		Prerelease bool      `json:"pre_release"`
	}
	if _, err := r.env.GetJSON(ctx, base.String(), "", terms(), &all); err != nil {
		return nil, err
	}
	l := &datasources.Listing{SourceURL: "https://github.com/python/cpython"}
	for _, one := range all {
		if m := named.FindStringSubmatch(one.Name); m != nil {
			l.Releases = append(l.Releases, datasources.Release{Version: full(m[1]), Published: one.Published, Unstable: one.Prerelease})
		}
	}
	if len(l.Releases) == 0 {
		return nil, fmt.Errorf("reading %s: it names no releases", datasources.Redact(base.String()))
	}
	return l, nil
}

// full returns a version in three parts: the first of an old series had two.
func full(v string) string {
	if strings.Count(v, ".") == 1 && !strings.ContainsAny(v, "abr") {
		return v + ".0"
	}
	return v
}

var (
	folder = regexp.MustCompile(`^(?:[^?#]*/)?(\d+\.\d+(?:\.\d+)?)/?$`)
	stamp  = regexp.MustCompile(`\d{2}-[A-Z][a-z]{2}-\d{4} \d{2}:\d{2}|\d{4}-\d{2}-\d{2} \d{2}:\d{2}`)
)

// folders reads a list of folders in HTML. The day of a folder is when it last changed, which
// is not before the release: who waits for an age waits long enough.
func (r releases) folders(ctx context.Context, address string) (*datasources.Listing, error) {
	resp, err := r.env.Get(ctx, address, "text/html", terms())
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	l := &datasources.Listing{SourceURL: "https://github.com/python/cpython"}
	ended, err := parse(resp.Body, l)
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", datasources.Redact(address), datasources.CutShort(err))
	case !ended && !datasources.Delimited(resp):
		l.Partial = "the server does not mark where its list ends"
	case len(l.Releases) == 0:
		return nil, fmt.Errorf("reading %s: it is no list of releases", datasources.Redact(address))
	}
	return l, nil
}

// parse adds the folders that a page links to; ended is whether the page's end was seen.
func parse(body io.Reader, l *datasources.Listing) (ended bool, err error) {
	z := html.NewTokenizer(body)
	z.SetMaxBuf(1 << 20)
	link := false // within one
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return false, err
			}
			return ended, nil
		case html.StartTagToken:
			t := z.Token()
			if link = t.Data == "a"; !link {
				continue
			}
			for _, a := range t.Attr {
				if m := folder.FindStringSubmatch(a.Val); a.Key == "href" && m != nil {
					l.Releases = append(l.Releases, datasources.Release{Version: full(m[1])})
				}
			}
		case html.TextToken:
			if n := len(l.Releases); !link && n > 0 && l.Releases[n-1].Published.IsZero() {
				l.Releases[n-1].Published = day(stamp.FindString(string(z.Text())))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			link = false
			ended = ended || string(name) == "body" || string(name) == "html"
		}
	}
}

func day(text string) time.Time {
	for _, layout := range []string{"02-Jan-2006 15:04", "2006-01-02 15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t
		}
	}
	return time.Time{}
}
