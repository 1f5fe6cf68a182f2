package artifactorytest_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/artifactory/artifactorytest"
	"github.com/currant-bot/currant/datasources/crate"
	"github.com/currant-bot/currant/datasources/docker"
	goproxy "github.com/currant-bot/currant/datasources/go"
	"github.com/currant-bot/currant/datasources/helm"
	"github.com/currant-bot/currant/datasources/host"
	"github.com/currant-bot/currant/datasources/maven"
	"github.com/currant-bot/currant/datasources/npm"
	"github.com/currant-bot/currant/datasources/nuget"
	"github.com/currant-bot/currant/datasources/pypi"
	"github.com/currant-bot/currant/datasources/terraformprovider"
)

var when = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// ask maps a public registry to the server and lists a package there.
func ask(t *testing.T, a *artifactorytest.Server, s *datasources.Source, registry, pkg string) (*datasources.Listing, error) {
	t.Helper()
	mapping, err := datasources.ParseArtifactory(map[string]any{"url": a.URL + "/artifactory", "docker": "docker", "helm": "charts", "npm": "npm", "pypi": "pypi",
		"go": "go", "maven": "libs", "cargo": "crates", "nuget": "nuget", "terraform": "tf"})
	if err != nil {
		t.Fatal(err)
	}
	q := datasources.Query{Datasource: s.Name, Registry: registry, Package: pkg}
	var ok bool
	if q.Registry, q.Package, ok = mapping.Map(s.Name, registry, pkg); !ok {
		t.Fatalf("%s is not mapped", registry)
	}
	c, err := host.New(host.Options{
		Rules: []host.Rule{{MatchHost: a.URL, Username: artifactorytest.User, Password: artifactorytest.Password}},
		Allow: []string{a.URL},
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.New(c.Env()).List(t.Context(), q)
}

func versions(l *datasources.Listing) []string {
	var out []string
	for _, r := range l.Releases {
		out = append(out, r.Version)
	}
	slices.Sort(out)
	return out
}

// TestImages: credentials are sent although the ping wants none, pages are followed although their links
// lead astray, and official images are found below "library".
func TestImages(t *testing.T) {
	a := artifactorytest.New()
	defer a.Close()
	var all []string
	for i := range 35 {
		all = append(all, fmt.Sprintf("1.%02d.0", i))
		a.Push("team/app", all[i], when.AddDate(0, 0, i))
	}
	l, err := ask(t, a, docker.Source, "https://registry.example.test", "team/app")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(all, versions(l)); d != "" || l.Partial != "" {
		t.Errorf("partial: %q (-want +got):\n%s", l.Partial, d)
	}
	for _, r := range l.Releases {
		if i := slices.Index(all, r.Version); !r.Published.Equal(when.AddDate(0, 0, i)) {
			t.Errorf("%s is of %v", r.Version, r.Published)
		}
	}
	if anonymous := slices.DeleteFunc(a.Anonymous(), func(path string) bool { return path == "/v2/" }); len(anonymous) > 0 {
		t.Errorf("asked without credentials: %v", anonymous)
	}

	a.Publish("library/nginx", "1.28", "1.29")
	if _, err := ask(t, a, docker.Source, datasources.DefaultRegistries("docker")[0], "nginx"); err == nil {
		t.Error("an image that nobody has fetched is listed")
	}
}

// TestCachedTags: what a remote repository has not fetched is not in its list, and a tag that is asked
// for all the same is there.
func TestCachedTags(t *testing.T) {
	a := artifactorytest.New()
	defer a.Close()
	a.Publish("library/nginx", "1.28", "1.29")
	c, err := host.New(host.Options{Rules: []host.Rule{{MatchHost: a.URL, Username: artifactorytest.User, Password: artifactorytest.Password}}})
	if err != nil {
		t.Fatal(err)
	}
	ds := docker.Source.New(c.Env())
	q := datasources.Query{Datasource: "docker", Registry: a.URL + "/docker", Package: "nginx"} // without "library"
	if digest, err := ds.(datasources.Digester).Digest(t.Context(), q, "1.28"); err != nil || digest == "" {
		t.Fatalf("%q, %v", digest, err)
	}
	l, err := ds.List(t.Context(), q)
	if err != nil || !slices.Equal(versions(l), []string{"1.28"}) {
		t.Errorf("%v, %v", l, err)
	}
}

// TestPackages: private packages are seen, and what these registries leave out or write otherwise is no error.
func TestPackages(t *testing.T) {
	a := artifactorytest.New()
	defer a.Close()
	a.Put("charts/index.yaml", "apiVersion: v1\nentries:\n  shop:\n  - version: 1.2.0\n    created: \"2026-01-02T03:04:05Z\"\n  - version: 1.3.0\n", when, nil)
	// "time" of a package has a null beside its times (renovate#43779).
	a.Put("npm/@acme/ui", `{"name": "@acme/ui", "dist-tags": {"latest": "2.0.0"}, "time": {"unpublished": null, "2.0.0": "2026-01-02T03:04:05.000Z"}, "versions": {"1.0.0": {}, "2.0.0": {}}}`, when, nil)
	// The signs < and > stand in attributes as they are (renovate reads them so), and no file has a time.
	a.Put("pypi/simple/acme-lib", `<!DOCTYPE html><html><body><a href="../../acme_lib-1.0.0.tar.gz#sha256=00" data-requires-python=">=3.9,<4" rel="internal">acme_lib-1.0.0.tar.gz</a>
<a href="../../acme_lib-1.1.0-py3-none-any.whl" data-requires-python=">=3.10" rel="internal">acme_lib-1.1.0-py3-none-any.whl</a></body></html>`, when, nil)
	a.Put("api/go/go/code.example.test/acme/lib/@v/list", "v1.0.0\nv1.1.0\n", when, nil)
	a.Put("api/go/go/code.example.test/acme/lib/@v/v1.0.0.info", `{"Version": "v1.0.0", "Time": "2026-01-02T03:04:05Z"}`, when, nil)
	a.Put("api/go/go/code.example.test/acme/lib/@v/v1.1.0.info", `{"Version": "v1.1.0", "Time": "2026-02-02T03:04:05Z"}`, when, nil)
	a.Put("api/go/go/code.example.test/acme/lib/@v/v1.1.0.mod", "module code.example.test/acme/lib\n", when, nil)
	a.Put("api/go/go/code.example.test/acme/lib/@latest", `{"Version": "v1.1.0", "Time": "2026-02-02T03:04:05Z"}`, when, nil)
	a.Put("libs/test/example/lib/maven-metadata.xml", "<metadata><versioning><versions><version>1.0</version><version>1.1</version></versions></versioning></metadata>", when, nil)
	a.Put("api/cargo/crates/index/config.json", `{"dl": "`+a.URL+`/dl", "api": "`+a.URL+`"}`, when, nil)
	a.Put("api/cargo/crates/index/ac/me/acme", `{"name": "acme", "vers": "0.1.0", "deps": [], "cksum": "00", "features": {}, "yanked": false}`+"\n", when, nil)
	a.Put("api/nuget/v3/nuget/index.json", `{"version": "3.0.0", "resources": [{"@id": "`+a.URL+`/artifactory/api/nuget/v3/nuget/registration/", "@type": "RegistrationsBaseUrl/3.6.0"}]}`, when, nil)
	a.Put("api/nuget/v3/nuget/registration/acme.lib/index.json", `{"count": 1, "items": [{"count": 2, "items": [{"catalogEntry": {"version": "1.0.0", "listed": true}}, {"catalogEntry": {"version": "1.2.0", "listed": true}}]}]}`, when, nil)
	a.Put("api/terraform/tf/providers/tf.example.test/acme/cloud/index.json", `{"versions": {"1.0.0": {}, "1.1.0": {}}}`, when, nil)
	for _, tt := range []struct {
		source        *datasources.Source
		registry, pkg string
		want          []string
	}{
		{goproxy.Source, "https://go.example.test", "code.example.test/acme/lib", []string{"v1.0.0", "v1.1.0"}},
		{maven.Source, "https://maven.example.test/maven2", "test.example:lib", []string{"1.0", "1.1"}},
		{crate.Source, "https://crates.example.test", "acme", []string{"0.1.0"}},
		{nuget.Source, "https://nuget.example.test/v3/index.json", "Acme.Lib", []string{"1.0.0", "1.2.0"}},
		{terraformprovider.Source, "https://tf.example.test", "acme/cloud", []string{"1.0.0", "1.1.0"}},
		{helm.Source, "https://charts.example.test/stable", "shop", []string{"1.2.0", "1.3.0"}},
		{npm.Source, "https://npm.example.test", "@acme/ui", []string{"1.0.0", "2.0.0"}},
		{pypi.Source, "https://pypi.example.test/pypi/", "acme-lib", []string{"1.0.0", "1.1.0"}},
	} {
		l, err := ask(t, a, tt.source, tt.registry, tt.pkg)
		if err != nil {
			t.Errorf("%s: %v", tt.source.Name, err)
			continue
		}
		if d := cmp.Diff(tt.want, versions(l)); d != "" || l.Partial != "" {
			t.Errorf("%s: partial: %q (-want +got):\n%s", tt.source.Name, l.Partial, d)
		}
	}
	if asked := a.Anonymous(); len(asked) > 0 {
		t.Errorf("asked without credentials: %v", asked)
	}
}
