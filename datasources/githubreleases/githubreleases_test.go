package githubreleases

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

func server(string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v3/repos/acme/tool/releases", func(rw http.ResponseWriter, r *http.Request) {
		var items []string
		switch r.URL.Query().Get("page") {
		case "1":
			for i := range 99 {
				items = append(items, fmt.Sprintf(`{"tag_name": "v%03d", "published_at": "2026-01-02T03:04:05Z"}`, i))
			}
			items = append(items, `{"tag_name": "draft", "draft": true}`)
		case "2":
			items = append(items, `{"tag_name": "v999", "published_at": "2026-01-02T03:04:05Z", "prerelease": true}`)
		}
		io.WriteString(rw, "["+strings.Join(items, ",")+"]")
	})
	return mux
}

func TestLaws(t *testing.T) {
	published := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var want []datasources.Release
	for i := range 99 {
		want = append(want, datasources.Release{Version: fmt.Sprintf("v%03d", i), Published: published})
	}
	want = append(want, datasources.Release{Version: "v999", Published: published, Unstable: true})
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server, Want: want,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "github-releases", Registry: base + "/", Package: "acme/tool"}
		},
	})
}
