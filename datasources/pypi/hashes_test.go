package pypi

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
)

// The hashes are those of all files of a version, however their names write it.
func TestHashes(t *testing.T) {
	a, b := strings.Repeat("a", 64), strings.Repeat("b", 64)
	pages := map[string]string{
		"/pypi/shop/json": `{"releases": {"1.0": [{"filename": "shop-1.0.tar.gz", "digests": {"md5": "0", "sha256": "` + b + `"}},
			{"filename": "shop-1.0-py3-none-any.whl", "digests": {"sha256": "` + a + `"}}], "2.0": [{"filename": "shop-2.0.tar.gz", "digests": {"md5": "0"}}]}}`,
		"/new/simple/shop/": `{"meta": {"api-version": "1.1"}, "files": [{"filename": "shop-1.0.tar.gz", "hashes": {"sha256": "` + b + `"}},
			{"filename": "shop-1.0.0-py3-none-any.whl", "hashes": {"sha256": "` + a + `"}}, {"filename": "shop-2.0.tar.gz", "hashes": {}}]}`,
		"/old/simple/shop/": `<!DOCTYPE html><html><body><a href="../shop-1.0.tar.gz#sha256=` + b + `">shop-1.0.tar.gz</a>
			<a href="x#sha256=` + a + `">shop-1.0-py3-none-any.whl</a><a href="x#md5=0">shop-2.0.tar.gz</a></body></html>`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/new") {
			rw.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
		}
		if page, ok := pages[r.URL.Path]; ok {
			rw.Write([]byte(page))
			return
		}
		http.NotFound(rw, r)
	}))
	defer server.Close()
	c, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ds := Source.New(c.Env()).(index)
	for _, path := range []string{"/pypi", "/new/simple", "/old/simple"} {
		q := datasources.Query{Datasource: "pypi", Registry: server.URL + path, Package: "shop"}
		got, err := ds.Hashes(t.Context(), q, "1.0", "*")
		if err != nil {
			t.Errorf("%s: %v", path, err)
		} else if d := cmp.Diff([]string{a, b}, got); d != "" {
			t.Errorf("%s: (-want +got):\n%s", path, d)
		}
		if _, err := ds.Hashes(t.Context(), q, "2.0", "*"); err == nil || !strings.Contains(err.Error(), "no SHA-256 of shop-2.0.tar.gz") {
			t.Errorf("%s: a file without a hash: %v", path, err)
		}
		if _, err := ds.Hashes(t.Context(), q, "3.0", "*"); !errors.Is(err, datasources.ErrNotFound) {
			t.Errorf("%s: a version that is not there: %v", path, err)
		}
	}
}
