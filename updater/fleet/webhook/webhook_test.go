package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/fleet"
)

const bot = "currant[bot]"

// TestRead says for each event what it leads to: a reason for a job, or "-" and why there is none.
func TestRead(t *testing.T) {
	shop := `"repository": {"full_name": "acme/shop", "default_branch": "main"}`
	by := func(login string) string { return shop + `, "sender": {"login": "` + login + `"}` }
	for _, tt := range []struct{ event, body, want string }{
		{"push", `{"ref": "refs/heads/main", ` + by("ann") + `}`, "acme/shop: push to main"},
		{"push", `{"ref": "refs/heads/renovate/redis-7.x", "deleted": true, ` + by("ann") + `}`, "acme/shop: branch renovate/redis-7.x deleted"},
		{"push", `{"ref": "refs/tags/v1", ` + by("ann") + `}`, "- only branches are looked at"},
		{"push", `{"ref": "refs/heads/renovate/redis-7.x", ` + by(bot) + `}`, "- Currant did it itself"},
		{"push", `{"ref": "refs/heads/main", ` + by(bot) + `}`, "acme/shop: push to main"}, // it merged
		{"push", `{"ref": "refs/heads/x\u001b[2J", ` + by("ann") + `}`, "acme/shop: push to x?[2J"},
		{"push", `{"ref": "refs/heads/` + strings.Repeat("x", 200) + `", ` + by("ann") + `}`, "acme/shop: push to " + strings.Repeat("x", 91) + "…"},
		{"pull_request", `{"action": "closed", "pull_request": {"number": 7}, ` + by(bot) + `}`, "acme/shop: pull request #7 closed"},
		{"pull_request", `{"action": "edited", "pull_request": {"number": 7}, ` + by(bot) + `}`, "- Currant did it itself"},
		{"pull_request", `{"action": "edited", "pull_request": {"number": 7}, ` + by("ann") + `}`, "acme/shop: pull request #7 edited"},
		{"pull_request", `{"action": "assigned", "pull_request": {"number": 7}, ` + by("ann") + `}`, "- pull_request assigned changes nothing for Currant"},
		{"pull_request_review", `{"action": "submitted", "pull_request": {"number": 7}, ` + by("ann") + `}`, "acme/shop: review of pull request #7 submitted"},
		// Actions run as whoever pushed, which is us.
		{"check_run", `{"action": "completed", "check_run": {"name": "build", "app": {"slug": "github-actions"}}, ` + by(bot) + `}`, "acme/shop: check build completed"},
		{"check_run", `{"action": "completed", "check_run": {"name": "age", "app": {"slug": "currant"}}, ` + by(bot) + `}`, "- Currant did it itself"},
		{"check_run", `{"action": "created", "check_run": {"name": "build"}, ` + by("ann") + `}`, "- check_run created changes nothing for Currant"},
		{"check_run", `{"action": "completed", "check_run": null, ` + by("ann") + `}`, "acme/shop: check completed"},
		{"check_suite", `{"action": "completed", "check_suite": {"app": {"slug": "github-actions"}}, ` + by(bot) + `}`, "acme/shop: checks of github-actions completed"},
		{"check_suite", `{"action": "requested", "check_suite": {}, ` + by(bot) + `}`, "- check_suite requested changes nothing for Currant"},
		{"status", `{"state": "success", "context": "ci/build", ` + by("jenkins") + `}`, "acme/shop: status ci/build"},
		{"status", `{"state": "pending", "context": "ci/build", ` + by("jenkins") + `}`, "- a pending status settles nothing"},
		{"status", `{"state": "success", "context": "age", ` + by(bot) + `}`, "- Currant did it itself"},
		{"issues", `{"action": "edited", "issue": {"number": 1}, ` + by("ann") + `}`, "acme/shop: issue #1 edited"},
		{"issues", `{"action": "edited", "issue": {"number": 1}, ` + by(bot) + `}`, "- Currant did it itself"},
		{"issues", `{"action": "opened", "issue": {"number": 1}, ` + by("ann") + `}`, "- issues opened changes nothing for Currant"},
		{"issue_comment", `{"action": "created", ` + by("ann") + `}`, "- comments are for people; boxes of the dashboard and of pull requests are heard by themselves"},
		{"merge_group", `{"action": "destroyed", ` + by("ann") + `}`, "acme/shop: merge queue moved on"},
		{"dependabot_alert", `{"action": "created", ` + by("github") + `}`, "acme/shop: vulnerability alert created"},
		{"repository", `{"action": "renamed", ` + by("ann") + `}`, "acme/shop: repository renamed"},
		{"repository", `{"action": "archived", ` + by("ann") + `}`, "- repository archived changes nothing for Currant"},
		{"installation", `{"action": "created", "installation": {"created_at": 1600000000}, "repositories": [{"full_name": "acme/shop"}, {"full_name": "acme/web"}]}`,
			"acme/shop, acme/web: app installation: created"},
		{"installation", `{"action": "created"}`, "- it names no repository"},
		{"installation", `{"action": "deleted", "repositories": [{"full_name": "acme/shop"}]}`, "- installation deleted changes nothing for Currant"},
		{"installation_repositories", `{"action": "added", "repositories_added": [{"full_name": "acme/api"}], "repositories_removed": [{"full_name": "acme/old"}]}`,
			"acme/api: added to the app's installation"},
		{"ping", `{"zen": "Keep it logically awesome."}`, "- the webhook works"},
		{"star", `{"action": "created"}`, "- Currant does not listen to this event"},
		{"ping", `{`, "! this is not what GitHub sends"},
		{"push", `{`, "! this is not what GitHub sends"},
		{"push", `[]`, "! this is not what GitHub sends"},
		{"push", `{"ref": {}, ` + by("ann") + `}`, "! this is not what GitHub sends"},
		{"push", `{"ref": "refs/heads/main", "repository": {"full_name": "acme/../x"}}`, "! this is not what GitHub sends: a repository without a name"},
		{"push", `{"ref": "refs/heads/main"}`, "- it names no repository"},
		{"issues", `{` + by("ann") + `}`, "! this is not what GitHub sends: it has no action"},
	} {
		if got := told(Read(tt.event, []byte(tt.body), bot)); got != tt.want {
			t.Errorf("%s %s:\n%s, want\n%s", tt.event, tt.body, got, tt.want)
		}
	}
	// A person's own token: that person is heard.
	if got := told(Read("issues", []byte(`{"action": "edited", "issue": {"number": 1}, `+by("ann")+`}`), "")); got != "acme/shop: issue #1 edited" {
		t.Error(got)
	}
}

func told(r Reading, err error) string {
	if err != nil {
		return "! " + err.Error()
	}
	if len(r.Jobs) == 0 {
		return "- " + r.Note
	}
	var names []string
	for _, j := range r.Jobs {
		names = append(names, j.Repository)
	}
	return strings.Join(names, ", ") + ": " + strings.Join(r.Jobs[0].Why, "; ")
}

func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// deliver posts a delivery and returns the answer.
func deliver(t testing.TB, h http.Handler, body string, change func(*http.Request)) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/hooks/github", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", "push")
	r.Header.Set("X-GitHub-Delivery", "0ff1ce")
	r.Header.Set("X-Hub-Signature-256", sign("new", []byte(body)))
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestHandler(t *testing.T) {
	const push = `{"ref": "refs/heads/main", "repository": {"full_name": "acme/shop", "default_branch": "main"}, "sender": {"login": "ann"}}`
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	form := "payload=" + url.QueryEscape(push)
	for _, tt := range []struct {
		name, body string
		change     func(*http.Request)
		status     int
		says       string
		jobs       int
	}{
		{"a push", push, nil, 202, `{"repositories":["acme/shop"]}`, 1},
		{"as a form", form, set("Content-Type", "application/x-www-form-urlencoded"), 202, `"acme/shop"`, 1},
		{"with a charset", push, set("Content-Type", "application/json; charset=utf-8"), 202, `"acme/shop"`, 1},
		{"signed with the secret before", push, set("X-Hub-Signature-256", sign("old", []byte(push))), 202, `"acme/shop"`, 1},
		{"signed by a stranger", push, set("X-Hub-Signature-256", sign("other", []byte(push))), 401, "X-Hub-Signature-256", 0},
		{"signed with SHA-1", push, set("X-Hub-Signature-256", "sha1=5d41402abc4b2a76b9719d911017c592"), 401, "", 0},
		{"a short signature", push, set("X-Hub-Signature-256", "sha256="), 401, "", 0},
		{"no hexadecimal signature", push, set("X-Hub-Signature-256", "sha256=zz"), 401, "", 0},
		{"unsigned", push, func(r *http.Request) { r.Header.Del("X-Hub-Signature-256") }, 401, "", 0},
		{"a changed body", push + " ", set("X-Hub-Signature-256", sign("new", []byte(push))), 401, "", 0},
		{"nonsense", "{", nil, 400, "not what GitHub sends", 0},
		{"nonsense in a form", "payload=%zz", set("Content-Type", "application/x-www-form-urlencoded"), 400, "not what GitHub sends", 0},
		{"an empty form", "x=y", set("Content-Type", "application/x-www-form-urlencoded"), 400, "", 0},
		{"another type", push, set("Content-Type", "text/plain"), 415, "content type", 0},
		{"an unknown event", push, set("X-GitHub-Event", "star"), 202, "does not listen", 0},
		{"no event", push, func(r *http.Request) { r.Header.Del("X-GitHub-Event") }, 400, "missing", 0},
		{"no number", push, func(r *http.Request) { r.Header.Del("X-GitHub-Delivery") }, 400, "missing", 0},
		{"a long number", push, set("X-GitHub-Delivery", strings.Repeat("x", 1000)), 400, "", 0},
		{"looked at", "", func(r *http.Request) { r.Method = http.MethodGet }, 405, "posted", 0},
		{"too long", strings.Repeat(" ", MaxBody+1), nil, 413, "too long", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var jobs []fleet.Job
			var lines []string
			h, err := New(Options{Secrets: []string{"old", "new"}, Self: bot, Add: func(j fleet.Job) { jobs = append(jobs, j) }, Tell: func(l string) { lines = append(lines, l) }})
			if err != nil {
				t.Fatal(err)
			}
			status, said := deliver(t, h, tt.body, tt.change)
			if status != tt.status || !strings.Contains(said, tt.says) || !json.Valid([]byte(said)) || len(jobs) != tt.jobs {
				t.Errorf("%d %s, jobs %v", status, said, jobs)
			}
			if tt.status != 405 && len(lines) != 1 {
				t.Errorf("logged: %q", lines)
			}
		})
	}
	for _, secrets := range [][]string{nil, {""}, {"good", ""}} {
		if _, err := New(Options{Secrets: secrets}); err == nil {
			t.Errorf("secrets %q are taken", secrets)
		}
	}
}

// TestReplay checks that a delivery counts once, and that what is remembered is bounded.
func TestReplay(t *testing.T) {
	jobs := 0
	h, err := New(Options{Secrets: []string{"new"}, Add: func(fleet.Job) { jobs++ }})
	if err != nil {
		t.Fatal(err)
	}
	send := func(id string) int {
		status, _ := deliver(t, h, `{"ref": "refs/heads/main", "repository": {"full_name": "acme/shop"}}`, func(r *http.Request) { r.Header.Set("X-GitHub-Delivery", id) })
		return status
	}
	var got []int
	for _, id := range []string{"a", "a", "b", "a"} {
		got = append(got, send(id))
	}
	if diff := cmp.Diff([]int{202, 200, 202, 200}, got); diff != "" || jobs != 2 {
		t.Errorf("%d jobs, %s", jobs, diff)
	}
	for i := range 2 * remembered {
		send(fmt.Sprint(i))
	}
	if n := len(h.seen.ids); n > remembered+1 {
		t.Errorf("%d deliveries are remembered", n)
	}
	if send(fmt.Sprint(2*remembered-1)) != 200 {
		t.Error("the latest delivery is not remembered")
	}
}

// Fuzz checks what holds for all that may be sent: an answer that is no error of the server, and jobs for
// repositories with names only.
func Fuzz(f *testing.F) {
	for _, event := range []string{"push", "installation", "check_run", "status", "ping", "star", ""} {
		f.Add(event, []byte(`{"action": "completed", "ref": "refs/heads/main", "repository": {"full_name": "acme/shop", "default_branch": "main"}, "sender": {"login": "currant[bot]"}}`))
		f.Add(event, []byte(`{"action": "created", "repositories": [{"full_name": "acme/shop"}], "check_run": null, "installation": {"created_at": 1}}`))
	}
	f.Fuzz(func(t *testing.T, event string, body []byte) {
		var jobs []fleet.Job
		h, err := New(Options{Secrets: []string{"new"}, Self: bot, Add: func(j fleet.Job) { jobs = append(jobs, j) }})
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"application/json", "application/x-www-form-urlencoded"} {
			status, said := deliver(t, h, string(body), func(r *http.Request) {
				r.Header.Set("X-GitHub-Event", event)
				r.Header.Set("Content-Type", kind)
				r.Header.Set("X-GitHub-Delivery", kind)
			})
			if status >= 500 || status < 200 || !json.Valid([]byte(said)) {
				t.Errorf("%d %q", status, said)
			}
			if status != http.StatusAccepted && len(jobs) > 0 {
				t.Errorf("%d, and jobs %v", status, jobs)
			}
			jobs = nil
		}
		r, err := Read(event, body, bot)
		for _, j := range r.Jobs {
			if err != nil || !nameRE.MatchString(j.Repository) || len(j.Why) != 1 || j.Priority != fleet.Event || bytes.ContainsAny([]byte(j.Why[0]), "\x00\x1b\n") {
				t.Errorf("%+v, %v", j, err)
			}
		}
	})
}
