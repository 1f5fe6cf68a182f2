package quota

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/platform"
)

// A clock is a time that passes only by sleeping, or when it is set.
type clock struct {
	now   time.Time
	slept []time.Duration
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

// A forge is a GitHub that counts.
type forge struct {
	clock *clock
	limit int // 0 for none
	used  int
	reset time.Time
	same  bool // nothing has changed
	said  string
}

func (h *forge) RoundTrip(req *http.Request) (*http.Response, error) {
	res := &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(h.said)), Request: req}
	if !h.clock.now.Before(h.reset) {
		h.used, h.reset = 0, h.clock.now.Add(time.Hour)
	}
	if h.same && req.Method == http.MethodGet {
		res.StatusCode = http.StatusNotModified
	} else {
		h.used++
	}
	if h.limit > 0 {
		for name, n := range map[string]int64{"Limit": int64(h.limit), "Remaining": int64(h.limit - h.used), "Reset": h.reset.Unix()} {
			res.Header.Set("X-Ratelimit-"+name, fmt.Sprint(n))
		}
		if strings.HasSuffix(req.URL.Path, "/graphql") {
			res.Header.Set("X-Ratelimit-Resource", "graphql")
		}
	}
	return res, nil
}

func open(t *testing.T, h *forge, file string) (*Book, func(account, method, path, body string) error) {
	t.Helper()
	b, err := Open(Options{File: file, Now: func() time.Time { return h.clock.now }, Sleep: h.clock.Sleep})
	if err != nil {
		t.Fatal(err)
	}
	transport := b.Transport(h, func(req *http.Request) bool { return req.URL.Host == "ghe.example.test" })
	return b, func(account, method, path, body string) error {
		ctx := datasources.WithTerms(t.Context(), datasources.Terms{Account: account})
		req, err := http.NewRequestWithContext(ctx, method, "https://ghe.example.test/api"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := transport.RoundTrip(req)
		if err == nil {
			text, err := io.ReadAll(res.Body)
			if err != nil || string(text) != h.said {
				t.Errorf("the answer became %q, %v", text, err)
			}
		}
		return err
	}
}

func newForge(limit int) *forge {
	return &forge{clock: &clock{now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}, limit: limit}
}

const pulls = "/v3/repos/acme/shop/pulls"

// TestMeans follows an hour: half of it is ours, and towards the end of that only what is urgent is done.
func TestMeans(t *testing.T) {
	h := newForge(1000)
	b, ask := open(t, h, "")
	h.same = true
	for range 2000 {
		ask("acme", "GET", pulls, "")
	}
	if m, why := b.Means("acme"); m != platform.Everything {
		t.Errorf("after answers that cost nothing: %v %s", m, why)
	}
	h.same = false
	for n, want := range map[int]platform.Means{399: platform.Everything, 400: platform.Urgent, 499: platform.Urgent, 500: platform.Nothing} {
		h := newForge(1000)
		b, ask := open(t, h, "")
		for range n {
			ask("acme", "GET", pulls, "")
		}
		m, why := b.Means("acme")
		if m != want || (why == "") != (m == platform.Everything) {
			t.Errorf("after %d requests: %v %q", n, m, why)
		}
		if n == 500 && why != "Currant has used its share of 500 of the 1000 requests (core) that GitHub allows until 13:00 UTC" {
			t.Error(why)
		}
		if m, _ := b.Means("bank"); m != platform.Everything {
			t.Errorf("another account: %v", m)
		}
		h.clock.now = h.clock.now.Add(time.Hour)
		if m, why := b.Means("acme"); m != platform.Everything {
			t.Errorf("in the next hour: %v %s", m, why)
		}
	}
	// People use the same token.
	h = newForge(1000)
	b, ask = open(t, h, "")
	ask("", "GET", pulls, "")
	h.used = 899
	ask("", "GET", pulls, "")
	if m, why := b.Means(""); m != platform.Nothing || !strings.Contains(why, "GitHub allows 100 more requests") {
		t.Errorf("%v %s", m, why)
	}
}

// TestPace checks GitHub's advice on requests that make content: a second between two, 80 in a minute, 500 in an hour.
func TestPace(t *testing.T) {
	h := newForge(50000)
	file := filepath.Join(t.TempDir(), "limits.json")
	b, ask := open(t, h, file)
	ask("acme", "GET", pulls, "")
	began := h.clock.now
	var made []time.Time
	var err error
	for err == nil {
		if err = ask("acme", "POST", pulls, "{}"); err == nil {
			made = append(made, h.clock.now)
		}
	}
	var retry *datasources.RetryError
	if len(made) != perHour || !errors.As(err, &retry) || retry.After < 50*time.Minute {
		t.Fatalf("%d were made, then %v", len(made), err)
	}
	for i := range made {
		if i > 0 && made[i].Sub(made[i-1]) < time.Second {
			t.Fatalf("%d and %d are %s apart", i-1, i, made[i].Sub(made[i-1]))
		}
		if i >= perMinute && made[i].Sub(made[i-perMinute]) < time.Minute {
			t.Fatalf("%d to %d within %s", i-perMinute, i, made[i].Sub(made[i-perMinute]))
		}
	}
	if took := made[len(made)-1].Sub(began); took > 10*time.Minute {
		t.Errorf("500 changes took %s", took)
	}
	if m, why := b.Means("acme"); m != platform.Urgent || !strings.Contains(why, "500 of the 500 changes") {
		t.Errorf("%v %s", m, why)
	}
	if err := ask("bank", "POST", pulls, "{}"); err != nil {
		t.Errorf("another account: %v", err)
	}
	// A run that was just started knows what the last one did.
	if err := b.Save(); err != nil {
		t.Fatal(err)
	}
	b, ask = open(t, h, file)
	if err := ask("acme", "POST", pulls, "{}"); !errors.As(err, &retry) {
		t.Errorf("after a restart: %v", err)
	}
	if got := b.Usage(); len(got) > 0 {
		t.Errorf("used by a run that was refused: %+v", got)
	}
	h.clock.now = h.clock.now.Add(time.Hour)
	if err := ask("acme", "POST", pulls, "{}"); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

// TestPaced says which requests wait, by the second of the same kind.
func TestPaced(t *testing.T) {
	for _, tt := range []struct {
		method, path, body string
		limit              int
		waits              bool
	}{
		{"POST", pulls, "{}", 5000, true},
		{"PATCH", "/v3/repos/acme/shop/issues/7", "{}", 5000, true},
		{"POST", "/v3/repos/acme/shop/issues/7/comments", "{}", 5000, true},
		{"PUT", "/v3/repos/acme/shop/pulls/7/merge", "{}", 5000, true},
		{"POST", "/v3/repos/acme/shop/git/trees", "{}", 5000, false},
		{"GET", pulls, "", 5000, false},
		{"POST", "/graphql", `{"query": "query { viewer { login } }"}`, 5000, false},
		{"POST", "/graphql", `{"query": "\n mutation { x }"}`, 5000, true},
		{"POST", pulls, "{}", 0, false}, // a server without limits
	} {
		h := newForge(tt.limit)
		_, ask := open(t, h, "")
		ask("", "GET", "/v3/repos/acme/shop", "")
		for range 2 {
			if err := ask("", tt.method, tt.path, tt.body); err != nil {
				t.Fatal(err)
			}
		}
		if (len(h.clock.slept) > 0) != tt.waits {
			t.Errorf("%s %s with %d: slept %v", tt.method, tt.path, tt.limit, h.clock.slept)
		}
	}
}

func TestUsage(t *testing.T) {
	h := newForge(5000)
	b, ask := open(t, h, "")
	ask("acme", "GET", pulls, "")
	ask("acme", "POST", pulls, "{}")
	ask("acme", "POST", "/v3/repos/acme/shop/git/trees", "{}")
	h.same = true
	ask("acme", "GET", pulls, "")
	h.said = `{"data": {"rateLimit": {"cost": 7, "remaining": 4990, "resetAt": "2026-11-25T13:00:00Z"}}}`
	ask("acme", "POST", "/graphql", `{"query": "query { rateLimit { cost } }"}`)
	h.said = `{"data": {}}`
	ask("acme", "POST", "/graphql", `{"query": "query { viewer { login } }"}`)
	reset := time.Unix(h.reset.Unix(), 0)
	want := []Usage{{Account: "acme", Requests: 6, Unchanged: 1, Writes: 2, Points: 8, Limit: 5000, Remaining: 4997, Reset: &reset}}
	if diff := cmp.Diff(want, b.Usage()); diff != "" {
		t.Error(diff)
	}
	if spent := b.accounts["acme"].Windows["graphql"].Spent; spent != 8 {
		t.Errorf("%d points of GraphQL", spent)
	}
}

// TestOrder lets a fleet be looked at two at a time: who was put off comes first, so nobody waits for ever.
func TestOrder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "limits.json")
	fleet := []string{"acme/a", "acme/b", "acme/c", "acme/d", "acme/e"}
	var got []string
	for range 5 {
		b, _ := open(t, newForge(5000), file)
		for i, name := range b.Order(fleet) {
			if i < 2 {
				got = append(got, strings.TrimPrefix(name, "acme/"))
				b.Looked(name, "")
			} else {
				b.Looked(name, "no more requests")
			}
		}
		if err := b.Save(); err != nil {
			t.Fatal(err)
		}
	}
	if order := strings.Join(got, " "); order != "a b c d e a b c d a" {
		t.Errorf("looked at: %s", order)
	}
	b, _ := open(t, newForge(5000), file)
	if diff := cmp.Diff([]string{"acme/c", "acme/z"}, b.Order([]string{"acme/z", "acme/c"})); diff != "" {
		t.Errorf("one that is not there any more: %s", diff)
	}
}

// TestBook checks what becomes of a file that is not as it should be, and of a share.
func TestBook(t *testing.T) {
	for _, text := range []string{"", "{", "[]", "null", `{"accounts": {"acme": null}}`, `{"accounts": {"acme": {"windows": {"core": null}}}}`} {
		file := filepath.Join(t.TempDir(), "limits.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		h := newForge(5000)
		b, ask := open(t, h, file)
		if err := ask("acme", "POST", pulls, "{}"); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if m, _ := b.Means("acme"); m != platform.Everything {
			t.Errorf("%q: %v", text, m)
		}
	}
	for _, share := range []int{-1, 101} {
		if _, err := Open(Options{Share: share, Now: time.Now}); err == nil {
			t.Errorf("a share of %d%%", share)
		}
	}
}
