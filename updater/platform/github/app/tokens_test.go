package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform/github/app"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// TestPowers: what only reads is given a token that can only read, and what is about others one that reaches nothing private.
func TestPowers(t *testing.T) {
	s, a, made, _ := open(t, app.Permissions())
	s.Install(made.ID, "acme")
	if err := s.CreateRepo("world/lib", map[string]string{"README.md": "for all"}, githubtest.Public()); err != nil {
		t.Fatal(err)
	}
	working, err := a.Token(t.Context(), "acme/shop")
	must(t, err)
	reading, err := a.ReadToken(t.Context(), "acme/shop")
	must(t, err)
	looking, err := a.PublicToken(t.Context(), "acme")
	must(t, err)
	for _, tc := range []struct {
		name, token  string
		reads, world int // of a file
		writes       int // of a label
	}{
		{"working", working, 200, 200, 201},
		{"reading", reading, 200, 200, 403},
		{"looking", looking, 403, 200, 403},
	} {
		got := []int{
			ask(t, s.APIURL()+"repos/acme/shop/contents/README.md", tc.token, ""),
			ask(t, s.APIURL()+"repos/world/lib/contents/README.md", tc.token, ""),
			ask(t, s.APIURL()+"repos/acme/shop/labels", tc.token, `{"name": "`+tc.name+`", "color": "ededed", "description": "x"}`),
		}
		if d := cmp.Diff([]int{tc.reads, tc.world, tc.writes}, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, d)
		}
	}
	if again, err := a.ReadToken(t.Context(), "ACME/shop"); err != nil || again != reading || minted(s) != 3 {
		t.Errorf("%d tokens were minted, %v", minted(s), err)
	}
}

// TestRefusedTokens: a token that GitHub takes no more, before its time, is minted anew.
func TestRefusedTokens(t *testing.T) {
	s, a, made, _ := open(t, app.Permissions())
	s.Install(made.ID, "acme")
	first, err := a.Token(t.Context(), "acme/shop")
	must(t, err)
	a.Refused(first)
	second, err := a.Token(t.Context(), "acme/shop")
	if err != nil || second == first {
		t.Errorf("the same token came again, %v", err)
	}
	a.Refused(first) // by somebody who is late
	if third, err := a.Token(t.Context(), "acme/shop"); err != nil || third != second {
		t.Errorf("a good token was thrown away, %v", err)
	}
}

// TestNoIsRemembered: GitHub is not asked for each lookup whether the app is still not installed somewhere.
func TestNoIsRemembered(t *testing.T) {
	s, a, made, c := open(t, app.Permissions())
	s.Install(made.ID, "acme", "acme/shop")
	tries := func() (n int) {
		for _, x := range s.Log() {
			if x.Op == "apps/create-installation-access-token" {
				n++
			}
		}
		return n
	}
	for range 3 {
		if _, err := a.ReadToken(t.Context(), "acme/deploy"); err == nil || tries() != 1 {
			t.Errorf("tried %d times, %v", tries(), err)
		}
	}
	c.forward(time.Hour)
	if _, err := a.ReadToken(t.Context(), "acme/deploy"); err == nil || tries() != 2 {
		t.Errorf("tried %d times, %v", tries(), err)
	}
}

// TestSkew: a machine whose clock is wrong signs by GitHub's, as far as that is what is wrong.
func TestSkew(t *testing.T) {
	s, _, made, c := open(t, app.Permissions())
	s.Install(made.ID, "acme")
	for _, off := range []time.Duration{-time.Hour, -2 * time.Minute, -30 * time.Second, 30 * time.Second, 2 * time.Minute, time.Hour} {
		a, err := app.New(app.Options{URL: s.APIURL(), ID: made.ClientID, Key: made.Key, Now: func() time.Time { return c.read().Add(off) }})
		must(t, err)
		token, err := a.Token(t.Context(), "acme/shop")
		if err != nil {
			t.Errorf("off by %s: %v", off, err)
		}
		c.forward(20 * time.Minute)
		if again, err := a.Token(t.Context(), "acme/shop"); err != nil || again != token {
			t.Errorf("off by %s: the token was not kept, %v", off, err)
		}
		c.forward(35 * time.Minute)
		if again, err := a.Token(t.Context(), "acme/shop"); err != nil || again == token {
			t.Errorf("off by %s: the token is used after its end, %v", off, err)
		}
	}
}

// ask makes a request, a POST with a body, and returns its status.
func ask(t *testing.T, address, token, body string) int {
	t.Helper()
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	resp.Body.Close()
	return resp.StatusCode
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
