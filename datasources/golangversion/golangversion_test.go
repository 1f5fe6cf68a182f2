package golangversion

import (
	"io"
	"net/http"
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

var day = time.Date(2023, 8, 4, 20, 14, 6, 0, time.UTC)

func info(version string) string {
	return `{"Version": "v0.0.1-go` + version + `.linux-amd64", "Time": "2023-08-04T20:14:06Z"}`
}

func query(path string) func(base string) datasources.Query {
	return func(base string) datasources.Query {
		return datasources.Query{Datasource: "golang-version", Registry: base + path, Package: "go"}
	}
}

func TestLawsProxy(t *testing.T) {
	const at = "/go/golang.org/toolchain/@v/"
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Query: query("/go/"),
		Server: func(string) http.Handler {
			return files{
				at + "list":                              "v0.0.1-go1.20.linux-amd64\nv0.0.1-go1.21.0.linux-amd64\nv0.0.1-go1.21.0.windows-arm64\nv0.0.1-go1.22rc1.linux-amd64\nv0.0.1-go1.22rc1.darwin-arm64\n",
				at + "v0.0.1-go1.20.linux-amd64.info":    info("1.20"),
				at + "v0.0.1-go1.21.0.linux-amd64.info":  info("1.21.0"),
				at + "v0.0.1-go1.22rc1.linux-amd64.info": info("1.22rc1"),
			}
		},
		Want: []datasources.Release{
			{Version: "1.20.0", Published: day},
			{Version: "1.21.0", Published: day},
			{Version: "1.22rc1", Published: day, Unstable: true},
		},
	})
}

func TestLawsHistory(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Query: query("/raw/golang/website"),
		Server: func(string) http.Handler {
			return files{"/raw/golang/website/HEAD/internal/history/release.go": `package history
var Releases = []*Release{
	{
		Date: Date{2023, 8, 8}, Version: Version{1, 21, 0},
	},
	{
		Date:     Date{2023, 7, 11},
		Version:  Version{1, 20, 6},
		Security: true,
	},
`}
		},
		Want: []datasources.Release{
			{Version: "1.20.6", Published: time.Date(2023, 7, 11, 0, 0, 0, 0, time.UTC)},
			{Version: "1.21.0", Published: time.Date(2023, 8, 8, 0, 0, 0, 0, time.UTC)},
		},
	})
}
