package orb

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

// circle serves orbs by name: each is the rest of the answer.
func circle(orbs map[string]string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /graphql-unstable", func(rw http.ResponseWriter, r *http.Request) {
		var q struct {
			Query     string
			Variables struct {
				Name  string
				Count int
			}
		}
		if json.NewDecoder(r.Body).Decode(&q) != nil || !strings.Contains(q.Query, "orb(name: $name)") || q.Variables.Count != maxVersions {
			http.Error(rw, "not the question", http.StatusBadRequest)
			return
		}
		orb, ok := orbs[q.Variables.Name]
		if !ok {
			orb = `{"data": {"orb": null}}`
		}
		rw.Header().Set("Content-Type", "application/json")
		fmt.Fprint(rw, orb)
	})
	return mux
}

func ask(pkg string) func(string) datasources.Query {
	return func(base string) datasources.Query {
		return datasources.Query{Datasource: "orb", Registry: base + "/", Package: pkg}
	}
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source,
		Server: func(string) http.Handler {
			return circle(map[string]string{"acme/shop": `{"data": {"orb": {"homeUrl": "https://shop.example.test", "versions": [
				{"version": "1.1.0", "createdAt": "2025-02-03T04:05:06.000Z"}, {"version": "1.0.0", "createdAt": "2024-01-02T03:04:05Z"}]}}}`})
		},
		Query: ask("acme/shop"),
		Want: []datasources.Release{
			{Version: "1.0.0", Published: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)},
			{Version: "1.1.0", Published: time.Date(2025, 2, 3, 4, 5, 6, 0, time.UTC)},
		},
	})
}

func TestAnswers(t *testing.T) {
	many := func(day func(i int) int) string {
		var list []string
		for i := range maxVersions {
			list = append(list, fmt.Sprintf(`{"version": "1.0.%d", "createdAt": "2025-01-01T00:%02d:%02dZ"}`, i, day(i)/60, day(i)%60))
		}
		return `{"data": {"orb": {"versions": [` + strings.Join(list, ",") + `]}}}`
	}
	server := httptest.NewServer(circle(map[string]string{
		"acme/broken":  `{"data": null, "errors": [{"message": "s3cret"}]}`,
		"acme/ordered": many(func(i int) int { return maxVersions - i }),
		"acme/mixed":   many(func(i int) int { return i * 7 % maxVersions }),
	}))
	defer server.Close()
	c, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ds := Source.New(c.Env())
	if _, err := ds.List(t.Context(), ask("acme/broken")(server.URL)); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("an error of the server: %v", err)
	}
	for pkg, partial := range map[string]bool{"acme/ordered": false, "acme/mixed": true} {
		l, err := ds.List(t.Context(), ask(pkg)(server.URL))
		if err != nil || len(l.Releases) != maxVersions || (l.Partial != "") != partial {
			t.Errorf("%s: %v, %v", pkg, l, err)
		}
	}
}
