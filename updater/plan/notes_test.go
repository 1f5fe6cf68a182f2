package plan

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/platform"
)

// sourced is an answer that says where the source is.
func sourced(rs ...datasources.Release) Listing {
	l := answer(rs...)
	l.SourceURL = "https://github.example.test/acme/x"
	return l
}

// rendered is the branch that updates x from 1.0.0 to 1.2.0.
func renderedX(t testing.TB, w World) Rendered {
	t.Helper()
	b := Rendered{Branch: grouped(t, w, map[string]Listing{"x": sourced(releases("1.0.0", "1.1.0-rc.1", "1.1.0", "1.2.0")...)}, npm("x", "1.0.0"))[0], Blobs: map[string]string{"package.json": "b 0"}}
	b.Complete(w)
	return b
}

func TestNoteQueries(t *testing.T) {
	ask := func(w World, result Result, answers map[string]Listing, found ...Found) []datasources.NotesQuery {
		var branches []Rendered
		var outcomes []Outcome
		for _, b := range grouped(t, w, answers, found...) {
			r := Rendered{Branch: b}
			r.Complete(w)
			branches = append(branches, r)
			outcomes = append(outcomes, Outcome{Branch: b.Name, Result: result})
		}
		return NoteQueries(branches, outcomes)
	}
	x := map[string]Listing{"x": sourced(releases("1.0.0", "1.1.0-rc.1", "1.1.0", "1.2.0")...)}
	one := datasources.NotesQuery{Source: "https://github.example.test/acme/x", Package: "x", From: "1.0.0", To: "1.2.0", Versions: "1.2.0\n1.1.0"}
	for _, tc := range []struct {
		name, config string
		result       Result
		answers      map[string]Listing
		found        []Found
		want         []datasources.NotesQuery
	}{
		{"an update", ``, Create, x, []Found{npm("x", "1.0.0")}, []datasources.NotesQuery{one}},
		{"twice", ``, Unchanged, x, []Found{npm("x", "1.0.0"), with(npm("x", "1.0.0"), func(d *managers.Dep) { d.Value.Start = 90 })}, []datasources.NotesQuery{one}},
		{"one that waits", ``, Wait, x, []Found{npm("x", "1.0.0")}, nil},
		{"switched off", `{"fetchChangeLogs": "off"}`, Create, x, []Found{npm("x", "1.0.0")}, nil},
		{"switched off by its old name", `{"fetchReleaseNotes": false}`, Create, x, []Found{npm("x", "1.0.0")}, nil},
		{"an image, whose registry is to say more", ``, Create, map[string]Listing{"acme/x": answer(releases("1.0.0-alpine", "1.1.0-alpine", "1.1.0")...)}, []Found{image("acme/x", "1.0.0-alpine")},
			[]datasources.NotesQuery{{Registry: datasources.Query{Datasource: "docker", Registry: registry, Package: "acme/x"}, Package: "acme/x", From: "1.0.0", To: "1.1.0-alpine", Versions: "1.1.0"}}},
	} {
		if diff := cmp.Diff(tc.want, ask(world(t, tc.config), tc.result, tc.answers, tc.found...)); diff != "" {
			t.Errorf("%s: -want +got\n%s", tc.name, diff)
		}
	}
}

func answered(b Rendered, n Notes) map[datasources.NotesQuery]Notes {
	out := make(map[datasources.NotesQuery]Notes)
	for _, q := range NoteQueries([]Rendered{b}, []Outcome{{Branch: b.Name, Result: Create}}) {
		out[q] = n
	}
	return out
}

func TestTell(t *testing.T) {
	b := renderedX(t, world(t, ``))
	n := Notes{Notes: datasources.Notes{Compare: "https://github.example.test/acme/x/compare/v1.0.0...v1.2.0", Notes: []datasources.Note{
		{Version: "1.2.0", Text: "# Changes\n- thanks @octo for #12 <img src=\"https://cdn.example.test/x.png\">", URL: "https://github.example.test/acme/x/releases/tag/v1.2.0", Published: now},
		{Version: "1.1.0", Text: "Before <!--currant:e30=--> <!--/currant-notes-->"},
	}}}
	got := Tell([]Rendered{b}, answered(b, n), State{})[0].Text()
	want := "\n---\n\n### Release Notes\n\n<!--currant-notes:" + Hash("x\x00\x001.0.0\x001.2.0") + "-->\n<details>\n<summary>x: 1.0.0 → 1.2.0</summary>\n\n" +
		"### [`1.2.0`](https://github.example.test/acme/x/releases/tag/v1.2.0) (2026-03-04)\n\n#### Changes\n\n- thanks @\u200bocto for #\u200b12\n\n### `1.1.0`\n\nBefore\n\n" +
		"[All changes](https://github.example.test/acme/x/compare/v1.0.0...v1.2.0)\n\n</details>\n<!--/currant-notes-->\n\n---\n\n### Why"
	if !strings.Contains(got, want) {
		t.Errorf("the body is\n%s", got)
	}
	without := renderedX(t, world(t, `{"prBodyTemplate": "{{{table}}}{{{controls}}}"}`))
	if got := Tell([]Rendered{without}, answered(without, n), State{})[0].Text(); strings.Contains(got, "Changes") {
		t.Errorf("a template without changelogs has them:\n%s", got)
	}
	// Renovate's names, in a commit message too where notes are fetched for the branch.
	early := renderedX(t, world(t, `{"fetchChangeLogs": "branch", "commitBody": "{{#if hasReleaseNotes}}{{#each releases}}{{{version}}}: {{{releaseNotes.body}}}\n{{/each}}{{/if}}"}`))
	if got := Tell([]Rendered{early}, answered(early, n), State{})[0].Message; !strings.Contains(got, "1.1.0: Before") {
		t.Errorf("the message is\n%s", got)
	}
}

// A body is the same while notes cannot be had, and changes when they say something else.
func TestToldStays(t *testing.T) {
	b := renderedX(t, world(t, ``))
	n := Notes{Notes: datasources.Notes{Notes: []datasources.Note{{Version: "1.2.0", Text: "Two"}}}}
	first := Tell([]Rendered{b}, answered(b, n), State{})[0]
	have := State{Pulls: []platform.Pull{{Number: 1, Branch: b.Name, State: platform.Open, Body: strings.ReplaceAll(Sign(b.Branch, b.Title, first.Text()), "\n", "\r\n")}}}
	for name, facts := range map[string]map[datasources.NotesQuery]Notes{
		"failed":     answered(b, Notes{Err: errors.New("502")}),
		"not asked":  nil,
		"gone":       answered(b, Notes{}),
		"not found":  answered(b, Notes{Err: datasources.ErrNotFound}),
		"just there": answered(b, n),
	} {
		if again := Tell([]Rendered{b}, facts, have)[0]; again.Text() != first.Text() {
			t.Errorf("%s: %s", name, cmp.Diff(first.Text(), again.Text()))
		}
	}
	n.Notes.Notes = []datasources.Note{{Version: "1.2.0", Text: "Corrected"}}
	if again := Tell([]Rendered{b}, answered(b, n), have)[0]; !strings.Contains(again.Text(), "Corrected") || strings.Contains(again.Text(), "Two") {
		t.Errorf("corrected notes: %s", again.Text())
	}
	have.Pulls[0].Body = "<!--currant-notes:" + Hash("x\x00\x001.0.0\x001.2.0") + "-->\n@everybody<!--/currant-notes-->"
	if again := Tell([]Rendered{b}, nil, have)[0]; strings.Contains(again.Text(), "everybody") {
		t.Errorf("from a body that is not ours: %s", again.Text())
	}
}

// What is too long loses the oldest, and says so; the rest of the body is whole.
func TestToldFits(t *testing.T) {
	b := renderedX(t, world(t, ``))
	for _, tc := range []struct {
		name        string
		count, size int
		want        []string
	}{
		{"many versions", 90, 2000, []string{"`1.90.0`", "`1.80.0`", "older versions says is left out", "[All changes]"}},
		{"one long version", 1, 200000, []string{"`1.1.0`", "…"}},
		{"a long one in front", 2, 40000, []string{"`1.2.0`", "one older version says is left out"}},
	} {
		n := Notes{Notes: datasources.Notes{Compare: "https://github.example.test/acme/x/compare/a...b"}}
		for i := tc.count; i > 0; i-- {
			n.Notes.Notes = append(n.Notes.Notes, datasources.Note{Version: fmt.Sprintf("1.%d.0", i), Text: strings.Repeat("A line of text.\n\n", tc.size/17)})
		}
		got := Tell([]Rendered{b}, answered(b, n), State{})[0].Text()
		if len(got) > maxBody {
			t.Errorf("%s: %d bytes", tc.name, len(got))
		}
		for _, want := range append(tc.want, "### Why", "rebase-check", "<!--/currant-notes-->") {
			if !strings.Contains(got, want) {
				t.Errorf("%s: the body lacks %q:\n%.3000s", tc.name, want, got)
			}
		}
		if strings.Contains(got, "This text is cut") {
			t.Errorf("%s: the body is cut", tc.name)
		}
	}
}
