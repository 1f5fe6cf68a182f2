package gomodules

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

// files are what a proxy answers, by path.
type files map[string]string

func (f files) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	text, ok := f[r.URL.Path]
	if !ok {
		rw.WriteHeader(http.StatusNotFound)
		return
	}
	io.WriteString(rw, text)
}

var acme = files{
	"/go/example.test/!acme/shop/@v/list":             "v1.0.0\nv1.1.0-rc.1\nv1.1.0\nv1.2.0\nv1.0.1-0.20210102030405-abcdef123456\n",
	"/go/example.test/!acme/shop/@v/v1.0.0.info":      `{"Version": "v1.0.0", "Time": "2021-01-02T03:04:05Z"}`,
	"/go/example.test/!acme/shop/@v/v1.1.0-rc.1.info": `{"Version": "v1.1.0-rc.1", "Time": "2021-01-02T03:04:05Z"}`,
	"/go/example.test/!acme/shop/@v/v1.1.0.info":      `{"Version": "v1.1.0", "Time": "2021-01-02T03:04:05Z", "Origin": {"VCS": "git", "URL": "https://code.example.test/acme/shop.git"}}`,
	"/go/example.test/!acme/shop/@v/v1.2.0.info":      `{"Version": "v1.2.0", "Time": "2021-01-02T03:04:05Z"}`,
	"/go/example.test/!acme/shop/@v/v1.2.0.mod":       "// Deprecated: use something else\nmodule example.test/Acme/shop\nretract [v1.1.0, v1.2.0] // too early\n",
}

var day = time.Date(2021, 1, 2, 3, 4, 5, 0, time.UTC)

func query(module string) func(base string) datasources.Query {
	return func(base string) datasources.Query {
		return datasources.Query{Datasource: "go", Registry: base + "/go", Package: module}
	}
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: func(string) http.Handler { return acme }, Query: query("example.test/Acme/shop"),
		Want: []datasources.Release{
			{Version: "v1.0.0", Published: day},
			{Version: "v1.1.0", Published: day, Withdrawn: "retracted: too early"},
			{Version: "v1.1.0-rc.1", Published: day},
			{Version: "v1.2.0", Published: day, Withdrawn: "retracted: too early"},
		},
	})
}

func TestLawsUntagged(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Query: query("example.test/tip"),
		Server: func(string) http.Handler {
			return files{
				"/go/example.test/tip/@v/list":                                   "",
				"/go/example.test/tip/@latest":                                   `{"Version": "v0.0.0-20210102030405-abcdef123456", "Time": "2021-01-02T03:04:05Z"}`,
				"/go/example.test/tip/@v/v0.0.0-20210102030405-abcdef123456.mod": "module example.test/tip\n",
			}
		},
		Want: []datasources.Release{{Version: "v0.0.0-20210102030405-abcdef123456", Digest: "abcdef123456", Published: day}},
	})
}

// list asks a server for a module.
func list(t *testing.T, h http.Handler, registry, module string) (*datasources.Listing, error) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	client, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	env := client.Env()
	env.Insecure = func(string, string) bool { return true }
	registry = strings.ReplaceAll(registry, "SERVER", server.URL)
	module = strings.ReplaceAll(module, "HOST", strings.TrimPrefix(server.URL, "http://"))
	return modules{env}.from1(t, registry, module)
}

// from1 lists without the check of the module's path, which wants a host without a port.
func (m modules) from1(t *testing.T, registry, module string) (*datasources.Listing, error) {
	if strings.Contains(module, ":") {
		return m.from(t.Context(), registry, module)
	}
	return m.List(t.Context(), datasources.Query{Datasource: "go", Registry: registry, Package: module})
}

func versions(l *datasources.Listing) []string {
	var out []string
	for _, r := range l.Releases {
		out = append(out, strings.TrimSpace(r.Package+" "+r.Version))
	}
	slices.Sort(out)
	return out
}

// TestMirror: a mirror lists the commits that it holds, and does not know the newest.
func TestMirror(t *testing.T) {
	l, err := list(t, files{
		"/example.test/tip/@v/list":                                    "v0.0.0-20210102030405-abcdef123456 2021-01-02T03:04:05Z\nv0.0.0-20220102030405-abcdef123456\n",
		"/example.test/tip/@v/v0.0.0-20210102030405-abcdef123456.info": `{"Version": "v0.0.0-20210102030405-abcdef123456", "Time": "2021-01-02T03:04:05Z"}`,
		"/example.test/tip/@v/v0.0.0-20220102030405-abcdef123456.info": `{"Version": "v0.0.0-20220102030405-abcdef123456", "Time": "2022-01-02T03:04:05Z"}`,
		"/example.test/tip/@v/v0.0.0-20220102030405-abcdef123456.mod":  "module example.test/tip\n",
	}, "SERVER", "example.test/tip")
	if err != nil || l.Partial != "" || len(l.Releases) != 2 || l.Releases[0].Digest != "abcdef123456" {
		t.Error(l, err)
	}
}

func TestListing(t *testing.T) {
	more := maps.Clone(acme)
	more["/go/example.test/!acme/shop/v2/@v/list"] = "v2.0.0\nv1.9.0\n"
	more["/go/example.test/!acme/shop/v2/@v/v2.0.0.info"] = `{"Version": "v2.0.0", "Time": "2021-01-02T03:04:05Z"}`
	l, err := list(t, more, "SERVER/go", "example.test/Acme/shop")
	if err != nil {
		t.Fatal(err)
	}
	later := []datasources.Release{{Version: "v2.0.0", Package: "example.test/Acme/shop/v2", Published: day}}
	if d := cmp.Diff(later, l.Releases[4:]); d != "" {
		t.Errorf("of the later major version -want +got:\n%s", d)
	}
	l.Releases = nil
	want := &datasources.Listing{SourceURL: "https://code.example.test/acme/shop", Withdrawn: "use something else"}
	if d := cmp.Diff(want, l); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestAlternatives: of proxies joined by "|" the next is asked after any error.
func TestAlternatives(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/go/", acme)
	mux.HandleFunc("/down/", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusForbidden) })
	for registry, want := range map[string]string{
		"SERVER/down|SERVER/go":      "",
		"SERVER/nothing|SERVER/go":   "",
		"SERVER/nothing|off":         "forbids",
		"off":                        "forbids",
		"banana":                     "not an address",
		"SERVER/nothing":             "not found",
		"SERVER/down|SERVER/nothing": "check the credentials",
	} {
		l, err := list(t, mux, registry, "example.test/Acme/shop")
		switch {
		case want == "" && (err != nil || len(l.Releases) != 4):
			t.Errorf("%s: %v, %v", registry, l, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", registry, err, want)
		}
	}
}

const refs = `001e# service=git-upload-pack
0000`

// advertisement is what git answers for a repository with these tags.
func advertisement(tags ...string) string {
	const hash = "0123456789abcdef0123456789abcdef01234567"
	var out strings.Builder
	out.WriteString(refs)
	line := func(text string) {
		n := len(text) + 5
		out.WriteString(string([]byte{"0123456789abcdef"[n>>12&15], "0123456789abcdef"[n>>8&15], "0123456789abcdef"[n>>4&15], "0123456789abcdef"[n&15]}))
		out.WriteString(text + "\n")
	}
	line(hash + " HEAD\x00symref=HEAD:refs/heads/main")
	for _, tag := range tags {
		line(hash + " refs/tags/" + tag)
	}
	out.WriteString("0000")
	return out.String()
}

// TestDirect: a module's tags are those of its folder, with its major version.
func TestDirect(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery == "go-get=1" && strings.HasPrefix(r.URL.Path, "/mono") {
			io.WriteString(rw, `<html><head><meta name="go-import" content="`+r.Host+`/mono git http://`+r.Host+`/git/mono.git"></head>
				<body><meta name="go-import" content="`+r.Host+`/mono git http://evil.example.test/x"></body>`)
			return
		}
		if r.URL.RawQuery == "go-get=1" && strings.HasPrefix(r.URL.Path, "/proxied") {
			io.WriteString(rw, `<meta name="go-import" content="`+r.Host+`/proxied mod http://`+r.Host+`/nowhere">`)
			return
		}
		if r.URL.RawQuery == "go-get=1" && strings.HasPrefix(r.URL.Path, "/old") {
			io.WriteString(rw, `<meta name="go-import" content="`+r.Host+`/old svn http://`+r.Host+`/nowhere">`)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/git/mono.git/") || strings.HasPrefix(r.URL.Path, "/plain.git/") {
			rw.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			io.WriteString(rw, advertisement("v1.0.0", "v2.0.0", "sub/v1.1.0", "sub/v3.0.0", "sub/nightly", "other/v9.0.0", "v1.2"))
			return
		}
		rw.WriteHeader(http.StatusNotFound)
	})
	for module, want := range map[string]string{
		"HOST/mono":        "HOST/mono/v2 v2.0.0|v1.0.0",
		"HOST/mono/v2":     "v2.0.0",
		"HOST/mono/sub":    "HOST/mono/sub/v3 v3.0.0|v1.1.0",
		"HOST/mono/sub/v3": "v3.0.0",
		"HOST/mono/none":   "",
		"HOST/gone":        "error: not found",
		"HOST/monolith":    "error: not found",
		"HOST/proxied":     "error: not found",
		"HOST/old":         "error: svn",
	} {
		l, err := list(t, mux, "direct", module)
		if text, ok := strings.CutPrefix(want, "error: "); ok {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %v, want %q", module, err, text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", module, err)
			continue
		}
		got := strings.Join(versions(l), "|")
		if i := strings.Index(got, "/mono"); i > 0 {
			got = "HOST" + got[i:]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", module, got, want)
		}
	}
}

func TestKnownRepository(t *testing.T) {
	for name, want := range map[string]string{
		"github.com/acme/shop":           "github.com/acme/shop",
		"github.com/acme/shop/v2":        "github.com/acme/shop",
		"github.com/acme/shop/sub/v2":    "github.com/acme/shop",
		"git.example.test/acme/shop.git": "git.example.test/acme/shop.git",
		"git.example.test/a/shop.git/x":  "git.example.test/a/shop.git",
		"example.test/acme/shop":         "",
		"github.com/acme":                "",
	} {
		if got, ok := knownRepository(name); got != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestNext(t *testing.T) {
	for name, want := range map[string]string{
		"example.test/a": "example.test/a/v2", "example.test/a/v2": "example.test/a/v3",
		"gopkg.in/yaml.v2": "gopkg.in/yaml.v3", "gopkg.in/yaml.v0": "gopkg.in/yaml.v1", "gopkg.in/yaml": "",
	} {
		if got := next(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func FuzzMeta(f *testing.F) {
	f.Add(`<meta name="go-import" content="a git https://a">`)
	f.Fuzz(func(t *testing.T, text string) { metaImports(strings.NewReader(text)) })
}

// What a version of a module needs stands in its own file.
func TestRequires(t *testing.T) {
	server := httptest.NewServer(files{
		"/go/example.test/shop/@v/v1.0.0.mod": "module example.test/shop\n\ngo 1.21\n",
		"/go/example.test/shop/@v/v1.1.0.mod": "module example.test/shop\n\ngo 1.22rc1\n",
		"/go/example.test/shop/@v/v1.2.0.mod": "module example.test/shop\n",
	})
	defer server.Close()
	ds := Source.New(datasources.Env{Client: server.Client()}).(datasources.Requirer)
	q := query("example.test/shop")(server.URL)
	for version, want := range map[string]map[string][]string{
		"v1.0.0": {"%goMod": {">=1.21"}}, "v1.1.0": {"%goMod": {">=1.22"}}, "v1.2.0": nil,
	} {
		got, err := ds.Requires(t.Context(), q, version)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v, %s", version, err, diff)
		}
	}
	if _, err := ds.Requires(t.Context(), q, "v9.0.0"); !errors.Is(err, datasources.ErrNotFound) {
		t.Errorf("a version that is not there: %v", err)
	}
	q.Registry = "direct"
	if got, err := ds.Requires(t.Context(), q, "v1.0.0"); got != nil || err != nil {
		t.Errorf("where the source is asked: %v, %v", got, err)
	}
}
