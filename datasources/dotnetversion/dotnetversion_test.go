package dotnetversion

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

func server(base string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /releases-index.json", func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, `{"releases-index": [{"channel-version": "9.0", "releases.json": "%s/9.0/releases.json"}, {"releases.json": "8.0/releases.json"}]}`, base)
	})
	mux.HandleFunc("GET /9.0/releases.json", func(rw http.ResponseWriter, r *http.Request) {
		io.WriteString(rw, `{"releases": [{"release-date": "2024-11-12", "runtime": {"version": "9.0.0"}, "sdk": {"version": "9.0.100"}, "sdks": [{"version": "9.0.100"}]}]}`)
	})
	mux.HandleFunc("GET /8.0/releases.json", func(rw http.ResponseWriter, r *http.Request) {
		io.WriteString(rw, `{"releases": [{"release-date": "2024-10-08", "runtime": null, "sdk": {"version": "8.0.403"}, "sdks": [{"version": "8.0.110"}]}]}`)
	})
	return mux
}

func TestLaws(t *testing.T) {
	october := time.Date(2024, 10, 8, 0, 0, 0, 0, time.UTC)
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "dotnet-version", Registry: base + "/releases-index.json", Package: "dotnet-sdk"}
		},
		Want: []datasources.Release{
			{Version: "8.0.110", Published: october}, {Version: "8.0.403", Published: october},
			{Version: "9.0.100", Published: time.Date(2024, 11, 12, 0, 0, 0, 0, time.UTC)},
		},
	})
}
