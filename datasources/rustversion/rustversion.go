// Package rustversion reads the releases of Rust.
package rustversion

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source reads the list of manifests of a distribution server, as rustup's
// RUSTUP_DIST_SERVER names it.
var Source = &datasources.Source{
	Name:       "rust-version",
	Doc:        "releases of Rust",
	Versioning: "rust-release-channel",
	Strategy:   datasources.First,
	New:        func(env datasources.Env) datasources.Datasource { return server{env} },
}

type server struct{ env datasources.Env }

const bodyLimit = 32 << 20

var manifest = regexp.MustCompile(`/dist/(\d{4}-\d{2}-\d{2})/channel-rust-(nightly|beta|\d+\.\d+\.\d+[\w.-]*)\.toml$`)

func (s server) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	base, err := url.Parse(q.Registry)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("looking up %s: the registry is not an address", q)
	}
	address := base.JoinPath("manifests.txt").String()
	resp, err := s.env.Get(ctx, address, "", datasources.Terms{HostTypes: []string{"rust-version"}, BodyLimit: bodyLimit})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	l := &datasources.Listing{SourceURL: "https://github.com/rust-lang/rust"}
	if !datasources.Delimited(resp) {
		l.Partial = "the server does not mark where its list ends"
	}
	seen := make(map[string]bool)
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		m := manifest.FindStringSubmatch(strings.TrimSpace(lines.Text()))
		if m == nil {
			continue
		}
		version := m[2]
		if version == "nightly" || version == "beta" {
			version += "-" + m[1]
		}
		day, err := time.Parse(time.DateOnly, m[1])
		if err == nil && !seen[version] {
			seen[version] = true
			l.Releases = append(l.Releases, datasources.Release{Version: version, Published: day})
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", datasources.Redact(address), datasources.CutShort(err))
	}
	if len(l.Releases) == 0 {
		return nil, fmt.Errorf("reading %s: it names no releases", datasources.Redact(address))
	}
	return l, nil
}
