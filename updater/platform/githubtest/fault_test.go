package githubtest_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// The nth request of an operation fails, and no other.
func TestRefuse(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.Inject(githubtest.Fault{Op: "repos/get", Nth: 2})
	for i, want := range []int{200, 502, 200} {
		_, resp, err := w.gh.Repositories.Get(ctx(t), "acme", "shop")
		if resp == nil || resp.StatusCode != want {
			t.Errorf("request %d: got %v, want %d", i+1, err, want)
		}
	}
}

// A cut request did nothing; a lost answer was to one that did.
func TestCutAndLose(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.commit("x", "a.txt", "1\n")
	create := func() error {
		_, _, err := w.gh.PullRequests.Create(ctx(t), "acme", "shop", &github.NewPullRequest{Title: github.String("t"), Head: github.String("x"), Base: github.String("main")})
		return err
	}
	for _, c := range []struct {
		kind githubtest.Kind
		want int
	}{{githubtest.Cut, 0}, {githubtest.Lose, 1}} {
		w.Inject(githubtest.Fault{Op: "pulls/create", Kind: c.kind})
		if create() == nil {
			t.Error("there was an answer")
		}
		pulls, err := w.Pulls(shop)
		w.ok(err)
		if len(pulls) != c.want {
			t.Errorf("there are %d pull requests, want %d", len(pulls), c.want)
		}
		w.ClearFaults()
	}
	w.refused(create(), 422, "A pull request already exists")
}

// Slow waits for the test, not for a clock.
func TestSlow(t *testing.T) {
	w := start(t, githubtest.Options{})
	waiting, deadline := make(chan struct{}), make(chan struct{})
	w.Inject(githubtest.Fault{Op: "repos/get", Kind: githubtest.Slow, Wait: func(c context.Context) {
		close(waiting)
		<-deadline
	}})
	c, cancel := context.WithCancel(ctx(t))
	go func() {
		<-waiting
		cancel()
	}()
	_, _, err := w.gh.Repositories.Get(c, "acme", "shop")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(deadline)
}

// GitHub works mergeability out in the background: "mergeable" may be null.
func TestMergeableUnknown(t *testing.T) {
	w := start(t, githubtest.Options{})
	p := w.open("x", "a.txt", "1\n")
	w.Inject(githubtest.Fault{Op: "pulls/get", Kind: githubtest.Unknown})
	if got := w.get(p); got.Mergeable != nil || got.GetMergeableState() != "unknown" {
		t.Errorf("first: %v %s", got.Mergeable, got.GetMergeableState())
	}
	if got := w.get(p); !got.GetMergeable() || got.GetMergeableState() != "clean" {
		t.Errorf("second: %v %s", got.Mergeable, got.GetMergeableState())
	}
}

func TestLag(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.open("x", "a.txt", "1\n")
	w.Inject(githubtest.Fault{Op: "pulls/list", Kind: githubtest.Lag})
	for _, want := range []int{0, 1} {
		list, _, err := w.gh.PullRequests.List(ctx(t), "acme", "shop", nil)
		w.ok(err)
		if len(list) != want {
			t.Errorf("got %d pull requests, want %d", len(list), want)
		}
	}
}

// docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
func TestSecondaryLimit(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.Inject(githubtest.Fault{Kind: githubtest.Limit, RetryAfter: 2 * time.Minute})
	_, resp, err := w.gh.Repositories.Get(ctx(t), "acme", "shop")
	if err == nil || resp.StatusCode != 403 || resp.Header.Get("Retry-After") != "120" || !strings.Contains(err.Error(), "secondary rate limit") {
		t.Errorf("got %v", err)
	}
}

// The primary limit, and its end.
func TestRateLimit(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	w := start(t, githubtest.Options{RateLimit: 2, Now: func() time.Time { return now }})
	auth := http.Header{"Authorization": {"Bearer " + w.Token(githubtest.Grant{})}}
	for i, want := range []int{200, 200, 403} {
		if got := w.raw("GET", "/api/v3/repos/acme/shop", auth); got.StatusCode != want {
			t.Errorf("request %d: got %d, want %d", i+1, got.StatusCode, want)
		} else if want == 403 && (got.Header.Get("X-Ratelimit-Remaining") != "0" || got.Header.Get("X-Ratelimit-Reset") == "") {
			t.Errorf("headers are %v", got.Header)
		}
	}
	now = now.Add(time.Hour)
	if got := w.raw("GET", "/api/v3/repos/acme/shop", auth).StatusCode; got != 200 {
		t.Errorf("an hour later: got %d", got)
	}
}

// An installation token lasts an hour; a fault makes it end in the middle.
func TestExpiry(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	w := start(t, githubtest.Options{Now: func() time.Time { return now }})
	gh := w.client(githubtest.Grant{Expires: now.Add(time.Hour)})
	_, _, err := gh.Repositories.Get(ctx(t), "acme", "shop")
	w.ok(err)
	w.Inject(githubtest.Fault{Op: "repos/get", Kind: githubtest.Expire})
	_, _, err = gh.Repositories.Get(ctx(t), "acme", "shop")
	w.refused(err, 401, "Bad credentials")
	now = now.Add(time.Hour)
	_, _, err = gh.Repositories.Get(ctx(t), "acme", "shop")
	w.refused(err, 401, "Bad credentials")
}

// Permissions of a token, and what cannot be seen at all.
func TestPermissions(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.ok(w.CreateRepo("acme/secret", nil))
	read := w.client(githubtest.Grant{Permissions: map[string]string{"contents": "read", "issues": "read"}, Repositories: []string{shop}})
	_, _, err := read.Issues.Create(ctx(t), "acme", "shop", &github.IssueRequest{Title: github.String("t")})
	w.refused(err, 403, "Resource not accessible by integration")
	_, _, err = read.Checks.ListCheckRunsForRef(ctx(t), "acme", "shop", "main", nil)
	w.refused(err, 403, "Resource not accessible by integration")
	_, _, _, err = read.Repositories.GetContents(ctx(t), "acme", "shop", "README.md", nil)
	w.ok(err)
	_, _, err = read.Repositories.Get(ctx(t), "acme", "secret")
	w.refused(err, 404, "Not Found")
	for header, want := range map[string]int{"": 404, "Bearer unknown": 401} {
		h := http.Header{}
		if header != "" {
			h.Set("Authorization", header)
		}
		if got := w.raw("GET", "/api/v3/repos/acme/shop", h).StatusCode; got != want {
			t.Errorf("with %q: got %d, want %d", header, got, want)
		}
	}
}

// Writes tells whether a program changed anything.
func TestWrites(t *testing.T) {
	w := start(t, githubtest.Options{})
	p := w.open("x", "a.txt", "1\n")
	w.ResetLog()
	w.get(p)
	w.clone(w.Token(githubtest.Grant{}))
	w.graphql(`{viewer{login}}`, nil)
	if got := w.Writes(); len(got) != 0 || len(w.Log()) < 4 {
		t.Errorf("reading: %d of %d requests are writes", len(got), len(w.Log()))
	}
	_, err := w.merge(p, nil)
	w.ok(err)
	if got := w.Writes(); len(got) != 1 || got[0].Op != "pulls/merge" || got[0].Repo != shop || got[0].Login != "currant[bot]" {
		t.Errorf("writes are %v", got)
	}
}

// An archived repository takes no writes.
func TestArchived(t *testing.T) {
	w := start(t, githubtest.Options{}, githubtest.Archived())
	_, _, err := w.gh.Issues.Create(ctx(t), "acme", "shop", &github.IssueRequest{Title: github.String("t")})
	w.refused(err, 403, "archived")
}

// Two servers know nothing of each other.
func TestTwoServers(t *testing.T) {
	a, b := start(t, githubtest.Options{}), start(t, githubtest.Options{Bot: "other[bot]"})
	a.open("x", "a.txt", "1\n")
	if pulls, err := b.Pulls(shop); err != nil || len(pulls) != 0 {
		t.Errorf("the other server has %v, %v", pulls, err)
	}
	if p := b.open("x", "a.txt", "1\n"); p.GetUser().GetLogin() != "other[bot]" {
		t.Errorf("author is %s", p.GetUser().GetLogin())
	}
}
