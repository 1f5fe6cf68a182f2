package terraformprovider

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

const (
	versions = `{"id": "acme/cloud", "versions": [{"version": "1.1.0", "protocols": ["5.0"], "platforms": [{"os": "linux", "arch": "amd64"}]}, {"version": "1.0.0"}], "warnings": null}`
	mirror   = `{"versions": {"1.0.0": {}, "1.1.0": {}}}`
)

// bare returns a registry's host.
func bare(registry string) string { return strings.TrimPrefix(registry, "https://") }

// terraform is the public registry.
var terraform = datasources.DefaultRegistries("terraform-provider")[0]

func handler(pages map[string]string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.URL.RequestURI()]
		if !ok {
			http.NotFound(rw, r)
			return
		}
		io.WriteString(rw, page)
	})
}

// TestLaws checks both protocols.
func TestLaws(t *testing.T) {
	for name, tt := range map[string]struct {
		pages map[string]string
		path  string
	}{
		"registry": {map[string]string{
			"/.well-known/terraform.json":       `{"providers.v1": "/v1/providers/"}`,
			"/v1/providers/acme/cloud/versions": versions,
		}, ""},
		"mirror": {map[string]string{"/tf/providers/" + bare(terraform) + "/acme/cloud/index.json": mirror}, "/tf/providers/"},
		"given":  {map[string]string{"/tf/v1/providers/acme/cloud/versions": versions}, "/tf/v1/providers"},
	} {
		t.Run(name, func(t *testing.T) {
			datasourcetest.Run(t, datasourcetest.Case{
				Source: Source,
				Server: func(string) http.Handler { return handler(tt.pages) },
				Query: func(base string) datasources.Query {
					return datasources.Query{Datasource: "terraform-provider", Registry: base + tt.path, Package: "acme/cloud"}
				},
				Want: []datasources.Release{{Version: "1.0.0"}, {Version: "1.1.0"}},
			})
		})
	}
}

// internet answers for all hosts in this process.
type internet map[string]http.Handler

func (p internet) RoundTrip(req *http.Request) (*http.Response, error) {
	h, ok := p[req.URL.Host]
	if !ok {
		return nil, errors.New("no such host")
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	resp := rec.Result()
	resp.Request = req
	return resp, nil
}

func TestList(t *testing.T) {
	published := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	pages := map[string]string{
		"/.well-known/terraform.json":       `{"providers.v1": "/v1/providers/"}`,
		"/v1/providers/acme/cloud/versions": versions,
		"/v2/providers/acme/cloud?include=provider-versions": `{"data": {"attributes": {"source": "https://git.example.test/acme/cloud"}},
			"included": [{"type": "provider-versions", "attributes": {"version": "1.1.0", "published-at": "2026-02-03T04:05:06.000Z"}}, {"type": "other"}]}`,
	}
	hosts := internet{
		bare(terraform):                    handler(pages),
		bare(datasources.OpenTofuRegistry): handler(pages),
		bare(datasources.OpenTofuAPI): handler(map[string]string{
			"/registry/docs/providers/acme/cloud/index.json": `{"link": "https://git.example.test/acme/cloud", "versions": [{"id": "v1.1.0", "published": "2026-02-03T04:05:06Z"}]}`,
		}),
		"broken.example.test": handler(map[string]string{"/.well-known/terraform.json": `{"providers.v1": 1}`}),
		"mirror.example.test": handler(map[string]string{"/tf/tf.example.test/acme/cloud/index.json": mirror, "/tf/" + bare(terraform) + "/acme/odd/index.json": `{}`}),
	}
	dated := &datasources.Listing{
		Releases:  []datasources.Release{{Version: "1.1.0", Published: published}, {Version: "1.0.0"}},
		SourceURL: "https://git.example.test/acme/cloud",
	}
	for _, tt := range []struct {
		registry, provider string
		want               *datasources.Listing
		err                string
	}{
		{terraform, "acme/cloud", dated, ""},
		{datasources.OpenTofuRegistry, "acme/cloud", dated, ""},
		{"https://mirror.example.test/tf", "tf.example.test/acme/cloud", &datasources.Listing{Releases: []datasources.Release{{Version: "1.0.0"}, {Version: "1.1.0"}}}, ""},
		{"https://mirror.example.test/tf", "acme/cloud", nil, "not found"},
		{"https://mirror.example.test/tf", "acme/odd", nil, "it is no list of versions"},
		{"https://broken.example.test", "acme/cloud", nil, "announces no providers.v1: not found"},
		{"registry.example.test", "acme/cloud", nil, "the registry registry.example.test is not an address"},
		{terraform, "acme", nil, "not found"},
	} {
		c, err := host.New(host.Options{Base: hosts})
		if err != nil {
			t.Fatal(err)
		}
		q := datasources.Query{Datasource: "terraform-provider", Registry: tt.registry, Package: tt.provider}
		l, err := Source.New(c.Env()).List(t.Context(), q)
		if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: got error %v, want %s", q, err, tt.err)
		}
		if diff := cmp.Diff(tt.want, l); diff != "" {
			t.Errorf("%s (-want +got):\n%s", q, diff)
		}
	}
}
