// Package rubyversion reads the releases of Ruby.
package rubyversion

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

// Source reads the list of releases on Ruby's site, or of a mirror that has the page at the same path.
var Source = &datasources.Source{
	Name:       "ruby-version",
	Doc:        "releases of Ruby",
	Versioning: "ruby",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return site{env} },
}

type site struct{ env datasources.Env }

var version = regexp.MustCompile(`^\d+(?:\.\d+)+(?:-?(?:p\d+|preview\d*|rc\d*|alpha\d*|beta\d*))?$`)

func (s site) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	base, err := url.Parse(q.Registry)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("looking up %s: the registry is not a URL", q)
	}
	page := base.JoinPath("en/downloads/releases/")
	resp, err := s.env.Get(ctx, page.String(), "text/html", datasources.Terms{HostTypes: []string{"ruby-version"}})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	rows, ended, err := table(resp.Body)
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", datasources.Redact(page.String()), datasources.CutShort(datasources.Clean(err)))
	case !ended:
		return nil, &datasources.RetryError{Err: fmt.Errorf("reading %s: the list of releases does not end", datasources.Redact(page.String()))}
	}
	l := &datasources.Listing{Homepage: "https://www.ruby-lang.org", SourceURL: "https://" + datasources.GitHub + "/ruby/ruby"}
	for _, row := range rows {
		v := strings.TrimPrefix(row.name, "Ruby ")
		if !version.MatchString(v) {
			continue
		}
		published, _ := time.Parse(time.DateOnly, row.date)
		l.Releases = append(l.Releases, datasources.Release{Version: v, Published: published})
	}
	if len(l.Releases) == 0 {
		return nil, errors.New("there are no releases on " + datasources.Redact(page.String()) + ": the page has another form than it had")
	}
	return l, nil
}

// A row is a line of the list: "Ruby 3.4.1", and the day of its release.
type row struct{ name, date string }

// table reads the table of the class release-list. ended is whether its end was seen.
func table(r io.Reader) (rows []row, ended bool, err error) {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(1 << 20)
	inside, column := false, -1
	var now row
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); err != io.EOF {
				return nil, false, err
			}
			return rows, false, nil
		case html.StartTagToken:
			switch t := z.Token(); {
			case t.Data == "table":
				for _, a := range t.Attr {
					inside = inside || a.Key == "class" && strings.Contains(" "+a.Val+" ", " release-list ")
				}
			case inside && t.Data == "tr":
				now, column = row{}, -1
			case inside && t.Data == "td":
				column++
			}
		case html.TextToken:
			if text := strings.TrimSpace(string(z.Text())); inside && column == 0 {
				now.name += text
			} else if inside && column == 1 {
				now.date += text
			}
		case html.EndTagToken:
			switch t := z.Token(); {
			case inside && t.Data == "tr":
				rows = append(rows, now)
				now, column = row{}, -1
			case inside && t.Data == "table":
				return rows, true, nil
			}
		}
	}
}
