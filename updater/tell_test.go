package updater_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources/changelog"
	"github.com/currant-bot/currant/datasources/host"
)

// kept is a keeper of release notes that lives as long as its world.
type kept map[string][]byte

func (k kept) Load(key string) ([]byte, bool) { data, ok := k[key]; return data, ok }
func (k kept) Save(key string, data []byte)   { k[key] = data }

// reader reads release notes of repositories on w, some hours after the last one.
func (w *world) reader(keep kept, hours int) *changelog.Reader {
	c, err := host.New(host.Options{Rules: []host.Rule{{MatchHost: w.APIURL(), Token: w.token}}, Base: w.transport, Sleep: func(_ context.Context, _ time.Duration) error { return nil }})
	w.must(err)
	now := time.Now().Add(time.Duration(hours) * time.Hour)
	return changelog.New(changelog.Options{Env: c.Env(), Kind: func(string) string { return "github" }, Keep: keep, Now: func() time.Time { return now }})
}

// release makes a release, by GitHub's interface.
func (w *world) release(repo, tag, body string) {
	w.Helper()
	req, err := http.NewRequest(http.MethodPost, w.APIURL()+"repos/"+repo+"/releases", strings.NewReader(fmt.Sprintf(`{"tag_name": %q, "body": %q}`, tag, body)))
	w.must(err)
	req.Header.Set("Authorization", "Bearer "+w.token)
	res, err := http.DefaultClient.Do(req)
	w.must(err)
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(res.Body)
		w.Fatalf("making a release: %s", text)
	}
}

// body is that of the only pull request whose title begins so.
func (w *world) body(title string) string {
	w.Helper()
	pulls, err := w.Pulls(shop)
	w.must(err)
	for _, p := range pulls {
		if strings.HasPrefix(p.Title, title) {
			return p.Body
		}
	}
	w.Fatalf("no pull request %q", title)
	return ""
}

// Release notes come to pull requests from the same host, once; a host that fails later changes nothing, and corrections are taken over.
func TestReleaseNotes(t *testing.T) {
	w := newWorld(t, map[string]string{"renovate.json": `{"packageRules": [{"matchPackageNames": ["postgres"], "enabled": false}]}`, "Dockerfile": "FROM redis:7.0\n"})
	w.must(w.CreateRepo("acme/redis", map[string]string{"CHANGELOG.md": "# Changes\n\n## 7.1.0\n\nFrom the *file*\n"}))
	w.release("acme/redis", "7.2", "Thanks @octo, this closes #12")
	w.tags["redis"] = []string{"7.0", "7.1", "7.2"}
	w.source = w.URL() + "/acme/redis"
	keep := make(kept)
	w.noter = w.reader(keep, 0)
	w.clean()
	first := w.body("Update redis")
	for _, want := range []string{"### Release Notes", "`7.2`", "Thanks @\u200bocto, this closes #\u200b12", "### Why"} {
		if !strings.Contains(first, want) {
			t.Errorf("the body lacks %q:\n%s", want, first)
		}
	}
	unchanged := func(when string) {
		t.Helper()
		w.ResetLog()
		w.clean()
		if writes := w.Writes(); len(writes) > 0 || w.body("Update redis") != first {
			t.Errorf("%s: %+v\n%s", when, writes, w.body("Update redis"))
		}
	}
	unchanged("with nothing new")
	w.transport = failing{w.URL() + "/api/v3/repos/acme/redis"}
	w.noter = w.reader(keep, 48)
	unchanged("with the source down")
	w.noter = w.reader(make(kept), 48)
	unchanged("with the source down and nothing remembered")
	w.transport = nil
	w.noter = w.reader(make(kept), 48)
	unchanged("with the source back")
	w.must2(w.Commit("acme/redis", "main", map[string]string{"CHANGELOG.md": "## 7.2\n\nFrom the file\n"}, "Tell"))
	w.noter = w.reader(keep, 96)
	w.clean()
	if got := w.body("Update redis"); !strings.Contains(got, "From the file") || strings.Contains(got, "octo") {
		t.Errorf("a correction is not taken over:\n%s", got)
	}
	w.must2(w.Commit(shop, "main", map[string]string{"renovate.json": `{"fetchChangeLogs": "off"}`}, "No notes"))
	w.clean()
	if got := w.body("Update redis"); strings.Contains(got, "Release Notes") {
		t.Errorf("switched off, they are still there:\n%s", got)
	}
}

func (w *world) must2(_ string, err error) { w.Helper(); w.must(err) }

// failing is a network on which addresses that begin so answer 502.
type failing struct{ prefix string }

func (f failing) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.String(), f.prefix) {
		return &http.Response{StatusCode: http.StatusBadGateway, Status: "502 Bad Gateway", Header: make(http.Header), Body: io.NopCloser(new(bytes.Buffer)), Request: r}, nil
	}
	return http.DefaultTransport.RoundTrip(r)
}
