package gitlabpackages

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

func server(string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v4/projects/{project}/packages", func(rw http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if r.PathValue("project") != "group/tool" || query.Get("package_name") != "@acme/ui" || query.Get("page") != "1" {
			rw.WriteHeader(http.StatusNotFound)
			return
		}
		io.WriteString(rw, `[{"name": "@acme/ui", "version": "1.0.0", "created_at": "2026-01-02T03:04:05Z", "status": "default"},
			{"name": "@acme/ui", "version": "1.1.0", "created_at": "2026-01-02T03:04:05Z"},
			{"name": "@acme/ui", "version": "1.2.0", "status": "hidden"}, {"name": "@acme/ui-kit", "version": "9.0.0"}]`)
	})
	return mux
}

func query(base, pkg string) datasources.Query {
	return datasources.Query{Datasource: "gitlab-packages", Registry: base, Package: pkg}
}

func TestLaws(t *testing.T) {
	day := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query { return query(base, "group/tool:@acme/ui") },
		Want:  []datasources.Release{{Version: "1.0.0", Published: day}, {Version: "1.1.0", Published: day}},
	})
}

func TestNames(t *testing.T) {
	for _, name := range []string{"group/tool", ":x", "group/tool:", ""} {
		_, err := packages{}.List(t.Context(), query("https://gitlab.example.test", name))
		if !errors.Is(err, datasources.ErrNotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
