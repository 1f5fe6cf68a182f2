package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/updater/platform/github/app"
	"github.com/currant-bot/currant/updater/platform/github/quota"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// An acme is a GitHub on which an app is installed, a registry, and what Currant keeps between runs.
type acme struct {
	testing.TB
	*githubtest.Server
	env []string
}

// newAcme makes repositories, and installs the app in acme, which may ask limit times in an hour; 0 is for ever. Where there is a limit, writes are a
// second apart.
func newAcme(t testing.TB, limit int, repositories ...string) *acme {
	t.Helper()
	s, err := githubtest.New(githubtest.Options{RateLimit: limit})
	f := &acme{TB: t, Server: s}
	f.must(err)
	t.Cleanup(func() { s.Close() })
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"name": "lodash", "versions": {"4.17.20": {}, "4.17.21": {}}, "time": {"4.17.20": "2020-08-13T00:00:00Z", "4.17.21": "2021-02-20T00:00:00Z"}}`)
	}))
	t.Cleanup(registry.Close)
	for _, name := range repositories {
		f.must(s.CreateRepo(name, map[string]string{
			"renovate.json": `{"automerge": true, "prHourlyLimit": 0, "dependencyDashboard": true}`,
			"package.json":  `{"name": "shop", "dependencies": {"lodash": "4.17.20"}}`,
		}))
	}
	made, err := s.CreateApp("currant", app.Permissions())
	f.must(err)
	s.Install(made.ID, "acme")
	dir := t.TempDir()
	key := filepath.Join(dir, "app.pem")
	f.must(os.WriteFile(key, made.Key, 0o600))
	f.env = []string{
		"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "NPM_CONFIG_REGISTRY=" + registry.URL, "CURRANT_NO_DOWNLOADS=1", "CURRANT_ENDPOINT=" + s.APIURL(),
		"CURRANT_GITHUB_APP_ID=" + strconv.FormatInt(made.ID, 10), "CURRANT_GITHUB_APP_KEY_FILE=" + key, "GIT_CONFIG_GLOBAL=/dev/null",
	}
	return f
}

func (f *acme) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// world is that of a command line on the fleet.
func (f *acme) world(out io.Writer, args ...string) world {
	return world{
		args: args, in: strings.NewReader(""), out: out, err: out, environ: func() []string { return f.env },
		getenv: func(name string) string {
			for _, kv := range f.env {
				if text, ok := strings.CutPrefix(kv, name+"="); ok {
					return text
				}
			}
			return ""
		},
	}
}

// run is a command that must succeed, and returns what it said.
func (f *acme) run(args ...string) string {
	f.Helper()
	var said bytes.Buffer
	if code := run(f.Context(), f.world(&said, args...)); code != 0 {
		f.Fatalf("exit code %d:\n%s", code, said.String())
	}
	return said.String()
}

// spent says of the requests so far how many there were to the interface, how many of these count against the limit, and how many were by git. Those for
// tokens are left out: GitHub counts them apart.
func (f *acme) spent() (requests, counted, git int) {
	for _, e := range f.Server.Log() {
		switch {
		case strings.HasPrefix(e.Op, "git-"):
			git++
		case strings.HasPrefix(e.Op, "apps/create-installation") || strings.HasPrefix(e.Op, "apps/list-installations"):
		default:
			requests++
			if e.Status != http.StatusNotModified {
				counted++
			}
		}
	}
	return requests, counted, git
}

// TestUnchangedCostsNothing checks that a run of an app over repositories in which nothing has changed is free, however many they are: though its
// tokens are new in each run.
func TestUnchangedCostsNothing(t *testing.T) {
	f := newAcme(t, 0, "acme/a", "acme/b", "acme/c")
	for range 3 {
		f.run("run", "-q")
	}
	f.ResetLog()
	said := f.run("run")
	requests, counted, _ := f.spent()
	if requests < 9 || counted > 1+2*3 || counted*3 > requests {
		for _, e := range f.Server.Log() {
			t.Log(e.Status, e.Method, e.Op, e.Path)
		}
		t.Errorf("%d of %d requests count against the limit", counted, requests)
	}
	if want := fmt.Sprintf("GitHub, acme: %d requests, %d of them unchanged and free\n", requests, requests-counted); !strings.Contains(said, want) {
		t.Errorf("%q is not said:\n%s", want, said)
	}
}

// TestShare checks that repositories are put off once the share of GitHub's limit is used up, by a run that only looks.
func TestShare(t *testing.T) {
	f := newAcme(t, 60, "acme/a", "acme/b", "acme/c", "acme/d")
	said := f.run("run", "--dry-run", "--api-share", "30")
	if !strings.Contains(said, "acme/a: 1 dependencies, ") || !strings.Contains(said, "acme/d: put off to the next pass: Currant has used its share of 18 of the 60 requests (core) that GitHub allows until ") {
		t.Error(said)
	}
	if _, counted, _ := f.spent(); counted > 18+12 { // the one that it was at is ended
		t.Errorf("%d requests", counted)
	}
}

func TestUsage(t *testing.T) {
	reset := time.Date(2026, 11, 25, 13, 0, 0, 0, time.UTC)
	for want, u := range map[string]quota.Usage{
		"GitHub, acme: 12 requests, 9 of them unchanged and free; 4997 of 5000 are left until 13:00 UTC": {Account: "acme", Requests: 12, Unchanged: 9, Limit: 5000, Remaining: 4997, Reset: &reset},
		"GitHub, the token: 1 requests, 0 of them unchanged and free":                                    {Requests: 1},
	} {
		if got := usage(u); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// BenchmarkUnchangedFleet says how many requests a run over unchanged repositories takes.
func BenchmarkUnchangedFleet(b *testing.B) {
	const n = 5
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("acme/r%03d", i))
	}
	f := newAcme(b, 0, names...)
	for range 3 {
		f.run("run", "-q")
	}
	f.ResetLog()
	for b.Loop() {
		f.run("run", "-q")
	}
	requests, counted, git := f.spent()
	for unit, count := range map[string]int{"requests/repo": requests, "counted/repo": counted, "git/repo": git} {
		b.ReportMetric(float64(count)/float64(b.N)/n, unit)
	}
}
