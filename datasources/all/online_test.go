//go:build online

package all_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/cache"
	"github.com/currant-bot/currant/datasources/crate"
	gomodules "github.com/currant-bot/currant/datasources/go"
	"github.com/currant-bot/currant/datasources/golangversion"
	"github.com/currant-bot/currant/datasources/host"
	"github.com/currant-bot/currant/datasources/maven"
	"github.com/currant-bot/currant/datasources/npm"
	"github.com/currant-bot/currant/datasources/pypi"
	"github.com/currant-bot/currant/datasources/toolconfig"
)

// The tests in this file ask real registries: those that this machine's npm,
// pip and uv are configured with, or the public ones. They run only with the build tag "online".

// registries returns a client for this machine and the registries of a datasource.
func registries(t *testing.T, datasource string) (*host.Client, []string) {
	t.Helper()
	env := make(map[string]string)
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	found := toolconfig.Read(toolconfig.Machine{Env: env, Read: func(path string) (string, error) {
		text, err := os.ReadFile(path)
		return string(text), err
	}})
	disk, err := cache.Open(t.TempDir(), 256<<20)
	if err != nil {
		t.Fatal(err)
	}
	client, err := host.New(host.Options{
		Rules: found.Rules, Proxy: toolconfig.Proxy(env),
		Cache: func(next http.RoundTripper) http.RoundTripper {
			return &cache.Transport{Next: next, Disk: disk, Now: time.Now}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if urls := found.Registries[datasource]; len(urls) > 0 {
		return client, urls
	}
	return client, datasources.DefaultRegistries(datasource)
}

// check asks for a package whose old releases do not change, twice.
func check(t *testing.T, source *datasources.Source, pkg, version, published string, atLeast int) *datasources.Listing {
	t.Helper()
	client, urls := registries(t, source.Name)
	ds := source.New(client.Env())
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var listing *datasources.Listing
	for range 2 {
		l, err := ds.List(ctx, datasources.Query{Datasource: source.Name, Registry: urls[0], Package: pkg})
		if err != nil {
			t.Fatalf("the registry of %s is not reached or its answer not understood: %v", source.Name, err)
		}
		if listing = l; l.Partial != "" || len(l.Releases) < atLeast {
			t.Errorf("%d releases, partial %q", len(l.Releases), l.Partial)
		}
		i := slices.IndexFunc(l.Releases, func(r datasources.Release) bool { return r.Version == version })
		if i < 0 {
			t.Fatalf("no release %s", version)
		}
		// A mirror may give the day on which it took the release in.
		if got := l.Releases[i].Published; got.IsZero() || got.UTC().Format(time.DateOnly) < published {
			t.Errorf("%s was published at %v, want %s or later", version, got, published)
		}
	}
	if source == golangversion.Source {
		return listing // it is about one package only
	}
	if _, err := ds.List(ctx, datasources.Query{Datasource: source.Name, Registry: urls[0], Package: "currant-no-such-package-0"}); err == nil {
		t.Error("a package that does not exist is found")
	}
	return listing
}

func TestOnlineNPM(t *testing.T) {
	l := check(t, npm.Source, "lodash", "4.17.21", "2021-02-20", 100)
	if l.Channels["latest"] == "" || !strings.HasSuffix(l.SourceURL, "/lodash/lodash") {
		t.Errorf("latest is %q, source %q", l.Channels["latest"], l.SourceURL)
	}
	check(t, npm.Source, "@types/node", "20.0.0", "2023-04-23", 1000)
}

func TestOnlineMaven(t *testing.T) {
	const pkg = "com.google.guava:guava"
	client, urls := registries(t, "maven")
	ds := maven.Source.New(client.Env())
	q := datasources.Query{Datasource: "maven", Registry: urls[0], Package: pkg}
	l, err := ds.List(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if l.Partial != "" || len(l.Releases) < 100 || !slices.ContainsFunc(l.Releases, func(r datasources.Release) bool { return r.Version == "33.0.0-jre" }) {
		t.Errorf("%d releases, partial %q", len(l.Releases), l.Partial)
	}
	// A mirror may give the day on which it took the release in, or none.
	if date, err := ds.(datasources.Dater).Date(t.Context(), q, "33.0.0-jre"); err != nil || !date.IsZero() && date.Format(time.DateOnly) < "2023-12-18" {
		t.Errorf("33.0.0-jre was published at %v, %v", date, err)
	}
	d, err := ds.(datasources.Describer).Describe(t.Context(), q, "33.0.0-jre")
	if err != nil || !strings.Contains(d.Homepage+d.SourceURL, "guava") {
		t.Errorf("got %+v, %v", d, err)
	}
	q.Package = "test.currant:no-such-package-0"
	if _, err := ds.List(t.Context(), q); !errors.Is(err, datasources.ErrNotFound) {
		t.Errorf("a package that does not exist: %v", err)
	}
}

func TestOnlinePyPI(t *testing.T) {
	l := check(t, pypi.Source, "requests", "2.31.0", "2023-05-22", 100)
	i := slices.IndexFunc(l.Releases, func(r datasources.Release) bool { return r.Version == "2.32.0" })
	if i < 0 || !strings.HasPrefix(l.Releases[i].Withdrawn, "yanked") {
		t.Error("2.32.0 is not yanked")
	}
	check(t, pypi.Source, "Flask_SQLAlchemy", "3.0.0", "2022-10-04", 20)
}

func TestOnlineGo(t *testing.T) {
	l := check(t, gomodules.Source, "github.com/google/go-cmp", "v0.6.0", "2023-08-31", 10)
	if l.SourceURL != "https://github.com/google/go-cmp" {
		t.Errorf("source %q", l.SourceURL)
	}
	l = check(t, gomodules.Source, "github.com/jackc/pgx/v4", "v4.18.3", "2024-03-01", 10)
	if !slices.ContainsFunc(l.Releases, func(r datasources.Release) bool { return r.Package == "github.com/jackc/pgx/v5" }) {
		t.Error("the later major version is not found")
	}
	check(t, golangversion.Source, "go", "1.25.0", "2025-08-08", 20)
}

func TestOnlineCrate(t *testing.T) {
	check(t, crate.Source, "anyhow", "1.0.79", "2024-01-02", 100)
}
