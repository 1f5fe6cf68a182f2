package doctor

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/updater/platform/github/app"
	"github.com/currant-bot/currant/updater/platform/githubtest"
	"github.com/currant-bot/currant/updater/platform/githubtest/spec"
)

var today = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func server(t *testing.T, o githubtest.Options) *githubtest.Server {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return today }
	}
	s, err := githubtest.New(o)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	spec.Check(t, s)
	for _, name := range []string{"acme/shop", "acme/deploy", "bank/core"} {
		must(t, s.CreateRepo(name, map[string]string{"README.md": "x"}))
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lines writes findings as people compare them.
func lines(list []Finding) string {
	var out strings.Builder
	for _, f := range list {
		fmt.Fprintf(&out, "%s %s: %s", f.State, f.Name, f.Text)
		if f.Do != "" {
			fmt.Fprintf(&out, " -> %s", f.Do)
		}
		out.WriteByte('\n')
	}
	return out.String()
}

// expect compares findings with the beginnings of lines.
func expect(t *testing.T, name string, got []Finding, want ...string) {
	t.Helper()
	all := strings.Split(strings.TrimSuffix(lines(got), "\n"), "\n")
	for _, w := range want {
		if !slices.ContainsFunc(all, func(l string) bool { return strings.HasPrefix(l, w) }) {
			t.Errorf("%s: %q is not in\n%s", name, w, lines(got))
		}
	}
	if len(all) != len(want) {
		t.Errorf("%s: %d findings, not %d:\n%s", name, len(all), len(want), lines(got))
	}
	for _, f := range got {
		if (f.State == OK) != (f.Do == "") {
			t.Errorf("%s: %s is %s, and says to do %q", name, f.Name, f.State, f.Do)
		}
	}
}

func plain(text string) string { return text }

// appOf makes an app, and what looks at it.
func appOf(t *testing.T, s *githubtest.Server, permissions map[string]string) (githubtest.App, GitHub) {
	t.Helper()
	made, err := s.CreateApp("currant", permissions)
	must(t, err)
	now := func() time.Time { return today }
	a, err := app.New(app.Options{URL: s.APIURL(), ID: made.ClientID, Key: made.Key, Now: now})
	must(t, err)
	return made, GitHub{URL: s.APIURL(), Web: s.URL(), App: a, Client: http.DefaultClient, Now: now, HookSecret: true}
}

func TestApp(t *testing.T) {
	s := server(t, githubtest.Options{RateLimit: 5000})
	made, g := appOf(t, s, app.Permissions())
	s.SetHook(made.ID, githubtest.Hook{URL: "https://currant.example.test/hook", Secret: "x"}, app.Events()...)
	s.Install(made.ID, "acme")
	s.Install(made.ID, "bank", "bank/core")
	s.Deliver(made.ID, "push", 200)
	expect(t, "all well", Run(t.Context(), g.Checks(), plain),
		"ok App: currant (", "ok webhook: events go to https://currant.example.test/hook", "ok deliveries: the last 1 events were taken",
		"ok installation acme: all repositories, 2 are seen; 4999 of 5000 requests left this hour", "ok installation bank: selected repositories, 1 are seen; 4999 of",
		"ok clock: as GitHub's")
	s.Deliver(made.ID, "push", 502)
	s.Suspend(s.Install(made.ID, "world"))
	s.SetHook(made.ID, githubtest.Hook{URL: "https://currant.example.test/hook", Insecure: true}, app.Events()[1:]...)
	_, fresh := appOf(t, s, nil)
	fresh.HookSecret = false
	fresh.App, _ = app.New(app.Options{URL: s.APIURL(), ID: made.ClientID, Key: made.Key, Now: g.Now})
	expect(t, "not so well", Run(t.Context(), fresh.Checks(), plain),
		"ok App: ", "ok webhook: ", "warning webhook: GitHub does not look at the certificate", "problem webhook: events are not signed", "warning webhook: the secret of events is not known here -> set CURRANT_WEBHOOK_SECRET",
		"warning webhook: the App does not hear of check_run -> subscribe to them at "+s.URL()+"/organizations/apps/settings/apps/currant/permissions",
		"warning deliveries: 1 of the last 2 events were not taken; push at 2026-05-01 12:00 UTC: Invalid HTTP Response: 502 -> see what GitHub got for an answer at "+s.URL()+"/organizations/apps/settings/apps/currant/advanced",
		"ok installation acme: ", "ok installation bank: ", "warning installation world: it is suspended", "ok clock: ")
}

func TestPermissions(t *testing.T) {
	s := server(t, githubtest.Options{})
	permissions := app.Permissions()
	delete(permissions, "workflows")
	permissions["contents"], permissions["administration"], permissions["checks"] = "read", "write", "write"
	made, g := appOf(t, s, permissions)
	at := " -> set it at " + s.URL() + "/organizations/apps/settings/apps/currant/permissions"
	expect(t, "App", g.app(t.Context()), "ok : ",
		`problem permission contents: the App has not "contents: write": no branch can be pushed and nothing can be merged`+at,
		`warning permission workflows: the App has not "workflows: write": changes of .github/workflows are not pushed, so actions stay as they are`+at,
		"warning : the App has more than Currant needs: administration: write, checks: write; no token")
	expect(t, "nowhere", g.installations(t.Context()), "problem : the App is installed nowhere")
	s.Install(made.ID, "acme")
	_, again := appOf(t, s, nil)
	again.App, _ = app.New(app.Options{URL: s.APIURL(), ID: made.ClientID, Key: made.Key, Now: g.Now})
	expect(t, "installation", again.installations(t.Context()), "ok installation acme: ",
		`problem installation acme contents: acme has not "contents: write"`, `warning installation acme workflows: acme has not "workflows: write"`)
	for name := range app.Permissions() {
		if breaks[name] == "" {
			t.Errorf("nobody is told what breaks without %s", name)
		}
	}
}

func TestAppThatIsRefused(t *testing.T) {
	s := server(t, githubtest.Options{})
	made, _ := appOf(t, s, nil)
	other, g := appOf(t, s, nil)
	g.App, _ = app.New(app.Options{URL: s.APIURL(), ID: made.ClientID, Key: other.Key, Now: g.Now})
	expect(t, "another key", Run(t.Context(), g.Checks(), plain),
		"problem App: "+s.Host()+" refused access: A JSON web token could not be decoded; the GitHub App's id and key must belong together",
		"problem installations: ", "ok clock: ")
	down := httptest.NewServer(nil)
	down.Close()
	g.URL = down.URL + "/api/v3/"
	g.App, _ = app.New(app.Options{URL: g.URL, ID: made.ClientID, Key: made.Key, Now: g.Now})
	expect(t, "nobody there", Run(t.Context(), g.Checks(), plain),
		"problem App: "+strings.TrimPrefix(down.URL, "http://")+": nothing listens there", "problem installations: ")
}

func TestToken(t *testing.T) {
	s := server(t, githubtest.Options{RateLimit: 30})
	look := func(token string) []Finding {
		g := GitHub{URL: s.APIURL(), Token: token, Client: http.DefaultClient, Now: func() time.Time { return today }}
		return g.person(t.Context())
	}
	expect(t, "good", look(s.Token(githubtest.Grant{Login: "ada", Scopes: []string{"repo", "workflow", "read:org"}})), "ok : it is ada's; 29 of 30 requests left this hour")
	expect(t, "few scopes", look(s.Token(githubtest.Grant{Login: "ada", Scopes: []string{"public_repo"}})), "ok : it is ada's",
		"problem scope repo: the token lacks it: private repositories are not seen -> give", "warning scope workflow: ", "warning scope read:org: the token lacks it: teams cannot be asked for review")
	expect(t, "the newer kind", look(s.Token(githubtest.Grant{Login: "ada", Permissions: map[string]string{"contents": "write"}})), "ok : it is ada's", "ok scopes: GitHub does not tell")
	expect(t, "revoked", look("ghp_revoked"), "problem : "+s.Host()+" refused access: 401 Unauthorized")
	expect(t, "an App's", look(s.Token(githubtest.Grant{})), "ok : it is an App's token, given out by whoever started us; 29 of 30")
	used := s.Token(githubtest.Grant{Login: "ada", Scopes: []string{"repo", "workflow", "read:org"}})
	for range 28 {
		ask(t, s.APIURL()+"user", used)
	}
	expect(t, "used up", look(used), "ok : it is ada's", "warning : 1 of 30 requests left this hour -> wait until 13:00 UTC")
	expect(t, "none", Run(t.Context(), GitHub{}.Checks(), plain), "problem login: neither a GitHub App nor a token is configured")
}

func ask(t *testing.T, address, token string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, address, nil)
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	resp.Body.Close()
}

// docs.github.com/.../token-expiration-and-revocation: each answer tells when a token ends.
func TestTokenThatEnds(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("GitHub-Authentication-Token-Expiration", "2026-05-09 10:00:00 UTC")
		fmt.Fprint(w, `{"login": "ada"}`)
	}))
	defer s.Close()
	g := GitHub{URL: s.URL, Token: "x", Client: http.DefaultClient, Now: func() time.Time { return today }}
	expect(t, "soon", g.person(t.Context()), "ok : it is ada's; no rate limit", "warning : it ends on 2026-05-09 10:00 UTC -> make a new one", "ok scopes: ")
	g.Now = func() time.Time { return today.AddDate(0, -1, 0) }
	expect(t, "later", g.person(t.Context()), "ok : it is ada's; no rate limit", "ok scopes: ")
}

func TestClock(t *testing.T) {
	s := server(t, githubtest.Options{})
	for off, want := range map[time.Duration]string{
		0: "ok : as GitHub's", 20 * time.Second: "ok : as GitHub's", -20 * time.Second: "ok : as GitHub's",
		2 * time.Minute: "warning : this machine's is 2m0s ahead of GitHub's -> set it by NTP", -time.Hour: "problem : this machine's is 1h0m0s behind GitHub's -> set",
	} {
		g := GitHub{URL: s.APIURL(), Client: http.DefaultClient, Now: func() time.Time { return today.Add(off) }}
		expect(t, off.String(), g.clock(t.Context()), want)
	}
}
