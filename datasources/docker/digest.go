package docker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/currant-bot/currant/datasources"
)

// manifests are the forms of a manifest that are asked for. Indexes come first: the
// digest of a multi-platform image is that of its index.
var manifests = strings.Join([]string{
	string(types.OCIImageIndex), string(types.DockerManifestList),
	string(types.OCIManifestSchema1), string(types.DockerManifestSchema2),
}, ", ")

const maxManifest = 8 << 20

var validDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$`)

// Digest returns the digest of the manifest that a tag, "latest" if empty, names now.
func (r *registry) Digest(ctx context.Context, q datasources.Query, version string) (string, error) {
	if version == "" {
		version = "latest"
	}
	s, err := r.session(ctx, q)
	if err != nil {
		return "", err
	}
	digest, err := s.digest(r.terms(ctx), version)
	if errors.Is(err, datasources.ErrNotFound) {
		if library, ok := s.official(q); ok {
			return r.Digest(ctx, library, version)
		}
	}
	if err != nil {
		return "", fmt.Errorf("asking for the digest of %s:%s: %w", s.repo, version, err)
	}
	return digest, nil
}

// digest asks for the head of a manifest and, where the registry does not
// say the digest or refuses, for the manifest itself.
func (s *session) digest(ctx context.Context, version string) (string, error) {
	u := &url.URL{
		Scheme: s.scheme, Host: s.repo.RegistryStr(),
		Path: "/v2/" + s.repo.RepositoryStr() + "/manifests/" + version,
	}
	resp, err := s.do(ctx, http.MethodHead, u.String(), manifests)
	if err != nil {
		return "", err
	}
	resp.Body.Close()
	digest := resp.Header.Get("Docker-Content-Digest")
	if resp.StatusCode == http.StatusOK && validDigest.MatchString(digest) {
		return digest, nil
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusMethodNotAllowed {
		return "", datasources.StatusError(u.Host, resp.StatusCode)
	}
	text, err := s.read(ctx, "/manifests/"+version, manifests, maxManifest)
	if err != nil {
		return "", err
	}
	return digestOf(text), nil
}

func digestOf(manifest []byte) string {
	sum := sha256.Sum256(manifest)
	return "sha256:" + hex.EncodeToString(sum[:])
}
