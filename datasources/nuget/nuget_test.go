package nuget

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

func server(base string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v3/index.json", func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, `{"version": "3.0.0", "resources": [
			{"@id": "%[1]s/search", "@type": "SearchQueryService"},
			{"@id": "%[1]s/old/", "@type": "RegistrationsBaseUrl"},
			{"@id": "%[1]s/reg/", "@type": "RegistrationsBaseUrl/3.6.0"}]}`, base)
	})
	mux.HandleFunc("GET /reg/acme.left/index.json", func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, `{"count": 2, "items": [
			{"@id": "%[1]s/reg/acme.left/page/1.json", "count": 2},
			{"@id": "%[1]s/x", "items": [
				{"catalogEntry": {"version": "2.0.0-rc.1+build", "published": "1900-01-01T00:00:00+00:00", "projectUrl": "https://left.example.test"}}]}]}`, base)
	})
	mux.HandleFunc("GET /reg/acme.left/page/1.json", func(rw http.ResponseWriter, r *http.Request) {
		io.WriteString(rw, `{"items": [
			{"catalogEntry": {"version": "1.0.0", "published": "2023-01-02T03:04:05.67+00:00", "listed": false}},
			{"catalogEntry": {"version": "1.1.0", "published": "2024-01-02T03:04:05Z", "listed": true, "deprecation": {"reasons": ["Legacy"]}}}]}`)
	})
	return mux
}

func query(base string) datasources.Query {
	return datasources.Query{Datasource: "nuget", Registry: base + "/v3/index.json", Package: "Acme.Left"}
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server, Query: query,
		Want: []datasources.Release{
			{Version: "1.0.0", Published: time.Date(2023, 1, 2, 3, 4, 5, 670_000_000, time.UTC), Withdrawn: "unlisted"},
			{Version: "1.1.0", Published: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), Withdrawn: "deprecated: Legacy"},
			{Version: "2.0.0-rc.1", Withdrawn: "unlisted"},
		},
	})
}

func TestForeign(t *testing.T) {
	s := httptest.NewServer(server("https://elsewhere.example.test"))
	defer s.Close()
	client, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ds := Source.New(client.Env())
	if _, err := ds.List(t.Context(), query(s.URL)); !errors.Is(err, datasources.ErrForeign) {
		t.Errorf("got %v", err)
	}
	q := query(s.URL)
	q.Registry = s.URL + "/v2/"
	if _, err := ds.List(t.Context(), q); err == nil || errors.Is(err, datasources.ErrNotFound) {
		t.Errorf("version 2: got %v", err)
	}
}
