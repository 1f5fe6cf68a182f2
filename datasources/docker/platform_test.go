package docker

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	fake "github.com/google/go-containerregistry/pkg/registry"
	ggcr "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/currant-bot/currant/datasources"
)

// imageFor returns an image that nobody else has, whose configuration names a platform.
func imageFor(t *testing.T, p ggcr.Platform) ggcr.Image {
	t.Helper()
	img, err := random.Image(16, 1)
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Variant, config.OSVersion = p.OS, p.Architecture, p.Variant, p.OSVersion
	if img, err = mutate.ConfigFile(img, config); err != nil {
		t.Fatal(err)
	}
	return img
}

// A shelf is a repository of images for several platforms.
type shelf struct {
	t    *testing.T
	repo string
}

// index puts an image for each platform under a tag and returns their digests, that of the index under "".
func (s shelf) index(tag string, platforms ...ggcr.Platform) map[string]string {
	s.t.Helper()
	index, digests := ggcr.ImageIndex(empty.Index), make(map[string]string)
	for _, p := range platforms {
		img := imageFor(s.t, p)
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: ggcr.Descriptor{Platform: &p}})
		digests[p.String()] = sum(s.t, img)
	}
	if err := remote.WriteIndex(s.tag(tag), index); err != nil {
		s.t.Fatal(err)
	}
	digests[""] = sum(s.t, index)
	return digests
}

func (s shelf) image(tag string, img ggcr.Image) string {
	s.t.Helper()
	if err := remote.Write(s.tag(tag), img); err != nil {
		s.t.Fatal(err)
	}
	return sum(s.t, img)
}

func (s shelf) tag(tag string) name.Tag {
	s.t.Helper()
	ref, err := name.NewTag(s.repo + ":" + tag)
	if err != nil {
		s.t.Fatal(err)
	}
	return ref
}

func sum(t *testing.T, x interface{ Digest() (ggcr.Hash, error) }) string {
	t.Helper()
	digest, err := x.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

func platform(t *testing.T, text string) ggcr.Platform {
	t.Helper()
	p, err := ggcr.ParsePlatform(text)
	if err != nil {
		t.Fatal(err)
	}
	return *p
}

func platforms(t *testing.T, texts ...string) []ggcr.Platform {
	var out []ggcr.Platform
	for _, text := range texts {
		out = append(out, platform(t, text))
	}
	return out
}

func TestPlatform(t *testing.T) {
	var read []string
	handler := fake.New(fake.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			read = append(read, r.URL.Path)
		}
		handler.ServeHTTP(rw, r)
	}))
	defer server.Close()
	s := shelf{t, strings.TrimPrefix(server.URL, "http://") + "/team/app"}
	many := s.index("1.0", platforms(t, "linux/amd64", "linux/arm64/v8", "linux/arm/v7", "windows/amd64:10.0.20348.2113")...)
	chart := mutate.ConfigMediaType(imageFor(t, platform(t, "linux/amd64")), types.MediaType(helmConfig))

	ds := client(t)
	for digest, want := range map[string]string{
		many[""]:                              "",
		many["linux/amd64"]:                   "linux/amd64",
		many["linux/arm64/v8"]:                "linux/arm64",
		many["linux/arm/v7"]:                  "linux/arm/v7",
		many["windows/amd64:10.0.20348.2113"]: "windows/amd64:10.0.20348",
		s.image("chart", chart):               "",
		s.image("bare", empty.Image):          "",
	} {
		if got, err := ds.Platform(t.Context(), query(server.URL), digest); err != nil || got != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	if _, err := ds.Platform(t.Context(), query(server.URL), "sha256:"+strings.Repeat("0", 64)); !errors.Is(err, datasources.ErrNotFound) {
		t.Errorf("what is gone: %v", err)
	}
	read = nil
	if _, err := client(t).Platform(t.Context(), query(server.URL), many[""]); err != nil {
		t.Fatal(err)
	}
	for _, path := range read {
		if strings.Contains(path, "/manifests/") {
			t.Error("the manifest of an index was read, where its head is enough")
		}
	}
}

func TestPlatformDigest(t *testing.T) {
	server := httptest.NewServer(fake.New(fake.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	s := shelf{t, strings.TrimPrefix(server.URL, "http://") + "/team/app"}
	next := s.index("2.0", platforms(t, "linux/amd64", "linux/arm64/v8", "linux/arm/v6", "linux/arm/v7", "unknown/unknown",
		"windows/amd64:10.0.17763.5206", "windows/amd64:10.0.20348.2227")...)
	alone := s.image("2.1", imageFor(t, platform(t, "linux/arm64/v8")))
	for _, tt := range []struct {
		version, platform, want string
		wrong                   *datasources.PlatformError
	}{
		{"2.0", "linux/amd64", next["linux/amd64"], nil},
		{"2.0", "linux/arm64", next["linux/arm64/v8"], nil},
		{"2.0", "linux/arm/v7", next["linux/arm/v7"], nil},
		{"2.0", "linux/arm/v6", next["linux/arm/v6"], nil},
		{"2.0", "linux/arm", "", &datasources.PlatformError{Platform: "linux/arm", Several: true}},
		{"2.0", "windows/amd64:10.0.20348", next["windows/amd64:10.0.20348.2227"], nil},
		{"2.0", "windows/amd64:10.0.14393", "", &datasources.PlatformError{Platform: "windows/amd64:10.0.14393"}},
		{"2.0", "linux/s390x", "", &datasources.PlatformError{Platform: "linux/s390x"}},
		{"2.1", "linux/arm64", alone, nil},
		{"2.1", "linux/amd64", "", &datasources.PlatformError{Platform: "linux/amd64"}},
	} {
		got, err := client(t).PlatformDigest(t.Context(), query(server.URL), tt.version, tt.platform)
		var wrong *datasources.PlatformError
		switch errors.As(err, &wrong); {
		case tt.wrong == nil && (err != nil || got != tt.want):
			t.Errorf("%s for %s: got %q, %v, want %q", tt.version, tt.platform, got, err, tt.want)
		case tt.wrong != nil && (wrong == nil || *wrong != *tt.wrong):
			t.Errorf("%s for %s: got %q, %v, want %v", tt.version, tt.platform, got, err, tt.wrong)
		}
	}
	if _, err := client(t).PlatformDigest(t.Context(), query(server.URL), "9", "linux/amd64"); !errors.Is(err, datasources.ErrNotFound) {
		t.Errorf("a version that is not there: %v", err)
	}
}
