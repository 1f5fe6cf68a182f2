package githubdigest

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

const (
	repo    = "/api/v3/repos/acme/action"
	commitA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	commitB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func server(string) http.Handler {
	mux := http.NewServeMux()
	answer := func(path, text string) {
		mux.HandleFunc("GET "+repo+path, func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, text) })
	}
	answer("/tags", `[{"name": "both", "commit": {"sha": "`+commitA+`"}}]`)
	answer("/branches", `[{"name": "both", "commit": {"sha": "`+commitB+`"}}, {"name": "main", "commit": {"sha": "`+commitB+`"}}]`)
	answer("/commits/HEAD", commitB)
	answer("/commits/tags/both", commitA)
	answer("/commits/heads/main", commitB)
	return mux
}

func query(base string) datasources.Query {
	return datasources.Query{Datasource: "github-digest", Registry: base, Package: "acme/action"}
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server, Query: query,
		Want: []datasources.Release{{Version: "both", Digest: commitA}, {Version: "main", Digest: commitB}},
	})
}

func TestDigest(t *testing.T) {
	s := httptest.NewServer(server(""))
	defer s.Close()
	client, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ds := Source.New(client.Env()).(datasources.Digester)
	for version, want := range map[string]string{"": commitB, "both": commitA, "main": commitB, "gone": ""} {
		got, err := ds.Digest(t.Context(), query(s.URL), version)
		if got != want || (want == "") != errors.Is(err, datasources.ErrNotFound) {
			t.Errorf("digest of %q is %q, %v; want %q", version, got, err, want)
		}
	}
}
