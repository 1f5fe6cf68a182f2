package githubtest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// TestDeliveries follows a pull request from its branch to its merge by what webhooks are told.
func TestDeliveries(t *testing.T) {
	s, err := githubtest.New(githubtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.CreateRepo("acme/shop", map[string]string{"a": "1\n"}))
	var got []githubtest.Delivery
	s.OnDelivery("hush", func(d githubtest.Delivery) { got = append(got, d) })
	sha, err := s.CommitAs("ann", "acme/shop", "topic", map[string]string{"a": "2\n"}, "two")
	must(err)
	token := s.Token(githubtest.Grant{})
	do := func(method, path, body string) {
		t.Helper()
		req, err := http.NewRequest(method, s.APIURL()+"repos/acme/shop"+path, strings.NewReader(body))
		must(err)
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		must(err)
		defer resp.Body.Close()
		if text, _ := io.ReadAll(resp.Body); resp.StatusCode >= 300 {
			t.Fatalf("%s %s: %s %s", method, path, resp.Status, text)
		}
	}
	do("POST", "/pulls", `{"title": "Two", "head": "topic", "base": "main"}`)
	do("POST", "/issues/1/labels", `["deps"]`)
	do("PATCH", "/pulls/1", `{"title": "Two!"}`)
	must(s.SetCheck("acme/shop", sha, "build", ""))
	must(s.SetCheck("acme/shop", sha, "build", "success"))
	must(s.SetStatus("acme/shop", sha, "ci", "success"))
	must(s.Approve("acme/shop", 1, "bob"))
	do("PUT", "/pulls/1/merge", `{"sha": "`+sha+`"}`)
	do("DELETE", "/git/refs/heads/topic", "")
	do("POST", "/issues", `{"title": "Dashboard", "body": "x"}`)
	do("PATCH", "/issues/2", `{"body": "y"}`)
	must(s.RenameRepo("acme/shop", "store"))
	app, err := s.CreateApp("currant", nil)
	must(err)
	s.Install(app.ID, "acme")

	var told []string
	numbers := make(map[string]bool)
	for _, d := range got {
		var p struct {
			Repository  struct{ Name string } `json:"repository"`
			Sender      struct{ Login string }
			PullRequest struct{ Merged bool } `json:"pull_request"`
		}
		must(json.Unmarshal(d.Body, &p))
		line := strings.TrimSpace(d.Event+" "+d.Action) + " by " + p.Sender.Login
		if p.PullRequest.Merged && d.Action == "closed" {
			line += ", merged"
		}
		told = append(told, line)
		mac := hmac.New(sha256.New, []byte("hush"))
		mac.Write(d.Body)
		if d.Header.Get("X-Hub-Signature-256") != "sha256="+hex.EncodeToString(mac.Sum(nil)) || d.Header.Get("X-GitHub-Delivery") != d.GUID || numbers[d.GUID] {
			t.Errorf("%s: headers %v", line, d.Header)
		}
		numbers[d.GUID] = true
	}
	want := []string{
		"push by ann", "pull_request opened by currant[bot]", "pull_request labeled by currant[bot]", "pull_request edited by currant[bot]",
		"check_run created by currant[bot]", "check_run completed by currant[bot]", "check_suite completed by currant[bot]", "status by ci[bot]", "pull_request_review submitted by bob",
		"pull_request closed by currant[bot], merged", "push by currant[bot]", "push by currant[bot]",
		"issues opened by currant[bot]", "issues edited by currant[bot]", "repository renamed by acme", "installation created by acme",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}

func TestPost(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("X-GitHub-Event") != "ping" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", r.Header)
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	defer server.Close()
	d := githubtest.Delivery{Body: []byte("{}"), Header: http.Header{"X-Github-Event": {"ping"}, "Content-Type": {"application/json"}}}
	for range 2 {
		if status, err := d.Post(t.Context(), http.DefaultClient, server.URL); status != http.StatusAccepted || err != nil {
			t.Errorf("%d, %v", status, err)
		}
	}
	if asked != 2 {
		t.Errorf("posted %d times", asked)
	}
}
