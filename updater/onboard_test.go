package updater_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

const configure = "renovate/configure"

// bare is a repository without configuration.
var bare = map[string]string{"Dockerfile": "FROM redis:7.0\n", "db/Dockerfile": "FROM postgres:15.1 AS db\n"}

// only returns the pull request that there is, and wants no other.
func (w *world) only() githubtest.PullRequest {
	w.Helper()
	pulls, err := w.Pulls(shop)
	w.must(err)
	if len(pulls) != 1 {
		w.Fatalf("there are %d pull requests, want 1: %+v", len(pulls), pulls)
	}
	return pulls[0]
}

// contains wants texts in a pull request's body, and without those that begin with "!".
func (w *world) contains(body string, texts ...string) {
	w.Helper()
	for _, text := range texts {
		text, not := strings.CutPrefix(text, "!")
		if strings.Contains(body, text) == not {
			w.Errorf("that the body contains %q is %t:\n%s", text, not, body)
		}
	}
}

// patch changes pull request 1 as a person.
func (w *world) patch(change string) {
	w.Helper()
	w.send(http.MethodPatch, "", change)
}

// send asks GitHub for something about pull request 1 as a person.
func (w *world) send(method, path, body string) {
	w.Helper()
	req, err := http.NewRequest(method, w.APIURL()+"repos/"+shop+"/pulls/1"+path, strings.NewReader(body))
	w.must(err)
	req.Header.Set("Authorization", "Bearer "+w.Token(githubtest.Grant{Login: "grace"}))
	resp, err := http.DefaultClient.Do(req)
	w.must(err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		w.Fatalf("%s %s: %s", method, path, resp.Status)
	}
}

// From a repository without configuration over the proposal to normal work (docs.renovatebot.com/getting-started/installing-onboarding).
func TestOnboarding(t *testing.T) {
	w := newWorld(t, bare)
	w.global = `{"onboardingConfig": {"extends": [":label(deps)"], "packageRules": [{"matchPackageNames": ["redis"], "automerge": true}], "prHourlyLimit": 0}}`
	r, _, err := w.pass(t.Context())
	w.must(err)
	if diff := cmp.Diff(map[string]plan.Result{configure: plan.Create}, results(r)); diff != "" || !r.Onboarding {
		t.Fatal(diff)
	}
	p := w.only()
	if p.Title != "Configure Renovate" || p.Branch != configure || !cmp.Equal(p.Labels, []string{"deps"}) {
		t.Errorf("%+v", p)
	}
	w.contains(p.Body, "To begin, merge this PR", "leaves this repository alone", " * `Dockerfile` (dockerfile)\n", " * `db/Dockerfile` (dockerfile)\n",
		"Give pull requests these labels: `deps`", "3 pull requests:", "<summary>Update redis Docker tag to v7.2</summary>", "Branch: `renovate/redis-7.x`, to be merged into `main`",
		"it may merge by itself when all checks are green (renovate.json:", "`Dockerfile`: redis `7.0` → `7.2` (minor)", "!Problems", "!rebase-check")
	text, err := w.ReadFile(shop, configure, "renovate.json")
	w.must(err)
	want := `{
  "$schema": "https://docs.renovatebot.com/renovate-schema.json",
  "extends": [
    ":label(deps)"
  ],
  "packageRules": [
    {
      "matchPackageNames": [
        "redis"
      ],
      "automerge": true
    }
  ],
  "prHourlyLimit": 0
}
`
	if diff := cmp.Diff(want, text); diff != "" {
		t.Error(diff)
	}
	w.settled()

	// News is told in place; nothing else is opened.
	w.tags["redis"] = append(w.tags["redis"], "8.0")
	if r, _, err = w.pass(t.Context()); err != nil || results(r)[configure] != plan.Edit {
		t.Errorf("%v, %v", results(r), err)
	}
	w.contains(w.only().Body, "4 pull requests:", "renovate/redis-8.x")
	w.settled()

	// In doubt the text stays as it is.
	w.outage = errDown
	if r, _, err = w.pass(t.Context()); err != nil || results(r)[configure] != plan.Hold {
		t.Errorf("%v, %v", results(r), err)
	}
	w.outage = nil

	// A person edits the configuration on the branch: the preview follows, the branch is theirs.
	head, err := w.CommitAs("grace", shop, configure, map[string]string{"renovate.json": `{"enabledManagers": ["dockerfile"], "ignoreDeps": ["postgres"]}`}, "No databases")
	w.must(err)
	w.clean()
	p = w.only()
	w.contains(p.Body, "grace has committed to this branch", "2 pull requests:", "!postgres Docker", "Leave alone: `postgres`")
	if p.Head != head {
		t.Errorf("the branch was made anew: %s, want %s", p.Head, head)
	}
	w.settled()

	// What is wrong with it is told.
	_, err = w.CommitAs("grace", shop, configure, map[string]string{"renovate.json": `{"schedule": 5}`}, "Oops")
	w.must(err)
	w.clean()
	w.contains(w.only().Body, "No pull requests: the configuration on this branch has errors: renovate.json:1:", "### Problems", `"schedule" should be`)
	_, err = w.CommitAs("grace", shop, configure, map[string]string{"renovate.json": `{"enabled": false}`}, "Later")
	w.must(err)
	w.clean()
	w.contains(w.only().Body, "No pull requests: the configuration says enabled: false (renovate.json:1")
	w.settled()

	// Merged, normal work begins.
	_, err = w.CommitAs("grace", shop, configure, map[string]string{"renovate.json": `{"ignoreDeps": ["postgres"]}`}, "Now")
	w.must(err)
	w.clean()
	w.send(http.MethodPut, "/merge", `{}`)
	if r, _, err = w.pass(t.Context()); err != nil || r.Onboarding || results(r)["renovate/redis-7.x"] != plan.Create || results(r)["renovate/postgres-15.x"] != "" {
		t.Errorf("%v, %v", results(r), err)
	}
	w.settled()
}

// A person who closes the proposal has said no, once and for all.
func TestOnboardingDeclined(t *testing.T) {
	tests := map[string]struct {
		global, change string
		again          bool   // it is proposed once more
		works          bool   // the repository is worked on
		skipped        string // in the report
	}{
		"closed":                      {`{}`, ``, false, false, "its configuration was proposed in #1, which was closed"},
		"closed, but optional":        {`{"requireConfig": "optional", "prHourlyLimit": 0}`, ``, false, true, ""},
		"renamed after it was closed": {`{}`, `{"title": "old"}`, true, false, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, bare)
			w.global = tt.global
			w.clean()
			w.patch(`{"state": "closed"}`)
			if tt.change != "" {
				w.patch(tt.change)
			}
			r := w.clean()
			pulls, err := w.Pulls(shop)
			w.must(err)
			if n := len(pulls); tt.works != (n > 2) || tt.again != (n == 2) {
				t.Fatalf("there are %d pull requests: %s", n, r.Skipped)
			}
			if tt.skipped != "" {
				if c := w.only().Comments; len(c) != 1 || !strings.Contains(c[0], "leaves this repository alone") {
					t.Errorf("comments: %q", c)
				}
				if !strings.Contains(r.Skipped, tt.skipped) {
					t.Errorf("%q", r.Skipped)
				}
			}
			w.ResetLog()
			if _, _, err = w.pass(t.Context()); err != nil || len(w.Writes()) > 0 {
				t.Errorf("%v, %+v", err, w.Writes())
			}
		})
	}

	t.Run("renamed while it was open", func(t *testing.T) {
		w := newWorld(t, bare)
		w.clean()
		w.patch(`{"title": "OPS-1 configure"}`)
		w.clean()
		w.patch(`{"state": "closed"}`)
		w.clean()
		if p := w.only(); p.Title != "OPS-1 configure" {
			t.Errorf("%+v", p)
		}
	})
}

// How work begins, by requireConfig and onboarding (docs.renovatebot.com/self-hosted-configuration, requireConfig and its like).
func TestOnboardingOptions(t *testing.T) {
	found := func(string) bool { return true }
	docs := map[string]string{"README.md": "hello\n"}
	with := func(path, text string) map[string]string {
		return map[string]string{"Dockerfile": bare["Dockerfile"], path: text}
	}
	tests := map[string]struct {
		files      map[string]string
		global     string
		discovered func(string) bool
		want       map[string]plan.Result
		skipped    string
	}{
		"named, by default":               {bare, ``, nil, map[string]plan.Result{configure: plan.Create}, ""},
		"discovered, by default":          {bare, ``, found, nil, "it has no configuration, and nobody named it"},
		"discovered, as the operator set": {bare, `{"autodiscover": true}`, found, map[string]plan.Result{configure: plan.Create}, ""},
		"discovered, and wanted":          {bare, `{"onboarding": true}`, found, map[string]plan.Result{configure: plan.Create}, ""},
		"off":                             {bare, `{"onboarding": false}`, nil, nil, "requireConfig wants one: add renovate.json"},
		"off, and optional":               {with("x", ""), `{"onboarding": false, "requireConfig": "optional"}`, nil, map[string]plan.Result{"renovate/redis-7.x": plan.Create}, ""},
		"optional":                        {bare, `{"requireConfig": "optional"}`, nil, map[string]plan.Result{configure: plan.Create}, ""},
		"ignored":                         {with("renovate.json", `{"enabled": false}`), `{"requireConfig": "ignored"}`, nil, map[string]plan.Result{"renovate/redis-7.x": plan.Create}, ""},
		"configured":                      {with(".github/renovate.json", `{}`), ``, nil, map[string]plan.Result{"renovate/redis-7.x": plan.Create}, ""},
		"configured in package.json":      {with("package.json", `{"renovate": {}}`), ``, nil, map[string]plan.Result{"renovate/redis-7.x": plan.Create}, ""},
		"nothing found":                   {docs, ``, nil, map[string]plan.Result{configure: plan.Create}, ""},
		"nothing found, discovered":       {docs, `{"onboarding": true}`, found, nil, "no dependency was found"},
		"nothing found, wanted":           {docs, `{"onboarding": true, "onboardingNoDeps": "enabled"}`, found, map[string]plan.Result{configure: plan.Create}, ""},
		"nothing found, not wanted":       {docs, `{"onboardingNoDeps": "disabled"}`, nil, nil, "no dependency was found"},
		"another branch":                  {bare, `{"onboardingBranch": "setup/bot"}`, nil, map[string]plan.Result{"setup/bot": plan.Create}, ""},
		"disabled":                        {with("renovate.json", `{"enabled": false}`), `{"optimizeForDisabled": true}`, nil, nil, "the configuration says enabled: false (renovate.json:1"},
		"disabled, but not here":          {with("renovate.json", `{"extends": [":enableRenovate"]}`), `{"optimizeForDisabled": true, "extends": [":disableRenovate"]}`, nil, map[string]plan.Result{"renovate/redis-7.x": plan.Create}, ""},
		"disabled everywhere":             {bare, `{"optimizeForDisabled": true, "extends": [":disableRenovate"]}`, nil, nil, "the configuration says enabled: false"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tt.files)
			w.global, w.discovered = tt.global, tt.discovered
			r, _, err := w.pass(t.Context())
			w.must(err)
			if want := tt.want; want == nil {
				if len(r.Outcomes) > 0 || !strings.Contains(r.Skipped, tt.skipped) {
					t.Errorf("%v: %q", results(r), r.Skipped)
				}
			} else if diff := cmp.Diff(want, results(r)); diff != "" {
				t.Errorf("%s: %s", diff, r.Skipped)
			}
			w.clean()
			w.ResetLog()
			if r, _, err = w.pass(t.Context()); err != nil || len(w.Writes()) > 0 || r.Parsed > 0 {
				t.Errorf("%v, %+v, %d parsed", err, w.Writes(), r.Parsed)
			}
		})
	}
}

// Title, message, file, and a box to have the branch made anew.
func TestOnboardingTexts(t *testing.T) {
	w := newWorld(t, bare)
	for range 3 {
		_, err := w.Commit(shop, "", map[string]string{"a": time.Now().String()}, "fix: it")
		w.must(err)
	}
	w.global = `{"onboardingPrTitle": "Set up the bot", "onboardingCommitMessage": "Set it up", "onboardingConfigFileName": ".github/renovate.json5", "onboardingRebaseCheckbox": true,
		"onboardingConfig": {"commitBody": "Signed-off-by: {{{gitAuthor}}}", "gitAuthor": "Bot <bot@example.test>", "prHeader": "Ask the platform team", "prFooter": "Bye"}}`
	w.clean()
	p := w.only()
	if p.Title != "chore: Set up the bot" {
		t.Error(p.Title)
	}
	w.contains(p.Body, "Ask the platform team\n", "<!-- rebase-check -->", "\nBye\n", "`.github/renovate.json5`")
	if _, err := w.ReadFile(shop, configure, ".github/renovate.json5"); err != nil {
		t.Error(err)
	}
	_, err := w.CommitAs("grace", shop, configure, map[string]string{".github/renovate.json5": "{}"}, "Mine")
	w.must(err)
	w.clean()
	w.patch(`{"body": "` + "- [x] <!-- rebase-check -->" + `"}`)
	w.clean()
	if text, err := w.ReadFile(shop, configure, ".github/renovate.json5"); err != nil || !strings.Contains(text, "prHeader") {
		t.Errorf("%q, %v", text, err)
	}
	w.settled()
}

// The presets that an organisation keeps go before onboardingConfig, as with Renovate.
func TestOnboardingPresets(t *testing.T) {
	w := newWorld(t, bare)
	w.must(w.CreateRepo("acme/renovate-config", map[string]string{"default.json": `{"description": ["Follow the rules of acme"], "labels": ["acme"]}`}))
	w.clean()
	text, err := w.ReadFile(shop, configure, "renovate.json")
	w.must(err)
	if !strings.Contains(text, `"local>acme/renovate-config"`) {
		t.Error(text)
	}
	p := w.only()
	w.contains(p.Body, " - Follow the rules of acme\n", "these labels: `acme`")
	if !cmp.Equal(p.Labels, []string{"acme"}) {
		t.Error(p.Labels)
	}
	w.settled()

	// Presets that cannot be had now change nothing.
	body := p.Body
	w.preset = errDown
	w.must(os.RemoveAll(filepath.Join(w.state, "presets")))
	r, _, err := w.pass(t.Context())
	if w.must(err); w.only().Body != body || !strings.Contains(r.Skipped, "cannot be read now") {
		t.Errorf("%q", r.Skipped)
	}
}

// After onboardingAutoCloseAge a proposal is given up, as if a person had closed it.
func TestOnboardingGivenUp(t *testing.T) {
	w := newWorld(t, bare)
	w.global = `{"onboardingAutoCloseAge": 14}`
	w.clean()
	w.settled()
	w.now = func() time.Time { return time.Now().Add(13 * 24 * time.Hour) }
	w.clean()
	if p := w.only(); p.State != "open" {
		t.Error(p.State)
	}
	w.now = func() time.Time { return time.Now().Add(15 * 24 * time.Hour) }
	r := w.clean()
	p := w.only()
	if p.State != "closed" || p.Title != "Configure Renovate" || w.Head(shop, configure) != "" || len(p.Comments) != 1 || !strings.Contains(p.Comments[0], "more than 14 days") {
		t.Errorf("%+v", p)
	}
	if !strings.Contains(r.Skipped, "closed without being merged") {
		t.Error(r.Skipped)
	}
	w.ResetLog()
	if _, _, err := w.pass(t.Context()); err != nil || len(w.Writes()) > 0 {
		t.Errorf("%v, %+v", err, w.Writes())
	}
}

// A configuration that a person adds beside the open proposal makes it pointless.
func TestOnboardedOtherwise(t *testing.T) {
	w := newWorld(t, bare)
	w.clean()
	_, err := w.Commit(shop, "", map[string]string{"currant.json": `{"prHourlyLimit": 0}`}, "Our own")
	w.must(err)
	w.clean()
	got := titles(w)
	if got["Configure Renovate - autoclosed"] != "closed" || len(got) != 4 {
		t.Error(got)
	}
	w.settled()
}
