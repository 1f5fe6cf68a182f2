// Package endoflifedate reads the release cycles of products that
// endoflife.date, or a copy of it, keeps.
package endoflifedate

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source lists the cycles of a product: the newest version of each where it is told, which is withdrawn
// once its support has ended.
var Source = &datasources.Source{
	Name:       "endoflife-date",
	Doc:        "release cycles of products",
	Versioning: "loose",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return site{env, time.Now} },
}

type site struct {
	env datasources.Env
	now func() time.Time
}

type cycle struct {
	Cycle        any    // a text, or a number
	Latest       string // of the cycle; may be missing
	LatestDate   string `json:"latestReleaseDate"`
	ReleaseDate  string
	EOL          any // a date, or whether it has come
	Discontinued any
}

func (s site) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	var cycles []cycle
	address := strings.TrimSuffix(q.Registry, "/") + "/" + url.PathEscape(q.Package) + ".json"
	if _, err := s.env.GetJSON(ctx, address, "", datasources.Terms{HostTypes: []string{"endoflife-date"}}, &cycles); err != nil {
		return nil, err
	}
	l := &datasources.Listing{}
	for _, c := range cycles {
		r := datasources.Release{Version: c.Latest}
		date := c.LatestDate
		if r.Version == "" {
			r.Version, _ = c.Cycle.(string)
		}
		if date == "" {
			date = c.ReleaseDate
		}
		r.Published, _ = time.Parse(time.DateOnly, date)
		if s.over(c.EOL) || s.over(c.Discontinued) {
			r.Withdrawn = "its support has ended"
		}
		if r.Version != "" {
			l.Releases = append(l.Releases, r)
		}
	}
	return l, nil
}

// over reports whether a date has come; instead of one there may be the answer.
func (s site) over(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		at, err := time.Parse(time.DateOnly, v)
		return err == nil && !s.now().Before(at)
	}
	return false
}
