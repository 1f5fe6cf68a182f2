package pypi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

const projectJSON = `{
  "info": {"home_page": null, "project_urls": {"Source Code": "https://code.example.test/acme/shop.git", "Changelog": "https://shop.example.test/changes", "Homepage": "https://shop.example.test"}},
  "releases": {
    "1.0": [{"filename": "acme_shop-1.0.tar.gz", "upload_time_iso_8601": "2020-01-02T03:04:05.000Z", "requires_python": ">=3.8", "yanked": true, "yanked_reason": "broken"},
            {"filename": "acme_shop-1.0-py3-none-any.whl", "upload_time_iso_8601": "2020-01-02T03:05:05Z", "yanked": false, "requires_python": ">=3.8"}],
    "1.1": [{"filename": "acme_shop-1.1.tar.gz", "upload_time": "2021-01-02T03:04:05", "yanked": true, "yanked_reason": null}],
    "2.0": []
  }}`

const simpleJSON = `{"meta": {"api-version": "1.1"}, "name": "acme-shop", "versions": ["1.0", "1.1"], "files": [
    {"filename": "acme_shop-1.0.tar.gz", "yanked": "broken", "requires-python": ">=3.8", "upload-time": "2020-01-02T03:04:05.000Z", "hashes": {}},
    {"filename": "acme_shop-1.0-py3-none-any.whl", "yanked": false, "upload-time": "2020-01-02T03:05:05Z", "requires-python": ">=3.8"},
    {"filename": "acme_shop-1.1.tar.gz", "yanked": true, "upload-time": "2021-01-02T03:04:05Z"},
    {"filename": "acme_shop-1.1.tar.gz.asc"}]}`

const simpleHTML = `<!DOCTYPE html><html><head><title>Links for acme-shop</title></head><body>
<a href="../../acme_shop-1.0.tar.gz#sha256=0" data-requires-python="&gt;=3.8" data-yanked="broken">acme_shop-1.0.tar.gz</a><br>
<a href="x" data-requires-python=">=3.8" >acme_shop-1.0-py3-none-any.whl</a>
<a href="x" data-requires-python="&gt;=3.8" data-yanked>acme_shop-1.1.tar.gz</a>
<A HREF="x">acme_shop-1.1.exe</A>
</body></html>`

func server(string) http.Handler {
	mux := http.NewServeMux()
	answer := func(path, media, text string) {
		mux.HandleFunc("GET "+path, func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", media)
			rw.Write([]byte(text))
		})
	}
	answer("/pypi/acme-shop/json", "application/json", projectJSON)
	answer("/new/simple/acme-shop/", "application/vnd.pypi.simple.v1+json", simpleJSON)
	answer("/old/simple/acme-shop/", "text/html; charset=utf-8", simpleHTML)
	return mux
}

func query(path string) func(string) datasources.Query {
	return func(base string) datasources.Query {
		return datasources.Query{Datasource: "pypi", Registry: base + path, Package: "Acme_.Shop"}
	}
}

var requires = map[string][]string{"python": {">=3.8"}}

func TestLawsJSON(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{Source: Source, Server: server, Query: query("/pypi/"), Want: dated})
}

func TestLawsSimpleJSON(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{Source: Source, Server: server, Query: query("/new/simple"), Want: dated})
}

func TestLawsSimpleHTML(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{Source: Source, Server: server, Query: query("/old/simple/"), Want: []datasources.Release{
		{Version: "1.0", Requires: requires},
		{Version: "1.1", Withdrawn: "yanked", Requires: requires},
	}})
}

var dated = []datasources.Release{
	{Version: "1.0", Published: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), Requires: requires},
	{Version: "1.1", Published: time.Date(2021, 1, 2, 3, 4, 5, 0, time.UTC), Withdrawn: "yanked"},
}

// A version is for each Python that one of its files is for.
func TestRequires(t *testing.T) {
	got := releases([]file{
		{version: "1", requires: ">=3.8"}, {version: "1", requires: ">=3.8"}, {version: "1", requires: ">=2.7,<3"},
		{version: "2", requires: ">=3.8"}, {version: "2"}, {version: "2", requires: ">=3.9"},
	})
	want := []datasources.Release{{Version: "1", Requires: map[string][]string{"python": {">=3.8", ">=2.7,<3"}}}, {Version: "2"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestVersionOf(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"acme_shop-1.0.tar.gz", "1.0"},
		{"acme-shop-1.0.zip", "1.0"},
		{"Acme.Shop-1.0rc1.tar.bz2", "1.0rc1"},
		{"acme_shop-1.0-py3-none-any.whl", "1.0"},
		{"acme_shop-1.0-1-cp311-cp311-manylinux_2_17_x86_64.whl", "1.0"},
		{"acme_shop-1.0.post1-py2.py3-none-any.whl", "1.0.post1"},
		{"acme-shop-extra-1.0.tar.gz", "extra-1.0"}, // no version: the scheme drops it
		{"other-1.0.tar.gz", ""},
		{"acme_shop-1.0.win32.exe", ""},
		{"acme_shop-1.0.tar.gz.asc", ""},
		{"", ""},
	} {
		if got := versionOf(tt.file, "Acme.Shop"); got != tt.want {
			t.Errorf("versionOf(%q) = %q, want %q", tt.file, got, tt.want)
		}
	}
}

func TestHTML(t *testing.T) {
	files, ended, err := parseHTML(strings.NewReader(`<a href="x" data-requires-python=">=2.7, !=3.0.*, <4">a-1.tar.gz</a><a href=y>a-2.tar.gz`))
	if err != nil || ended {
		t.Fatal(ended, err)
	}
	want := []file{{name: "a-1.tar.gz", requires: ">=2.7, !=3.0.*, <4"}}
	if d := cmp.Diff(want, files, cmp.AllowUnexported(file{})); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
}

func TestLinks(t *testing.T) {
	l := &datasources.Listing{}
	addURLs(l, map[string]text{
		"Source Code": "https://code.example.test/acme/shop.git", "Repository": "https://code.example.test/other",
		"Changelog": "https://shop.example.test/changes", "Homepage": "https://shop.example.test",
	})
	want := &datasources.Listing{
		SourceURL: "https://code.example.test/other", ChangelogURL: "https://shop.example.test/changes", Homepage: "https://shop.example.test",
	}
	if d := cmp.Diff(want, l); d != "" {
		t.Errorf("listing (-want +got):\n%s", d)
	}
}

func FuzzHTML(f *testing.F) {
	f.Add(simpleHTML)
	f.Fuzz(func(t *testing.T, text string) {
		files, _, _ := parseHTML(strings.NewReader(text))
		for i, f := range files {
			files[i].version = versionOf(f.name, "acme-shop")
		}
		releases(files)
	})
}
