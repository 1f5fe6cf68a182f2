package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/mirror"
	templates "github.com/currant-bot/currant/templating/source"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/github/app"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// owners is a GitHub with an app in two organisations, and an engine for it.
func owners(t *testing.T, operator string) (*githubtest.Server, *engine) {
	t.Helper()
	s, err := githubtest.New(githubtest.Options{})
	must(t, err)
	t.Cleanup(func() { s.Close() })
	for _, name := range []string{"acme/shop", "acme/lib", "bank/lib", "bank/shared", "bank/operator", "world/lib"} {
		var settings []githubtest.Setting
		if strings.HasPrefix(name, "world/") {
			settings = append(settings, githubtest.Public())
		}
		must(t, s.CreateRepo(name, map[string]string{"default.json": `{"labels": ["` + name + `"]}`}, settings...))
		must(t, s.Tag(name, "v1.0.0", "main"))
	}
	made, err := s.CreateApp("currant", app.Permissions())
	must(t, err)
	s.Install(made.ID, "acme")
	s.Install(made.ID, "bank")
	dir := t.TempDir()
	key, global := filepath.Join(dir, "app.pem"), filepath.Join(dir, "operator.json")
	must(t, os.WriteFile(key, made.Key, 0o600))
	must(t, os.WriteFile(global, []byte(operator), 0o600))
	env := map[string]string{
		"HOME": dir, "PATH": os.Getenv("PATH"), "CURRANT_ENDPOINT": s.APIURL(), "CURRANT_NO_DOWNLOADS": "1", "CURRANT_CONFIG": global,
		"CURRANT_GITHUB_APP_ID": strconv.FormatInt(made.ID, 10), "CURRANT_GITHUB_APP_KEY_FILE": key,
	}
	w := world{err: io.Discard, out: io.Discard, getenv: func(k string) string { return env[k] }, environ: func() (out []string) {
		for k, v := range env {
			out = append(out, k+"="+v)
		}
		return out
	}}
	e, err := newEngine(t.Context(), w, options{trust: "render"}, newProgress(io.Discard, true))
	must(t, err)
	t.Cleanup(e.close)
	_, err = e.github(nil, false)
	must(t, err)
	return s, e
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestOwnersAreApart: what the app may read for one organisation, another's repositories do not learn: not by lookups, not by
// presets, not by templates; nor from what was read a moment before.
func TestOwnersAreApart(t *testing.T) {
	s, e := owners(t, `{"extends": ["local>bank/operator", "github>bank/lib"], "sharedRepositories": ["bank/sha*"]}`)
	reads := map[string]map[string]bool{
		"acme/shop": {"acme/lib": true, "bank/lib": false, "bank/shared": true, "bank/operator": true, "world/lib": true},
		"bank/lib":  {"acme/lib": false, "bank/lib": true, "bank/shared": true, "world/lib": true},
		"folder":    {"acme/lib": true, "bank/lib": true, "world/lib": true}, // in which the operator works
	}
	for range 2 {
		for _, job := range []string{"bank/lib", "acme/shop", "folder"} {
			ctx := platform.OnBehalf(t.Context(), job)
			c, _, err := config.Resolve(ctx, config.Input{Files: func(string) ([]byte, bool) { return nil, false }})
			must(t, err)
			reach, err := e.reach(job, c, fstest.MapFS{})
			must(t, err)
			for repo, want := range reads[job] {
				q := datasources.Query{Datasource: "git-tags", Package: s.CloneURL(repo)}
				facts, err := reach.Lookup.Listings(ctx, []datasources.Query{q})
				must(t, err)
				if got := facts[q].Err == nil; got != want {
					t.Errorf("%s looks up %s: %t, %v", job, repo, got, facts[q].Err)
				}
				if _, _, err := e.presets.Preset(ctx, config.Ref{Kind: "local", Repository: repo, Path: "default.json"}); (err == nil) != want {
					t.Errorf("%s takes over a preset of %s: %v", job, repo, err)
				} else if !want && !strings.Contains(err.Error(), "sharedRepositories") {
					t.Errorf("%v does not say what to do", err)
				}
				if err := fetchTemplate(t, e, job, s.CloneURL(repo)); (err == nil) != want {
					t.Errorf("%s uses %s as its template: %v", job, repo, err)
				}
			}
		}
	}
}

// fetchTemplate fetches a template for a repository.
func fetchTemplate(t *testing.T, e *engine, job, address string) error {
	t.Helper()
	ctx := platform.OnBehalf(t.Context(), job)
	g, err := git.Find(ctx, e.w.environ())
	must(t, err)
	src, err := templates.Parse(address)
	must(t, err)
	store := mirror.New(g, mirror.Options{Dir: filepath.Join(e.o.cache, "templates"), Credential: e.templateLogin, Audience: e.audience})
	_, err = store.Open(ctx, src)
	var gone *mirror.UnreachableError
	if err != nil && !errors.As(err, &gone) {
		t.Fatal(err)
	}
	return err
}

// TestTokensOfJobs: a job writes to its own repository alone, and a dry run to none.
func TestTokensOfJobs(t *testing.T) {
	s, e := owners(t, `{}`)
	ctx := platform.OnBehalf(t.Context(), "acme/shop")
	for _, tc := range []struct {
		name  string
		dry   bool
		scope string
		want  map[string]int // status of making a label, by repository
	}{
		{"its own", false, "acme/shop", map[string]int{"acme/shop": 201, "acme/lib": 404, "bank/lib": 404}},
		{"dry", true, "acme/shop", map[string]int{"acme/shop": 403, "acme/lib": 404}},
		{"another", false, "acme/lib", map[string]int{"acme/shop": 404, "acme/lib": 403}},
		{"another owner's", false, "bank/lib", map[string]int{"acme/shop": 403, "bank/lib": 404}},
		{"none", false, "", map[string]int{"acme/shop": 403, "bank/lib": 404}},
	} {
		token, err := e.tokens(tc.dry)(ctx, tc.scope)
		must(t, err)
		got := make(map[string]int)
		for repo := range tc.want {
			req, err := http.NewRequest(http.MethodPost, s.APIURL()+"repos/"+repo+"/labels", strings.NewReader(`{"name": "x", "color": "ededed"}`))
			must(t, err)
			req.Header.Set("Authorization", "Bearer "+token)
			resp, err := http.DefaultClient.Do(req)
			must(t, err)
			resp.Body.Close()
			got[repo] = resp.StatusCode
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, d)
		}
	}
}
