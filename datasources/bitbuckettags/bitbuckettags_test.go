package bitbuckettags

import (
	"bytes"
	"errors"
	"net/http"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

const commit = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

func server(string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /acme/base.git/info/refs", func(rw http.ResponseWriter, r *http.Request) {
		adv := packp.NewAdvRefs()
		adv.Prefix = [][]byte{[]byte("# service=git-upload-pack"), nil}
		adv.References["refs/heads/main"] = plumbing.NewHash(commit)
		adv.References["refs/tags/v1.0.0"] = plumbing.NewHash(commit)
		rw.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
		var body bytes.Buffer
		if err := adv.Encode(&body); err != nil {
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		rw.Write(body.Bytes())
	})
	return mux
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "bitbucket-tags", Registry: base, Package: "acme/base"}
		},
		Want: []datasources.Release{{Version: "v1.0.0", Digest: commit}},
	})
}

func TestNames(t *testing.T) {
	client, err := host.New(host.Options{Allow: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "acme", "acme/", "../..", "a b/c", "acme/x?y", "a/b/c"} {
		q := datasources.Query{Datasource: "bitbucket-tags", Registry: "https://bitbucket.example.test", Package: name}
		if _, err := Source.New(client.Env()).List(t.Context(), q); !errors.Is(err, datasources.ErrNotFound) {
			t.Errorf("%q: got %v", name, err)
		}
	}
}
