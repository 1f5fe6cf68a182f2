package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	ggcr "github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
	"github.com/currant-bot/currant/datasources/host"
)

// registryWith returns an OCI registry that holds repo with tags, and the digest of
// all of them.
func registryWith(t testing.TB, repo string, tags ...string) (http.Handler, string) {
	t.Helper()
	handler := ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(handler)
	defer server.Close()
	img, err := random.Image(16, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range tags {
		ref, err := name.ParseReference(strings.TrimPrefix(server.URL, "http://") + "/" + repo + ":" + tag)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(ref, img); err != nil {
			t.Fatal(err)
		}
	}
	digest, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return handler, digest.String()
}

// paged lets next's lists of tags come in pages of two, with links as a
// registry behind a virtual path gives them if rewrite says so.
func paged(next http.Handler, rewrite func(link string) string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/tags/list") {
			next.ServeHTTP(rw, r)
			return
		}
		query := r.URL.Query()
		plain := r.Clone(r.Context())
		plain.URL.RawQuery = ""
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, plain)
		var list struct {
			Name string   `json:"name"`
			Tags []string `json:"tags"`
		}
		if rec.Code != http.StatusOK || json.Unmarshal(rec.Body.Bytes(), &list) != nil {
			rw.WriteHeader(rec.Code)
			return
		}
		slices.Sort(list.Tags)
		if last := query.Get("last"); last != "" {
			i := slices.Index(list.Tags, last)
			list.Tags = list.Tags[i+1:]
		}
		if len(list.Tags) > 2 {
			list.Tags = list.Tags[:2]
			link := r.URL.Path + "?n=2&last=" + list.Tags[1]
			rw.Header().Set("Link", "<"+rewrite(link)+`>; rel="next"`)
		}
		rw.Header().Set("Content-Type", "application/json")
		json.NewEncoder(rw).Encode(list)
	})
}

func same(s string) string { return s }

func plainTags(tags ...string) []datasources.Release {
	var out []datasources.Release
	for _, tag := range tags {
		out = append(out, datasources.Release{Version: tag})
	}
	return out
}

func query(base string) datasources.Query {
	return datasources.Query{Datasource: "docker", Registry: base, Package: "team/app"}
}

func TestLaws(t *testing.T) {
	handler, _ := registryWith(t, "team/app", "1.0", "1.1", "1.1-alpine", "2.0", "latest")
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source,
		Server: func(string) http.Handler { return paged(handler, same) },
		Query:  query,
		Want:   plainTags("1.0", "1.1", "1.1-alpine", "2.0", "latest"),
	})
}

// client returns a datasource that may ask anything, with rules.
func client(t testing.TB, rules ...host.Rule) *registry {
	t.Helper()
	c, err := host.New(host.Options{Rules: rules, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	if err != nil {
		t.Fatal(err)
	}
	return Source.New(c.Env()).(*registry)
}

// TestArtifactory checks links that name the path of the repository behind a
// virtual one, and that add "last" instead of replacing it.
func TestArtifactory(t *testing.T) {
	handler, digest := registryWith(t, "remote/library/app", "1", "2", "3", "4", "5")
	broken := paged(handler, func(link string) string {
		path, query, _ := strings.Cut(link, "?")
		return strings.Replace(path, "/remote", "", 1) + "?last=0&" + query
	})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("X-JFrog-Version", "Artifactory/7")
		broken.ServeHTTP(rw, r)
	}))
	defer server.Close()
	ds := client(t)
	q := datasources.Query{Datasource: "docker", Registry: server.URL + "/remote", Package: "app"}
	l, err := ds.List(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(&datasources.Listing{Releases: plainTags("1", "2", "3", "4", "5"), Forgets: true}, l); d != "" {
		t.Errorf("listing (-want +got):\n%s", d)
	}
	if got, err := ds.Digest(t.Context(), q, "3"); got != digest || err != nil {
		t.Errorf("digest is %q, %v; want %q", got, err, digest)
	}
}

// TestCircle checks that a list without end is cut, and says so.
func TestCircle(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Link", fmt.Sprintf(`</v2/team/app/tags/list?last=%s1>; rel="next"`, r.URL.Query().Get("last")))
		io.WriteString(rw, `{"tags": ["1"]}`)
	}))
	defer server.Close()
	l, err := client(t).List(t.Context(), query(server.URL))
	if err != nil || l.Partial == "" || len(l.Releases) != 1 {
		t.Errorf("got %+v, %v; want a partial listing of one tag", l, err)
	}
}

func TestNoTags(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		io.WriteString(rw, `{"name": "team/app", "tags": null}`)
	}))
	defer server.Close()
	if l, err := client(t).List(t.Context(), query(server.URL)); err != nil || l.Partial == "" {
		t.Errorf("got %+v, %v; want a partial listing", l, err)
	}
}

func TestDigest(t *testing.T) {
	handler, digest := registryWith(t, "team/app", "1.0", "latest")
	noHead := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			rw.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		handler.ServeHTTP(rw, r)
	})
	for name, h := range map[string]http.Handler{"head": handler, "get": noHead} {
		server := httptest.NewServer(h)
		ds := client(t)
		for version, want := range map[string]string{"1.0": digest, "": digest, "9": ""} {
			got, err := ds.Digest(t.Context(), query(server.URL), version)
			if got != want || (want == "") != errors.Is(err, datasources.ErrNotFound) {
				t.Errorf("%s: digest of %q is %q, %v; want %q", name, version, got, err, want)
			}
		}
		server.Close()
	}
}

// TestToken checks the login by a token server, and that a password stays away
// from a token server that is somebody else's.
func TestToken(t *testing.T) {
	handler, _ := registryWith(t, "team/app", "1.0")
	var logins []string
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token":
			user, password, _ := r.BasicAuth()
			logins = append(logins, user+":"+password+" "+r.URL.Query().Get("scope"))
			io.WriteString(rw, `{"token": "abc"}`)
		case r.Header.Get("Authorization") != "Bearer abc":
			rw.Header().Set("WWW-Authenticate", `Bearer realm="`+server.URL+`/token",service="s"`)
			rw.WriteHeader(http.StatusUnauthorized)
		default:
			handler.ServeHTTP(rw, r)
		}
	}))
	defer server.Close()
	l, err := client(t, host.Rule{MatchHost: server.URL, Username: "u", Password: "p"}).List(t.Context(), query(server.URL))
	if err != nil || len(l.Releases) != 1 {
		t.Fatalf("got %+v, %v", l, err)
	}
	if d := cmp.Diff([]string{"u:p repository:team/app:pull"}, logins); d != "" {
		t.Errorf("logins (-want +got):\n%s", d)
	}
}

func TestSameOwner(t *testing.T) {
	for _, tt := range []struct {
		registry, realm string
		want            bool
	}{
		{"index.docker.io", "https://auth.docker.io/token", true},
		{"registry.acme.example.test", "https://auth.example.test/token", true},
		{"registry.acme.com", "https://auth.acme.com/token", true},
		{"registry.acme.com", "http://auth.acme.com/token", false},
		{"registry.acme.com", "https://auth.evil.com/token", false},
		{"a.github.io", "https://b.github.io/token", false},
		{"10.0.0.1:5000", "https://10.0.0.2/token", false},
		{"registry.acme.com:5000", "https://registry.acme.com/token", true},
	} {
		u, err := url.Parse(tt.realm)
		if err != nil {
			t.Fatal(err)
		}
		if got := sameOwner(tt.registry, u); got != tt.want {
			t.Errorf("sameOwner(%q, %q) = %v, want %v", tt.registry, tt.realm, got, tt.want)
		}
	}
}

func TestLocate(t *testing.T) {
	for _, tt := range []struct{ registry, pkg, want string }{
		{datasources.DefaultRegistries("docker")[0], "nginx", "https index.docker.io/library/nginx"},
		{datasources.DefaultRegistries("docker")[0], "acme/nginx", "https index.docker.io/acme/nginx"},
		{datasources.DefaultRegistries("docker")[0], "docker.io/nginx", "https index.docker.io/library/nginx"},
		{datasources.DefaultRegistries("docker")[0], "registry.example.test:5000/a/b", "https registry.example.test:5000/a/b"},
		{datasources.DefaultRegistries("docker")[0], "localhost/a", "https localhost/a"},
		{"https://mirror.example.test", "library/nginx", "https mirror.example.test/library/nginx"},
		{"https://mirror.example.test/hub/", "nginx", "https mirror.example.test/hub/nginx"},
		{"https://mirror.example.test/hub", "mirror.example.test/hub/nginx", "https mirror.example.test/hub/nginx"},
		{"http://mirror.example.test", "a/b", "http mirror.example.test/a/b"},
		{"mirror.example.test", "a/b", "https mirror.example.test/a/b"},
		{"oci://charts.example.test/acme", "shop", "https charts.example.test/acme/shop"},
		{datasources.DefaultRegistries("docker")[0], "oci://charts.example.test/acme/shop", "https charts.example.test/acme/shop"},
		{"https://plain.example.test", "a", "http plain.example.test/a"},
		{"https://u:p@mirror.example.test", "a/b", "https mirror.example.test/a/b"},
		{"https://mirror.example.test", "A/B", "error"},
		{"https://mirror.example.test", "", "error"},
		{"https://", "a", "error"},
	} {
		yes := true
		ds := client(t, host.Rule{MatchHost: "plain.example.test", Insecure: true, Enabled: &yes})
		repo, scheme, err := ds.locate(datasources.Query{Datasource: "docker", Registry: tt.registry, Package: tt.pkg})
		got := scheme + " " + repo.Name()
		if err != nil {
			got = "error"
		}
		if got != tt.want {
			t.Errorf("locate(%q, %q) = %q, want %q", tt.registry, tt.pkg, got, tt.want)
		}
	}
}

// hub answers for Docker Hub's names in this process.
type hub struct{ registry, api http.Handler }

func (h hub) RoundTrip(req *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	if "https://"+req.URL.Host == datasources.DockerHubAPI {
		h.api.ServeHTTP(rec, req)
	} else if datasources.IsDockerHub(req.URL.Host) {
		h.registry.ServeHTTP(rec, req)
	} else {
		return nil, errors.New("no such host")
	}
	resp := rec.Result()
	resp.Request = req
	return resp, nil
}

func TestHubTimes(t *testing.T) {
	handler, _ := registryWith(t, "library/nginx", "1.0", "1.1")
	pushed := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	api := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v2/repositories/library/nginx/tags" {
			http.NotFound(rw, r)
			return
		}
		fmt.Fprintf(rw, `{"next": "https://elsewhere.example.test/x", "results": [{"name": "1.1", "tag_last_pushed": %q}, {"name": "gone"}]}`, pushed.Format(time.RFC3339))
	})
	for name, tt := range map[string]struct {
		api   http.Handler
		allow []string
		want  time.Time
	}{
		"there":       {api, nil, pushed},
		"not there":   {http.NotFoundHandler(), nil, time.Time{}},
		"not allowed": {api, []string{"docker.io"}, time.Time{}},
	} {
		c, err := host.New(host.Options{Base: hub{handler, tt.api}, Allow: tt.allow})
		if err != nil {
			t.Fatal(err)
		}
		l, err := Source.New(c.Env()).List(t.Context(), datasources.Query{
			Datasource: "docker", Registry: datasources.DefaultRegistries("docker")[0], Package: "nginx",
		})
		if err != nil {
			t.Fatal(name, err)
		}
		want := &datasources.Listing{Releases: []datasources.Release{{Version: "1.0"}, {Version: "1.1", Published: tt.want}}}
		if d := cmp.Diff(want, l); d != "" {
			t.Errorf("%s: listing (-want +got):\n%s", name, d)
		}
	}
}

// BenchmarkList looks up an image of five tags in a registry in this process,
// each time with a new login.
func BenchmarkList(b *testing.B) {
	handler, _ := registryWith(b, "team/app", "1", "2", "3", "4", "5")
	server := httptest.NewServer(handler)
	defer server.Close()
	c, err := host.New(host.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if l, err := Source.New(c.Env()).List(b.Context(), query(server.URL)); err != nil || len(l.Releases) != 5 {
			b.Fatal(l, err)
		}
	}
}

// TestAnonymousPing checks that credentials are sent to a registry that
// greets everybody and hides private images from strangers, as Artifactory does.
func TestAnonymousPing(t *testing.T) {
	handler, _ := registryWith(t, "team/app", "1.0")
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if _, _, ok := r.BasicAuth(); !ok && r.URL.Path != "/v2/" {
			http.NotFound(rw, r)
			return
		}
		handler.ServeHTTP(rw, r)
	}))
	defer server.Close()
	l, err := client(t, host.Rule{MatchHost: server.URL, Username: "u", Password: "p"}).List(t.Context(), query(server.URL))
	if err != nil || len(l.Releases) != 1 {
		t.Errorf("got %+v, %v", l, err)
	}
}
