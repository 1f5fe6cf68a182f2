package javaversion

import (
	"io"
	"net/http"
	"testing"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

func server(string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v3/info/release_versions", func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("image_type") != "jre" || r.URL.Query().Get("page") != "0" {
			rw.WriteHeader(http.StatusNotFound)
			return
		}
		io.WriteString(rw, `{"versions": [{"semver": "17.0.1+12"}, {"semver": "21.0.2+13.0.LTS"}]}`)
	})
	return mux
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "java-version", Registry: base, Package: "java-jre"}
		},
		Want: []datasources.Release{
			{Version: "17.0.1+12"},
			{Version: "21.0.2+13.0.LTS"},
		},
	})
}
