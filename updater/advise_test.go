package updater_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/act"
	"github.com/currant-bot/currant/updater/advisories"
	"github.com/currant-bot/currant/updater/advisories/osvtest"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

var alert = githubtest.Alert{
	Ecosystem: "npm", Package: "left", Manifest: "package.json", GHSA: "GHSA-1111-2222-3333", CVE: "CVE-2026-1", Range: "< 1.1.0", Fixed: "1.1.0",
	Severity: "high", Summary: "left goes right",
}

// weak is a world whose repository uses a package with a known weakness.
func weak(t *testing.T, config string) *world {
	w := newWorld(t, map[string]string{"renovate.json": config, "package.json": `{"dependencies": {"left": "1.0.0", "right": "1.0.0"}}`})
	w.tags["left"], w.tags["right"] = []string{"1.0.0", "1.1.0", "1.2.0"}, []string{"1.0.0", "1.2.0"}
	w.must(w.SetAlerts(shop, alert))
	return w
}

func (w *world) titles() []string {
	w.Helper()
	pulls, err := w.Pulls(shop)
	w.must(err)
	var out []string
	for _, p := range pulls {
		out = append(out, p.Branch+": "+p.Title+" ("+p.State+")")
	}
	slices.Sort(out)
	return out
}

// An alert of the host becomes a pull request at once, and only what the alert is about
// changes with it.
func TestAlert(t *testing.T) {
	w := weak(t, `{"schedule": ["before 1am on the first day of january"], "vulnerabilityAlerts": {"labels": ["security"]}}`)
	w.clean()
	want := []string{"renovate/npm-left-vulnerability: Update dependency left to v1.1.0 [SECURITY] (open)"}
	if got := w.titles(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	pulls, err := w.Pulls(shop)
	w.must(err)
	if !slices.Equal(pulls[0].Labels, []string{"security"}) || !strings.Contains(pulls[0].Body, "left goes right") {
		t.Errorf("pull request is %+v", pulls[0])
	}
	w.ResetLog()
	w.clean()
	if writes := w.Writes(); len(writes) > 0 {
		t.Errorf("a second pass wrote %v", writes)
	}
	w.must(w.SetAlerts(shop)) // the alert is closed
	w.clean()
	if got := w.titles(); len(got) != 1 || !strings.Contains(got[0], "autoclosed") {
		t.Errorf("without the alert there are %q", got)
	}
}

// What cannot be seen is one line, and neither stops a pass nor closes what there is.
func TestAlertsThatCannotBeSeen(t *testing.T) {
	w := weak(t, `{}`)
	w.clean()
	before := w.titles()
	if len(before) != 2 {
		t.Fatalf("pull requests are %q", before)
	}
	w.token = w.Token(githubtest.Grant{Permissions: map[string]string{"contents": "write", "pull_requests": "write", "issues": "write", "checks": "read", "statuses": "read", "administration": "read"}})
	r, effects, err := w.pass(t.Context())
	w.must(err)
	if len(r.Notices) != 1 || !strings.Contains(r.Notices[0], "let the token read Dependabot alerts") {
		t.Errorf("notices are %q", r.Notices)
	}
	if slices.ContainsFunc(effects, func(e act.Effect) bool { return e.Action.Close != nil }) {
		t.Errorf("it closed %v", effects)
	}
	for _, title := range before {
		if !slices.Contains(w.titles(), title) {
			t.Errorf("%q is gone from %q", title, w.titles())
		}
	}
}

func TestAlertsSwitchedOff(t *testing.T) {
	for config, want := range map[string]string{
		`{}`: "",
		`{"vulnerabilityAlerts": {"labels": ["a"]}}`:  "switched off on the host",
		`{"vulnerabilityAlerts": {"enabled": false}}`: "",
	} {
		w := weak(t, config)
		w.must(w.DisableAlerts(shop))
		r, _, err := w.pass(t.Context())
		w.must(err)
		if got := strings.Join(r.Notices, "\n"); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: notices are %q, want %q", config, got, want)
		}
	}
}

const osvRecord = `{"id": "GHSA-1111-2222-3333", "modified": "2026-01-01T00:00:00Z", "summary": "left goes right",
	"affected": [{"package": {"ecosystem": "npm", "name": "left"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.1.0"}]}]}]}`

// database lets w know what OSV says.
func (w *world) database(records ...string) *osvtest.Server {
	s := osvtest.New(records...)
	w.Cleanup(s.Close)
	w.known = advisories.NewOSV(datasources.Env{Client: http.DefaultClient}, s.URL+"/v1", w.TempDir(), nil)
	return s
}

// What OSV and the host both know is mended once; what cannot be asked closes nothing.
func TestDatabase(t *testing.T) {
	for _, alerts := range [][]githubtest.Alert{nil, {alert}} {
		w := weak(t, `{"osvVulnerabilityAlerts": true, "packageRules": [{"matchPackageNames": ["*"], "enabled": false}], "vulnerabilityAlerts": {"enabled": true}}`)
		w.must(w.SetAlerts(shop, alerts...))
		s := w.database(osvRecord)
		w.clean()
		want := []string{"renovate/npm-left-vulnerability: Update dependency left to v1.1.0 [SECURITY] (open)"}
		if got := w.titles(); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		s.Fail(503)
		w.known = advisories.NewOSV(datasources.Env{Client: http.DefaultClient}, s.URL+"/v1", t.TempDir(), nil)
		w.must(w.SetAlerts(shop))
		r, _, err := w.pass(t.Context())
		w.must(err)
		if got := w.titles(); !slices.Equal(got, want) || len(r.Notices) != 1 || !strings.Contains(r.Notices[0], "503") {
			t.Errorf("in an outage: %q, %q", got, r.Notices)
		}
	}
}

// Without the option nobody is asked.
func TestDatabaseThatNobodyWants(t *testing.T) {
	for config, asked := range map[string]bool{`{}`: false, `{"osvVulnerabilityAlerts": true}`: true, `{"dependencyDashboardOSVVulnerabilitySummary": "all"}`: true} {
		w := weak(t, config)
		w.must(w.SetAlerts(shop))
		s := w.database(osvRecord)
		r, _, err := w.pass(t.Context())
		w.must(err)
		if got := len(s.Log()) > 0; got != asked {
			t.Errorf("%s: asked is %v", config, got)
		}
		for _, b := range r.Branches {
			if b.Security != strings.Contains(config, "osvVuln") && strings.Contains(b.Title, "left") {
				t.Errorf("%s: %s", config, b.Title)
			}
		}
		if len(r.Decisions[0].Weaknesses) == 0 == asked {
			t.Errorf("%s: %d weaknesses are known", config, len(r.Decisions[0].Weaknesses))
		}
	}
}
