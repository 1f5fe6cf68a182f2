package app_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/github"
	"github.com/currant-bot/currant/updater/platform/github/app"
	"github.com/currant-bot/currant/updater/platform/githubtest"
	"github.com/currant-bot/currant/updater/platform/githubtest/spec"
)

// A clock is one that tests set forward.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time         { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
func (c *clock) forward(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// open starts a GitHub with two organisations and an app.
func open(t *testing.T, permissions map[string]string) (*githubtest.Server, *app.App, githubtest.App, *clock) {
	t.Helper()
	c := &clock{now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	s, err := githubtest.New(githubtest.Options{Now: c.read})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	spec.Check(t, s)
	for _, name := range []string{"acme/shop", "acme/deploy", "bank/core"} {
		if err := s.CreateRepo(name, map[string]string{"README.md": name}); err != nil {
			t.Fatal(err)
		}
	}
	made, err := s.CreateApp("currant", permissions)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(app.Options{URL: s.APIURL(), ID: made.ClientID, Key: made.Key, Now: c.read})
	if err != nil {
		t.Fatal(err)
	}
	return s, a, made, c
}

// may reports which of the repositories a token reads a file of.
func may(t *testing.T, s *githubtest.Server, token string) []string {
	t.Helper()
	var out []string
	for _, name := range []string{"acme/deploy", "acme/shop", "bank/core"} {
		req, err := http.NewRequest(http.MethodGet, s.APIURL()+"repos/"+name, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			out = append(out, name)
		}
	}
	return out
}

func minted(s *githubtest.Server) int {
	n := 0
	for _, x := range s.Log() {
		if x.Op == "apps/create-installation-access-token" && x.Status == http.StatusCreated {
			n++
		}
	}
	return n
}

func TestTokensAreNarrowAndLast(t *testing.T) {
	s, a, made, c := open(t, app.Permissions())
	s.Install(made.ID, "acme")
	s.Install(made.ID, "bank", "bank/core")
	for _, tt := range []struct {
		scope string
		want  []string
	}{
		{"acme/shop", []string{"acme/shop"}},
		{"acme/", []string{"acme/deploy", "acme/shop"}},
		{"bank/core", []string{"bank/core"}},
		{"", []string{"acme/deploy", "acme/shop"}},
	} {
		token, err := a.Token(t.Context(), tt.scope)
		if err != nil {
			t.Fatalf("%s: %v", tt.scope, err)
		}
		if d := cmp.Diff(tt.want, may(t, s, token)); d != "" {
			t.Errorf("the token for %q reaches (-want +got):\n%s", tt.scope, d)
		}
	}
	first, err := a.Token(t.Context(), "acme/shop")
	if err != nil || minted(s) != 3 {
		t.Errorf("%d tokens were minted, %v", minted(s), err)
	}
	c.forward(55 * time.Minute)
	second, err := a.Token(t.Context(), "Acme/shop")
	if err != nil || second == first || minted(s) != 4 {
		t.Errorf("%d tokens were minted, %v: a run must outlive the hour", minted(s), err)
	}
}

func TestManyWantTheSameToken(t *testing.T) {
	s, a, made, _ := open(t, app.Permissions())
	s.Install(made.ID, "acme")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := a.Token(t.Context(), "acme/shop"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := minted(s); n != 1 {
		t.Errorf("%d tokens were minted", n)
	}
}

// TestLeastPrivilege: neither what the app has and Currant does not need, nor what was not granted, is asked for.
func TestLeastPrivilege(t *testing.T) {
	s, a, made, _ := open(t, map[string]string{"contents": "write", "administration": "write", "workflows": "write", "issues": "read"})
	s.Install(made.ID, "acme")
	token, err := a.Token(t.Context(), "acme/shop")
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPatch, s.APIURL()+"repos/acme/shop", strings.NewReader(`{"has_wiki": false}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("changing settings was answered %d", resp.StatusCode)
	}
	all, err := a.Installations(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if want := "issues: write"; !slices.Contains(all[0].Missing(), want) || slices.Contains(all[0].Missing(), "workflows: write") {
		t.Errorf("missing %v", all[0].Missing())
	}
}

func TestRefusals(t *testing.T) {
	s, a, made, c := open(t, app.Permissions())
	if _, err := a.Token(t.Context(), "acme/shop"); err == nil || !strings.Contains(err.Error(), "not installed in acme") {
		t.Errorf("not installed: %v", err)
	}
	if _, err := a.Token(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "installed nowhere") {
		t.Errorf("installed nowhere: %v", err)
	}
	id := s.Install(made.ID, "acme", "acme/shop")
	c.forward(time.Hour) // the list of installations was remembered
	var auth *platform.AuthError
	if _, err := a.Token(t.Context(), "acme/deploy"); !errors.As(err, &auth) || !strings.Contains(err.Error(), "installed on acme/deploy") {
		t.Errorf("another repository: %v", err)
	}
	s.Suspend(id)
	if _, err := a.Token(t.Context(), "acme/shop"); !errors.As(err, &auth) || !strings.Contains(err.Error(), "suspended") {
		t.Errorf("suspended: %v", err)
	}
	other, err := s.CreateApp("other", nil)
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := app.New(app.Options{URL: s.APIURL(), ID: made.ClientID, Key: other.Key, Now: c.read})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wrong.Self(t.Context()); !errors.As(err, &auth) || !strings.Contains(err.Error(), "id and key must belong together") {
		t.Errorf("another app's key: %v", err)
	}
	s.Inject(githubtest.Fault{Op: "apps/get-authenticated", Status: http.StatusBadGateway})
	var retry *platform.RetryError
	if _, err := a.Self(t.Context()); !errors.As(err, &retry) {
		t.Errorf("502: %v", err)
	}
}

func TestKeyThatIsNone(t *testing.T) {
	for _, key := range []string{"", "s3cret", "-----BEGIN RSA PRIVATE KEY-----\ns3cret\n-----END RSA PRIVATE KEY-----\n"} {
		_, err := app.New(app.Options{URL: "https://ghe.example.test/api/v3", ID: "1", Key: []byte(key)})
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// TestReader reads two organisations as an app.
func TestReader(t *testing.T) {
	s, a, made, c := open(t, app.Permissions())
	s.Install(made.ID, "acme")
	s.Install(made.ID, "bank", "bank/core")
	r, err := github.New(github.Options{URL: s.APIURL(), Token: a.Token, Refused: a.Refused, Owners: a.Owners, Mirrors: t.TempDir(), Now: c.read})
	if err != nil {
		t.Fatal(err)
	}
	names, err := r.Repositories(t.Context())
	if d := cmp.Diff([]string{"acme/deploy", "acme/shop", "bank/core"}, names); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	s.Inject(githubtest.Fault{Op: "apps/list-repos-accessible-to-installation", Status: http.StatusBadGateway})
	some, err := r.Repositories(t.Context())
	if d := cmp.Diff([]string{"bank/core"}, some); d != "" || err == nil || !strings.Contains(err.Error(), "of acme") {
		t.Errorf("where one owner's cannot be listed: %v (-want +got):\n%s", err, d)
	}
	me, err := r.Whoami(t.Context())
	if err != nil || me.Login != "currant[bot]" {
		t.Errorf("%+v, %v", me, err)
	}
	for _, name := range names {
		text, err := r.File(t.Context(), name, "README.md", "")
		if err != nil || string(text) != name {
			t.Errorf("%s: %q, %v", name, text, err)
		}
		repo, err := r.Repository(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := r.Mirror(repo)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Fetch(t.Context()); err != nil {
			t.Errorf("fetching %s: %v", name, err)
		}
	}
}

// TestRunOutlivesTheHour: a run goes on when its tokens have ended, and when GitHub has taken them away before.
func TestRunOutlivesTheHour(t *testing.T) {
	s, a, made, c := open(t, app.Permissions())
	s.Install(made.ID, "acme")
	r, err := github.New(github.Options{URL: s.APIURL(), Token: a.Token, Refused: a.Refused, Owners: a.Owners, Mirrors: t.TempDir(), Now: c.read})
	must(t, err)
	push := func(branch string) {
		t.Helper()
		b := platform.Branch{Name: branch, Base: s.Head("acme/shop", "main"), Message: "X", Changes: platform.Changeset{"a": {Text: branch}}}
		if _, err := r.Writer().Push(t.Context(), "acme/shop", []platform.Branch{b}); err != nil {
			t.Errorf("pushing %s: %v", branch, err)
		}
		if number, err := r.Writer().Open(t.Context(), "acme/shop", platform.Proposal{Branch: branch, Base: "main", Title: branch}); err != nil || number == 0 {
			t.Errorf("opening a pull request for %s: %v", branch, err)
		}
	}
	push("one")
	c.forward(3 * time.Hour)
	push("two")
	for _, scope := range []string{"acme/shop", ""} {
		token, err := a.Token(t.Context(), scope)
		must(t, err)
		s.Revoke(token)
	}
	if _, err := r.Repository(t.Context(), "acme/shop"); err != nil {
		t.Errorf("after a token was taken away: %v", err)
	}
	push("three")
}

// TestManifest makes an app as a browser does it: the form that Currant serves, GitHub's page, and back.
func TestManifest(t *testing.T) {
	s, _, _, _ := open(t, nil)
	done := make(chan app.Made, 1)
	setup := &app.Setup{URL: s.APIURL(), Web: s.URL(), Organisation: "acme", Name: "Currant of Acme", Hook: "https://currant.example.test/hooks/github"}
	back := ""
	setup.Address = func() string { return back }
	setup.Done = func(m app.Made) error { done <- m; return nil }
	server := newServer(t, setup)
	back = server
	get := func(address string) string {
		resp, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	action, manifest := form(t, get(server))
	if !bytes.Contains([]byte(manifest), []byte(`"contents":"write"`)) {
		t.Errorf("the manifest is %s", manifest)
	}
	req, err := http.NewRequest(http.MethodGet, server, nil)
	must(t, err)
	req.Host = "attacker.example.test"
	if resp, err := http.DefaultClient.Do(req); err != nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("by another name: %v, %v", resp, err)
	}
	if text := get(server + "/made?code=code1&state=forged"); !strings.Contains(text, "another browser") {
		t.Errorf("a forged state was answered %q", text)
	}
	resp, err := http.PostForm(action, url.Values{"manifest": {manifest}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(page), "/github-apps/currant-of-acme/installations/new") {
		t.Fatalf("%v %s", err, page)
	}
	made := <-done
	if made.Slug != "currant-of-acme" || made.ID == 0 || made.WebhookSecret == "" || !strings.Contains(made.Key, "PRIVATE KEY") {
		t.Errorf("made %s %d", made.Slug, made.ID)
	}
	if strings.Contains(string(page), made.WebhookSecret) || strings.Contains(string(page), "PRIVATE KEY") {
		t.Error("the page shows secrets")
	}
}
