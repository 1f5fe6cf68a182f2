package gitlabtags

import (
	"io"
	"net/http"
	"testing"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

func server(string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v4/projects/{project}/repository/tags", func(rw http.ResponseWriter, r *http.Request) {
		if r.PathValue("project") != "group/sub/tool" || r.URL.Query().Get("page") != "1" {
			rw.WriteHeader(http.StatusNotFound)
			return
		}
		io.WriteString(rw, `[{"name": "v1.0.0", "commit": {"id": "0123"}}, {"name": "v1.1.0", "commit": {"id": "4567"}}]`)
	})
	return mux
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "gitlab-tags", Registry: base + "/", Package: "group/sub/tool"}
		},
		Want: []datasources.Release{
			{Version: "v1.0.0", Digest: "0123"},
			{Version: "v1.1.0", Digest: "4567"},
		},
	})
}
