// Package golangversion reads the releases of Go itself.
package golangversion

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/version"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/currant-bot/currant/datasources"
)

// Source asks a module proxy for the versions of golang.org/toolchain, so that where modules
// come from the language does too. A registry whose address ends in
// "golang/website" is read as Renovate reads it: the file of the web site's source in which
// releases are dated.
var Source = &datasources.Source{
	Name:       "golang-version",
	Doc:        "releases of Go",
	Versioning: "semver",
	Strategy:   datasources.Hunt,
	New:        func(env datasources.Env) datasources.Datasource { return toolchains{env} },
}

type toolchains struct{ env datasources.Env }

const (
	bodyLimit = 16 << 20

	// platform is one for which each version of Go has a toolchain.
	platform   = ".linux-amd64"
	prefix     = "v0.0.1-go"
	maxDated   = 30 // of how many of the newest releases the date is asked for
	concurrent = 8
)

func terms() datasources.Terms {
	return datasources.Terms{HostTypes: []string{"golang-version", "go"}, BodyLimit: bodyLimit}
}

func (t toolchains) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	base, err := url.Parse(q.Registry)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("looking up %s: the registry is not an address", q)
	}
	base = base.JoinPath("/")
	base.Path = strings.TrimSuffix(base.Path, "/")
	if strings.HasSuffix(base.Path, "golang/website") {
		return t.history(ctx, base.JoinPath("HEAD/internal/history/release.go").String())
	}
	return t.proxied(ctx, base.JoinPath("golang.org/toolchain/@v"))
}

// proxied lists the toolchains that a proxy has.
func (t toolchains) proxied(ctx context.Context, base *url.URL) (*datasources.Listing, error) {
	address := base.JoinPath("list").String()
	resp, err := t.env.Get(ctx, address, "", terms())
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	l := &datasources.Listing{SourceURL: "https://github.com/golang/go"}
	if !datasources.Delimited(resp) {
		l.Partial = "the proxy does not mark where its list ends"
	}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		text, _, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		if text != "" && !strings.HasPrefix(text, "v0.0.1-") {
			return nil, fmt.Errorf("reading %s: it is not a list of toolchains", datasources.Redact(address))
		}
		v, ok := strings.CutSuffix(strings.TrimPrefix(text, prefix), platform)
		if ok && version.IsValid("go"+v) {
			l.Releases = append(l.Releases, datasources.Release{Version: v, Unstable: unstable.MatchString(v)})
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", datasources.Redact(address), datasources.CutShort(err))
	}
	if len(l.Releases) == 0 && l.Partial == "" {
		return nil, fmt.Errorf("looking up the toolchains at %s: %w", datasources.Redact(address), datasources.ErrNotFound)
	}
	if err := t.date(ctx, base, l); err != nil {
		return nil, err
	}
	return l, nil
}

var unstable = regexp.MustCompile(`[a-z]`)

// date asks when the newest versions were published, and writes versions as modules do.
func (t toolchains) date(ctx context.Context, base *url.URL, l *datasources.Listing) error {
	slices.SortFunc(l.Releases, func(a, b datasources.Release) int { return version.Compare("go"+b.Version, "go"+a.Version) })
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(concurrent)
	missing := make([]bool, min(len(l.Releases), maxDated))
	for i := range missing {
		r := &l.Releases[i]
		address := base.JoinPath(prefix + r.Version + platform + ".info").String()
		g.Go(func() error {
			var info struct {
				Version string
				Time    time.Time
			}
			_, err := t.env.GetJSON(ctx, address, "", terms(), &info)
			if errors.Is(err, datasources.ErrNotFound) {
				missing[i] = true
				return nil
			}
			if err == nil && info.Version == "" {
				err = fmt.Errorf("reading %s: it names no version", datasources.Redact(address))
			}
			r.Published = info.Time
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if i := slices.Index(missing, true); i >= 0 {
		l.Partial = cmp.Or(l.Partial, fmt.Sprintf("the proxy lists Go %s and does not have it", l.Releases[i].Version))
	}
	for i := range l.Releases {
		l.Releases[i].Version = canonical(l.Releases[i].Version)
	}
	return nil
}

// canonical returns a version in three parts: before Go 1.21 the first of a series had two.
func canonical(v string) string {
	if strings.Count(v, ".") == 1 && !unstable.MatchString(v) {
		return v + ".0"
	}
	return v
}

var dated = regexp.MustCompile(`Date:\s*Date\{(\d+),\s*(\d+),\s*(\d+)\},\s*Version:\s*Version\{(\d+),\s*(\d+),\s*(\d+)\}`)

// history reads the dates of releases in the source of Go's web site.
func (t toolchains) history(ctx context.Context, address string) (*datasources.Listing, error) {
	resp, err := t.env.Get(ctx, address, "", terms())
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", datasources.Redact(address), datasources.CutShort(err))
	}
	l := &datasources.Listing{SourceURL: "https://github.com/golang/go"}
	if !datasources.Delimited(resp) {
		l.Partial = "the server does not mark where the file ends"
	}
	for _, m := range dated.FindAllStringSubmatch(string(text), -1) {
		day, err := time.Parse("2006-1-2", strings.Join(m[1:4], "-"))
		if err == nil {
			l.Releases = append(l.Releases, datasources.Release{Version: strings.Join(m[4:7], "."), Published: day})
		}
	}
	if len(l.Releases) == 0 {
		return nil, fmt.Errorf("reading %s: it names no releases", datasources.Redact(address))
	}
	return l, nil
}
