package main

import (
	"bytes"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

var setupForm = regexp.MustCompile(`(?s)<form action="([^"]+)".*name="manifest" value="([^"]+)"`)

// TestSetup makes an App as a person does it: the page, GitHub's page, and back. What is stored is for this user alone, and nothing of it
// is shown.
func TestSetup(t *testing.T) {
	s, err := githubtest.New(githubtest.Options{})
	must(t, err)
	defer s.Close()
	for _, tc := range []struct{ organisation, slug string }{{"acme", "currant-acme"}, {"", "currant"}} {
		dir := filepath.Join(t.TempDir(), "keys")
		told, tell := io.Pipe()
		var printed bytes.Buffer
		w := world{out: &printed, err: tell, getenv: func(string) string { return "" }}
		done := make(chan error, 1)
		go func() {
			done <- (&setup{organisation: tc.organisation, endpoint: s.APIURL(), listen: "127.0.0.1:0", out: dir}).run(t.Context(), w)
			tell.Close()
		}()
		line := make([]byte, 200)
		n, err := told.Read(line)
		must(t, err)
		page := strings.Fields(string(line[:n]))[1]
		go io.Copy(io.Discard, told)

		form := setupForm.FindStringSubmatch(browse(t, func() (*http.Response, error) { return http.Get(page) }))
		if form == nil || !strings.Contains(html.UnescapeString(form[2]), `"redirect_url":"`+page+`/made"`) {
			t.Fatalf("the page %s has no form that leads back", page)
		}
		end := browse(t, func() (*http.Response, error) {
			return http.PostForm(html.UnescapeString(form[1]), url.Values{"manifest": {html.UnescapeString(form[2])}})
		})
		must(t, <-done)
		key, about := filepath.Join(dir, tc.slug+".pem"), filepath.Join(dir, tc.slug+".json")
		for _, f := range []string{key, about} {
			info, err := os.Stat(f)
			must(t, err)
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s is %s", f, info.Mode())
			}
			text, err := os.ReadFile(f)
			must(t, err)
			for shown, where := range map[string]string{printed.String(): "the output", end: "the page"} {
				if strings.Contains(shown, strings.TrimSpace(string(text))) || strings.Contains(shown, "PRIVATE KEY") || strings.Contains(shown, "hook-secret") {
					t.Errorf("%s shows what is in %s", where, f)
				}
			}
		}
		for _, want := range []string{"export CURRANT_GITHUB_APP_ID=", "export CURRANT_GITHUB_APP_KEY_FILE=" + key, "export CURRANT_ENDPOINT=" + s.APIURL()} {
			if !strings.Contains(printed.String(), want) {
				t.Errorf("%q is not in %s", want, printed.String())
			}
		}
		if !strings.Contains(end, s.URL()+"/github-apps/"+tc.slug+"/installations/new") {
			t.Errorf("the page does not lead to the installation: %s", end)
		}
	}
}

// browse returns the text of a page.
func browse(t *testing.T, get func() (*http.Response, error)) string {
	t.Helper()
	resp, err := get()
	must(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	must(t, err)
	return string(text)
}
