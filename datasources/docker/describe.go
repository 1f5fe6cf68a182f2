package docker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	ggcr "github.com/google/go-containerregistry/pkg/v1"

	"github.com/currant-bot/currant/datasources"
)

const (
	maxConfig  = 4 << 20
	helmConfig = "application/vnd.cncf.helm.config.v1+json"

	// Keys of the OCI image specification, for annotations and labels alike.
	sourceKey = "org.opencontainers.image.source"
	homeKey   = "org.opencontainers.image.url"
)

// Describe reads the annotations of an image's manifest and, if these name no source, the labels
// in its configuration; for a Helm chart, the chart's own description. A tag's
// publisher says all this, so it serves for links, not for trust.
func (r *registry) Describe(ctx context.Context, q datasources.Query, version string) (*datasources.Listing, error) {
	s, err := r.session(ctx, q)
	if err != nil {
		return nil, err
	}
	l, err := s.describe(r.terms(ctx), version)
	if err != nil {
		return nil, fmt.Errorf("describing %s:%s: %w", s.repo, version, err)
	}
	return l, nil
}

func (s *session) describe(ctx context.Context, version string) (*datasources.Listing, error) {
	l := &datasources.Listing{}
	m, err := s.manifest(ctx, version)
	if err != nil {
		return nil, err
	}
	annotate(l, m.Annotations)
	if len(m.Manifests) > 0 && l.SourceURL == "" {
		if m, err = s.manifest(ctx, standing(m.Manifests).String()); err != nil {
			return nil, err
		}
		annotate(l, m.Annotations)
	}
	if l.SourceURL != "" || m.Config.Digest.Hex == "" || m.Config.Size > maxConfig {
		return l, nil
	}
	text, err := s.blob(ctx, m.Config.Digest)
	if err != nil {
		return nil, err
	}
	if m.Config.MediaType == helmConfig {
		return chartListing(l, text), nil
	}
	var config struct {
		Config struct{ Labels map[string]string } `json:"config"`
	}
	if json.Unmarshal(text, &config) == nil {
		annotate(l, config.Config.Labels)
	}
	return l, nil
}

// A manifest is what is used of an image manifest or of an index of them.
type manifest struct {
	Config      ggcr.Descriptor   `json:"config"`
	Manifests   []ggcr.Descriptor `json:"manifests"`
	Annotations map[string]string `json:"annotations"`
}

func (s *session) manifest(ctx context.Context, reference string) (manifest, error) {
	text, err := s.read(ctx, "/manifests/"+reference, manifests, maxManifest)
	if err != nil {
		return manifest{}, err
	}
	return manifestOf(text)
}

func manifestOf(text []byte) (manifest, error) {
	var m manifest
	err := datasources.DecodeJSON(bytes.NewReader(text), func(d *json.Decoder) error { return d.Decode(&m) })
	return m, err
}

// standing returns the digest of the image that stands for all of an index: that
// for Linux on amd64, or else the first.
func standing(images []ggcr.Descriptor) ggcr.Hash {
	for _, image := range images {
		if p := image.Platform; p != nil && p.OS == "linux" && p.Architecture == "amd64" {
			return image.Digest
		}
	}
	return images[0].Digest
}

// blob returns a blob whose digest has been checked. A registry may redirect to
// where it stores blobs; credentials stay behind.
func (s *session) blob(ctx context.Context, digest ggcr.Hash) ([]byte, error) {
	terms := datasources.TermsOf(ctx)
	terms.Foreign = true
	text, err := s.read(datasources.WithTerms(ctx, terms), "/blobs/"+digest.String(), "*/*", maxConfig)
	if err != nil {
		return nil, err
	}
	if got, _, err := ggcr.SHA256(bytes.NewReader(text)); err != nil || got != digest {
		return nil, errors.New("a blob does not have its digest")
	}
	return text, nil
}

// read returns what is at a path below the repository, up to limit bytes.
func (s *session) read(ctx context.Context, path, accept string, limit int64) ([]byte, error) {
	u := &url.URL{Scheme: s.scheme, Host: s.repo.RegistryStr(), Path: "/v2/" + s.repo.RepositoryStr() + path}
	resp, err := s.do(ctx, http.MethodGet, u.String(), accept)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, datasources.StatusError(u.Host, resp.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, datasources.CutShort(err)
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("the answer is longer than %d bytes", limit)
	}
	return text, nil
}

// annotate takes from annotations or labels what l has a place for.
func annotate(l *datasources.Listing, labels map[string]string) {
	if source := web(labels[sourceKey]); source != "" && l.SourceURL == "" {
		l.SourceURL, l.SourceDir = split(source)
	}
	if home := web(labels[homeKey]); home != "" && l.Homepage == "" {
		l.Homepage = home
	}
}

// chartListing takes from a Helm chart's description what l has a place for.
func chartListing(l *datasources.Listing, text []byte) *datasources.Listing {
	var chart struct {
		Home    string
		Sources []string
	}
	if json.Unmarshal(text, &chart) != nil {
		return l
	}
	l.Homepage = web(chart.Home)
	for _, s := range append(chart.Sources, chart.Home) {
		if s = web(s); s != "" && l.SourceURL == "" {
			l.SourceURL, l.SourceDir = split(s)
		}
	}
	return l
}

// web returns s if it is a web address, without credentials; else "".
func web(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	u.User = nil
	return u.String()
}

var folder = regexp.MustCompile(`^(https?://[^/]+/.+?)/(?:-/)?(?:tree|blob)/[^/]+/(.+?)/?$`)

// split splits the address of a folder on a code host into repository and folder.
func split(address string) (repo, dir string) {
	if m := folder.FindStringSubmatch(address); m != nil {
		return m[1], m[2]
	}
	return strings.TrimSuffix(strings.TrimSuffix(address, "/"), ".git"), ""
}
