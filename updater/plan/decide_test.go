package plan

import (
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
)

// rule is a configuration with options for all packages.
func rule(options string) string {
	return `{"packageRules": [{"matchPackageNames": ["*"], ` + options + `}]}`
}

const ageRule = `{"packageRules": [{"matchCurrentAge": "> 1 month", "enabled": false}]}`

func TestDecide(t *testing.T) {
	withdrawn := datasources.Release{Version: "1.3.0", Withdrawn: "deprecated: use y"}
	unstable := datasources.Release{Version: "1.3.0", Unstable: true}
	channels := func(l Listing, names ...string) Listing {
		m := make(map[string]string)
		for i := 0; i < len(names); i += 2 {
			m[names[i]] = names[i+1]
		}
		l.Channels = m
		return l
	}
	for _, tc := range []struct {
		name, config string
		found        Found
		answer       Listing
		want         []string
		reason       string
	}{
		{"newest", ``, npm("x", "1.0.0"), answer(releases("1.0.0", "1.0.1", "1.1.0", "2.0.0", "3.0.0")...), []string{"minor 1.1.0", "major 3.0.0"}, ""},
		{"nothing newer", ``, npm("x", "1.1.0"), answer(releases("1.0.0", "1.1.0")...), nil, "1.1.0 is the newest"},
		{"patch", ``, npm("x", "1.0.0"), answer(releases("1.0.0", "1.0.1")...), []string{"patch 1.0.1"}, ""},
		{"what is no version is dropped", ``, npm("x", "1.0.0"), answer(releases("1.0.0", "latest", "nightly")...), nil, ""},
		{"the value is no version", ``, npm("x", "banana"), answer(releases("1.0.0")...), nil, "banana"},

		{"deprecated", ``, npm("x", "1.0.0"), answer(append(releases("1.0.0", "1.2.0"), withdrawn)...), []string{"minor 1.2.0"}, "withdrew it: deprecated: use y"},
		{"deprecated, and so is the current", ``, npm("x", "1.2.0"), answer(datasources.Release{Version: "1.2.0", Withdrawn: "y"}, withdrawn), []string{"minor 1.3.0"}, ""},
		{"ignoreDeprecated false", `{"ignoreDeprecated": false}`, npm("x", "1.0.0"), answer(append(releases("1.0.0"), withdrawn)...), []string{"minor 1.3.0"}, ""},
		{"maxMajorIncrement", ``, npm("x", "1.0.0"), answer(releases("1.0.0", "20240101.0.0", "2.0.0")...), []string{"major 2.0.0"}, "maxMajorIncrement"},

		{"allowedVersions", rule(`"allowedVersions": "<2"`), npm("x", "1.0.0"), answer(releases("1.0.0", "1.5.0", "2.0.0")...), []string{"minor 1.5.0"}, "renovate.json:1"},
		{"allowedVersions, expression", rule(`"allowedVersions": "/^1\\./"`), npm("x", "1.0.0"), answer(releases("1.0.0", "1.5.0", "2.0.0")...), []string{"minor 1.5.0"}, ""},
		{"allowedVersions, not an expression", rule(`"allowedVersions": "!/^2\\./"`), npm("x", "1.0.0"), answer(releases("1.0.0", "2.0.0", "3.0.0")...), []string{"major 3.0.0"}, ""},
		{"allowedVersions of npm for images", rule(`"allowedVersions": "<3.12"`), image("python", "3.10-slim"), answer(releases("3.10-slim", "3.11-slim", "3.12-slim")...), []string{"minor 3.11-slim"}, ""},
		{"allowedVersions, a template", rule(`"allowedVersions": "<={{add major 1}}"`), npm("x", "1.0.0"), answer(releases("1.0.0")...), nil, ""},
		{"allowedVersions with the current major", rule(`"allowedVersions": "{{major}}.x"`), npm("x", "1.0.0"), answer(releases("1.0.0", "1.4.0", "2.0.0")...), []string{"minor 1.4.0"}, ""},

		{"matchCurrentAge, young", ageRule, npm("x", "1.0.0"), answer(aged("1.0.0", 20), aged("1.1.0", 3)), []string{"minor 1.1.0"}, ""},
		{"matchCurrentAge, old", ageRule, npm("x", "1.0.0"), answer(aged("1.0.0", 40), aged("1.1.0", 3)), nil, "switched off"},
		{"matchCurrentAge, of unknown age", ageRule, npm("x", "1.0.0"), answer(seenFor("1.0.0", 40), aged("1.1.0", 3)), []string{"minor 1.1.0"}, ""},
		{"updatePinnedDependencies off", rule(`"updatePinnedDependencies": false`), npm("x", "1.0.0"), answer(releases("1.0.0", "1.1.0")...), nil, "it is pinned to 1.0.0"},
		{"updatePinnedDependencies off, a range", rule(`"updatePinnedDependencies": false`), npm("x", "^1.0.0"), answer(releases("1.0.0", "2.0.0")...), []string{"major ^2.0.0"}, ""},

		{"respectLatest", ``, npm("x", "1.0.0"), channels(answer(releases("1.0.0", "1.1.0", "2.0.0")...), "latest", "1.1.0"), []string{"minor 1.1.0"}, "tags as latest"},
		{"beyond latest already", ``, npm("x", "1.2.0"), channels(answer(releases("1.1.0", "1.2.0", "2.0.0")...), "latest", "1.1.0"), []string{"major 2.0.0"}, ""},
		{"respectLatest false", `{"respectLatest": false}`, npm("x", "1.0.0"), channels(answer(releases("1.0.0", "2.0.0")...), "latest", "1.0.0"), []string{"major 2.0.0"}, ""},
		{"followTag", rule(`"followTag": "next"`), npm("x", "1.0.0"), channels(answer(releases("1.0.0", "1.1.0", "2.0.0-rc.1", "3.0.0")...), "latest", "1.1.0", "next", "2.0.0-rc.1"), []string{"major 2.0.0-rc.1"}, ""},
		{"followTag that is not set", rule(`"followTag": "next"`), npm("x", "1.0.0"), answer(releases("1.0.0", "1.1.0")...), nil, "not set"},

		{"unstable", ``, npm("x", "1.0.0"), answer(releases("1.0.0", "1.1.0-rc.1")...), nil, "prerelease"},
		{"the registry calls it unstable", ``, npm("x", "1.0.0"), answer(append(releases("1.0.0"), unstable)...), nil, "prerelease"},
		{"unstable in use", ``, npm("x", "2.0.0-rc.1"), answer(releases("2.0.0-rc.1", "2.0.0-rc.2", "2.1.0-rc.1")...), []string{"patch 2.0.0-rc.2"}, "another version"},
		{"unstable in use, stable is there", ``, npm("x", "2.0.0-rc.1"), answer(releases("2.0.0-rc.1", "2.0.0-rc.2", "2.0.0")...), []string{"patch 2.0.0"}, ""},
		{"ignoreUnstable false", `{"ignoreUnstable": false}`, npm("x", "1.0.0"), answer(releases("1.0.0", "1.1.0-rc.1")...), []string{"minor 1.1.0-rc.1"}, ""},
		{"another line", ``, image("python", "3.10-slim"), answer(releases("3.10-slim", "3.11", "3.11-alpine", "3.11-slim")...), []string{"minor 3.11-slim"}, "another line"},
		{"as many numbers", ``, image("python", "3.10"), answer(releases("3.10", "3.11", "3.11.2", "3")...), []string{"minor 3.11"}, ""},

		{"extractVersion", rule(`"extractVersion": "^v(?<version>.+)$"`), npm("x", "1.0.0"), answer(releases("v1.0.0", "v1.1.0", "2.0.0")...), []string{"minor 1.1.0"}, ""},
		{"versionCompatibility", rule(`"versionCompatibility": "^(?<version>[^-]+)(?<compatibility>-.*)?$", "versioning": "semver"`), image("node", "20.1.0-alpine3.18"), answer(releases("20.1.0-alpine3.18", "20.2.0-alpine3.18", "20.3.0-alpine3.19", "20.4.0")...), []string{"minor 20.2.0-alpine3.18"}, ""},

		{"minor and patch together", ``, npm("x", "1.0.0"), answer(releases("1.0.0", "1.0.1", "1.1.0")...), []string{"minor 1.1.0"}, ""},
		{"separateMinorPatch", `{"separateMinorPatch": true}`, npm("x", "1.0.0"), answer(releases("1.0.0", "1.0.1", "1.1.0")...), []string{"patch 1.0.1", "minor 1.1.0"}, ""},
		{"separateMultipleMajor", `{"separateMultipleMajor": true}`, npm("x", "1.0.0"), answer(releases("1.0.0", "2.0.0", "2.1.0", "3.0.0")...), []string{"major 2.1.0", "major 3.0.0"}, ""},
		{"separateMultipleMinor", `{"separateMultipleMinor": true}`, npm("x", "1.0.0"), answer(releases("1.0.0", "1.1.0", "1.1.2", "1.2.0")...), []string{"minor 1.1.2", "minor 1.2.0"}, ""},
		{"separateMajorMinor false", `{"separateMajorMinor": false}`, npm("x", "1.0.0"), answer(releases("1.0.0", "1.1.0", "2.0.0")...), []string{"major 2.0.0"}, ""},
		{"majors off", `{"major": {"enabled": false}}`, npm("x", "1.0.0"), answer(releases("1.0.0", "1.1.0", "2.0.0")...), []string{"minor 1.1.0"}, "the major update to 2.0.0 is switched off"},
		{"majors off by a rule", rule(`"matchUpdateTypes": ["major"], "enabled": false`), npm("x", "1.0.0"), answer(releases("1.0.0", "2.0.0")...), nil, "packageRules[0]"},
		{"by the current version", `{"packageRules": [{"matchCurrentVersion": "<2", "enabled": false}]}`, npm("x", "^1.0.0"), answer(releases("1.0.0", "2.0.0")...), nil, "enabled: false"},

		{"a range that admits it", ``, npm("x", "^1.0.0"), answer(releases("1.0.0", "1.1.0")...), nil, ""},
		{"a range that does not", ``, npm("x", "^1.0.0"), answer(releases("1.0.0", "1.1.0", "2.1.0")...), []string{"major ^2.0.0"}, ""},
		{"bump", `{"rangeStrategy": "bump"}`, npm("x", "^1.0.0"), answer(releases("1.0.0", "1.1.0")...), []string{"minor ^1.1.0"}, ""},
		{"widen", `{"rangeStrategy": "widen"}`, npm("x", "^1.0.0"), answer(releases("1.0.0", "2.0.0")...), []string{"major ^1.0.0 || ^2.0.0"}, ""},
		{"peers are widened", ``, with(npm("x", "^1.0.0"), func(d *managers.Dep) { d.Kind = "peerDependencies" }), answer(releases("1.0.0", "2.0.0")...), []string{"major ^1.0.0 || ^2.0.0"}, ""},
		{"pin", `{"rangeStrategy": "pin"}`, npm("x", "^1.0.0"), answer(releases("1.0.0", "1.1.0", "2.0.0")...), []string{"pin 1.1.0", "major ^2.0.0"}, ""},
		{"bump of a range of several parts", `{"rangeStrategy": "bump"}`, npm("x", "^1.0.0 || ^2.0.0"), answer(releases("1.0.0", "2.1.0", "3.0.0")...), []string{"major ^1.0.0 || ^2.0.0 || ^3.0.0"}, ""},
		{"pin to what is locked", `{"rangeStrategy": "pin"}`, with(npm("x", "^1.0.0"), func(d *managers.Dep) { d.Locked = "1.0.5" }), answer(releases("1.0.0", "1.0.5", "1.1.0")...), []string{"pin 1.0.5"}, "admits it already"},
		{"in-range-only", `{"rangeStrategy": "in-range-only"}`, npm("x", "^1.0.0"), answer(releases("1.0.0", "2.0.0")...), nil, "in-range-only"},
		{"a range that admits nothing", ``, npm("x", "^9.0.0"), answer(releases("1.0.0")...), nil, `no release matches "^9.0.0"`},

		{"a moving tag", ``, action("a/b", "v3"), answer(releases("v3", "v3.1.0", "v4", "v4.0.1")...), []string{"major v4"}, ""},
		{"the moving tag is not there", ``, action("a/b", "v3"), answer(releases("v3", "v3.1.0", "v4.0.1")...), []string{"major v4.0.1"}, ""},
		{"an exact tag", ``, action("a/b", "v3.0.0"), answer(releases("v3", "v3.0.0", "v3.1.0", "v4", "v4.0.1")...), []string{"minor v3.1.0", "major v4.0.1"}, ""},

		{"a commit without a version", ``, pseudo(), answer(datasources.Release{Version: "v0.0.0-20260102030405-0123456789ab", Digest: "0123456789ab"}), []string{"digest v0.0.0-20260102030405-0123456789ab@0123456789ab"}, ""},
		{"a commit that got a version", ``, pseudo(), answer(releases("v0.1.0-rc.1", "v0.1.0")...), []string{"minor v0.1.0"}, "prerelease"},

		{"a major version of another name", ``, with(npm("x", "v1.0.0"), func(d *managers.Dep) { d.Versioning = "semver" }), answer(append(releases("v1.0.0"), datasources.Release{Version: "v2.0.0", Package: "x/v2"})...), []string{"major v2.0.0 (unsupported)"}, "x/v2"},
		{"a major version of another name that can be changed", ``, with(npm("x", "v1.0.0"), func(d *managers.Dep) { d.Versioning, d.NameAt = "semver", managers.Field{Text: "x", Start: 1} }), answer(append(releases("v1.0.0"), datasources.Release{Version: "v2.0.0", Package: "x/v2"})...), []string{"major v2.0.0"}, ""},

		{"needs a person", `{"dependencyDashboardApproval": true}`, npm("x", "1.0.0"), answer(releases("1.0.0", "1.1.0")...), []string{"minor 1.1.0 (approval)"}, "a person must approve"},
		{"a lock file", ``, with(npm("x", "1.0.0"), func(d *managers.Dep) { d.Locks = []string{"package-lock.json"} }), answer(releases("1.0.0", "1.1.0")...), []string{"minor 1.1.0 (unsupported)"}, "package-lock.json"},
		{"nothing to replace", ``, with(image("x", "1.0"), func(d *managers.Dep) { d.Composed, d.Value, d.Pin = "1.0", managers.Field{}, nil }), answer(releases("1.0", "1.1")...), []string{"minor 1.1 (unsupported)"}, "cannot be replaced"},
		{"a template", ``, with(npm("x", "1.0.0"), func(d *managers.Dep) { d.Render, d.Value = "copier", managers.Field{Text: "1.0.0"} }), answer(releases("1.0.0", "1.1.0")...), []string{"minor 1.1.0"}, ""},
		{"a tool that is not here", ``, with(npm("x", "1.0.0"), func(d *managers.Dep) { d.Render = "cobol" }), answer(releases("1.0.0", "1.1.0")...), []string{"minor 1.1.0 (unsupported)"}, "cobol"},
	} {
		d := decide(t, world(t, tc.config), map[string]Listing{tc.found.Dep.Name: tc.answer}, tc.found)[0]
		if diff := cmp.Diff(tc.want, updates(d), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s\n%s", tc.name, diff, because(d))
		}
		if !strings.Contains(because(d), tc.reason) {
			t.Errorf("%s: the reason is %q", tc.name, because(d))
		}
		if len(d.Updates) == 0 && len(d.Reasons) < 2 {
			t.Errorf("%s: no update and no reason", tc.name)
		}
	}
}

func TestMinimumReleaseAge(t *testing.T) {
	dateless := datasources.Release{Version: "1.3.0"}
	for _, tc := range []struct {
		name, options string
		answer        Listing
		want          []string
		withheld      []string
		until         int // days from now; 0 for never
	}{
		{"strict, an older one is of age", ``, answer(aged("1.0.0", 90), aged("1.1.0", 5), aged("1.2.0", 1)), []string{"minor 1.1.0"}, []string{"1.2.0"}, 2},
		{"strict, none is of age: the first that will be counts", ``, answer(aged("1.0.0", 90), aged("1.1.0", 2), aged("1.2.0", 1)), []string{"minor 1.2.0 (waiting)"}, nil, 1},
		{"flexible, an older one is of age", `"internalChecksFilter": "flexible"`, answer(aged("1.0.0", 90), aged("1.1.0", 5), aged("1.2.0", 1)), []string{"minor 1.1.0"}, []string{"1.2.0"}, 2},
		{"flexible, none is of age", `"internalChecksFilter": "flexible"`, answer(aged("1.0.0", 90), aged("1.2.0", 1)), []string{"minor 1.2.0 (early)"}, nil, 2},
		{"none", `"internalChecksFilter": "none"`, answer(aged("1.0.0", 90), aged("1.1.0", 5), aged("1.2.0", 1)), []string{"minor 1.2.0 (early)"}, nil, 2},
		{"no date", ``, answer(aged("1.0.0", 90), dateless), []string{"minor 1.3.0 (waiting)"}, nil, 0},
		{"no date, optional", `"minimumReleaseAgeBehaviour": "timestamp-optional"`, answer(aged("1.0.0", 90), dateless), []string{"minor 1.3.0"}, nil, 0},
		{"first seen by us, of age", ``, answer(aged("1.0.0", 90), seenFor("1.3.0", 4)), []string{"minor 1.3.0"}, nil, 0},
		{"first seen by us, optional", `"minimumReleaseAgeBehaviour": "timestamp-optional"`, answer(aged("1.0.0", 90), seenFor("1.3.0", 1)), []string{"minor 1.3.0"}, nil, 0},
		{"of age to the minute", ``, answer(aged("1.0.0", 90), aged("1.1.0", 3)), []string{"minor 1.1.0"}, nil, 0},
	} {
		options := `"minimumReleaseAge": "3 days"`
		if tc.options != "" {
			options += ", " + tc.options
		}
		d := decide(t, world(t, "{"+options+"}"), map[string]Listing{"x": tc.answer}, npm("x", "1.0.0"))[0]
		if diff := cmp.Diff(tc.want, updates(d), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s\n%s", tc.name, diff, because(d))
			continue
		}
		if diff := cmp.Diff(tc.withheld, d.Updates[0].Withheld, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: withheld %s", tc.name, diff)
		}
		var until time.Time
		if tc.until > 0 {
			until = now.AddDate(0, 0, tc.until)
		}
		if !d.Until.Equal(until) {
			t.Errorf("%s: it holds until %v, not %v", tc.name, d.Until, until)
		}
	}
}

func TestParseAge(t *testing.T) {
	day := 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"3 days": 3 * day, "1 day": day, "12 hours": 12 * time.Hour, "1 week": 7 * day, "90 minutes": 90 * time.Minute,
		"1.5 days": 36 * time.Hour, "2 months": 60 * day, "1 year": 365 * day, "3d": 3 * day, "5s": 5 * time.Second, "0 days": 0,
		"": -1, "soon": -1, "3": -1, "-3 days": -1, "3 fortnights": -1, "99999999999999999999 days": -1, "200 years": -1,
	} {
		got, err := ParseAge(text)
		if want < 0 && err == nil || want >= 0 && (err != nil || got != want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

// Whatever is not known completely changes nothing, and says so.
func TestIncompleteFacts(t *testing.T) {
	full := answer(releases("1.0.0", "1.1.0")...)
	part := answer(releases("1.0.0", "1.1.0")...)
	part.Listing.Partial = "it was cut after 10 pages"
	merging := with(npm("x", "1.0.0"), func(d *managers.Dep) {
		d.Datasource, d.Registries = "merging", []string{"https://a.example.test", "https://b.example.test"}
	})
	hunted := with(merging, func(d *managers.Dep) { d.Datasource = "hunted" })
	on := func(host string) string { return "https://" + host + ".example.test x" }
	for _, tc := range []struct {
		name    string
		config  string
		found   Found
		answers map[string]Listing
		facts   Completeness
		want    []string
		reason  string
	}{
		{"complete", "", npm("x", "1.0.0"), map[string]Listing{"x": full}, Complete, []string{"minor 1.1.0"}, ""},
		{"outage", "", npm("x", "1.0.0"), map[string]Listing{"x": {Err: errOutage}}, Failed, nil, "503"},
		{"cut short", "", npm("x", "1.0.0"), map[string]Listing{"x": part}, Partial, nil, "after 10 pages"},
		{"nothing at all", "", npm("x", "1.0.0"), map[string]Listing{"x": {}}, Failed, nil, ""},
		{"not found may be forbidden", "", npm("x", "1.0.0"), map[string]Listing{}, Absent, nil, "has no x"},
		{"one of those that merge is down", "", merging, map[string]Listing{on("a"): full, on("b"): {Err: errOutage}}, Failed, nil, "503"},
		{"one of those that merge has it not", "", merging, map[string]Listing{on("b"): full}, Complete, []string{"minor 1.1.0"}, ""},
		{"those that merge", "", merging, map[string]Listing{on("a"): answer(releases("1.0.0")...), on("b"): full}, Complete, []string{"minor 1.1.0"}, ""},
		{"the first in a hunt has it", "", hunted, map[string]Listing{on("a"): answer(releases("1.0.0")...), on("b"): full}, Complete, nil, ""},
		{"the first in a hunt is down", "", hunted, map[string]Listing{on("a"): {Err: errOutage}, on("b"): full}, Failed, nil, "503"},
		{"the second in a hunt need not answer", "", hunted, map[string]Listing{on("a"): full, on("b"): {Err: errOutage}}, Complete, []string{"minor 1.1.0"}, ""},
		{"allowedVersions that is no range", rule(`"allowedVersions": "<<2"`), npm("x", "1.0.0"), map[string]Listing{"x": full}, Failed, nil, "allowedVersions"},
		{"allowedVersions that is no expression", rule(`"allowedVersions": "/(/"`), npm("x", "1.0.0"), map[string]Listing{"x": full}, Failed, nil, "allowedVersions"},
		{"a versioning that nobody knows", rule(`"versioning": "cobol"`), npm("x", "1.0.0"), map[string]Listing{"x": full}, Failed, nil, "cobol"},
	} {
		d := decide(t, world(t, tc.config), tc.answers, tc.found)[0]
		if d.Facts != tc.facts || !cmp.Equal(tc.want, updates(d), cmpopts.EquateEmpty()) || !strings.Contains(because(d), tc.reason) {
			t.Errorf("%s: facts are %s, updates %v, because\n%s", tc.name, d.Facts, updates(d), because(d))
		}
	}
}

func TestDigests(t *testing.T) {
	sum := func(version string) string { return "sha256:" + Hash("redis"+version) }
	old := "sha256:00000000"
	tagged := func(f Found) []string {
		return updates(decide(t, world(t, ""), map[string]Listing{"redis": answer(releases("7.0", "7.2")...)}, f)[0])
	}
	if diff := cmp.Diff([]string{"digest 7.2@" + sum("7.2")}, tagged(digested("redis", "7.2", old))); diff != "" {
		t.Errorf("the tag moved: %s", diff)
	}
	if diff := cmp.Diff([]string{"digest 7.0@" + sum("7.0"), "minor 7.2@" + sum("7.2")}, tagged(digested("redis", "7.0", old))); diff != "" {
		t.Errorf("a new version takes its digest along: %s", diff)
	}
	if diff := cmp.Diff([]string{"minor 7.2@" + sum("7.2")}, tagged(digested("redis", "7.0", sum("7.0")))); diff != "" {
		t.Errorf("the tag did not move: %s", diff)
	}
	if diff := cmp.Diff([]string{"digest @" + sum("")}, tagged(digested("redis", "", old))); diff != "" {
		t.Errorf("no tag at all: %s", diff)
	}
	if got := tagged(image("redis", "7.2")); len(got) != 0 {
		t.Errorf("nobody asked for digests, but %v", got)
	}

	pinning := world(t, `{"pinDigests": true}`)
	answers := map[string]Listing{"redis": answer(releases("7.0", "7.2")...)}
	if diff := cmp.Diff([]string{"pinDigest 7.0@" + sum("7.0"), "minor 7.2@" + sum("7.2")}, updates(decide(t, pinning, answers, image("redis", "7.0"))[0])); diff != "" {
		t.Errorf("pinDigests: %s", diff)
	}
	listed := answer(datasources.Release{Version: "v4", Digest: "aaaaaaaaaaaa"}, datasources.Release{Version: "v4.1.0", Digest: "aaaaaaaaaaaa"})
	both := world(t, `{"pinDigests": true, "rangeStrategy": "pin"}`)
	got := updates(decide(t, both, map[string]Listing{"a/b": listed}, action("a/b", "v4"))[0])
	if diff := cmp.Diff([]string{"pin v4.1.0@aaaaaaaaaaaa"}, got); diff != "" {
		t.Errorf("a pin takes the digest along: %s", diff)
	}
	short := with(action("a/b", "v4"), func(d *managers.Dep) { d.Digest, d.Pin = managers.Field{Text: "bbbbbbb", Start: 5}, nil })
	if diff := cmp.Diff([]string{"digest v4@aaaaaaa"}, updates(decide(t, world(t, ""), map[string]Listing{"a/b": listed}, short)[0])); diff != "" {
		t.Errorf("a short commit stays short: %s", diff)
	}
}

// What is pinned to the image of one platform gets the image of that platform, or nothing.
func TestDigestsOfOnePlatform(t *testing.T) {
	w := world(t, "")
	asked := Ask(w, []Found{digested("redis", "7.0", "sha256:00")})
	f := facts(asked, map[string]Listing{"redis": answer(releases("7.0", "7.2", "7.4")...)})
	for range 4 {
		ds, missing := Decide(w, asked, f)
		for _, q := range missing.Digests {
			if q.Pinned != "sha256:00" {
				t.Errorf("it asks %v", q)
			}
			f.Digests[q] = Digest{Digest: "sha256:arm" + q.Version, Platform: "linux/arm64"}
			if q.Version == "7.4" {
				f.Digests[q] = Digest{Platform: "linux/arm64", Why: "there is no image for linux/arm64"}
			}
		}
		if !missing.None() {
			continue
		}
		if d := cmp.Diff([]string{"digest 7.0@sha256:arm7.0", "minor 7.2@sha256:arm7.2"}, updates(ds[0])); d != "" {
			t.Error(d)
		}
		for _, want := range []string{"7.4: the pinned digest is that of the image for linux/arm64, and there is no image for linux/arm64", "that of 7.0 is its image for linux/arm64"} {
			if !strings.Contains(because(ds[0]), want) {
				t.Errorf("%q is missing in\n%s", want, because(ds[0]))
			}
		}
	}
}

// A version whose hashes are not known is not proposed; the next one that has some is.
func TestHashes(t *testing.T) {
	w := world(t, "")
	found := with(npm("six", "1.0.0"), func(d *managers.Dep) { d.Hashes = managers.Hashes{At: managers.Field{Text: "x", Start: 20}, File: "*"} })
	asked := Ask(w, []Found{found})
	answers := map[string]Listing{"six": answer(releases("1.0.0", "1.1.0", "1.2.0")...)}
	for _, tc := range []struct {
		name   string
		hashes map[string]Digest
		want   []string
		facts  Completeness
		reason string
	}{
		{"there", map[string]Digest{"1.2.0": {Hashes: []string{"a", "b"}}}, []string{"1.2.0 a b"}, Complete, ""},
		{"not yet", map[string]Digest{"1.2.0": {}, "1.1.0": {Hashes: []string{"c"}}}, []string{"1.1.0 c"}, Complete, "1.2.0: its hashes, which are to change with the version, are not published"},
		{"outage", map[string]Digest{"1.2.0": {Err: errOutage}}, nil, Failed, "503"},
	} {
		f := facts(asked, answers)
		var ds []Decision
		for range 4 {
			var missing Missing
			if ds, missing = Decide(w, asked, f); missing.None() {
				break
			}
			for _, q := range missing.Digests {
				if q.File != "*" {
					t.Errorf("%s: it asks %v", tc.name, q)
				}
				f.Digests[q] = tc.hashes[q.Version]
			}
		}
		var got []string
		for _, u := range ds[0].Updates {
			got = append(got, u.Value+" "+strings.Join(u.Hashes, " "))
		}
		if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" || ds[0].Facts != tc.facts || !strings.Contains(because(ds[0]), tc.reason) {
			t.Errorf("%s: facts are %s: %s\n%s", tc.name, ds[0].Facts, diff, because(ds[0]))
		}
	}
}

// While a digest is not known, nothing of the dependency is proposed.
func TestDigestsThatCannotBeHad(t *testing.T) {
	w := world(t, "")
	asked := Ask(w, []Found{digested("redis", "7.0", "sha256:00")})
	f := facts(asked, map[string]Listing{"redis": answer(releases("7.0", "7.2")...)})
	_, missing := Decide(w, asked, f)
	if len(missing.Digests) != 2 {
		t.Fatalf("it wants %v", missing)
	}
	for _, q := range missing.Digests {
		f.Digests[q] = Digest{Digest: "sha256:new"}
		if q.Version == "7.2" {
			f.Digests[q] = Digest{Err: errOutage}
		}
	}
	ds, missing := Decide(w, asked, f)
	if !missing.None() || ds[0].Facts != Failed || len(ds[0].Updates) != 0 || !strings.Contains(because(ds[0]), "503") {
		t.Errorf("%v, %s: %v because %s", missing, ds[0].Facts, updates(ds[0]), because(ds[0]))
	}
}

func TestDigestsComeOfAge(t *testing.T) {
	young := map[string]Listing{"redis": answer(aged("7.2", 1))}
	d := decide(t, world(t, `{"minimumReleaseAge": "3 days"}`), young, digested("redis", "7.2", "sha256:00"))[0]
	if len(d.Updates) != 1 || d.Updates[0].State != Waiting || !d.Until.Equal(now.AddDate(0, 0, 2)) {
		t.Errorf("%v until %v", updates(d), d.Until)
	}
	latest := map[string]Listing{"redis": answer(releases("7.2")...)}
	if d = decide(t, world(t, `{"minimumReleaseAge": "3 days"}`), latest, digested("redis", "", "sha256:00"))[0]; d.Updates[0].State != Waiting {
		t.Errorf("a digest without a version: %v", updates(d))
	}
	if d = decide(t, world(t, `{"minimumReleaseAge": "3 days", "pinDigests": true}`), latest, image("redis", ""))[0]; d.Updates[0].State != Ready {
		t.Errorf("pinning what is in use: %v", updates(d))
	}
}

func TestRedactedRegistry(t *testing.T) {
	f := with(npm("x", "1.0.0"), func(d *managers.Dep) {
		d.Registries = []string{"https://bot:s3cret@registry.example.test/npm?token=s3cret"}
	})
	for _, answers := range []map[string]Listing{{"x": answer(releases("1.0.0", "1.1.0")...)}, {}} {
		if text := because(decide(t, world(t, ""), answers, f)[0]); strings.Contains(text, "s3cret") || !strings.Contains(text, "registry.example.test") {
			t.Error(text)
		}
	}
}

// The same world gives the same plan, in whatever order things were found or
// answered.
func TestPlanIsDeterministic(t *testing.T) {
	w := world(t, `{"packageRules": [{"matchPackageNames": ["a*"], "groupName": "as"}, {"matchPackageNames": ["b*"], "automerge": true}], "pinDigests": true}`)
	answers := make(map[string]Listing)
	var found []Found
	for _, name := range []string{"a1", "a2", "a3", "b1", "b2", "c1"} {
		found = append(found, npm(name, "1.0.0"), image(name, "1.0"))
		answers[name] = answer(releases("1.0.0", "1.1.0", "2.0.0", "1.0", "1.1")...)
	}
	var first []Branch
	for seed := range int64(20) {
		rng := rand.New(rand.NewSource(seed))
		for _, l := range answers {
			rng.Shuffle(len(l.Releases), func(i, j int) { l.Releases[i], l.Releases[j] = l.Releases[j], l.Releases[i] })
		}
		rng.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
		bs, err := Group(w, decide(t, w, maps.Clone(answers), found...))
		if err != nil {
			t.Fatal(err)
		}
		if seed == 0 {
			first = bs
			continue
		}
		same := slices.EqualFunc(first, bs, func(a, b Branch) bool {
			return a.Name == b.Name && a.Title == b.Title && a.Message == b.Message && a.Fingerprint() == b.Fingerprint() && Body(w, a, nil) == Body(w, b, nil)
		})
		if !same {
			t.Fatalf("seed %d gives another plan", seed)
		}
	}
}

func TestReasonNamesItsRule(t *testing.T) {
	r := reason(CodeDisabled, config.Origin{File: "renovate.json", Line: 3, Option: "packageRules[0].enabled"}, "it is off")
	if got := r.String(); got != "it is off (renovate.json:3 (packageRules[0].enabled))" {
		t.Error(got)
	}
}

// A rule with matchCurrentAge that turns by time alone says when the dependency is to be looked at again.
func TestCurrentAgeTurns(t *testing.T) {
	month := 30 * 24 * time.Hour
	for rule, want := range map[string]time.Duration{
		`"matchCurrentAge": "> 1 month", "enabled": false`:                                                        month + 1,
		`"matchCurrentAge": ">= 1 month", "automerge": true`:                                                      month,
		`"matchCurrentAge": "< 1 month", "enabled": false`:                                                        month,
		`"matchCurrentAge": "<= 1 month", "automerge": true`:                                                      month + 1,
		`"matchCurrentAge": "> 10 days", "automerge": true`:                                                       0,
		`"matchCurrentAge": "> 1 month", "matchPackageNames": ["other"], "automerge": true`:                       0,
		`"matchCurrentAge": "> 1 month", "matchUpdateTypes": ["major"], "automerge": true`:                        0,
		`"matchCurrentAge": "> 1 month"}, {"matchCurrentAge": ">= 25 days", "automerge": true`:                    25 * 24 * time.Hour,
		`"matchCurrentAge": ">= 1 month", "matchJsonata": ["depName = 'x'"], "dependencyDashboardApproval": true`: month,
	} {
		w := world(t, `{"packageRules": [{`+rule+`}]}`)
		listed := map[string]Listing{"x": answer(aged("1.0.0", 20), aged("1.1.0", 3))}
		d := decide(t, w, listed, npm("x", "1.0.0"))[0]
		expect := time.Time{}
		if want > 0 {
			expect = aged("", 20).Published.Add(want)
		}
		if !d.Until.Equal(expect) {
			t.Errorf("%s: until %v, want %v", rule, d.Until, expect)
		}
		if want == 0 {
			continue
		}
		before, after := updates(d), []string(nil)
		u := len(d.Updates) > 0 && d.Updates[0].Automerge
		w.Now = d.Until
		again := decide(t, w, listed, npm("x", "1.0.0"))[0]
		if after = updates(again); cmp.Equal(before, after) && (len(again.Updates) == 0 || again.Updates[0].Automerge == u) {
			t.Errorf("%s: at %v nothing is different: %v", rule, d.Until, after)
		}
		w.Now = d.Until.Add(-1)
		if just := decide(t, w, listed, npm("x", "1.0.0"))[0]; !cmp.Equal(before, updates(just)) {
			t.Errorf("%s: just before %v it is %v already", rule, d.Until, updates(just))
		}
	}
}
