package githubtags

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

const (
	repo   = "/api/v3/repos/acme/action"
	commit = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
)

// server answers like a GitHub with 150 tags, of which one has a release.
func server(links bool) func(string) http.Handler {
	return func(base string) http.Handler {
		mux := http.NewServeMux()
		mux.HandleFunc("GET "+repo+"/tags", func(rw http.ResponseWriter, r *http.Request) {
			page, _ := strconv.Atoi(r.URL.Query().Get("page"))
			size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
			tags := []any{}
			for i := (page - 1) * size; i < min(page*size, 150); i++ {
				tags = append(tags, map[string]any{"name": fmt.Sprintf("v%03d", i), "commit": map[string]any{"sha": commit}})
			}
			if links && page*size < 150 {
				rw.Header().Set("Link", fmt.Sprintf(`<%s%s/tags?page=%d>; rel="next"`, base, repo, page+1))
			}
			json.NewEncoder(rw).Encode(tags)
		})
		mux.HandleFunc("GET "+repo+"/releases", func(rw http.ResponseWriter, r *http.Request) {
			io.WriteString(rw, `[{"tag_name": "v001", "published_at": "2026-01-02T03:04:05Z", "prerelease": true},
				{"tag_name": "v002", "draft": true, "prerelease": true}]`)
		})
		mux.HandleFunc("GET "+repo+"/commits/{ref...}", func(rw http.ResponseWriter, r *http.Request) {
			switch r.PathValue("ref") {
			case "HEAD", "tags/v001", "tags/a/b":
				io.WriteString(rw, commit)
			case "tags/odd":
				io.WriteString(rw, "<html>")
			default:
				rw.WriteHeader(http.StatusUnprocessableEntity)
				io.WriteString(rw, `{"message": "No commit found for SHA: x"}`)
			}
		})
		return mux
	}
}

func query(base string) datasources.Query {
	return datasources.Query{Datasource: "github-tags", Registry: base, Package: "acme/action/sub"}
}

func want() []datasources.Release {
	var out []datasources.Release
	for i := range 150 {
		out = append(out, datasources.Release{Version: fmt.Sprintf("v%03d", i), Digest: commit})
	}
	out[1].Published, out[1].Unstable = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), true
	return out
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{Source: Source, Server: server(true), Query: query, Want: want()})
}

// TestNoLinks checks that all pages are read even where a proxy drops the links.
func TestNoLinks(t *testing.T) {
	s := httptest.NewServer(server(false)(""))
	defer s.Close()
	client, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := Source.New(client.Env()).List(t.Context(), query(s.URL))
	if err != nil || len(l.Releases) != 150 || l.Partial != "" {
		t.Errorf("got %+v, %v", l, err)
	}
}

func TestDigest(t *testing.T) {
	s := httptest.NewServer(server(true)(""))
	defer s.Close()
	client, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ds := Source.New(client.Env()).(datasources.Digester)
	for version, want := range map[string]string{"": commit, "v001": commit, "a/b": commit, "gone": ""} {
		got, err := ds.Digest(t.Context(), query(s.URL), version)
		if got != want || (want == "") != errors.Is(err, datasources.ErrNotFound) {
			t.Errorf("digest of %q is %q, %v; want %q", version, got, err, want)
		}
	}
	if got, err := ds.Digest(t.Context(), query(s.URL), "odd"); err == nil {
		t.Errorf("an answer that is no commit: %q", got)
	}
}

// TestRateLimit checks that GitHub's 403 is a limit, not a lack of rights.
func TestRateLimit(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("X-RateLimit-Remaining", "0")
		rw.Header().Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10))
		rw.WriteHeader(http.StatusForbidden)
	}))
	defer s.Close()
	client, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Source.New(client.Env()).List(t.Context(), query(s.URL))
	var retry *datasources.RetryError
	if !errors.As(err, &retry) || retry.After < 50*time.Minute {
		t.Errorf("got %v", err)
	}
}

func TestNames(t *testing.T) {
	client, err := host.New(host.Options{Allow: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "acme", "acme/", "../..", "a b/c", "acme/x?y", "./."} {
		q := datasources.Query{Datasource: "github-tags", Registry: "https://github.example.test", Package: name}
		if _, err := Source.New(client.Env()).List(t.Context(), q); !errors.Is(err, datasources.ErrNotFound) {
			t.Errorf("%q: got %v", name, err)
		}
	}
}
