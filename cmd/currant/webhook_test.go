package main

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// A heard is what a command has said so far, for tests that wait for something to be said.
type heard struct {
	mu    sync.Mutex
	text  string
	wakes []chan struct{}
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text += string(b)
	for _, c := range h.wakes {
		close(c)
	}
	h.wakes = nil
	return len(b), nil
}

// await returns the submatches of pattern, once it was said n times.
func (h *heard) await(t *testing.T, n int, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for {
		h.mu.Lock()
		all := re.FindAllStringSubmatch(h.text, -1)
		wake := make(chan struct{})
		h.wakes = append(h.wakes, wake)
		text := h.text
		h.mu.Unlock()
		if len(all) >= n {
			return all[n-1]
		}
		select {
		case <-wake:
		case <-t.Context().Done():
			t.Fatalf("%q was not said %d times:\n%s", pattern, n, text)
		}
	}
}

// TestWebhook follows an update from a push to its merge by nothing but webhooks, and then delivers everything again, in another order,
// to one that was just started: nothing more is written.
func TestWebhook(t *testing.T) {
	s := newAcme(t, 0, "acme/shop", "acme/web", "other/api")
	s.env = append(s.env, "CURRANT_WEBHOOK_SECRET=old new")
	// start runs the command. stop asks it to end, waits for that, and returns its exit code.
	start := func() (said *heard, url string, stop func() int) {
		said = new(heard)
		ctx, cancel := context.WithCancel(context.Background())
		code := make(chan int, 1)
		go func() {
			code <- run(ctx, s.world(said, "webhook", "--listen", "127.0.0.1:0"))
		}()
		url = said.await(t, 1, `Listening to GitHub at (\S+)`)[1]
		return said, url, func() int { cancel(); return <-code }
	}

	said, url, stop := start()
	var mu sync.Mutex
	var all []githubtest.Delivery
	live := true
	s.OnDelivery("new", func(d githubtest.Delivery) {
		mu.Lock()
		all = append(all, d)
		now := live
		mu.Unlock()
		if !now {
			return
		}
		if status, err := d.Post(t.Context(), http.DefaultClient, url); status != http.StatusAccepted || err != nil {
			t.Errorf("%s: %d, %v", d.Event, status, err)
		}
	})
	merged := make(chan githubtest.Merge, 1)
	s.OnMerge(func(m githubtest.Merge) { merged <- m })

	_, err := s.CommitAs("ann", "acme/shop", "", map[string]string{"README.md": "# shop\n"}, "read me")
	s.must(err)
	said.await(t, 1, `acme/shop: done in`)
	pulls, err := s.Pulls("acme/shop")
	s.must(err)
	if len(pulls) != 1 || pulls[0].State != "open" {
		t.Fatalf("after the push: %+v", pulls)
	}
	_, err = s.CommitAs("ann", "other/api", "", map[string]string{"README.md": "# api\n"}, "read me")
	s.must(err)
	said.await(t, 1, `other/api: it is not among the repositories to look after`)
	s.must(s.SetCheck("acme/shop", pulls[0].Head, "build", "success"))
	m := <-merged
	if m.By != "currant[bot]" || m.Head != pulls[0].Head {
		t.Errorf("merged: %+v", m)
	}
	said.await(t, 3, `acme/shop: done in`) // the merge has moved main
	if code := stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if strings.Contains(said.text, "error:") || strings.Contains(said.text, "BEGIN RSA") {
		t.Errorf("said:\n%s", said.text)
	}
	if n := strings.Count(said.text, "acme/shop: done in"); n > 4 {
		t.Errorf("%d passes: what Currant does itself calls for more of them\n%s", n, said.text)
	}
	if slices.ContainsFunc(s.Server.Log(), func(e githubtest.Exchange) bool { return e.Repo == "acme/web" || e.Repo == "other/api" }) {
		t.Error("a repository was looked at in which nothing had happened")
	}

	mu.Lock()
	live = false
	again := slices.Clone(all)
	mu.Unlock()
	slices.Reverse(again)
	s.ResetLog()
	said, url, stop = start()
	for _, d := range append(again, again...) {
		if status, err := d.Post(t.Context(), http.DefaultClient, url); status/100 != 2 || err != nil {
			t.Errorf("%s: %d, %v", d.Event, status, err)
		}
	}
	said.await(t, 1, `acme/shop: done in`)
	stop()
	if n := strings.Count(said.text, "this delivery was taken before"); n != len(again) {
		t.Errorf("%d deliveries of %d were known the second time", n, len(again))
	}
	for _, e := range s.Writes() {
		if !strings.HasPrefix(e.Op, "apps/") { // tokens
			t.Errorf("written: %s %s", e.Method, e.Path)
		}
	}
}

// TestWebhookNeeds checks what is said where the command cannot begin.
func TestWebhookNeeds(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{}, "webhooks are of GitHub"},
		{map[string]string{"CURRANT_PLATFORM": "github", "CURRANT_TOKEN": "t"}, "CURRANT_WEBHOOK_SECRET is not set"},
	} {
		tt.env["HOME"] = t.TempDir()
		var said bytes.Buffer
		code := run(t.Context(), world{
			args: []string{"webhook"}, out: &said, err: &said, environ: func() []string { return nil }, getenv: func(name string) string { return tt.env[name] },
		})
		if code != 1 || !strings.Contains(said.String(), tt.want) {
			t.Errorf("%d %s", code, said.String())
		}
	}
}
