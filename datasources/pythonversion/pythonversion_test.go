package pythonversion

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

type files map[string]string

func (f files) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	text, ok := f[r.URL.Path]
	if !ok {
		rw.WriteHeader(http.StatusNotFound)
		return
	}
	io.WriteString(rw, text)
}

func query(path string) func(string) datasources.Query {
	return func(base string) datasources.Query {
		return datasources.Query{Datasource: "python-version", Registry: base + path, Package: "python"}
	}
}

func TestLawsInterface(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Query: query(""),
		Server: func(string) http.Handler {
			return files{"/api/v2/downloads/release/": `[
				{"name": "Python 3.12.0", "slug": "python-3120", "release_date": "2023-10-02T11:00:00Z", "pre_release": false},
				{"name": "Python 3.13.0rc1", "release_date": "2024-08-01T11:00:00Z", "pre_release": true},
				{"name": "Python install manager 25.0", "release_date": "2025-08-01T11:00:00Z", "pre_release": false},
				{"name": "Python 2.7", "release_date": "2010-07-03T11:00:00Z"}]`}
		},
		Want: []datasources.Release{
			{Version: "2.7.0", Published: time.Date(2010, 7, 3, 11, 0, 0, 0, time.UTC)},
			{Version: "3.12.0", Published: time.Date(2023, 10, 2, 11, 0, 0, 0, time.UTC)},
			{Version: "3.13.0rc1", Published: time.Date(2024, 8, 1, 11, 0, 0, 0, time.UTC), Unstable: true},
		},
	})
}

const page = `<html><head><title>Index of /ftp/python/</title></head><body><h1>Index</h1><pre><a href="../">../</a>
<a href="2.7/">2.7/</a>      20-Mar-2014 21:57    -
<a href="/mirror/3.12.0/">3.12.0/</a>   02-Oct-2023 14:03    -
<a href="3.13.0">3.13.0</a>   2024-10-08 08:00
<a href="doc/">doc/</a>   08-Oct-2024 08:00
</pre></body></html>`

func TestLawsFolders(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Query: query("/mirror"),
		Server: func(string) http.Handler { return files{"/mirror/": page} },
		Want: []datasources.Release{
			{Version: "2.7.0", Published: time.Date(2014, 3, 20, 21, 57, 0, 0, time.UTC)},
			{Version: "3.12.0", Published: time.Date(2023, 10, 2, 14, 3, 0, 0, time.UTC)},
			{Version: "3.13.0", Published: time.Date(2024, 10, 8, 8, 0, 0, 0, time.UTC)},
		},
	})
}

func FuzzFolders(f *testing.F) {
	f.Add(page)
	f.Fuzz(func(t *testing.T, text string) { parse(strings.NewReader(text), &datasources.Listing{}) })
}
