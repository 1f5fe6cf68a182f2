package artifactory

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/artifactory/artifactorytest"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

var (
	first  = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	second = time.Date(2026, 4, 2, 11, 30, 0, 0, time.UTC)
)

func TestLaws(t *testing.T) {
	a := artifactorytest.New()
	defer a.Close()
	a.Put("tools/cli/1.0.0/cli.tar.gz", "x", first, nil)
	a.Put("tools/cli/1.1.0/cli.tar.gz", "y", second, nil)
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source,
		Server: func(string) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				r.SetBasicAuth(artifactorytest.User, artifactorytest.Password)
				a.Config.Handler.ServeHTTP(rw, r)
			})
		},
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "artifactory", Registry: base + "/artifactory/tools", Package: "cli"}
		},
		Want: []datasources.Release{{Version: "1.0.0", Published: first}, {Version: "1.1.0", Published: second}},
	})
}

func open(t *testing.T, address string) server {
	t.Helper()
	c, err := host.New(host.Options{
		Rules: []host.Rule{{MatchHost: address, Username: artifactorytest.User, Password: artifactorytest.Password}},
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	return Source.New(c.Env()).(server)
}

// TestPage checks the page that a browser sees, where the storage interface refuses.
func TestPage(t *testing.T) {
	page := `<html><head><title>Index of tools/cli</title></head><body><h1>Index</h1><pre>Name Last modified</pre><hr/><pre>
<a href="../">../</a>
<a href="1.0.0/">1.0.0/</a>   21-Jul-2026 20:08    -
<a href="notes.txt">notes.txt</a>   2-Jan-2026 03:04  1 KB
<a href="odd/">odd/</a>   yesterday
<a href="https://other.example.test/">elsewhere</a> <a href="1.0.0/deep/">deep</a> <a name="x">anchor</a>
</pre></body></html>`
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/api/storage/") {
			rw.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprint(rw, page)
	}))
	defer server.Close()
	for _, base := range []string{"/artifactory/tools/", "/files/tools"} {
		l, err := open(t, server.URL).List(t.Context(), datasources.Query{Datasource: "artifactory", Registry: server.URL + base, Package: "/cli/"})
		if err != nil {
			t.Fatal(err)
		}
		want := &datasources.Listing{Releases: []datasources.Release{
			{Version: "1.0.0", Published: time.Date(2026, 7, 22, 8, 8, 0, 0, time.UTC)}, // at the latest
			{Version: "notes.txt", Published: time.Date(2026, 1, 2, 15, 4, 0, 0, time.UTC)},
			{Version: "odd"},
		}}
		if d := cmp.Diff(want, l); d != "" {
			t.Errorf("%s (-want +got):\n%s", base, d)
		}
	}
}

func TestDescribe(t *testing.T) {
	a := artifactorytest.New()
	defer a.Close()
	a.Put("tools/cli/1.0.0/cli.tar.gz", "x", first, map[string][]string{"vcs.url": {"https://u:p@code.example.test/acme/cli.git"}, "changelog": {"javascript:alert(1)"}})
	a.Put("tools/cli/1.1.0/cli.tar.gz", "y", second, nil)
	ds, q := open(t, a.URL), datasources.Query{Datasource: "artifactory", Registry: a.URL + "/artifactory/tools", Package: "cli"}
	for version, want := range map[string]*datasources.Listing{
		"1.0.0": {SourceURL: "https://code.example.test/acme/cli"},
		"1.1.0": {},
	} {
		got, err := ds.Describe(t.Context(), q, version)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", version, err, d)
		}
	}
}

func FuzzPage(f *testing.F) {
	f.Add(`<a href="1.0.0/">1.0.0/</a>   21-Jul-2026 20:08    -`)
	f.Fuzz(func(t *testing.T, text string) {
		rec := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, text) }))
		defer rec.Close()
		l, err := open(t, rec.URL).List(t.Context(), datasources.Query{Registry: rec.URL, Package: "x"})
		if err != nil {
			return
		}
		for _, r := range l.Releases {
			if r.Version == "" || strings.Contains(r.Version, "/") {
				t.Errorf("a release is called %q", r.Version)
			}
		}
	})
}
