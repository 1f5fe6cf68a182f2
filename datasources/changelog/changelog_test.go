package changelog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
)

var day = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)

// A world is a code host and what is kept of its answers.
type world struct {
	testing.TB
	*httptest.Server
	paths map[string]string // to what is answered
	asked []string
	down  bool
	kept  map[string][]byte
	now   time.Time
	kind  string
}

func newWorld(t testing.TB, kind string, paths map[string]string) *world {
	w := &world{TB: t, paths: paths, kept: make(map[string][]byte), now: day, kind: kind}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		at := r.URL.EscapedPath()
		if p := r.URL.Query().Get("page"); p != "" && p != "1" {
			at += "?page=" + p
		}
		w.asked = append(w.asked, at)
		text, ok := w.paths[at]
		switch {
		case w.down:
			http.Error(rw, "no", http.StatusBadGateway)
		case !ok:
			http.NotFound(rw, r)
		default:
			fmt.Fprint(rw, text)
		}
	}))
	t.Cleanup(w.Close)
	return w
}

func (w *world) Load(key string) ([]byte, bool)             { data, ok := w.kept[key]; return data, ok }
func (w *world) Save(key string, data []byte)               { w.kept[key] = data }
func (w *world) Sleep(context.Context, time.Duration) error { return nil }

func (w *world) reader() *Reader {
	c, err := host.New(host.Options{Sleep: w.Sleep, Now: func() time.Time { return w.now }})
	if err != nil {
		w.Fatal(err)
	}
	return New(Options{Env: c.Env(), Kind: func(string) string { return w.kind }, Keep: w, Now: func() time.Time { return w.now }})
}

func (w *world) read(q datasources.NotesQuery) (datasources.Notes, error) {
	if q.Source == "" {
		q.Source = w.URL + "/acme/tool"
	}
	n, err := w.reader().Notes(w.Context(), q)
	data, _ := json.Marshal(n)
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(data), w.URL, "https://host")), &n); err != nil {
		w.Fatal(err)
	}
	return n, err
}

const ghReleases = `[
	{"tag_name": "v1.3.0", "body": "draft", "draft": true},
	{"tag_name": "v1.2.0", "body": "Two\r\nlines", "html_url": "https://host/acme/tool/releases/tag/v1.2.0", "published_at": "2026-04-30T00:00:00Z"},
	{"tag_name": "other@1.1.0", "body": "not this one"},
	{"tag_name": "v1.1.0", "body": "One", "html_url": "https://host/acme/tool/releases/tag/v1.1.0", "published_at": "2026-01-30T00:00:00Z"},
	{"tag_name": "v1.0.0", "body": "Zero"}]`

var query = datasources.NotesQuery{Package: "tool", From: "1.0.0", To: "1.2.0", Versions: "1.2.0\n1.1.0"}

func TestNotes(t *testing.T) {
	const gh = "/api/v3/repos/acme/tool"
	one, two := time.Date(2026, 1, 30, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 30, 0, 0, 0, 0, time.UTC)
	releases := []datasources.Note{
		{Version: "1.2.0", Text: "Two\nlines", URL: "https://host/acme/tool/releases/tag/v1.2.0", Published: two, Tag: "v1.2.0"},
		{Version: "1.1.0", Text: "One", URL: "https://host/acme/tool/releases/tag/v1.1.0", Published: one, Tag: "v1.1.0"},
	}
	with := func(q datasources.NotesQuery, f func(*datasources.NotesQuery)) datasources.NotesQuery {
		f(&q)
		return q
	}
	for _, tc := range []struct {
		name, kind string
		paths      map[string]string
		q          datasources.NotesQuery
		want       datasources.Notes
	}{
		{"releases", "github", map[string]string{gh + "/releases": ghReleases, gh + "/contents": "[]"}, query,
			datasources.Notes{Source: "https://host/acme/tool", Notes: releases, Compare: "https://host/acme/tool/compare/v1.0.0...v1.2.0"}},
		{"a changelog goes first", "github", map[string]string{
			gh + "/releases": ghReleases, gh + "/contents": `[{"name": "CHANGES", "type": "file"}, {"name": "changelog.md", "type": "file"}, {"name": "docs", "type": "dir"}]`,
			gh + "/contents/changelog.md": "## 1.2.0\nFrom the file\n",
		}, query, datasources.Notes{Source: "https://host/acme/tool", Compare: "https://host/acme/tool/compare/v1.0.0...v1.2.0", Notes: []datasources.Note{
			{Version: "1.2.0", Text: "From the file", URL: "https://host/acme/tool/releases/tag/v1.2.0", Published: two, Tag: "v1.2.0"}, releases[1],
		}}},
		{"a folder of a monorepo", "github", map[string]string{
			gh + "/releases":                    `[{"tag_name": "v1.2.0", "body": "of all"}, {"tag_name": "@acme/b@1.2.0", "body": "of b"}, {"tag_name": "a-v1.1.0", "body": "of a"}]`,
			gh + "/contents/pkg/b":              `[{"name": "CHANGELOG.md", "type": "file"}]`,
			gh + "/contents/pkg/b/CHANGELOG.md": "## 1.1.0\nb's file\n",
		}, with(query, func(q *datasources.NotesQuery) { q.Package, q.Dir = "@acme/b", "pkg/b" }), datasources.Notes{Source: "https://host/acme/tool", Notes: []datasources.Note{
			{Version: "1.2.0", Text: "of b", Tag: "@acme/b@1.2.0"}, {Version: "1.1.0", Text: "b's file", URL: "https://host/acme/tool/blob/HEAD/pkg/b/CHANGELOG.md"},
		}}},
		{"extractVersion", "github", map[string]string{gh + "/releases": `[{"tag_name": "go1.2.0", "body": "x"}]`, gh + "/contents": "[]"},
			with(query, func(q *datasources.NotesQuery) { q.Extract = "^go(?P<version>.+)$" }),
			datasources.Notes{Source: "https://host/acme/tool", Notes: []datasources.Note{{Version: "1.2.0", Text: "x", Tag: "go1.2.0"}}}},
		{"nothing there", "github", nil, query, datasources.Notes{Source: "https://host/acme/tool"}},
		{"GitLab", "gitlab", map[string]string{
			"/api/v4/projects/acme%2Ftool/releases":                     `[{"tag_name": "v1.2.0", "description": "x", "released_at": "2026-04-30T00:00:00Z", "_links": {"self": "https://host/acme/tool/-/releases/v1.2.0"}}]`,
			"/api/v4/projects/acme%2Ftool/repository/tree":              `[{"name": "NEWS.md", "type": "blob"}]`,
			"/api/v4/projects/acme%2Ftool/repository/files/NEWS.md/raw": "# v1.1.0\ny\n",
		}, query, datasources.Notes{Source: "https://host/acme/tool", Notes: []datasources.Note{
			{Version: "1.2.0", Text: "x", URL: "https://host/acme/tool/-/releases/v1.2.0", Published: two, Tag: "v1.2.0"}, {Version: "1.1.0", Text: "y", URL: "https://host/acme/tool/blob/HEAD/NEWS.md"},
		}}},
		{"Gitea", "gitea", map[string]string{
			"/api/v1/repos/acme/tool/releases": `[{"tag_name": "1.2.0", "body": "x", "published_at": "2026-04-30T00:00:00Z"}]`,
			"/api/v1/repos/acme/tool/contents": `[]`,
		}, query, datasources.Notes{Source: "https://host/acme/tool", Notes: []datasources.Note{{Version: "1.2.0", Text: "x", Published: two, Tag: "1.2.0"}}}},
	} {
		w := newWorld(t, tc.kind, tc.paths)
		got, err := w.read(tc.q)
		if err != nil {
			t.Errorf("%s: %v (asked for %q)", tc.name, err, w.asked)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s%q", tc.name, diff, w.asked)
		}
	}
}

// What was told once stays, whatever the host says later.
func TestWhatWasToldStays(t *testing.T) {
	w := newWorld(t, "github", map[string]string{"/api/v3/repos/acme/tool/releases": ghReleases, "/api/v3/repos/acme/tool/contents": "[]"})
	first, err := w.read(query)
	if err != nil || len(first.Notes) != 2 {
		t.Fatal(first, err)
	}
	asked := len(w.asked)
	w.now = w.now.Add(30 * time.Minute)
	if again, err := w.read(query); err != nil || len(w.asked) != asked || !cmp.Equal(first, again) {
		t.Errorf("within the hour: %v, %v, %q", again, err, w.asked)
	}
	w.now, w.down = w.now.Add(time.Hour), true
	if again, err := w.read(query); err != nil || len(w.asked) == asked || !cmp.Equal(first, again) {
		t.Errorf("with the host down: %v, %v", again, err)
	}
	w.down, w.paths = false, nil
	if again, err := w.read(query); err != nil || !cmp.Equal(first, again) {
		t.Errorf("with the repository gone: %v, %v", again, err)
	}
	w.kept = make(map[string][]byte)
	w.down = true
	if _, err := w.read(query); err == nil {
		t.Error("a failure is no answer")
	}
}

func TestSourcesThatCannotBeAsked(t *testing.T) {
	w := newWorld(t, "", nil)
	for _, source := range []string{"https://git.example.test/a/b", "https://github.example.test/a", "ftp://x", "https://github.example.test/a/..", "javascript:x", "https://github.example.test/a%2f..%2f/b"} {
		if _, err := w.reader().Notes(t.Context(), datasources.NotesQuery{Source: source, Versions: "1"}); !errors.Is(err, datasources.ErrNotFound) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// A host that cannot be reached is not asked about every package.
func TestHostsThatCannotBeReachedAreLeftAlone(t *testing.T) {
	w := newWorld(t, "github", nil)
	w.Close()
	r := w.reader()
	for i := range 3 {
		q := query
		q.Source = fmt.Sprintf("%s/acme/tool%d", w.URL, i)
		_, err := r.Notes(t.Context(), q)
		if err == nil || strings.Contains(err.Error(), "a moment ago") != (i > 0) {
			t.Errorf("question %d: %v", i, err)
		}
	}
}

// A registry that tells of a version where its source is saves the list from saying so.
func TestTheRegistryIsAskedWhereTheSourceIs(t *testing.T) {
	w := newWorld(t, "github", map[string]string{"/api/v3/repos/acme/tool/releases": ghReleases})
	r := w.reader()
	r.o.Sources = map[string]datasources.Datasource{"fake": describer{w.URL + "/acme/tool", new(int)}}
	q := query
	q.Registry = datasources.Query{Datasource: "fake", Package: "tool"}
	if n, err := r.Notes(t.Context(), q); err != nil || len(n.Notes) != 2 {
		t.Errorf("%+v, %v", n, err)
	}
}

// A registry that does not know where the source is is not asked each time.
func TestNowhereIsAnAnswer(t *testing.T) {
	w := newWorld(t, "github", nil)
	r := w.reader()
	asked := 0
	r.o.Sources = map[string]datasources.Datasource{"fake": describer{"", &asked}}
	q := query
	q.Registry = datasources.Query{Datasource: "fake", Package: "tool"}
	for range 3 {
		if n, err := r.Notes(t.Context(), q); !errors.Is(err, datasources.ErrNotFound) || len(n.Notes) > 0 {
			t.Errorf("%+v, %v", n, err)
		}
	}
	w.now = w.now.Add(2 * time.Hour)
	if _, err := r.Notes(t.Context(), q); !errors.Is(err, datasources.ErrNotFound) || asked != 2 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}

type describer struct {
	source string
	asked  *int
}

func (d describer) List(context.Context, datasources.Query) (*datasources.Listing, error) {
	return nil, datasources.ErrNotFound
}

func (d describer) Describe(context.Context, datasources.Query, string) (*datasources.Listing, error) {
	*d.asked++
	return &datasources.Listing{SourceURL: d.source}, nil
}

func TestRank(t *testing.T) {
	n := newNamer(datasources.NotesQuery{Package: "@acme/tool", Dir: "packages/the-tool"}, nil)
	for tag, want := range map[string]int{
		"v1.2.0": 2, "1.2.0": 2, "@acme/tool@1.2.0": 3, "tool-v1.2.0": 3, "tool/v1.2.0": 3, "the-tool_1.2.0": 3, "release-1.2.0": 1,
		"other@1.2.0": 0, "v11.2.0": 0, "v1.2.0.1": 0, "tool1.2.0": 0, "V1.2.0": 2, "": 0,
	} {
		if got := n.rank(tag, "1.2.0"); got != want {
			t.Errorf("%q has rank %d, not %d", tag, got, want)
		}
	}
}
