package galaxycollection

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
	serve := func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("offset") != "0" {
			rw.WriteHeader(http.StatusNotFound)
			return
		}
		io.WriteString(rw, `{"data": [{"version": "1.0.0", "created_at": "2026-01-02T03:04:05Z"}, {"version": "1.1.0", "created_at": "2026-01-02T03:04:05Z"}]}`)
	}
	mux.HandleFunc("GET /api/v3/plugin/ansible/content/published/collections/index/acme/tool/versions/", serve)
	mux.HandleFunc("GET /artifactory/api/ansible/galaxy/v3/collections/acme/tool/versions/", serve)
	return mux
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "galaxy-collection", Registry: base + "/", Package: "acme.tool"}
		},
		Want: []datasources.Release{
			{Version: "1.0.0", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
			{Version: "1.1.0", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		},
	})
}

func TestNamedInterface(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "galaxy-collection", Registry: base + "/artifactory/api/ansible/galaxy/", Package: "acme.tool"}
		},
		Want: []datasources.Release{
			{Version: "1.0.0", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
			{Version: "1.1.0", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		},
	})
}
