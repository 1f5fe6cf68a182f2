package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	schemes "github.com/currant-bot/currant/datasources/versioning/all"
	"github.com/currant-bot/currant/updater/platform"
)

// ghsa is an advisory about versions of x up to its fix.
func ghsa(id, text, fix string) Advisory {
	x, ok := AffectedBy(text, fix)
	if !ok {
		panic(text)
	}
	return Advisory{ID: id, Aliases: []string{"CVE-2026-1234"}, Summary: "x reads too much", Severity: "high", From: "a database", Affected: []Affected{x}}
}

func knows(w World, datasource, name string, as ...Advisory) World {
	w.Advisories.ByPackage = map[Package][]Advisory{PackageKey(datasource, name): as}
	return w
}

func TestHits(t *testing.T) {
	osv := func(events ...Event) Affected { return Affected{Events: events} }
	ghRange := func(text, fix string) Affected {
		x, ok := AffectedBy(text, fix)
		if !ok {
			t.Fatalf("%q is not understood", text)
		}
		return x
	}
	for _, tc := range []struct {
		name, scheme string
		x            []Affected
		version      string
		want         string // the fix; "no" if it is not affected
	}{
		{"inside", "npm", []Affected{osv(Event{Introduced: "0"}, Event{Fixed: "1.2.0"})}, "1.1.0", "1.2.0"},
		{"the fix itself", "npm", []Affected{osv(Event{Introduced: "0"}, Event{Fixed: "1.2.0"})}, "1.2.0", "no"},
		{"below", "npm", []Affected{osv(Event{Introduced: "1.0.0"}, Event{Fixed: "1.2.0"})}, "0.9.0", "no"},
		{"where it begins", "npm", []Affected{osv(Event{Introduced: "1.0.0"}, Event{Fixed: "1.2.0"})}, "1.0.0", "1.2.0"},
		{"a prerelease of the fix", "npm", []Affected{osv(Event{Introduced: "0"}, Event{Fixed: "1.2.0"})}, "1.2.0-rc.1", "1.2.0"},
		{"not sorted", "npm", []Affected{osv(Event{Fixed: "2.1.0"}, Event{Introduced: "2.0.0"}, Event{Fixed: "1.2.0"}, Event{Introduced: "0"})}, "1.0.0", "1.2.0"},
		{"between two stretches", "npm", []Affected{osv(Event{Introduced: "0"}, Event{Fixed: "1.2.0"}, Event{Introduced: "2.0.0"}, Event{Fixed: "2.1.0"})}, "1.5.0", "no"},
		{"the later of two", "npm", []Affected{osv(Event{Introduced: "0"}, Event{Fixed: "1.1.0"}), osv(Event{Introduced: "1.3.0"})}, "1.5.1", ""},
		{"what ends one lies in another", "npm", []Affected{osv(Event{Introduced: "3.0.0"}, Event{Fixed: "3.3.8"}), osv(Event{Introduced: "3.2.0"}, Event{Fixed: "3.2.16"})}, "3.2.0", "3.3.8"},
		{"the last with it", "npm", []Affected{osv(Event{Introduced: "0"}, Event{Last: "1.2.0"})}, "1.2.0", "1.2.0"},
		{"after the last with it", "npm", []Affected{osv(Event{Introduced: "0"}, Event{Last: "1.2.0"})}, "1.2.1", "no"},
		{"listed", "npm", []Affected{{Versions: []string{"1.0.1"}}}, "1.0.1", ""},
		{"not listed", "npm", []Affected{{Versions: []string{"1.0.1"}}}, "1.0.2", "no"},
		{"no version", "npm", []Affected{osv(Event{Introduced: "0"})}, "^1.0.0", "no"},
		{"python", "pep440", []Affected{osv(Event{Introduced: "3.2"}, Event{Fixed: "3.2.16"}), osv(Event{Introduced: "4.0"}, Event{Fixed: "4.0.8"})}, "3.2", "3.2.16"},
		{"listed, as python spells it", "pep440", []Affected{{Versions: []string{"1.0"}, Events: []Event{{Introduced: "1.0"}, {Fixed: "1.0.post1"}}}}, "1.0.0", "1.0.post1"},
		{"events that are no versions", "npm", []Affected{osv(Event{Introduced: "0"}, Event{Fixed: "5b6b257f"})}, "1.0.0", ""},
		{"GitHub: a range", "npm", []Affected{ghRange(">= 1.8.0, < 1.8.8", "1.8.8")}, "1.8.3", "1.8.8"},
		{"GitHub: below a range", "npm", []Affected{ghRange(">= 1.8.0, < 1.8.8", "1.8.8")}, "1.7.0", "no"},
		{"GitHub: from the beginning", "npm", []Affected{ghRange("< 1.8.8", "1.8.8")}, "0.1.0", "1.8.8"},
		{"GitHub: up to", "npm", []Affected{ghRange("<= 1.8.7", "1.8.9")}, "1.8.7", "1.8.9"},
		{"GitHub: after", "npm", []Affected{ghRange("> 1.0.0, <= 1.8.7", "1.8.9")}, "1.0.0", "no"},
		{"GitHub: just one", "npm", []Affected{ghRange("= 1.3.0", "1.3.1")}, "1.3.0", "1.3.1"},
		{"GitHub: no fix", "npm", []Affected{ghRange(">= 0", "")}, "1.3.0", ""},
	} {
		scheme, err := schemes.Schemes(tc.scheme)
		if err != nil {
			t.Fatal(err)
		}
		w, hit := Advisory{ID: "A-1", Affected: tc.x}.hits(scheme, tc.version)
		if got := w.Fix; !hit && tc.want != "no" || hit && got != tc.want {
			t.Errorf("%s: hit %v, fix %q, want %q", tc.name, hit, got, tc.want)
		}
	}
	for _, text := range []string{"", "~> 1.0", "< ", "1.0", "<1.0 || >2"} {
		if _, ok := AffectedBy(text, ""); ok {
			t.Errorf("%q is understood", text)
		}
	}
}

func TestMend(t *testing.T) {
	versions := answer(releases("1.0.0", "1.0.1", "1.1.0", "1.2.0", "2.0.0")...)
	fixed := ghsa("GHSA-aaaa-bbbb-cccc", "< 1.1.0", "1.1.0")
	for _, tc := range []struct {
		name, config string
		found        Found
		known        []Advisory
		want         []string
		reason       string
	}{
		{"the lowest that mends it", ``, npm("x", "1.0.0"), []Advisory{fixed}, []string{"minor 1.1.0"}, "1.0.0 has GHSA-aaaa-bbbb-cccc (high), which 1.1.0 mends"},
		{"one that it does not have", ``, npm("x", "1.2.0"), []Advisory{fixed}, []string{"major 2.0.0"}, ""},
		{"the highest of two fixes", ``, npm("x", "1.0.0"), []Advisory{fixed, ghsa("GHSA-2", "< 1.2.0", "1.2.0")}, []string{"minor 1.2.0"}, ""},
		{"the strategy highest", `{"vulnerabilityAlerts": {"vulnerabilityFixStrategy": "highest"}}`, npm("x", "1.0.0"), []Advisory{fixed}, []string{"minor 1.2.0", "major 2.0.0"}, ""},
		{"a fix that is a major away", ``, npm("x", "1.0.0"), []Advisory{ghsa("GHSA-3", "< 2.0.0", "2.0.0")}, []string{"major 2.0.0"}, ""},
		{"a fix without a release of its own", ``, npm("x", "1.0.0"), []Advisory{ghsa("GHSA-4", "< 1.0.5", "1.0.5")}, []string{"minor 1.1.0"}, ""},
		{"no fix", ``, npm("x", "1.0.0"), []Advisory{ghsa("GHSA-5", ">= 0", "")}, []string{"minor 1.2.0", "major 2.0.0"}, "which no version mends yet"},
		{"a fix that may not be used", rule(`"allowedVersions": "<1.1"`), npm("x", "1.0.0"), []Advisory{fixed}, []string{"patch 1.0.1"}, "no release that may be used is without it"},
		{"it waits for no age", rule(`"minimumReleaseAge": "5 years"`), npm("x", "1.0.0"), []Advisory{fixed}, []string{"minor 1.1.0"}, ""},
		{"and for no person", rule(`"dependencyDashboardApproval": true`), npm("x", "1.0.0"), []Advisory{fixed}, []string{"minor 1.1.0"}, ""},
		{"switched off", `{"vulnerabilityAlerts": {"enabled": false}}`, npm("x", "1.0.0"), []Advisory{fixed}, []string{"minor 1.2.0", "major 2.0.0"}, ""},
		{"a dependency that is switched off", rule(`"enabled": false`), npm("x", "1.0.0"), []Advisory{fixed}, nil, "enabled: false"},
		{"security updates only", `{"extends": ["security:only-security-updates"]}`, npm("x", "1.0.0"), []Advisory{fixed}, []string{"minor 1.1.0"}, ""},
		{"security updates only, and there is none", `{"extends": ["security:only-security-updates"]}`, npm("x", "1.1.0"), []Advisory{fixed}, nil, "enabled: false"},
		{"a range that admits only what has it", ``, npm("x", "~1.0.0"), []Advisory{fixed}, []string{"minor ~1.1.0"}, "1.0.1 has"},
		{"a malicious version is never proposed", ``, npm("x", "1.0.0"), []Advisory{{ID: "MAL-2026-1", Malicious: true, Affected: []Affected{{Versions: []string{"1.2.0"}}}}}, []string{"minor 1.1.0", "major 2.0.0"}, "known to be malicious: MAL-2026-1"},
	} {
		w := knows(world(t, tc.config), "npm", "x", tc.known...)
		d := decide(t, w, map[string]Listing{"x": versions}, tc.found)[0]
		if diff := cmp.Diff(tc.want, updates(d)); diff != "" {
			t.Errorf("%s: %s\n%s", tc.name, diff, because(d))
		}
		if !strings.Contains(because(d), tc.reason) {
			t.Errorf("%s: no %q in\n%s", tc.name, tc.reason, because(d))
		}
	}
}

// A branch that mends is called as Renovate calls it, comes first, and no limit
// holds it back.
func TestMendingBranch(t *testing.T) {
	w := knows(world(t, `{"extends": [":semanticCommits"], "schedule": ["before 1am"], "prConcurrentLimit": 1, "prHourlyLimit": 1, "groupName": "all",
		"vulnerabilityAlerts": {"labels": ["security"], "automerge": true}}`), "npm", "x", ghsa("GHSA-aaaa-bbbb-cccc", "< 1.1.0", "1.1.0"))
	versions := answer(releases("1.0.0", "1.1.0", "1.2.0")...)
	ds := decide(t, w, map[string]Listing{"a": versions, "x": versions}, npm("a", "1.0.0"), npm("x", "1.0.0"))
	bs, err := Group(w, ds)
	if err != nil {
		t.Fatal(err)
	}
	if len(bs) != 2 || bs[0].Name != "renovate/npm-x-vulnerability" || bs[0].Title != "chore(deps): update dependency x to v1.1.0 [security]" || !bs[0].Automerge || bs[1].Security {
		t.Fatalf("branches are %+v", bs)
	}
	if !slices.Equal(bs[0].Labels, []string{"security"}) {
		t.Errorf("labels are %v", bs[0].Labels)
	}
	var want []Rendered
	for _, b := range bs {
		r := Rendered{Branch: b, BaseHead: baseHead, Changes: platform.Changeset{"package.json": {Text: "new"}}, Blobs: map[string]string{"package.json": "blob 0"}}
		r.Complete(w)
		want = append(want, r)
	}
	have := State{Pulls: []platform.Pull{{Number: 7, Branch: "renovate/other", State: platform.Open, Created: now}}}
	got := Reconcile(want, ds, have, now)
	if got[0].Result != Create || got[1].Result != Wait {
		t.Errorf("results are %s and %s", got[0].Result, got[1].Result)
	}
	marker, _ := ReadMarker(got[0].Actions[1].Open.Body)
	if !marker.Mends {
		t.Error("the marker does not say that it mends")
	}
}

// What an advisory says is somebody else's text.
func TestAdvisoryInBody(t *testing.T) {
	a := ghsa("GHSA-aaaa-bbbb-cccc", "< 1.1.0", "1.1.0")
	a.Summary = "<img src=x> @everyone see #1"
	a.Details = "### Impact\n<script>alert(1)</script>\n```\nping @octocat\n```\nhttps://example.test/acme/other/issues/7 </details>\n" + strings.Repeat("long ", 2000)
	a.References = []string{"https://example.test/advisory", "https://example.test/acme/other/issues/7", "javascript:alert(1)"}
	a.Score, a.Vector = 7.5, "CVSS:3.1/AV:N`"
	w := knows(world(t, ``), "npm", "x", a)
	ds := decide(t, w, map[string]Listing{"x": answer(releases("1.0.0", "1.1.0")...)}, npm("x", "1.0.0"))
	bs, err := Group(w, ds)
	if err != nil {
		t.Fatal(err)
	}
	body := Body(w, bs[0], nil)
	for _, bad := range []string{"<img", "@everyone", "@octocat", "<script", "#1\n", "javascript:", "issues/7>", "```", "://example.test/acme"} {
		if strings.Contains(body, bad) {
			t.Errorf("the body has %q", bad)
		}
	}
	for _, good := range []string{"CVSS 7.5", "/CVE-2026-1234)", "/GHSA-aaaa-bbbb-cccc)", "<https://example.test/advisory>", "mended in `1.1.0`", "…"} {
		if !strings.Contains(body, good) {
			t.Errorf("the body lacks %q", good)
		}
	}
	if strings.Count(body, "</details>") != 1 || len(body) > 8000 {
		t.Errorf("body of %d bytes:\n%s", len(body), body)
	}
}

// A pull request that mends is not closed while it is not known whether it still
// must.
func TestMendingInDoubt(t *testing.T) {
	s := scened(t, ``)
	name := "renovate/npm-x-vulnerability"
	b := s.want[0].Branch
	b.Security = true
	s.state.Branches[name] = BranchState{Head: ourHead, Base: baseHead}
	s.state.Pulls = append(s.state.Pulls, platform.Pull{Number: 2, Branch: name, Title: "t", Body: Sign(b, "t", "b"), State: platform.Open, Head: ourHead})
	for unsure, want := range map[string]Result{"": Remove, "alerts cannot be read": Hold} {
		s.state.Unsure = unsure
		got := Reconcile(s.want, s.ds, s.state, now)
		if i := slices.IndexFunc(got, func(o Outcome) bool { return o.Branch == name }); got[i].Result != want {
			t.Errorf("unsure %q: %s, want %s", unsure, got[i].Result, want)
		}
	}
}

func TestPackageKey(t *testing.T) {
	for _, names := range [][3]string{{"pypi", "Foo_.bar", "foo-bar"}, {"npm", "Foo_bar", "Foo_bar"}, {"nuget", "Foo.Bar", "foo.bar"}} {
		if got := PackageKey(names[0], names[1]); got.Name != names[2] {
			t.Errorf("%s %s is filed under %s", names[0], names[1], got.Name)
		}
	}
}

func FuzzAffectedBy(f *testing.F) {
	f.Add(">= 1.8.0, < 1.8.8", "1.8.8", "1.8.1")
	f.Add("= 1", "", "1")
	f.Fuzz(func(t *testing.T, text, fix, version string) {
		x, ok := AffectedBy(text, fix)
		if !ok {
			return
		}
		for _, name := range []string{"npm", "pep440", "docker"} {
			scheme, err := schemes.Schemes(name)
			if err != nil {
				t.Fatal(err)
			}
			w, hit := Advisory{Affected: []Affected{x}}.hits(scheme, version)
			if hit && w.mends(scheme, version) {
				t.Errorf("%s: %s is affected by %q and mended by %q", name, version, text, w.Fix)
			}
		}
	})
}
