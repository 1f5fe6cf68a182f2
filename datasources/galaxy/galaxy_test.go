package galaxy

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
	mux.HandleFunc("GET /api/v1/roles/", func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("owner__username") != "acme" || r.URL.Query().Get("name") != "tool" {
			io.WriteString(rw, `{"results": []}`)
			return
		}
		io.WriteString(rw, `{"results": [{"github_user": "acme", "github_repo": "ansible-tool", "summary_fields": {"versions": [
			{"name": "1.0.0", "release_date": "2026-01-02T03:04:05Z"}, {"version": "1.1.0", "release_date": "2026-01-02T03:04:05Z"}]}}]}`)
	})
	return mux
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "galaxy", Registry: base + "/", Package: "acme.tool"}
		},
		Want: []datasources.Release{
			{Version: "1.0.0", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
			{Version: "1.1.0", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		},
	})
}
