package npm

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

const packumentText = `{
  "_id": "@acme/left", "name": "@acme/left", "ignored": {"deep": [1, {"a": [true, null]}]},
  "dist-tags": {"latest": "1.1.0", "next": "2.0.0-rc.1", "odd": 7},
  "versions": {
    "1.0.0": {"name": "@acme/left", "version": "1.0.0", "deprecated": "use 1.1.0", "engines": {"node": ">=16"}},
    "1.1.0": {"version": "1.1.0", "repository": {"type": "git", "url": "git+ssh://git@code.example.test/acme/left.git", "directory": "packages/left"}, "homepage": "https://left.example.test"},
    "2.0.0-rc.1": {"version": "2.0.0-rc.1", "deprecated": true, "engines": ["node >= 0.4"], "repository": null, "homepage": 5}
  },
  "time": {"created": "2020-01-01T00:00:00.000Z", "unpublished": null, "1.0.0": "2020-01-02T03:04:05.000Z", "1.1.0": "2021-01-02T03:04:05.000Z", "2.0.0-rc.1": {"odd": 1}}
}`

func server(string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /npm/", func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.EscapedPath() != "/npm/@acme%2Fleft" {
			http.NotFound(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.Write([]byte(packumentText))
	})
	return mux
}

func query(base string) datasources.Query {
	return datasources.Query{Datasource: "npm", Registry: base + "/npm/", Package: "@acme/left"}
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server, Query: query,
		Want: []datasources.Release{
			{Version: "1.0.0", Published: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), Withdrawn: "use 1.1.0", Requires: map[string][]string{"node": {">=16"}}},
			{Version: "1.1.0", Published: time.Date(2021, 1, 2, 3, 4, 5, 0, time.UTC)},
			{Version: "2.0.0-rc.1", Withdrawn: "deprecated"},
		},
	})
}

func TestPackument(t *testing.T) {
	var p packument
	if err := datasources.DecodeJSON(strings.NewReader(packumentText), p.decode); err != nil {
		t.Fatal(err)
	}
	l := p.listing()
	l.Releases = nil
	want := &datasources.Listing{
		Channels: map[string]string{"latest": "1.1.0", "next": "2.0.0-rc.1"},
		Homepage: "https://left.example.test", SourceURL: "https://code.example.test/acme/left", SourceDir: "packages/left",
	}
	if d := cmp.Diff(want, l); d != "" {
		t.Errorf("listing (-want +got):\n%s", d)
	}
}

func TestSourceURL(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"git+https://code.example.test/a/b.git", "https://code.example.test/a/b"},
		{"git://code.example.test/a/b.git#main", "https://code.example.test/a/b"},
		{"git@code.example.test:a/b.git", "https://code.example.test/a/b"},
		{"https://user:pw@code.example.test/a/b", "https://code.example.test/a/b"},
		{"github:a/b", "https://" + datasources.ForgeHost("") + "/a/b"},
		{"a/b", "https://" + datasources.ForgeHost("") + "/a/b"},
		{"gitlab:a/b", "https://" + datasources.ForgeHost("gitlab") + "/a/b"},
		{"not a url", ""},
		{"", ""},
	} {
		if got := sourceURL(tt.in); got != tt.want {
			t.Errorf("sourceURL(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{
		"left-pad": true, "@acme/left": true, "JSONStream": true, "lodash.merge": true,
		"": false, "..": false, "a/b": false, "@a/b/c": false, "a?b": false, "../../etc": false, "a b": false,
	} {
		if got := validName.MatchString(name) && !strings.HasPrefix(name, "."); got != want {
			t.Errorf("name %q: valid is %v, want %v", name, got, want)
		}
	}
}

func FuzzPackument(f *testing.F) {
	f.Add(packumentText)
	f.Add(`{"versions": null, "time": []}`)
	f.Fuzz(func(t *testing.T, text string) {
		var p packument
		if datasources.DecodeJSON(strings.NewReader(text), p.decode) == nil {
			p.listing()
		}
	})
}
