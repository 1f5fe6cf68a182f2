// Package helm reads releases from classic Helm chart repositories. Charts in
// OCI registries are the docker datasource's.
package helm

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Source reads a repository's index.yaml as a stream: of an index of 140 MB
// only the releases of the wanted chart are held.
var Source = &datasources.Source{
	Name:       "helm",
	Doc:        "Helm chart repositories",
	Versioning: "helm",
	Strategy:   datasources.First,
	Defaults:   map[string]any{"commitMessageTopic": "Helm release {{depName}}"},
	New: func(env datasources.Env) datasources.Datasource {
		return &repository{env: env, turns: make(map[string]chan struct{})}
	},
}

const bodyLimit = 512 << 20

// repository asks all chart repositories, each index once at a time: who comes
// second finds it in the cache.
type repository struct {
	env datasources.Env

	mu    sync.Mutex
	turns map[string]chan struct{} // by URL of the index: holds one value while it is read
}

// turn waits until nobody else reads an index. The caller calls end when it has.
func (r *repository) turn(ctx context.Context, index string) (end func(), err error) {
	r.mu.Lock()
	turn, ok := r.turns[index]
	if !ok {
		turn = make(chan struct{}, 1)
		r.turns[index] = turn
	}
	r.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *repository) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	u, err := url.Parse(q.Registry)
	if err != nil {
		return nil, fmt.Errorf("looking up %s: the repository is not a URL", q)
	}
	if u.Scheme == "oci" {
		return nil, fmt.Errorf("looking up %s: a chart in an OCI registry belongs to the docker datasource", q)
	}
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/")+"/index.yaml", ""
	end, err := r.turn(ctx, u.String())
	if err != nil {
		return nil, err
	}
	defer end()
	resp, err := r.env.Get(ctx, u.String(), "", datasources.Terms{HostTypes: []string{"helm"}, BodyLimit: bodyLimit})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	c := chart{name: q.Package}
	found, err := readIndex(resp.Body, q.Package, c.add)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", datasources.Redact(u.String()), datasources.CutShort(err))
	}
	if !found.entries {
		return nil, fmt.Errorf("reading %s: it is no index of charts", datasources.Redact(u.String()))
	}
	whole := found.after || datasources.Delimited(resp)
	if !found.chart && whole {
		return nil, fmt.Errorf("looking up %s: %w", q, datasources.ErrNotFound)
	}
	if !whole {
		c.listing.Partial = "the repository does not mark where its index ends"
	}
	return c.finish(), nil
}

// A chartVersion is what is used of an entry of an index.
type chartVersion struct {
	Version     string   `yaml:"version" json:"version"`
	KubeVersion string   `yaml:"kubeVersion" json:"kubeVersion"`
	Created     string   `yaml:"created" json:"created"`
	Digest      string   `yaml:"digest" json:"digest"`
	Deprecated  bool     `yaml:"deprecated" json:"deprecated"`
	Home        string   `yaml:"home" json:"home"`
	Sources     []string `yaml:"sources" json:"sources"`
}

// A chart collects the releases of one chart.
type chart struct {
	name    string
	listing datasources.Listing
	latest  chartVersion // first in the index: Helm sorts the newest to the top
	any     bool
}

func (c *chart) add(v chartVersion) {
	if v.Version == "" {
		return
	}
	if !c.any {
		c.latest, c.any = v, true
	}
	r := datasources.Release{Version: v.Version, Digest: v.Digest, Published: parseTime(v.Created)}
	if v.Deprecated {
		r.Withdrawn = "deprecated"
	}
	if v.KubeVersion != "" {
		r.Requires = map[string][]string{"kubernetes": {v.KubeVersion}}
	}
	c.listing.Releases = append(c.listing.Releases, r)
}

func (c *chart) finish() *datasources.Listing {
	c.listing.Homepage = c.latest.Home
	c.listing.SourceURL, c.listing.SourceDir = source(c.latest, c.name)
	if c.latest.Deprecated {
		c.listing.Withdrawn = "the chart is deprecated"
	}
	return &c.listing
}

var (
	forge  = regexp.MustCompile(`^https?://[^/]*(?:github|gitlab|gitea|bitbucket|codeberg)[^/]*/[^/]+/[^/]+`)
	folder = regexp.MustCompile(`/-?/?(?:tree|blob)/[^/]+/(.+?)/?$`)
)

// source returns the source repository of a chart and the folder in it: what its
// home or sources name on a code host, first where the name is that of charts.
func source(v chartVersion, name string) (repo, dir string) {
	var candidates []string
	for _, s := range append([]string{v.Home}, v.Sources...) {
		if forge.MatchString(s) {
			candidates = append(candidates, s)
		}
	}
	if len(candidates) == 0 {
		return "", ""
	}
	best := candidates[0]
	for _, s := range candidates {
		if base := forge.FindString(s); strings.HasSuffix(base, "charts") || strings.HasSuffix(base, "helm") || strings.HasSuffix(s, "/"+name) && folder.MatchString(s) {
			best = s
			break
		}
	}
	if m := folder.FindStringSubmatch(best); m != nil {
		dir = m[1]
	}
	return strings.TrimSuffix(forge.FindString(best), ".git"), dir
}

func parseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
