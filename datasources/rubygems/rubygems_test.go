package rubygems

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

func query(base string) datasources.Query {
	return datasources.Query{Datasource: "rubygems", Registry: base + "/gems/", Package: "left_pad"}
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Query: query,
		Server: func(string) http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("GET /gems/api/v1/versions/left_pad.json", func(rw http.ResponseWriter, r *http.Request) {
				io.WriteString(rw, `[{"number": "1.1.0", "platform": "ruby", "created_at": "2024-01-02T03:04:05.000Z", "ruby_version": ">= 3.0", "rubygems_version": ">= 2"},
					{"number": "1.1.0", "platform": "java"}, {"number": "1.1.0.rc1", "prerelease": true}]`)
			})
			return mux
		},
		Want: []datasources.Release{
			{Version: "1.1.0", Published: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), Requires: map[string][]string{"ruby": {">= 3.0"}, "rubygems": {">= 2"}}},
			{Version: "1.1.0.rc1", Unstable: true},
		},
	})
}

// TestCompact is about servers that have only the compact index.
func TestCompact(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Query: query,
		Server: func(string) http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("GET /gems/info/left_pad", func(rw http.ResponseWriter, r *http.Request) {
				io.WriteString(rw, "---\n1.0.0 |checksum:ab\n1.1.0 dep:>= 1|checksum:cd,ruby:>= 2.7&< 4\n1.1.0-java |checksum:ef\n")
			})
			return mux
		},
		Want: []datasources.Release{{Version: "1.0.0"}, {Version: "1.1.0", Requires: map[string][]string{"ruby": {">= 2.7, < 4"}}}},
	})
}
