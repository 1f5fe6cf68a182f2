// Package restpagestest checks datasources that speak the interface which Gitea and Forgejo share.
package restpagestest

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

func tags(string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/repos/acme/tool/tags", func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("page") { // the server makes pages smaller than asked for
		case "1":
			io.WriteString(rw, `[{"name": "v1.0.0", "commit": {"sha": "0123"}}]`)
		case "2":
			io.WriteString(rw, `[{"name": "v1.1.0", "commit": {"sha": "4567"}}]`)
		default:
			io.WriteString(rw, `[]`)
		}
	})
	return mux
}

// Tags checks a source of tags.
func Tags(t *testing.T, source *datasources.Source) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: source, Server: tags,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: source.Name, Registry: base, Package: "acme/tool"}
		},
		Want: []datasources.Release{
			{Version: "v1.0.0", Digest: "0123"},
			{Version: "v1.1.0", Digest: "4567"},
		},
	})
}

func releases(string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/repos/acme/tool/releases", func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("page") {
		case "1":
			io.WriteString(rw, `[{"tag_name": "v1.0.0", "published_at": "2026-01-02T03:04:05Z"}, {"tag_name": "v3.0.0", "draft": true}]`)
		case "2":
			io.WriteString(rw, `[{"tag_name": "v2.0.0-rc1", "published_at": "2026-01-02T03:04:05Z", "prerelease": true}]`)
		default:
			io.WriteString(rw, `[]`)
		}
	})
	return mux
}

// Releases checks a source of releases.
func Releases(t *testing.T, source *datasources.Source) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: source, Server: releases,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: source.Name, Registry: base, Package: "acme/tool"}
		},
		Want: []datasources.Release{
			{Version: "v1.0.0", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
			{Version: "v2.0.0-rc1", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Unstable: true},
		},
	})
}
