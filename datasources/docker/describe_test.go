package docker

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	fake "github.com/google/go-containerregistry/pkg/registry"
	ggcr "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
)

// labelled returns an image with a source label.
func labelled(t *testing.T, source string) ggcr.Image {
	t.Helper()
	img, err := mutate.Config(empty.Image, ggcr.Config{Labels: map[string]string{sourceKey: source, homeKey: "https://shop.example.test"}})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestDescribe(t *testing.T) {
	handler := fake.New(fake.Logger(log.New(io.Discard, "", 0)))
	var storage *httptest.Server
	var leaked string
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/sha256:") {
			http.Redirect(rw, r, storage.URL+r.URL.Path, http.StatusTemporaryRedirect)
			return
		}
		handler.ServeHTTP(rw, r)
	}))
	defer server.Close()
	storage = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		leaked += r.Header.Get("Authorization")
		handler.ServeHTTP(rw, r)
	}))
	defer storage.Close()

	repo := strings.TrimPrefix(server.URL, "http://") + "/team/app"
	tag := func(version string) name.Tag {
		ref, err := name.NewTag(repo + ":" + version)
		if err != nil {
			t.Fatal(err)
		}
		return ref
	}
	write := func(version string, img ggcr.Image) {
		if err := remote.Write(tag(version), img); err != nil {
			t.Fatal(err)
		}
	}
	write("labels", labelled(t, "https://code.example.test/team/app.git"))
	write("odd", labelled(t, "javascript:alert(1)"))
	write("annotations", mutate.Annotations(labelled(t, "https://code.example.test/other"), map[string]string{
		sourceKey: "https://u:p@code.example.test/team/mono/tree/main/apps/app",
	}).(ggcr.Image))
	index := mutate.AppendManifests(empty.Index,
		mutate.IndexAddendum{Add: labelled(t, "https://code.example.test/arm"), Descriptor: ggcr.Descriptor{Platform: &ggcr.Platform{OS: "linux", Architecture: "arm64"}}},
		mutate.IndexAddendum{Add: labelled(t, "https://code.example.test/amd"), Descriptor: ggcr.Descriptor{Platform: &ggcr.Platform{OS: "linux", Architecture: "amd64"}}})
	if err := remote.WriteIndex(tag("index"), index); err != nil {
		t.Fatal(err)
	}

	ds := client(t, host.Rule{MatchHost: server.URL, Username: "u", Password: "p"})
	for version, want := range map[string]*datasources.Listing{
		"labels":      {SourceURL: "https://code.example.test/team/app", Homepage: "https://shop.example.test"},
		"odd":         {Homepage: "https://shop.example.test"},
		"annotations": {SourceURL: "https://code.example.test/team/mono", SourceDir: "apps/app"},
		"index":       {SourceURL: "https://code.example.test/amd", Homepage: "https://shop.example.test"},
	} {
		got, err := ds.Describe(t.Context(), query(server.URL), version)
		if err != nil {
			t.Errorf("%s: %v", version, err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: (-want +got):\n%s", version, d)
		}
	}
	if leaked != "" {
		t.Error("credentials followed the redirect to the storage")
	}
}

func TestChartListing(t *testing.T) {
	got := chartListing(&datasources.Listing{}, []byte(`{"home": "https://shop.example.test", "sources": ["x", "https://code.example.test/acme/charts/-/tree/main/charts/shop"], "name": "shop"}`))
	want := &datasources.Listing{Homepage: "https://shop.example.test", SourceURL: "https://code.example.test/acme/charts", SourceDir: "charts/shop"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
