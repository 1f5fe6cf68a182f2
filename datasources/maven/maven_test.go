package maven

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
	"net/http/httptest"
)

const metadataText = `<?xml version="1.0" encoding="UTF-8"?>
<metadata modelVersion="1.1.0">
  <groupId>org.acme.lib</groupId><artifactId>core</artifactId>
  <versioning>
    <latest>2.0.0-SNAPSHOT</latest><release>1.1.0</release>
    <versions><version>1.0.0</version><version> 1.1.0 </version><version>1.1.0</version><version>2.0.0-SNAPSHOT</version></versions>
    <lastUpdated>20240131101500</lastUpdated>
  </versioning>
</metadata>
`

const pomText = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <artifactId>core</artifactId><url>https://core.example.test</url>
  <scm><connection>scm:git:git://code.example.test/acme/core.git</connection></scm>
  <distributionManagement><relocation><groupId>com.acme</groupId><message>new home</message></relocation></distributionManagement>
</project>`

func server(string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /maven2/org/acme/lib/core/maven-metadata.xml", func(rw http.ResponseWriter, r *http.Request) {
		io.WriteString(rw, metadataText)
	})
	mux.HandleFunc("GET /maven2/org/acme/lib/core/1.1.0/core-1.1.0.pom", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Last-Modified", "Wed, 31 Jan 2024 10:15:00 GMT")
		io.WriteString(rw, pomText)
	})
	return mux
}

func query(base string) datasources.Query {
	return datasources.Query{Datasource: "maven", Registry: base + "/maven2/", Package: "org.acme.lib:core"}
}

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: server, Query: query,
		Want: []datasources.Release{{Version: "1.0.0"}, {Version: "1.1.0"}, {Version: "2.0.0-SNAPSHOT", Unstable: true}},
	})
}

func TestDescribe(t *testing.T) {
	s := httptest.NewServer(server(""))
	defer s.Close()
	client, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ds := Source.New(client.Env())
	l, err := ds.(datasources.Describer).Describe(t.Context(), query(s.URL), "1.1.0")
	if err != nil {
		t.Fatal(err)
	}
	want := &datasources.Listing{
		Homepage: "https://core.example.test", SourceURL: "https://code.example.test/acme/core",
		Withdrawn: "relocated to com.acme:core new home",
	}
	if d := cmp.Diff(want, l); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	date, err := ds.(datasources.Dater).Date(t.Context(), query(s.URL), "1.1.0")
	if want := time.Date(2024, 1, 31, 10, 15, 0, 0, time.UTC); err != nil || !date.Equal(want) {
		t.Errorf("date is %v, %v", date, err)
	}
}

func TestSourceURL(t *testing.T) {
	for in, want := range map[string]string{
		"scm:git:git@code.example.test:a/b.git":      "https://code.example.test/a/b",
		"https://code.example.test/a/b/tree/main/x":  "https://code.example.test/a/b",
		"scm:git:https://u:p@code.example.test/a/b/": "https://code.example.test/a/b",
		"https://${host}/a":                          "",
		"no address":                                 "",
	} {
		if got := sourceURL(in); got != want {
			t.Errorf("sourceURL(%q) = %q, want %q", in, got, want)
		}
	}
}
