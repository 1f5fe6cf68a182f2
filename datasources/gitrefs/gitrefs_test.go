package gitrefs

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

const (
	commitA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	commitB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func server(string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /acme/base/info/refs", func(rw http.ResponseWriter, r *http.Request) {
		adv := packp.NewAdvRefs()
		adv.Prefix = [][]byte{[]byte("# service=git-upload-pack"), nil}
		head := plumbing.NewHash(commitB)
		adv.Head = &head
		adv.References["refs/heads/main"] = head
		adv.References["refs/heads/both"] = head
		adv.References["refs/tags/both"] = plumbing.NewHash(commitA)
		adv.References["refs/pull/1/head"] = plumbing.NewHash(commitA)
		var body bytes.Buffer
		if err := adv.Encode(&body); err != nil {
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		rw.Write(body.Bytes())
	})
	return mux
}

func query(base string) datasources.Query {
	return datasources.Query{Datasource: "git-refs", Package: base + "/acme/base"}
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
	for version, want := range map[string]string{
		"": commitB, "main": commitB, "both": commitA, "refs/heads/both": commitB, "refs/pull/1/head": commitA, "gone": "",
	} {
		got, err := ds.Digest(t.Context(), query(s.URL), version)
		if got != want || (want == "") != errors.Is(err, datasources.ErrNotFound) {
			t.Errorf("digest of %q is %q, %v; want %q", version, got, err, want)
		}
	}
}
