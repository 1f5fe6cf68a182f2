package gittags

import (
	"bytes"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

const (
	commitA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	commitB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	tagB    = "cccccccccccccccccccccccccccccccccccccccc"
)

// server answers like a git server with an annotated tag.
func server(string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /acme/base.git/info/refs", func(rw http.ResponseWriter, r *http.Request) {
		adv := packp.NewAdvRefs()
		adv.Prefix = [][]byte{[]byte("# service=git-upload-pack"), nil}
		head := plumbing.NewHash(commitB)
		adv.Head = &head
		adv.References["refs/heads/main"] = head
		adv.References["refs/tags/v1.0.0"] = plumbing.NewHash(commitA)
		adv.References["refs/tags/v1.1.0"] = plumbing.NewHash(tagB)
		adv.Peeled["refs/tags/v1.1.0"] = plumbing.NewHash(commitB)
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
			return datasources.Query{Datasource: "git-tags", Package: base + "/acme/base.git"}
		},
		Want: []datasources.Release{{Version: "v1.0.0", Digest: commitA}, {Version: "v1.1.0", Digest: commitB}},
	})
}

// A recorder hands requests to a handler, whatever host they are for.
type recorder struct {
	handler http.Handler
	asked   []string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.asked = append(r.asked, req.URL.Scheme+"://"+req.URL.Host)
	rec := httptest.NewRecorder()
	r.handler.ServeHTTP(rec, req)
	resp := rec.Result()
	resp.Request = req
	return resp, nil
}

// TestSSH checks that a repository named by SSH is asked by HTTPS where that is what there are credentials for.
func TestSSH(t *testing.T) {
	rec := &recorder{handler: server("")}
	client, err := host.New(host.Options{Base: rec, Rules: []host.Rule{
		{MatchHost: "git.example.test", Token: "s3cret"},
		{MatchHost: "https://all.example.test", Username: "bot", Password: "s3cret"},
		{MatchHost: "all.example.test", Username: "bot", Password: "s3cret"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"ssh://git@git.example.test:7999/acme/base.git", "git@git.example.test:acme/base.git", "ssh://git@all.example.test/acme/base.git"} {
		l, err := Source.New(client.Env()).List(t.Context(), datasources.Query{Datasource: "git-tags", Package: address})
		if err != nil || len(l.Releases) != 2 {
			t.Errorf("%s: got %v, %v", address, l, err)
		}
	}
	want := []string{"https://git.example.test", "https://git.example.test", "https://all.example.test"}
	if diff := cmp.Diff(want, rec.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// repository makes a repository with a lightweight and an annotated tag and
// returns its folder and its commits.
func repository(t *testing.T) (dir string, first, second plumbing.Hash) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "base")
	repo, err := git.PlainInit(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	who := &object.Signature{Name: "A", Email: "a@example.test", When: time.Unix(1e9, 0)}
	commit := func(message string) plumbing.Hash {
		h, err := tree.Commit(message, &git.CommitOptions{Author: who, AllowEmptyCommits: true})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	first = commit("one")
	if _, err := repo.CreateTag("v1.0.0", first, nil); err != nil {
		t.Fatal(err)
	}
	second = commit("two")
	if _, err := repo.CreateTag("v1.1.0", second, &git.CreateTagOptions{Tagger: who, Message: "two"}); err != nil {
		t.Fatal(err)
	}
	return dir, first, second
}

// TestGit checks a folder and the same folder behind git's own server.
func TestGit(t *testing.T) {
	dir, first, second := repository(t)
	path, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	backend := httptest.NewServer(&cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + filepath.Dir(dir), "GIT_HTTP_EXPORT_ALL=1"},
	})
	defer backend.Close()
	client, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	env := client.Env()
	env.Local = true
	ds := Source.New(env)
	want := []datasources.Release{
		{Version: "v1.0.0", Digest: first.String()}, {Version: "v1.1.0", Digest: second.String()},
	}
	for _, address := range []string{dir, "file://" + dir, backend.URL + "/base/.git"} {
		q := datasources.Query{Datasource: "git-tags", Package: address}
		l, err := ds.List(t.Context(), q)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		slices.SortFunc(l.Releases, func(a, b datasources.Release) int { return strings.Compare(a.Version, b.Version) })
		if d := cmp.Diff(want, l.Releases); d != "" {
			t.Errorf("%s: releases (-want +got):\n%s", address, d)
		}
		for version, hash := range map[string]string{"": second.String(), "v1.0.0": first.String(), "refs/tags/v1.1.0": second.String()} {
			if got, err := ds.(datasources.Digester).Digest(t.Context(), q, version); got != hash || err != nil {
				t.Errorf("%s: digest of %q is %q, %v; want %q", address, version, got, err, hash)
			}
		}
	}
	env.Local = false
	if _, err := Source.New(env).List(t.Context(), datasources.Query{Package: dir}); err == nil {
		t.Error("a folder is read though folders are not allowed")
	}
}

// TestAllowed checks that SSH keeps to the allowed hosts too.
func TestAllowed(t *testing.T) {
	client, err := host.New(host.Options{Allow: []string{"git.example.test"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"git@evil.example.test:a/b.git", "ssh://git@evil.example.test/a/b", "https://evil.example.test/a/b"} {
		_, err := Source.New(client.Env()).List(t.Context(), datasources.Query{Datasource: "git-tags", Package: address})
		if err == nil || !strings.Contains(err.Error(), "host evil.example.test is not allowed") {
			t.Errorf("%s: got %v", address, err)
		}
	}
	for _, address := range []string{"ftp://git.example.test/a", "ext::sh -c x", "--upload-pack=x", "http://[::1", ""} {
		if _, err := Source.New(client.Env()).List(t.Context(), datasources.Query{Package: address}); err == nil {
			t.Errorf("%q: no error", address)
		}
	}
}
