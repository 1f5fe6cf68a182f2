package packagist

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
	"net/http/httptest"
)

func query(base string) datasources.Query {
	return datasources.Query{Datasource: "packagist", Registry: base + "/composer/", Package: "Acme/Left"}
}

func serve(files map[string]string) func(string) http.Handler {
	return func(string) http.Handler {
		mux := http.NewServeMux()
		for path, text := range files {
			mux.HandleFunc("GET "+path, func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, text) })
		}
		return mux
	}
}

var minified = map[string]string{
	"/composer/packages.json": `{"packages": [], "metadata-url": "/composer/p2/%package%.json"}`,
	"/composer/p2/acme/left.json": `{"minified": "composer/2.0", "packages": {"acme/left": [
		{"name": "acme/left", "version": "v1.1.0", "time": "2024-01-02T03:04:05+00:00", "require": {"php": ">=8.1"}, "homepage": "https://left.example.test",
		 "source": {"type": "git", "url": "https://code.example.test/acme/left.git"}, "abandoned": "acme/right"},
		{"version": "v1.0.0", "time": "2023-01-02T03:04:05+00:00", "require": "__unset", "abandoned": true},
		{"version": "dev-main"}]}}`,
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: serve(minified), Query: query,
		Want: []datasources.Release{
			{Version: "v1.0.0", Published: time.Date(2023, 1, 2, 3, 4, 5, 0, time.UTC), Withdrawn: "abandoned"},
			{Version: "v1.1.0", Published: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), Withdrawn: "abandoned: use acme/right", Requires: map[string][]string{"php": {">=8.1"}}},
		},
	})
}

// TestFiles is about repositories that hold all packages in files, as Satis makes them.
func TestFiles(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Query: query,
		Server: serve(map[string]string{
			"/composer/packages.json":    `{"packages": {"acme/left": {"1.0.0": {"name": "acme/left", "version": "1.0.0"}}}, "includes": {"include/all.json": {"sha1": "x"}}}`,
			"/composer/include/all.json": `{"packages": {"acme/left": {"1.1.0": {"name": "acme/left", "version": "1.1.0"}}, "acme/other": {}}}`,
		}),
		Want: []datasources.Release{{Version: "1.0.0"}, {Version: "1.1.0"}},
	})
}

func TestListing(t *testing.T) {
	s := httptest.NewServer(serve(minified)(""))
	defer s.Close()
	client, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := Source.New(client.Env()).List(t.Context(), query(s.URL))
	if err != nil {
		t.Fatal(err)
	}
	l.Releases = nil
	want := &datasources.Listing{Homepage: "https://left.example.test", SourceURL: "https://code.example.test/acme/left", Withdrawn: "abandoned: use acme/right"}
	if d := cmp.Diff(want, l); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
