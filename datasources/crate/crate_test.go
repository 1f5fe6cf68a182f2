package crate

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

const releases = `{"name":"shop","vers":"1.0.0","deps":[],"cksum":"0","features":{},"yanked":true}
{"name":"shop","vers":"1.1.0","deps":[],"cksum":"0","features":{},"yanked":false,"rust_version":"1.70","pubtime":"2024-01-02T03:04:05Z","v":2}
{"name":"shop","vers":"2.0.0-rc.1","deps":[],"cksum":"0","features":{},"yanked":false,"pubtime":null}
`

func server(base string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /index/sh/op/shop", func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, releases) })
	mux.HandleFunc("GET /index/config.json", func(rw http.ResponseWriter, _ *http.Request) {
		io.WriteString(rw, `{"dl": "x", "api": "`+base+`"}`)
	})
	mux.HandleFunc("GET /api/v1/crates/Shop", func(rw http.ResponseWriter, _ *http.Request) {
		io.WriteString(rw, `{"crate": {"id": "shop", "homepage": null, "repository": "https://code.example.test/acme/shop.git"}}`)
	})
	return mux
}

func query(base string) datasources.Query {
	return datasources.Query{Datasource: "crate", Registry: base + "/index/", Package: "Shop"}
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{Source: Source, Server: server, Query: query, Want: []datasources.Release{
		{Version: "1.0.0", Withdrawn: "yanked"},
		{Version: "1.1.0", Published: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), Requires: map[string][]string{"rust": {"1.70"}}},
		{Version: "2.0.0-rc.1"},
	}})
}

func TestDescribe(t *testing.T) {
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { server(s.URL).ServeHTTP(rw, r) }))
	defer s.Close()
	client, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	q := query("sparse+" + s.URL)
	l, err := registry{client.Env()}.Describe(t.Context(), q, "1.1.0")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(&datasources.Listing{SourceURL: "https://code.example.test/acme/shop"}, l); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestFile(t *testing.T) {
	for crate, want := range map[string]string{"a": "1/a", "ab": "2/ab", "ABC": "3/a/abc", "abcd": "ab/cd/abcd", "serde_json": "se/rd/serde_json"} {
		if got := file(crate); got != want {
			t.Errorf("%s: %s, want %s", crate, got, want)
		}
	}
}

func TestIndex(t *testing.T) {
	for registry, want := range map[string]string{
		"https://github.com/acme/index":              "git repository",
		"https://git.example.test/acme/index.git":    "git repository",
		"ssh://git@git.example.test/acme/index":      "git repository",
		"sparse+https://git.example.test/index.git/": "",
		"https://index.example.test":                 "",
		"banana":                                     "not an address",
	} {
		_, err := index(datasources.Query{Registry: registry, Package: "shop"})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", registry, err, want)
		}
	}
}
