package endoflifedate

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
	mux.HandleFunc("GET /api/tool.json", func(rw http.ResponseWriter, r *http.Request) {
		io.WriteString(rw, `[{"cycle": "3", "releaseDate": "2026-01-02", "eol": false}, {"cycle": "2", "latest": "2.7.1", "latestReleaseDate": "2026-01-02", "eol": "9999-01-01"},
			{"cycle": "1", "latest": "1.9", "releaseDate": "2026-01-02", "eol": "2000-01-01"}, {"cycle": 0, "discontinued": true}]`)
	})
	return mux
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "endoflife-date", Registry: base + "/api", Package: "tool"}
		},
		Want: []datasources.Release{
			{Version: "1.9", Published: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Withdrawn: "its support has ended"},
			{Version: "2.7.1", Published: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)},
			{Version: "3", Published: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)},
		},
	})
}
