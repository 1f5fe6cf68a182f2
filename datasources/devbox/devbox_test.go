package devbox

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
	mux.HandleFunc("GET /v2/pkg", func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("name") != "tool" {
			rw.WriteHeader(http.StatusNotFound)
			return
		}
		io.WriteString(rw, `{"name": "tool", "homepage_url": "https://tool.example.test", "releases": [
			{"version": "1.1.0", "last_updated": "2026-01-02T03:04:05Z"}, {"version": "1.0", "last_updated": "2026-01-02T03:04:05Z"}]}`)
	})
	return mux
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "devbox", Registry: base, Package: "tool"}
		},
		Want: []datasources.Release{
			{Version: "1.0", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
			{Version: "1.1.0", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		},
	})
}
