package gradleversion

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
	mux.HandleFunc("GET /versions/all", func(rw http.ResponseWriter, r *http.Request) {
		io.WriteString(rw, `[
			{"version": "9.9.0-20260101000000+0000", "buildTime": "20260101000000+0000", "snapshot": true, "nightly": true},
			{"version": "9.0.0-rc-1", "buildTime": "20250617120000+0000", "rcFor": "9.0.0", "snapshot": false},
			{"version": "8.14.3", "buildTime": "20250704132600+0200", "rcFor": "", "milestoneFor": ""},
			{"version": "8.14.2", "buildTime": "odd", "broken": true}]`)
	})
	return mux
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "gradle-version", Registry: base + "/versions/all", Package: "gradle"}
		},
		Want: []datasources.Release{
			{Version: "8.14.2", Withdrawn: "broken"},
			{Version: "8.14.3", Published: time.Date(2025, 7, 4, 11, 26, 0, 0, time.UTC)},
			{Version: "9.0.0-rc-1", Published: time.Date(2025, 6, 17, 12, 0, 0, 0, time.UTC), Unstable: true},
		},
	})
}
