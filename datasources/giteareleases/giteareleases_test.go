package giteareleases

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

func server(string) http.Handler {
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

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "gitea-releases", Registry: base, Package: "acme/tool"}
		},
		Want: []datasources.Release{
			{Version: "v1.0.0", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
			{Version: "v2.0.0-rc1", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Unstable: true},
		},
	})
}
