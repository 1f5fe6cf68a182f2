package presets

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
)

// answers has one text for each URL that may be asked.
type answers map[string]string

func (a answers) RoundTrip(req *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	text, ok := a[req.URL.String()]
	if !ok {
		rec.WriteHeader(http.StatusNotFound)
	}
	_, err := io.WriteString(rec, text)
	return rec.Result(), err
}

func TestFetchers(t *testing.T) {
	gitlab, gitea, forgejo := public("gitlab-tags"), public("gitea-tags"), public("forgejo-tags")
	env := datasources.Env{Client: &http.Client{Transport: answers{
		"https://presets.example.test/a.json":                                                               "web",
		datasources.GitHubEndpoint + "repos/acme/presets/contents/sub/a%20b.json":                           "github",
		datasources.GitHubEndpoint + "repos/acme/presets/contents/default.json?ref=v1%2F2":                  "github at v1/2",
		gitlab + "/api/v4/projects/acme%2Fgroup%2Fpresets/repository/files/sub%2Fdefault.json/raw?ref=HEAD": "gitlab",
		gitlab + "/api/v4/projects/acme%2Fgroup%2Fpresets/repository/files/sub%2Fdefault.json/raw?ref=v2":   "gitlab at v2",
		gitea + "/api/v1/repos/acme/presets/raw/sub/default.json":                                           "gitea",
		forgejo + "/api/v1/repos/acme/presets/raw/default.json?ref=v3":                                      "forgejo at v3",
		"https://npm.example.test/@acme%2Frenovate-config":                                                  `{"dist-tags": {"latest": "2.0.0"}, "versions": {"1.0.0": {}, "2.0.0": {"renovate-config": {"default": {}}}}}`,
		"https://npm.example.test/renovate-config-broken":                                                   `{"versions": {}}`,
	}}}
	fetchers := Fetchers(env, func(string) string { return "https://npm.example.test/" })
	for _, tc := range []struct {
		ref  config.Ref
		want string
	}{
		{config.Ref{Kind: "http", Path: "https://presets.example.test/a.json"}, "web"},
		{config.Ref{Kind: "github", Repository: "acme/presets", Path: "sub/a b.json"}, "github"},
		{config.Ref{Kind: "github", Repository: "acme/presets", Path: "default.json", Tag: "v1/2"}, "github at v1/2"},
		{config.Ref{Kind: "gitlab", Repository: "acme/group/presets", Path: "sub/default.json"}, "gitlab"},
		{config.Ref{Kind: "gitlab", Repository: "acme/group/presets", Path: "sub/default.json", Tag: "v2"}, "gitlab at v2"},
		{config.Ref{Kind: "gitea", Repository: "acme/presets", Path: "sub/default.json"}, "gitea"},
		{config.Ref{Kind: "forgejo", Repository: "acme/presets", Path: "default.json", Tag: "v3"}, "forgejo at v3"},
		{config.Ref{Kind: "npm", Repository: "@acme/renovate-config", Path: "package.json"}, `{"renovate-config": {"default": {}}}`},
	} {
		text, err := fetchers[tc.ref.Kind](t.Context(), tc.ref)
		if err != nil || string(text) != tc.want {
			t.Errorf("%s: %q, %v", tc.ref, text, err)
		}
		gone := tc.ref
		gone.Repository, gone.Path = "acme/gone", "https://presets.example.test/gone.json"
		if _, err := fetchers[gone.Kind](t.Context(), gone); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", gone, err)
		}
	}
	_, err := fetchers["npm"](t.Context(), config.Ref{Kind: "npm", Repository: "renovate-config-broken"})
	if err == nil || !strings.Contains(err.Error(), "latest version") {
		t.Error(err)
	}
}
