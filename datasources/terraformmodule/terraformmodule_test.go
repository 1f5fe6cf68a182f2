package terraformmodule

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

const versions = `{"modules": [{"source": "acme/network/aws", "versions": [{"version": "1.1.0", "submodules": []}, {"version": "1.0.0"}]},
	{"source": "acme/other/aws", "versions": [{"version": "9.0.0"}]}]}`

// bare returns a registry's host.
func bare(registry string) string { return strings.TrimPrefix(registry, "https://") }

// terraform is the public registry.
var terraform = datasources.DefaultRegistries("terraform-module")[0]

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

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source,
		Server: func(string) http.Handler {
			return handler(map[string]string{
				"/.well-known/terraform.json":               `{"login.v1": {"client": "cli"}, "modules.v1": "/api/modules/v1/"}`,
				"/api/modules/v1/acme/network/aws/versions": versions,
			})
		},
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "terraform-module", Registry: base, Package: "acme/network/aws"}
		},
		Want: []datasources.Release{{Version: "1.0.0"}, {Version: "1.1.0"}},
	})
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
	const place = `{"modules.v1": "/v1/modules/"}`
	hosts := internet{
		bare(terraform): handler(map[string]string{
			"/.well-known/terraform.json":           place,
			"/v1/modules/acme/network/aws/versions": versions,
			"/v2/modules/acme/network/aws?include=module-versions": `{"data": {"attributes": {"source": "https://git.example.test/acme/network"}},
				"included": [{"type": "module-versions", "attributes": {"version": "1.1.0", "published-at": "2026-02-03T04:05:06Z"}}]}`,
		}),
		bare(datasources.OpenTofuRegistry): handler(map[string]string{
			"/.well-known/terraform.json":           place,
			"/v1/modules/acme/network/aws/versions": versions,
			"/v1/modules/acme/new/aws/versions":     versions,
		}),
		bare(datasources.OpenTofuAPI): handler(map[string]string{
			"/registry/docs/modules/acme/network/aws/index.json": `{"versions": [{"id": "v1.1.0", "published": "2026-02-03T04:05:06Z"}, {"id": "v1.0.0"}]}`,
		}),
		"tf.example.test":        handler(map[string]string{"/.well-known/terraform.json": `{"modules.v1": "https://modules.example.test/v1"}`}),
		"modules.example.test":   handler(map[string]string{"/v1/acme/network/aws/versions": versions}),
		"foreign.example.test":   handler(map[string]string{"/.well-known/terraform.json": `{"modules.v1": "https://elsewhere.test/v1"}`}),
		"providers.example.test": handler(map[string]string{"/.well-known/terraform.json": `{"providers.v1": "/v1"}`}),
		"art.example.test": handler(map[string]string{
			"/artifactory/api/terraform/tf/v1/modules/acme/network/aws/versions": versions,
			"/artifactory/api/terraform/tf/v1/modules/acme/none/aws/versions":    `{"modules": [{"versions": []}]}`,
		}),
	}
	dated := []datasources.Release{{Version: "1.1.0", Published: published}, {Version: "1.0.0"}}
	plain := []datasources.Release{{Version: "1.1.0"}, {Version: "1.0.0"}}
	const art = "https://art.example.test/artifactory/api/terraform/tf/v1/modules"
	for _, tt := range []struct {
		registry, module string
		allow            []string
		want             *datasources.Listing
		err              error
	}{
		{terraform, "acme/network/aws", nil, &datasources.Listing{Releases: dated, SourceURL: "https://git.example.test/acme/network"}, nil},
		{terraform + "/", bare(terraform) + "/acme/network/aws", nil, &datasources.Listing{Releases: dated, SourceURL: "https://git.example.test/acme/network"}, nil},
		{datasources.OpenTofuRegistry, "acme/network/aws", nil, &datasources.Listing{Releases: dated, SourceURL: "https://github.com/acme/terraform-aws-network"}, nil},
		{datasources.OpenTofuRegistry, "acme/network/aws", []string{bare(datasources.OpenTofuRegistry)}, &datasources.Listing{Releases: plain}, nil},
		{datasources.OpenTofuRegistry, "acme/new/aws", nil, &datasources.Listing{Releases: plain}, nil},
		{"https://tf.example.test", "tf.example.test/acme/network/aws", nil, &datasources.Listing{Releases: plain}, nil},
		{"https://foreign.example.test", "acme/network/aws", nil, nil, datasources.ErrForeign},
		{"https://providers.example.test", "acme/network/aws", nil, nil, datasources.ErrNotFound},
		{art, "acme/network/aws", nil, &datasources.Listing{Releases: plain}, nil},
		{art, "acme/none/aws", nil, &datasources.Listing{Partial: "the registry names no versions"}, nil},
		{art, "acme/gone/aws", nil, nil, datasources.ErrNotFound},
		{art, "../../acme", nil, nil, datasources.ErrNotFound},
		{art, "acme/network", nil, nil, datasources.ErrNotFound},
		{art, "a?b/c/d", nil, nil, datasources.ErrNotFound},
	} {
		c, err := host.New(host.Options{Base: hosts, Allow: tt.allow})
		if err != nil {
			t.Fatal(err)
		}
		q := datasources.Query{Datasource: "terraform-module", Registry: tt.registry, Package: tt.module}
		l, err := Source.New(c.Env()).List(t.Context(), q)
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: got error %v, want %v", q, err, tt.err)
		}
		if diff := cmp.Diff(tt.want, l); diff != "" {
			t.Errorf("%s (-want +got):\n%s", q, diff)
		}
	}
}
