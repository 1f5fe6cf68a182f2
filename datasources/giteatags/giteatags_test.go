package giteatags

import (
	"io"
	"net/http"
	"testing"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

func server(string) http.Handler {
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

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "gitea-tags", Registry: base, Package: "acme/tool"}
		},
		Want: []datasources.Release{
			{Version: "v1.0.0", Digest: "0123"},
			{Version: "v1.1.0", Digest: "4567"},
		},
	})
}
