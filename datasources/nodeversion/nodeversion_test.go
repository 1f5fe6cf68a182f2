package nodeversion

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
	mux.HandleFunc("GET /dist/index.json", func(rw http.ResponseWriter, r *http.Request) {
		io.WriteString(rw, `[{"version": "v21.0.0", "date": "2023-10-17", "lts": false}, {"version": "v20.9.0", "date": "2023-10-24", "lts": "Iron"}]`)
	})
	return mux
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "node-version", Registry: base + "/dist", Package: "node"}
		},
		Want: []datasources.Release{
			{Version: "20.9.0", Published: time.Date(2023, 10, 24, 0, 0, 0, 0, time.UTC)},
			{Version: "21.0.0", Published: time.Date(2023, 10, 17, 0, 0, 0, 0, time.UTC), Unstable: true},
		},
	})
}
