package gitlabreleases

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
	mux.HandleFunc("GET /api/v4/projects/{project}/releases", func(rw http.ResponseWriter, r *http.Request) {
		if r.PathValue("project") != "group/tool" || r.URL.Query().Get("page") != "1" {
			rw.WriteHeader(http.StatusNotFound)
			return
		}
		io.WriteString(rw, `[{"tag_name": "v1.0.0", "created_at": "2026-01-02T03:04:05Z", "released_at": "2020-01-01T00:00:00Z"},
			{"tag_name": "v1.1.0", "created_at": "2020-01-01T00:00:00Z", "released_at": "2026-01-02T03:04:05Z"}, {"tag_name": "v2.0.0", "upcoming_release": true}]`)
	})
	return mux
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "gitlab-releases", Registry: base, Package: "group/tool"}
		},
		Want: []datasources.Release{
			{Version: "v1.0.0", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
			{Version: "v1.1.0", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		},
	})
}
