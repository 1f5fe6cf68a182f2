package custom_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/config/jsonata"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/custom"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

func language(expression string) (func(any) (any, error), error) {
	q, err := jsonata.Compile(expression)
	return func(input any) (any, error) { return q.Evaluate(input, nil) }, err
}

var source = custom.Source(language)

func TestLaws(t *testing.T) {
	datasourcetest.Run(t, datasourcetest.Case{
		Source: source,
		Server: func(string) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprint(w, `{"versions": [{"v": "1.0.0", "at": "2026-01-02T03:04:05Z"}, {"v": "1.1.0", "at": "2026-02-02T03:04:05Z"}]}`)
			})
		},
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "custom", Registry: base + "/versions.json", Package: "tool", Recipe: custom.Recipe{
				Transforms: []string{`{"releases": versions.{"version": v, "releaseTimestamp": at}}`},
			}.String()}
		},
		Want: []datasources.Release{
			{Version: "1.0.0", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
			{Version: "1.1.0", Published: time.Date(2026, 2, 2, 3, 4, 5, 0, time.UTC)},
		},
	})
}

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		recipe custom.Recipe
		body   string
		want   []datasources.Release
		fault  string
	}{
		{custom.Recipe{Format: "plain"}, "1.0.0\n\n 2.0.0\n", []datasources.Release{{Version: "1.0.0"}, {Version: "2.0.0"}}, ""},
		{custom.Recipe{Format: "html"}, `<p><a href="v1/">x</a><A HREF='v2/'>y</A><a>z</a>`, []datasources.Release{{Version: "v1/"}, {Version: "v2/"}}, ""},
		{custom.Recipe{Format: "yaml", Transforms: []string{`{"releases": [{"version": stable.version}]}`}}, "stable:\n  version: 1.2.3\n", []datasources.Release{{Version: "1.2.3"}}, ""},
		{custom.Recipe{Format: "toml", Transforms: []string{`{"releases": [{"version": v, "digest": d, "isDeprecated": true}]}`}}, "v = \"1\"\nd = \"abc\"\n", []datasources.Release{{Version: "1", Digest: "abc", Withdrawn: "deprecated"}}, ""},
		{custom.Recipe{Format: "json"}, `{"releases": [{"version": "1", "isStable": false}]}`, []datasources.Release{{Version: "1", Unstable: true}}, ""},
		{custom.Recipe{Transforms: []string{`x`, `{"releases": {"version": $}}`}}, `{"x": "3"}`, []datasources.Release{{Version: "3"}}, ""},
		{custom.Recipe{Format: "xml"}, ``, nil, "there is no format"},
		{custom.Recipe{Format: "json"}, `[]`, nil, "no list"},
		{custom.Recipe{Format: "json"}, `{"releases": [{}]}`, nil, "no \"version\""},
		{custom.Recipe{Transforms: []string{`a.(`}}, `{}`, nil, "transformTemplates"},
		{custom.Recipe{Format: "toml"}, `[`, nil, "toml"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, c.body) }))
		d := source.New(datasources.Env{Client: s.Client()})
		l, err := d.List(context.Background(), datasources.Query{Datasource: "custom", Registry: s.URL, Package: "p", Recipe: c.recipe.String()})
		s.Close()
		if c.fault != "" {
			if err == nil || !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%v: %v, want %q", c.recipe, err, c.fault)
			}
			continue
		}
		if err != nil || l.Partial != "" {
			t.Errorf("%v: %v, %+v", c.recipe, err, l)
			continue
		}
		if d := cmp.Diff(c.want, l.Releases); d != "" {
			t.Errorf("%v: %s", c.recipe, d)
		}
	}
}

func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "versions.txt")
	if err := os.WriteFile(name, []byte("1.0.0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	q := datasources.Query{Datasource: "custom", Registry: "file://" + filepath.ToSlash(name), Package: "p", Recipe: custom.Recipe{Format: "plain"}.String()}
	if _, err := source.New(datasources.Env{}).List(context.Background(), q); err == nil {
		t.Error("a file is read without the operator's leave")
	}
	if l, err := source.New(datasources.Env{Local: true}).List(context.Background(), q); err != nil || len(l.Releases) != 1 {
		t.Errorf("%+v, %v", l, err)
	}
}
