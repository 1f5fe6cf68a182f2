package azurepipelinestasks

import (
	"io"
	"net/http"
	"testing"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

func server(string) http.Handler {
	mux := http.NewServeMux()
	for path, text := range map[string]string{
		"/lists/azure-pipelines-builtin-tasks.json":     `{"shop": ["1.0.0", "1.2.3", "2.0.0"], "0a1b2c3d-0000-0000-0000-000000000000": ["1.0.0"]}`,
		"/lists/azure-pipelines-marketplace-tasks.json": `{"acme.tools.sell": ["0.1.0"], "shop": ["9.9.9"]}`,
		"/part/azure-pipelines-builtin-tasks.json":      `{"shop": ["1.0.0"]}`,
		"/acme/_apis/distributedtask/tasks/": `{"count": 4, "value": [
			{"id": "0a1b", "name": "Shop", "version": {"major": 1, "minor": 2, "patch": 3}, "deprecated": true},
			{"id": "0a1b", "name": "Shop", "version": {"major": 2, "minor": 0, "patch": 0}},
			{"id": "0a1b", "name": "Shop", "version": {"major": 3, "minor": 0, "patch": 1}, "preview": true},
			{"id": "4d5e", "name": "Sell", "contributionIdentifier": "acme.tools", "version": {"major": 0, "minor": 1, "patch": 0}}]}`,
	} {
		mux.HandleFunc("GET "+path, func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path != path {
				http.NotFound(rw, r)
				return
			}
			io.WriteString(rw, text)
		})
	}
	return mux
}

func TestLaws(t *testing.T) {
	for _, tt := range []struct {
		name, path, pkg string
		want            []datasources.Release
	}{
		{"built-in", "/lists/", "Shop", []datasources.Release{{Version: "1.0.0"}, {Version: "1.2.3"}, {Version: "2.0.0"}}},
		{"marketplace", "/lists", "acme.tools.Sell", []datasources.Release{{Version: "0.1.0"}}},
		{"one list", "/part", "Shop", []datasources.Release{{Version: "1.0.0"}}},
		{"organisation", "/acme/_apis", "shop", []datasources.Release{{Version: "1.2.3", Withdrawn: "deprecated"}, {Version: "2.0.0"}, {Version: "3.0.1", Unstable: true}}},
		{"of an extension", "/acme/_apis/", "acme.tools.4d5e", []datasources.Release{{Version: "0.1.0"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			datasourcetest.Run(t, datasourcetest.Case{
				Source: Source, Server: server, Want: tt.want,
				Query: func(base string) datasources.Query {
					return datasources.Query{Datasource: "azure-pipelines-tasks", Registry: base + tt.path, Package: tt.pkg}
				},
			})
		})
	}
}
