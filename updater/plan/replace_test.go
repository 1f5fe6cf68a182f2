package plan

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
)

// renamed shows an update with its new name.
func renamed(d Decision) []string {
	out := updates(d)
	for i, u := range d.Updates {
		if u.Name != "" {
			out[i] += " as " + u.Name
		}
		if u.AsAlias {
			out[i] += " (alias)"
		}
	}
	return out
}

func TestReplace(t *testing.T) {
	named := func(f Found) Found {
		return with(f, func(d *managers.Dep) { d.NameAt = managers.Field{Text: d.Name, Start: 40} })
	}
	for _, tc := range []struct {
		name, config string
		found        Found
		answer       Listing
		want         []string
		reason       string
	}{
		{"by name", rule(`"replacementName": "pug"`), named(npm("jade", "1.0.0")), answer(releases("1.0.0")...), []string{"replacement 1.0.0 as pug"}, "pug takes the place of jade"},
		{"beside other updates", rule(`"replacementName": "pug"`), named(npm("jade", "1.0.0")), answer(releases("1.0.0", "1.1.0")...), []string{"minor 1.1.0", "replacement 1.0.0 as pug"}, ""},
		{"with a version", rule(`"replacementName": "pug", "replacementVersion": "2.0.0"`), named(npm("jade", "^1.0.0")), answer(releases("1.0.0")...), []string{"replacement ^2.0.0 as pug"}, ""},
		{"by template", rule(`"replacementNameTemplate": "{{{replace 'old/' 'new/' packageName}}}"`), named(image("old/x", "1.0")), answer(releases("1.0")...), []string{"replacement 1.0 as new/x"}, ""},
		{"the template changes nothing", rule(`"replacementNameTemplate": "{{{replace 'old/' 'new/' packageName}}}"`), named(image("x", "1.0")), answer(releases("1.0")...), nil, ""},
		{"a version by template", rule(`"replacementVersionTemplate": "{{ lookup (split currentValue '.') 0 }}"`), named(image("x", "17.0.1")), answer(releases("17.0.1")...), []string{"replacement 17"}, ""},
		{"the same name", rule(`"replacementName": "jade"`), named(npm("jade", "1.0.0")), answer(releases("1.0.0")...), nil, ""},
		{"as an alias", rule(`"replacementName": "pug", "replacementApproach": "alias"`), npm("jade", "1.0.0"), answer(releases("1.0.0")...), []string{"replacement 1.0.0 as pug (alias)"}, ""},
		{"with the digest of the new image", rule(`"replacementName": "y"`), named(digested("x", "1.0", "sha256:old")), answer(releases("1.0")...), []string{"digest 1.0@sha256:" + Hash("x1.0"), "replacement 1.0@sha256:" + Hash("y1.0") + " as y"}, ""},
		{"switched off", `{"packageRules": [{"matchPackageNames": ["*"], "replacementName": "pug"}, {"matchUpdateTypes": ["replacement"], "enabled": false}]}`, named(npm("jade", "1.0.0")), answer(releases("1.0.0")...), nil, ""},
		{"it waits for no age", rule(`"replacementName": "pug", "minimumReleaseAge": "9 years"`), named(npm("jade", "1.0.0")), answer(releases("1.0.0")...), []string{"replacement 1.0.0 as pug"}, ""},
		{"where no name can be changed", rule(`"replacementName": "pug"`), npm("jade", "1.0.0"), answer(releases("1.0.0")...), []string{"replacement 1.0.0 (unsupported) as pug"}, "cannot change the name of a package here"},
		{"the registry says so", ``, named(npm("g:a", "1.0.0")), Listing{Listing: &datasources.Listing{Releases: releases("1.0.0"), Replacement: "h:b", ReplacementVersion: "2.0.0"}}, []string{"replacement 2.0.0 as h:b"}, "the registry"},
		{"a template that cannot be filled", rule(`"replacementNameTemplate": "{{#if}}"`), named(npm("x", "1.0.0")), answer(releases("1.0.0")...), nil, "cannot be worked out"},
	} {
		d := decide(t, world(t, tc.config), map[string]Listing{tc.found.Dep.Name: tc.answer}, tc.found)[0]
		if diff := cmp.Diff(tc.want, renamed(d)); diff != "" {
			t.Errorf("%s: %s\n%s", tc.name, diff, because(d))
		}
		if !strings.Contains(because(d), tc.reason) {
			t.Errorf("%s: no %q in\n%s", tc.name, tc.reason, because(d))
		}
	}
}

// Branches and titles of replacements are Renovate's; they are in no group.
func TestReplacementBranch(t *testing.T) {
	at := func(d *managers.Dep) { d.NameAt = managers.Field{Text: d.Name, Start: 40} }
	for _, tc := range []struct{ config, value, newer, want string }{
		{`"replacementName": "pug", "replacementVersion": "2.0.0"`, "1.11.0", "1.11.0", "Replace dependency jade with pug 2.0.0"},
		{`"replacementName": "pug", "replacementVersion": "2.0.0"`, "1.11.0", "1.12.0", "Replace dependency jade with pug"},
		{`"replacementName": "pug", "replacementVersion": "2.0.0"`, "^1.11.0", "1.12.0", "Replace dependency jade with pug ^2.0.0"},
	} {
		w := world(t, rule(tc.config+`, "groupName": "all"`))
		ds := decide(t, w, map[string]Listing{"jade": answer(releases("1.11.0", tc.newer)...)}, with(npm("jade", tc.value), at))
		bs, err := Group(w, ds)
		if err != nil {
			t.Fatal(err)
		}
		last := bs[len(bs)-1]
		if last.Name != "renovate/jade-replacement" || last.Title != tc.want || last.Group != "" {
			t.Errorf("%s %q", last.Name, last.Title)
		}
		if body := Body(w, last, nil); !strings.Contains(body, "jade → pug") || !strings.Contains(body, "`"+tc.value+"` → `") {
			t.Errorf("body is %s", body)
		}
	}
}

func TestWarn(t *testing.T) {
	old := func(days ...int) (out []datasources.Release) {
		for i, n := range days {
			out = append(out, aged([]string{"1.0.0", "1.1.0", "2.0.0"}[i], n))
		}
		return out
	}
	seen := old(800)
	seen[0].Seen = true
	for _, tc := range []struct {
		name, config string
		answer       Listing
		deprecated   string
		abandoned    string
		until        string
	}{
		{"nothing", ``, answer(old(900)...), "", "", ""},
		{"the package", ``, Listing{Listing: &datasources.Listing{Releases: old(900), Withdrawn: "use y"}}, "use y", "", ""},
		{"the version in use", ``, answer(datasources.Release{Version: "1.0.0", Withdrawn: "yanked"}), "yanked", "", ""},
		{"abandoned", `{"abandonmentThreshold": "1 year"}`, answer(old(900, 800)...), "", now.AddDate(0, 0, -800).Format(time.DateOnly), ""},
		{"not yet", `{"abandonmentThreshold": "1 year"}`, answer(old(900, 300)...), "", "", now.AddDate(0, 0, -300+365).Format(time.DateOnly)},
		{"an older line is newer", `{"abandonmentThreshold": "1 year"}`, answer(old(500, 900)...), "", "", ""},
		{"no date", `{"abandonmentThreshold": "1 year"}`, answer(datasources.Release{Version: "1.0.0"}), "", "", ""},
		{"seen, not told", `{"abandonmentThreshold": "1 year"}`, answer(seen...), "", "", ""},
	} {
		d := decide(t, world(t, tc.config), map[string]Listing{"x": tc.answer}, npm("x", "1.0.0"))[0]
		date := func(at time.Time) string {
			if at.IsZero() {
				return ""
			}
			return at.Format(time.DateOnly)
		}
		if d.Deprecated != tc.deprecated || date(d.Abandoned) != tc.abandoned || date(d.Until) != tc.until {
			t.Errorf("%s: deprecated %q, abandoned %q, until %q", tc.name, d.Deprecated, date(d.Abandoned), date(d.Until))
		}
	}
}
