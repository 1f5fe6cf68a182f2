package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	ggcr "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/currant-bot/currant/datasources"
)

// Platform returns the platform that the configuration of the image with a digest names.
func (r *registry) Platform(ctx context.Context, q datasources.Query, digest string) (string, error) {
	s, err := r.session(ctx, q)
	if err != nil {
		return "", err
	}
	p, err := s.platformOf(r.terms(ctx), digest)
	if errors.Is(err, datasources.ErrNotFound) {
		if library, ok := s.official(q); ok {
			return r.Platform(ctx, library, digest)
		}
	}
	if err != nil {
		return "", fmt.Errorf("asking for the platform of %s@%s: %w", s.repo, digest, err)
	}
	return p, nil
}

// platformOf asks for the head first: most that is pinned is an index, which the head tells, and
// registries count how often manifests are read.
func (s *session) platformOf(ctx context.Context, reference string) (string, error) {
	u := &url.URL{
		Scheme: s.scheme, Host: s.repo.RegistryStr(),
		Path: "/v2/" + s.repo.RepositoryStr() + "/manifests/" + reference,
	}
	resp, err := s.do(ctx, http.MethodHead, u.String(), manifests)
	if err != nil {
		return "", err
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusOK && types.MediaType(resp.Header.Get("Content-Type")).IsIndex() {
		return "", nil
	}
	m, err := s.manifest(ctx, reference)
	if err != nil || len(m.Manifests) > 0 {
		return "", err
	}
	return s.configured(ctx, m)
}

// configured returns the platform that the configuration of an image says; "" if m is no image.
func (s *session) configured(ctx context.Context, m manifest) (string, error) {
	if !m.Config.MediaType.IsConfig() || m.Config.Size > maxConfig {
		return "", nil
	}
	text, err := s.blob(ctx, m.Config.Digest)
	if err != nil {
		return "", err
	}
	var config ggcr.ConfigFile
	if json.Unmarshal(text, &config) != nil || config.Architecture == "" || config.OS == "" {
		return "", nil
	}
	return named(ggcr.Platform{OS: config.OS, Architecture: config.Architecture, Variant: config.Variant, OSVersion: config.OSVersion}), nil
}

// named writes p as go-containerregistry does, without what goes without saying: an arm64 is a v8. Of the
// version of an operating system the last part is left out, which every release of Windows' images changes.
func named(p ggcr.Platform) string {
	if p.Architecture == "arm64" && p.Variant == "v8" || p.Architecture == "amd64" && p.Variant == "v1" {
		p.Variant = ""
	}
	if parts := strings.Split(p.OSVersion, "."); len(parts) > 3 {
		p.OSVersion = strings.Join(parts[:3], ".")
	}
	p.OSFeatures, p.Features = nil, nil
	return p.String()
}

// PlatformDigest returns the digest of the image for a platform: out of an index, or
// of the tag itself where it has just one image and that is for the platform.
func (r *registry) PlatformDigest(ctx context.Context, q datasources.Query, version, platform string) (string, error) {
	if version == "" {
		version = "latest"
	}
	s, err := r.session(ctx, q)
	if err != nil {
		return "", err
	}
	digest, err := s.platformDigest(r.terms(ctx), version, platform)
	if errors.Is(err, datasources.ErrNotFound) {
		if library, ok := s.official(q); ok {
			return r.PlatformDigest(ctx, library, version, platform)
		}
	}
	if err != nil {
		return "", fmt.Errorf("asking for the digest of %s:%s: %w", s.repo, version, err)
	}
	return digest, nil
}

func (s *session) platformDigest(ctx context.Context, version, platform string) (string, error) {
	text, err := s.read(ctx, "/manifests/"+version, manifests, maxManifest)
	if err != nil {
		return "", err
	}
	m, err := manifestOf(text)
	if err != nil {
		return "", err
	}
	if len(m.Manifests) > 0 {
		return within(m.Manifests, platform)
	}
	is, err := s.configured(ctx, m)
	if err != nil {
		return "", err
	}
	if want, got := parsed(platform), parsed(is); is != "" && (got.OS != want.OS || got.Architecture != want.Architecture ||
		got.Variant != want.Variant && got.Variant != "" && want.Variant != "") {
		return "", &datasources.PlatformError{Platform: platform}
	}
	return digestOf(text), nil
}

// within returns the digest of the image in an index that is for a platform. Of several, the one whose variant and
// version of the system are the same too counts: some images do not say these of themselves.
func within(images []ggcr.Descriptor, platform string) (string, error) {
	want := parsed(platform)
	var exact, near []string
	for _, image := range images {
		if image.Platform == nil {
			continue
		}
		name := named(*image.Platform)
		switch got := parsed(name); {
		case name == platform:
			exact = append(exact, image.Digest.String())
		case got.OS == want.OS && got.Architecture == want.Architecture &&
			(got.Variant == want.Variant || got.Variant == "" || want.Variant == "") &&
			(got.OSVersion == want.OSVersion || got.OSVersion == "" || want.OSVersion == ""):
			near = append(near, image.Digest.String())
		}
	}
	for _, found := range [][]string{exact, near} {
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0], nil
		}
		return "", &datasources.PlatformError{Platform: platform, Several: true}
	}
	return "", &datasources.PlatformError{Platform: platform}
}

func parsed(platform string) ggcr.Platform {
	p, err := ggcr.ParsePlatform(platform)
	if err != nil {
		return ggcr.Platform{}
	}
	return *p
}
