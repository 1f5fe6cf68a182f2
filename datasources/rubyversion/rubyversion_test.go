package rubyversion

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

const page = `<!DOCTYPE html><html><body><table class="other"><tr><td>Ruby 9.9.9</td></tr></table>
<table class="release-list wide"><tr><th>Release Version</th><th>Release Date</th><th>Download URL</th></tr>
<tr><td>Ruby 4.0.0-preview1</td><td>2025-11-17</td><td><a href="/p">more...</a></td></tr>
<tr><td>Ruby 3.4.1</td> <td> 2024-12-25 </td><td>&nbsp;</td></tr>
<tr><td>Ruby 2.0.0-p648</td><td></td></tr>
<tr><td>snapshot</td><td>2024-12-25</td></tr></table></body></html>`

func serve(text string) func(string) http.Handler {
	return func(string) http.Handler {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /en/downloads/releases/", func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, text) })
		return mux
	}
}

func query(base string) datasources.Query {
	return datasources.Query{Datasource: "ruby-version", Registry: base, Package: "ruby"}
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: serve(page), Query: query,
		Want: []datasources.Release{
			{Version: "2.0.0-p648"},
			{Version: "3.4.1", Published: time.Date(2024, 12, 25, 0, 0, 0, 0, time.UTC)},
			{Version: "4.0.0-preview1", Published: time.Date(2025, 11, 17, 0, 0, 0, 0, time.UTC)},
		},
	})
}

func TestOtherPages(t *testing.T) {
	for name, tt := range map[string]struct{ page, want string }{
		"no list": {`<html><body><table><tr><td>Ruby 3.4.1</td></tr></table></body></html>`, "does not end"},
		"cut":     {page[:strings.Index(page, "Ruby 2.0.0")], "does not end"},
		"no rows": {`<table class="release-list"></table>`, "another form"},
	} {
		server := httptest.NewServer(serve(tt.page)(""))
		c, err := host.New(host.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Source.New(c.Env()).List(t.Context(), query(server.URL)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
		server.Close()
	}
}

func FuzzTable(f *testing.F) {
	f.Add(page)
	f.Fuzz(func(_ *testing.T, text string) { table(strings.NewReader(text)) })
}
