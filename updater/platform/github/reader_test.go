package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

func TestRepositories(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	must(t, s.CreateRepo("acme/old", nil, githubtest.Archived()))
	must(t, s.CreateRepo("acme/bank", map[string]string{"a": "1"}))
	must(t, s.CreateRepo("ada/own", map[string]string{"a": "1"}))
	all := []string{"acme/bank", "acme/old", "acme/shop", "ada/own"}
	for _, test := range []struct {
		name       string
		grant      githubtest.Grant
		configured []string
		want       []string
	}{
		{"installation", githubtest.Grant{}, nil, all},
		{"narrowed installation", githubtest.Grant{Repositories: []string{"acme/shop"}}, nil, []string{"acme/shop"}},
		{"organisation", githubtest.Grant{}, []string{"acme/*"}, all[:3]},
		{"list", githubtest.Grant{}, []string{"x/y", "acme/shop", "acme/shop"}, []string{"acme/shop", "x/y"}},
		{"none", githubtest.Grant{}, []string{}, nil},
	} {
		r := newReader(t, s, test.grant)
		r.opts.Repositories = test.configured
		got, err := r.Repositories(t.Context())
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", test.name, err, diff)
		}
	}
	person := newReader(t, s, githubtest.Grant{Login: "ada"})
	if got, err := person.Repositories(t.Context()); err != nil || !strings.Contains(strings.Join(got, " "), "ada/own") {
		t.Errorf("person: %v, %v", got, err)
	}
	old, err := person.Repository(t.Context(), "acme/old")
	if err != nil || !old.Archived {
		t.Errorf("%+v, %v", old, err)
	}
}

// autodiscoverTopics is about what is discovered, for an app and for a person.
func TestTopics(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	must(t, s.CreateRepo("acme/bank", map[string]string{"a": "1"}))
	must(t, s.CreateRepo("ada/own", map[string]string{"a": "1"}))
	s.SetTopics("acme/bank", "go", "deps")
	s.SetTopics("ada/own", "deps")
	for _, grant := range []githubtest.Grant{{}, {Login: "ada"}} {
		r := newReader(t, s, grant)
		r.opts.Topics = []string{"other", "deps"}
		got, err := r.Repositories(t.Context())
		if diff := cmp.Diff([]string{"acme/bank", "ada/own"}, got); diff != "" || err != nil {
			t.Errorf("%v: %v %s", grant, err, diff)
		}
		r.opts.Repositories = []string{"acme/shop"}
		if got, err := r.Repositories(t.Context()); len(got) != 1 || err != nil {
			t.Errorf("what was named: %v, %v", got, err)
		}
	}
}

// AtEndpoint fetches where the interface is, even if that says otherwise.
func TestAtEndpoint(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	r := newReader(t, s, githubtest.Grant{})
	repo := platform.Repository{Name: "acme/shop", CloneURL: "http://127.0.0.1:1/acme/shop.git"}
	for at, works := range map[bool]bool{false: false, true: true} {
		r.opts.AtEndpoint = at
		m, err := r.Mirror(repo)
		must(t, err)
		if _, err := m.Fetch(t.Context()); (err == nil) != works {
			t.Errorf("AtEndpoint %t: %v", at, err)
		}
	}
}

func TestNamesThatAreRefused(t *testing.T) {
	r, err := New(Options{URL: "http://127.0.0.1:1/", Token: func(context.Context, string) (string, error) { return "x", nil }, Mirrors: t.TempDir()})
	must(t, err)
	for _, name := range []string{"", "shop", "acme/", "/shop", "acme/shop/x", "../shop", "acme/..", "acme/shop?x", "acme/a b", "acme/%2e%2e"} {
		if _, err := r.Repository(t.Context(), name); err == nil || !strings.Contains(err.Error(), "repository's name") {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, u := range []string{"", "example.test", "https://user:secret@example.test/", "ftp://example.test/"} {
		_, err := New(Options{URL: u, Token: r.opts.Token, Mirrors: t.TempDir()})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", u, err)
		}
	}
}

func TestLargeFile(t *testing.T) {
	s := newServer(t, map[string]string{"big": strings.Repeat("x", gitrepo.MaxFile+1)})
	_, err := newReader(t, s, githubtest.Grant{}).File(t.Context(), "acme/shop", "big", "")
	var size *gitrepo.SizeError
	if !errors.As(err, &size) {
		t.Errorf("%v", err)
	}
}

// The token goes to its own host and nowhere else, and into no error.
func TestTokenStays(t *testing.T) {
	const secret = "ghs_verysecret"
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(fmt.Sprint(r.Header, r.URL), "verysecret") {
			t.Error("the token was sent to another host")
		}
		fmt.Fprint(w, `{"size": 1}`)
	}))
	defer foreign.Close()
	asked := 0
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("Authorization") != "Bearer "+secret {
			t.Errorf("no token at %s", r.URL)
		}
		switch {
		case strings.HasSuffix(r.URL.Path, "/away"):
			http.Redirect(w, r, foreign.URL+"/repos/acme/away", http.StatusMovedPermanently)
		case strings.HasSuffix(r.URL.Path, "/pulls"):
			w.Header().Set("Link", fmt.Sprintf(`<%s/repos/acme/shop/pulls?page=%d>; rel="next"`, foreign.URL, asked+1))
			fmt.Fprint(w, "[]")
		default:
			http.Error(w, `{"message":"no, `+r.Header.Get("X-None")+`"}`, http.StatusUnauthorized)
		}
	}))
	defer home.Close()
	r, err := New(Options{URL: home.URL, Token: func(context.Context, string) (string, error) { return secret, nil }, Mirrors: t.TempDir()})
	must(t, err)
	if _, err := r.Repository(t.Context(), "acme/away"); err != nil {
		t.Errorf("redirect: %v", err)
	}
	if _, err := r.Pulls(t.Context(), "acme/shop", ""); err != nil || asked < 3 {
		t.Errorf("pages: %v after %d requests", err, asked)
	}
	_, err = r.Repository(t.Context(), "acme/shop")
	home.Close()
	_, err2 := r.Repository(t.Context(), "acme/shop")
	for _, e := range []error{err, err2} {
		if e == nil || strings.Contains(fmt.Sprintf("%v %+v", e, e), "verysecret") {
			t.Errorf("%v", e)
		}
	}
	for url, want := range map[string]string{home.URL + "/acme/shop.git": secret, foreign.URL + "/acme/shop.git": ""} {
		if c, err := r.credentials(t.Context(), url); err != nil || c.Password != want {
			t.Errorf("%s: %q, %v", url, c.Password, err)
		}
	}
}

// A list of several pages is read again if it shifted meanwhile.
func TestPullsAreStable(t *testing.T) {
	type pull = map[string]any
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	repo := map[string]any{"id": 7}
	make100 := func(from int) (out []pull) {
		for i := range 100 {
			n := from - i
			out = append(out, pull{"number": n, "state": "closed", "updated_at": at.Add(time.Duration(n) * time.Minute), "head": pull{"ref": fmt.Sprint("renovate/b", n), "repo": repo}, "base": pull{"repo": repo}})
		}
		return out
	}
	list := append(make100(200), make100(100)...)
	requests := 0
	var mu sync.Mutex // the next request may come before this one's handler has returned
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		requests++
		page := list[:100]
		if r.URL.Query().Get("page") == "2" {
			page = list[100:]
		} else {
			w.Header().Set("Link", `<http://ignored.example.test/?page=2>; rel="next"`)
		}
		json.NewEncoder(w).Encode(page)
		if requests == 1 { // number 3, on page 2, changes and moves to the top
			moved := list[197]
			moved["updated_at"] = at.AddDate(1, 0, 0)
			list = append([]pull{moved}, append(append([]pull{}, list[:197]...), list[198:]...)...)
		}
	}))
	defer srv.Close()
	r, err := New(Options{URL: srv.URL, Token: func(context.Context, string) (string, error) { return "t", nil }, Mirrors: t.TempDir()})
	must(t, err)
	got, err := r.Pulls(t.Context(), "acme/shop", "renovate/")
	if err != nil || len(got) != 200 {
		t.Errorf("%d pull requests, %v", len(got), err)
	}
	for i, p := range got {
		if p.Number != 200-i {
			t.Fatalf("at %d is #%d", i, p.Number)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if requests != 6 {
		t.Errorf("%d requests", requests)
	}
}

func TestForksAreLeftOut(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `[{"number":1,"state":"closed","head":{"ref":"renovate/a","repo":{"id":8}},"base":{"repo":{"id":7}}},
			{"number":2,"state":"closed","head":{"ref":"renovate/a","repo":null},"base":{"repo":{"id":7}}},
			{"number":3,"state":"closed","merged_at":"2026-01-01T00:00:00Z","head":{"ref":"renovate/a","repo":{"id":7}},"base":{"repo":{"id":7}}}]`)
	}))
	defer srv.Close()
	r, err := New(Options{URL: srv.URL, Token: func(context.Context, string) (string, error) { return "t", nil }, Mirrors: t.TempDir()})
	must(t, err)
	got, err := r.Pulls(t.Context(), "acme/shop", "renovate/")
	if err != nil || len(got) != 1 || got[0].Number != 3 || got[0].State != "merged" {
		t.Errorf("%+v, %v", got, err)
	}
}
