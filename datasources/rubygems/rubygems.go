// Package rubygems reads releases from RubyGems servers.
package rubygems

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source asks a server's API, and where it has none its compact index.
var Source = &datasources.Source{
	Name:       "rubygems",
	Doc:        "RubyGems servers",
	Versioning: "ruby",
	Strategy:   datasources.Hunt,
	New:        func(env datasources.Env) datasources.Datasource { return server{env} },
}

const bodyLimit = 32 << 20

type server struct{ env datasources.Env }

var validName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)

func terms() datasources.Terms {
	return datasources.Terms{HostTypes: []string{"rubygems"}, BodyLimit: bodyLimit}
}

func (s server) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	if !validName.MatchString(q.Package) {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	base, name := strings.TrimSuffix(q.Registry, "/"), url.PathEscape(q.Package)
	var versions []struct {
		Number     string
		Platform   string
		Created    string `json:"created_at"`
		Prerelease bool
		Ruby       string `json:"ruby_version"`
		RubyGems   string `json:"rubygems_version"`
	}
	_, err := s.env.GetJSON(ctx, base+"/api/v1/versions/"+name+".json", "", terms(), &versions)
	if errors.Is(err, datasources.ErrNotFound) {
		return s.compact(ctx, base+"/info/"+name)
	}
	if err != nil {
		return nil, err
	}
	l := &datasources.Listing{}
	seen := make(map[string]bool)
	for _, v := range versions {
		if seen[v.Number] {
			continue // for another platform
		}
		seen[v.Number] = true
		r := datasources.Release{Version: v.Number, Unstable: v.Prerelease}
		if created, err := time.Parse(time.RFC3339, v.Created); err == nil {
			r.Published = created.UTC()
		}
		r.Requires = requires(v.Ruby, v.RubyGems)
		l.Releases = append(l.Releases, r)
	}
	return l, nil
}

// Describe asks what the gem says of itself.
func (s server) Describe(ctx context.Context, q datasources.Query, version string) (*datasources.Listing, error) {
	var gem struct {
		Homepage  string `json:"homepage_uri"`
		Source    string `json:"source_code_uri"`
		Changelog string `json:"changelog_uri"`
	}
	if !validName.MatchString(q.Package) {
		return nil, datasources.ErrNotFound
	}
	address := strings.TrimSuffix(q.Registry, "/") + "/api/v1/gems/" + url.PathEscape(q.Package) + ".json"
	if _, err := s.env.GetJSON(ctx, address, "", terms(), &gem); err != nil {
		return nil, err
	}
	return &datasources.Listing{Homepage: gem.Homepage, SourceURL: gem.Source, ChangelogURL: gem.Changelog}, nil
}

// compact reads the compact index: after "---" a line for each version.
func (s server) compact(ctx context.Context, address string) (*datasources.Listing, error) {
	resp, err := s.env.Get(ctx, address, "text/plain", terms())
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	l := &datasources.Listing{}
	if !datasources.Delimited(resp) {
		l.Partial = "the server does not mark where its answer ends"
	}
	seen := make(map[string]bool)
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	begun := false
	for lines.Scan() {
		line := lines.Text()
		if !begun {
			begun = line == "---"
			continue
		}
		v, rest, _ := strings.Cut(line, " ")
		v, _, _ = strings.Cut(v, "-") // the platform
		if v != "" && !seen[v] {
			seen[v] = true
			l.Releases = append(l.Releases, datasources.Release{Version: v, Requires: needs(rest)})
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", datasources.Redact(address), datasources.CutShort(err))
	}
	if !begun {
		return nil, fmt.Errorf("%s is not a compact index of gems", datasources.Redact(address))
	}
	return l, nil
}

// needs reads what a line of the compact index says after the version: "dep:>= 1,other:>= 2|checksum:ab,ruby:>= 2.7&< 4".
func needs(line string) map[string][]string {
	_, line, _ = strings.Cut(line, "|")
	said := make(map[string]string)
	for field := range strings.SplitSeq(line, ",") {
		key, value, _ := strings.Cut(field, ":")
		said[key] = strings.ReplaceAll(value, "&", ", ")
	}
	return requires(said["ruby"], said["rubygems"])
}

// requires returns what a release needs of Ruby and of RubyGems.
func requires(ruby, gems string) map[string][]string {
	out := make(map[string][]string)
	if ruby != "" {
		out["ruby"] = []string{ruby}
	}
	if gems != "" {
		out["rubygems"] = []string{gems}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
