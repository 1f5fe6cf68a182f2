package plan

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
)

// text returns what the dashboard of decisions about x says.
func healthOf(t *testing.T, config string, known []Advisory, l Listing, found Found) string {
	t.Helper()
	w := knows(world(t, config), "npm", "x", known...)
	d := Dashboard{Settings: w.Config.Top(), Bases: []Inventory{{Base: "main", Decisions: decide(t, w, map[string]Listing{"x": l}, found, found)}}}
	text, _ := d.body()
	head, _, _ := strings.Cut(text, "## Detected Dependencies")
	return head
}

func TestHealth(t *testing.T) {
	old := answer(aged("1.0.0", 900))
	given := Listing{Listing: &datasources.Listing{Releases: releases("1.0.0"), Withdrawn: "use | <b>y</b> @ann"}}
	fixed, open := ghsa("GHSA-aaaa-bbbb-cccc", "< 1.1.0", "1.1.0"), ghsa("GHSA-dddd-eeee-ffff", ">= 0", "")
	open.Aliases = nil
	newer := answer(releases("1.0.0", "1.1.0")...)
	for _, tc := range []struct {
		name, config string
		known        []Advisory
		answer       Listing
		want, not    []string
	}{
		{"nothing", `{}`, nil, old, nil, []string{"Deprecations", "Abandoned", "Vulnerabilities"}},
		{"deprecated", `{}`, nil, given, []string{"## Deprecations / Replacements", "| npm | `x` | no | use \\| &lt;b>y"}, []string{"<b>", "@ann"}},
		{"replaced", rule(`"replacementName": "y"`), nil, old, []string{"| npm | `x` | yes |"}, nil},
		{"abandoned", `{"abandonmentThreshold": "1 year"}`, nil, old, []string{"## Abandoned Dependencies", "| npm | `x` | " + now.AddDate(0, 0, -900).Format(time.DateOnly)}, nil},
		{"abandoned, not told", `{"abandonmentThreshold": "1 year", "dependencyDashboardReportAbandonment": false}`, nil, old, nil, []string{"Abandoned"}},
		{"all weaknesses", `{"dependencyDashboardOSVVulnerabilitySummary": "all"}`, []Advisory{fixed, open}, newer, []string{"2 are known, and 1 of them", "mended in `1.1.0`", "[GHSA-dddd-eeee-ffff]", "no version mends it yet"}, nil},
		{"the unresolved", `{"dependencyDashboardOSVVulnerabilitySummary": "unresolved"}`, []Advisory{fixed, open}, newer, []string{"[GHSA-dddd-eeee-ffff]"}, []string{"GHSA-aaaa"}},
		{"none known", `{"dependencyDashboardOSVVulnerabilitySummary": "all"}`, nil, newer, []string{"None are known."}, nil},
	} {
		got := healthOf(t, tc.config, tc.known, tc.answer, npm("x", "1.0.0"))
		for _, s := range tc.want {
			if strings.Count(got, s) != 1 {
				t.Errorf("%s: not once %q in\n%s", tc.name, s, got)
			}
		}
		for _, s := range tc.not {
			if strings.Contains(got, s) {
				t.Errorf("%s: %q in\n%s", tc.name, s, got)
			}
		}
	}
}

func TestRollback(t *testing.T) {
	for _, tc := range []struct {
		name, config, value string
		want                []string
	}{
		{"to the highest below", `{"rollbackPrs": true}`, "2.5.17", []string{"rollback 2.5.16"}},
		{"off", `{}`, "2.5.17", []string{"major 3.0.0"}},
		{"it is listed", `{"rollbackPrs": true}`, "2.5.16", []string{"major 3.0.0"}},
		{"nothing is below", `{"rollbackPrs": true}`, "1.0.0", []string{"major 3.0.0"}},
	} {
		d := decide(t, world(t, tc.config), map[string]Listing{"x": answer(releases("2.5.15", "2.5.16", "2.5.17-beta.1", "3.0.0")...)}, npm("x", tc.value))[0]
		if diff := cmp.Diff(tc.want, updates(d)); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
	w := world(t, `{"rollbackPrs": true}`)
	bs, err := Group(w, decide(t, w, map[string]Listing{"x": answer(releases("2.5.16")...)}, npm("x", "2.5.17")))
	if err != nil || len(bs) != 1 || bs[0].Name != "renovate/x-rollback" || bs[0].Title != "Roll back dependency x to v2.5.16" {
		t.Errorf("%v, %+v", err, bs)
	}
}

func TestLinks(t *testing.T) {
	w := world(t, rule(`"sourceUrl": "https://code.example.test/{{packageName}}", "sourceDirectory": "charts/{{depName}}", "changelogUrl": "{{sourceUrl}}/blob/{{sourceDirectory}}/{{newVersion}}.md"`))
	ds := decide(t, w, map[string]Listing{"x": answer(releases("1.0.0", "1.1.0")...)}, with(npm("x", "1.0.0"), func(d *managers.Dep) {}))
	bs, err := Group(w, ds)
	if err != nil {
		t.Fatal(err)
	}
	if body := Body(w, bs[0], nil); !strings.Contains(body, "([changelog](https://code.example.test/x/blob/charts/x/1.1.0.md))") {
		t.Errorf("no changelog in\n%s", body)
	}
}
