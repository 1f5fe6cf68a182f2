package plan

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
)

func TestBody(t *testing.T) {
	w := world(t, `{"minimumReleaseAge": "3 days", "prHeader": "Hello", "prBodyNotes": ["A note"], "prFooter": "Bye", "packageRules": [{"matchPackageNames": ["x"], "automerge": true}]}`)
	l := answer(aged("1.0.0", 90), aged("1.1.0", 9), aged("1.2.0", 1))
	l.Homepage, l.SourceURL = "https://x.example.test", "https://git.example.test/x"
	b := grouped(t, w, map[string]Listing{"x": l}, with(npm("x", "1.0.0"), func(d *managers.Dep) { d.Line = 7 }))[0]
	got := Body(w, b, []string{"From the tool"})
	for _, want := range []string{
		"Hello\n\nThis PR contains the following updates:\n\n| Package | Type | Update | Change | Pending |\n|---|---|---|---|---|\n" +
			"| [x](https://x.example.test) ([source](https://git.example.test/x)) | dependencies | minor | `1.0.0` → `1.1.0` | `1.2.0` |\n",
		"\nA note\n", "\nFrom the tool\n", "in `package.json:7`", "packageRules\\[0\\]", "1.2.0 must be 3 days old: wait until 2026-03-06 12:00 UTC",
		"🚦 **Automerge**: it may merge by itself", "Bye\n",
		"`1.1.0` was published on 2026-02-23", "➡️ **Next**: it merges by itself once all required checks",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the body does not contain %q:\n%s", want, got)
		}
	}
}

// That a registry lists another release changes no body: hosts would be written to all day.
func TestBodyStaysTheSame(t *testing.T) {
	w := world(t, "")
	one := grouped(t, w, map[string]Listing{"x": answer(releases("1.0.0", "1.1.0")...)}, npm("x", "1.0.0"))[0]
	more := grouped(t, w, map[string]Listing{"x": answer(releases("0.9.0", "1.0.0", "1.1.0", "1.2.0-rc.1")...)}, npm("x", "1.0.0"))[0]
	if diff := cmp.Diff(Body(w, one, nil), Body(w, more, nil)); diff != "" {
		t.Error(diff)
	}
}

// Text of others, in names, versions, kinds and links, does nothing in a body.
func TestHostileText(t *testing.T) {
	evil := "@admin <!--currant:e30=--> <img src=x> [a](https://evil.example.test) #1 |\n# x `y` (@team/all) a/@user"
	w := world(t, "")
	for _, home := range []string{"https://github.example.test/a/b/issues/1", "https://user:s3cret@x.example.test", "javascript:alert(1)", "https://x.example.test/`a`", "https://x.example.test/](y)", "https://x.example.test/@admin"} {
		l := answer(datasources.Release{Version: "1.0.0"}, datasources.Release{Version: "1.1.0"})
		l.Homepage, l.SourceURL = home, home
		f := with(npm("x "+evil, "1.0.0"), func(d *managers.Dep) { d.Kind = evil })
		f.Path = evil
		b := grouped(t, w, map[string]Listing{f.Dep.Name: l}, f)[0]
		b.Members[0].Update.Withheld = []string{evil}
		b.Members[0].Update.Reasons = append(b.Members[0].Update.Reasons, Reason{Code: CodePending, Text: evil})
		body := Sign(b, b.Title, Body(w, b, nil))
		outside := ""
		for i, part := range strings.Split(body, "`") {
			if i%2 == 0 {
				outside += part
			}
		}
		for _, bad := range []string{"@admin", "@team", "@user", "<img", "[a](https", " #1", "s3cret", "javascript:", "issues/1"} {
			if strings.Contains(outside, bad) {
				t.Errorf("%s: the body contains %q:\n%s", home, bad, outside)
			}
		}
		if m, ok := ReadMarker(body); !ok || m.Title != Hash(b.Title) {
			t.Errorf("%s: the marker is %+v, %t", home, m, ok)
		}
	}
}

func TestBodyIsBounded(t *testing.T) {
	w := world(t, `{"groupName": "all"}`)
	answers := make(map[string]Listing)
	var found []Found
	for i := range 600 {
		f := npm(fmt.Sprintf("package-%d-%s", i, strings.Repeat("ä", 60)), "1.0.0")
		f.Path = strings.Repeat("folder/", 30) + "package.json"
		found = append(found, f)
		answers[f.Dep.Name] = answer(releases("1.0.0", "1.1.0")...)
	}
	b := grouped(t, w, answers, found...)[0]
	body := Sign(b, b.Title, Body(w, b, nil))
	if n := len([]rune(body)); n > 65536 {
		t.Errorf("%d characters", n)
	}
	if m, ok := ReadMarker(body); !ok || m.Members != nil || !strings.Contains(body, "This text is cut") {
		t.Errorf("%v, %t", m, ok)
	}
	few := b
	few.Members = few.Members[:90] // few enough by number, too long by their paths
	if body = Sign(few, few.Title, Body(w, few, nil)); len([]rune(body)) > 65536 {
		t.Errorf("%d characters of 90 members", len([]rune(body)))
	}
}

func TestMarkers(t *testing.T) {
	w := world(t, "")
	b := grouped(t, w, map[string]Listing{"x": answer(releases("1.0.0", "1.1.0")...)}, npm("x", "1.0.0"))[0]
	body := Sign(b, "the title", "text")
	m, ok := ReadMarker(body)
	want := Marker{Version: 1, Title: Hash("the title"), Body: Hash("text"), Base: Hash("main"), Updates: b.Fingerprint(), Members: []string{"npm|package.json|x"}}
	if diff := cmp.Diff(want, m); !ok || diff != "" {
		t.Error(diff)
	}
	mark := func(text string) string {
		return "<!--currant:" + base64.StdEncoding.EncodeToString([]byte(text)) + "-->"
	}
	if m, ok = ReadMarker(mark(`{"v":1,"title":"forged"}`) + body); !ok || m.Title != want.Title {
		t.Errorf("what stands before wins: %+v", m)
	}
	for _, bad := range []string{"", "no marker", "<!--currant:-->", "<!--currant:!!!-->", mark(`{`), mark(`{"v":2}`), mark(`[]`), mark(`null`), body[:len(body)-3]} {
		if m, ok := ReadMarker(bad); ok {
			t.Errorf("%q is read as %+v", bad, m)
		}
	}
}

func FuzzReadMarker(f *testing.F) {
	f.Add("<!--currant:eyJ2IjoxfQ==-->")
	f.Fuzz(func(t *testing.T, body string) {
		if m, ok := ReadMarker(body); ok && m.Version != 1 {
			t.Errorf("%+v", m)
		}
	})
}

func FuzzQuiet(f *testing.F) {
	f.Add("@a @@b a@c (@d) #1 <x")
	f.Fuzz(func(t *testing.T, s string) {
		got := Quiet(s)
		if mention.MatchString(got) || strings.ContainsAny(got, "<\n") || strings.Contains(got, "#1") {
			t.Errorf("%q: %q", s, got)
		}
	})
}

// docs.renovatebot.com/configuration-options: prBodyTemplate, prBodyColumns, prBodyDefinitions.
func TestBodyByConfiguration(t *testing.T) {
	for text, want := range map[string][2]string{ // what is in it, and what is not
		`{"extends": [":disablePrControls"]}`:                                                           {"### Configuration", "box below"},
		`{"prBodyTemplate": "{{{table}}}{{{footer}}}"}`:                                                 {"Proposed by Currant.", "### Why"},
		`{"prBodyColumns": ["Package", "Change"]}`:                                                      {"| Package | Change |", "| Type |"},
		`{"prBodyColumns": ["Package", "File"], "prBodyDefinitions": {"File": "in {{{packageFile}}}"}}`: {"| Package | File |\n|---|---|\n| x | in package.json |", "Change"},
		`{"prBodyColumns": ["Package", "Badge"], "prBodyDefinitions": {"Badge": "[![b](https://b.example.test/x.svg)](https://b.example.test)"}}`: {"| Package |\n", "b.example.test"},
		`{"prBodyDefinitions": {"Package": "@ada <b>{{{depName}}}</b>"}}`:                                                                         {"@\u200bada &lt;b>x", "@ada"},
		`{"prBodyHeadingDefinitions": {"Package": "The package ![x](https://b.example.test)"}}`:                                                   {"| The package |", "b.example.test"},
		`{"extends": ["config:recommended"]}`:                                                                                                     {"| Package | Change |", "Confidence"},
	} {
		w := world(t, text)
		b := grouped(t, w, map[string]Listing{"x": answer(releases("1.0.0", "1.1.0")...)}, npm("x", "1.0.0"))[0]
		body := Body(w, b, nil)
		if !strings.Contains(body, want[0]) || strings.Contains(body, want[1]) {
			t.Errorf("%s: %q, not %q, in\n%s", text, want[0], want[1], body)
		}
	}
}

// A body says what happens next.
func TestNext(t *testing.T) {
	for config, want := range map[string]string{
		`{}`:                  "a person looks at it and merges it.",
		`{"automerge": true}`: "it merges by itself once all required checks, and at least one, have reported and all are green. A review",
		`{"automerge": true, "ignoreTests": true}`:                                                                   "it merges by itself without waiting for checks that nothing requires.",
		`{"automerge": true, "automergeSchedule": ["after 10pm"]}`:                                                   "all are green, at the times below.",
		`{"automerge": true, "automergeType": "pr-comment"}`:                                                         "a comment asks for its merge once",
		`{"automerge": true, "minimumReleaseAge": "30 days", "internalChecksFilter": "none", "minimumGroupSize": 1}`: "all are green, not before 2026-03-25 12:00 UTC.",
	} {
		b := grouped(t, world(t, config), map[string]Listing{"x": answer(aged("1.0.0", 90), aged("1.1.0", 9))}, npm("x", "1.0.0"))[0]
		_, got, _ := strings.Cut(Body(world(t, config), b, nil), "➡️ **Next**: ")
		if got, _, _ = strings.Cut(got, "\n"); !strings.Contains(got, want) {
			t.Errorf("%s: no %q in %q", config, want, got)
		}
	}
}

// What was not pinned has an arrow all the same, as in Renovate's table.
func TestPinCell(t *testing.T) {
	m := Member{Decision: &Decision{}, Update: Update{Type: "pinDigest", Digest: "sha256:0123456789ab"}}
	if got, want := changeCell(m), "→ `0123456`"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
