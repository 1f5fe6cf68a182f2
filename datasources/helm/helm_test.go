package helm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

const indexText = `apiVersion: v1
# a comment
entries:
  # another
  alpha:
  - version: 9.9.9
    description: |
      shop:
      - version: 6.6.6
  "shop":
  - apiVersion: v2
    created: "2021-01-02T03:04:05.123456789Z"
    description: >-
      A shop

      # not a comment
    digest: abc
    home: https://shop.example.test
    kubeVersion: '>=1.25'
    sources:
      - https://gitlab.example.test/acme/charts/-/tree/main/charts/shop
    version: 1.10
# a comment in the middle
  - created: 2020-01-02T03:04:05Z
    deprecated: true
    maintainers:
    - name: a
      version: 7.7.7
    version: 1.9.0+up1.0
    annotations: {odd: [1]}
  shop-two:
    - version: 8.8.8
generated: "2021-01-02T03:04:05Z"
`

const indexJSON = `{"apiVersion": "v1", "entries": {"alpha": [{"version": "9.9.9"}], "shop": [
  {"version": "1.10", "created": "2021-01-02T03:04:05.123456789Z", "digest": "abc", "kubeVersion": ">=1.25"},
  {"version": "1.9.0+up1.0", "created": "2020-01-02T03:04:05Z", "deprecated": true}]}, "generated": ""}`

func serve(text string) func(string) http.Handler {
	return func(string) http.Handler {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /charts/index.yaml", func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, text) })
		return mux
	}
}

func query(base string) datasources.Query {
	return datasources.Query{Datasource: "helm", Registry: base + "/charts/", Package: "shop"}
}

var want = []datasources.Release{
	{Version: "1.10", Digest: "abc", Published: time.Date(2021, 1, 2, 3, 4, 5, 123456789, time.UTC), Requires: map[string][]string{"kubernetes": {">=1.25"}}},
	{Version: "1.9.0+up1.0", Published: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), Withdrawn: "deprecated"},
}

func TestLaws(t *testing.T) {
	for name, text := range map[string]string{
		"yaml": indexText, "crlf": strings.ReplaceAll(indexText, "\n", "\r\n"), "json": indexJSON,
		"no indent": "entries:\n  shop:\n" + "  - {version: '1.10', digest: abc, created: '2021-01-02T03:04:05.123456789Z', kubeVersion: '>=1.25'}\n" +
			"  -\n    version: 1.9.0+up1.0\n    created: 2020-01-02T03:04:05Z\n    deprecated: true\napiVersion: v1\n",
	} {
		t.Run(name, func(t *testing.T) {
			datasourcetest.Run(t, datasourcetest.Case{Source: Source, Server: serve(text), Query: query, Want: want})
		})
	}
}

func TestIndex(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		versions   string
		err        string
	}{
		{"empty file", "", "", ""},
		{"no charts", "apiVersion: v1\nentries: {}\n", "", ""},
		{"null", "entries:\ngenerated: x\n", "", ""},
		{"the chart has none", "entries:\n  shop: []\n", "", ""},
		{"flow style", "entries: {shop: [{version: 1}]}\n", "", "its entries are not in block style"},
		{"flow style of the chart", "entries:\n  shop: [{version: 1}]\n", "", "the chart's releases are not in block style"},
		{"twice", "entries:\n  shop:\n  - version: 1\n  shop:\n  - version: 2\n", "", "it has the chart twice"},
		{"a bomb", "entries:\n  shop:\n  - version: &a [x,x]\n    b: *c\n", "", "a release of the chart is not valid: unknown anchor 'c' referenced"},
		{"wide", "entries:\n      shop:\n            - version: 1.0\n              x: y\n", "1.0", ""},
		{"odd types", "entries:\n  shop:\n  - version: 2\n    deprecated: maybe\n    sources: x\n", "2", ""},
		{"document marks", "---\nentries:\n  shop:\n  - version: 3\n...\n", "3", ""},
		{"html", "<html><body>Not found</body></html>", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var versions []string
			_, err := readIndex(strings.NewReader(tt.text), "shop", func(v chartVersion) { versions = append(versions, v.Version) })
			text := ""
			if err != nil {
				text = err.Error()
			}
			if got := strings.Join(versions, " "); err == nil && got != tt.versions || text != tt.err {
				t.Errorf("got %q, %q; want %q, %q", got, text, tt.versions, tt.err)
			}
		})
	}
}

func TestLongLines(t *testing.T) {
	long := strings.Repeat("x", 3*maxLine)
	var n int
	count := func(chartVersion) { n++ }
	if _, err := readIndex(strings.NewReader("entries:\n  other:\n  - description: "+long+"\n  shop:\n  - version: 1\n"), "shop", count); err != nil || n != 1 {
		t.Errorf("a long line elsewhere: %d releases, %v", n, err)
	}
	if _, err := readIndex(strings.NewReader("entries:\n  shop:\n  - description: "+long+"\n"), "shop", count); err == nil {
		t.Error("a long line in the chart is no error")
	}
}

func TestListing(t *testing.T) {
	c := chart{name: "shop"}
	if _, err := readIndex(strings.NewReader(indexText), "shop", c.add); err != nil {
		t.Fatal(err)
	}
	l := c.finish()
	l.Releases = nil
	wantListing := &datasources.Listing{
		Homepage: "https://shop.example.test", SourceURL: "https://gitlab.example.test/acme/charts", SourceDir: "charts/shop",
	}
	if d := cmp.Diff(wantListing, l); d != "" {
		t.Errorf("listing (-want +got):\n%s", d)
	}
}

func FuzzIndex(f *testing.F) {
	f.Add(indexText)
	f.Add(indexJSON)
	f.Fuzz(func(t *testing.T, text string) {
		readIndex(strings.NewReader(text), "shop", func(chartVersion) {})
	})
}

// bigIndex writes an index of about size bytes, the wanted chart in its middle.
func bigIndex(w io.Writer, size int) {
	io.WriteString(w, "apiVersion: v1\nentries:\n")
	entry := "  - version: 1.%d.0\n    created: \"2021-01-02T03:04:05Z\"\n    description: " + strings.Repeat("text ", 60) +
		"\n    urls:\n    - https://charts.example.test/%d.tgz\n"
	charts := size / (len(entry) * 500)
	for c := range charts {
		if c == charts/2 {
			io.WriteString(w, "  wanted:\n")
		} else {
			fmt.Fprintf(w, "  chart-%d:\n", c)
		}
		for v := range 500 {
			fmt.Fprintf(w, entry, v, v)
		}
	}
	io.WriteString(w, "generated: now\n")
}

// TestMemory checks that reading an index takes memory for one chart only: all that is
// allocated together bounds what is held at a time.
func TestMemory(t *testing.T) {
	var text strings.Builder
	bigIndex(&text, 20<<20)
	r := strings.NewReader(text.String())
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n := 0
	if _, err := readIndex(r, "wanted", func(chartVersion) { n++ }); err != nil || n != 500 {
		t.Fatal(n, err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
		t.Errorf("reading an index of 20 MB allocated %d MB", took>>20)
	}
}

// BenchmarkIndex50MB reads an index of 50 MB from a server in this process. B/op
// bounds what is held at a time.
func BenchmarkIndex50MB(b *testing.B) {
	var text strings.Builder
	bigIndex(&text, 50<<20)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, text.String()) }))
	defer server.Close()
	client, err := host.New(host.Options{})
	if err != nil {
		b.Fatal(err)
	}
	ds := Source.New(client.Env())
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		l, err := ds.List(b.Context(), datasources.Query{Registry: server.URL, Package: "wanted"})
		if err != nil || len(l.Releases) != 500 {
			b.Fatal(err)
		}
	}
}

// TestOneAtATime checks that charts of one repository do not all fetch its
// index at once: the cache then has it for all but the first.
func TestOneAtATime(t *testing.T) {
	var now, most atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		io.WriteString(rw, indexText)
	}))
	defer server.Close()
	client, err := host.New(host.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ds := Source.New(client.Env())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := ds.List(t.Context(), query(server.URL)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() != 1 {
		t.Errorf("%d requests at once", most.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ds.List(ctx, query(server.URL)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
