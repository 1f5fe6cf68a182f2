package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/currant-bot/currant/datasources"
)

func TestOnce(t *testing.T) {
	var asked atomic.Int64
	o := NewOnce(func(_ context.Context, k int) (string, error) {
		asked.Add(1)
		if k == 0 {
			return "", datasources.ErrNotFound
		}
		return fmt.Sprint(k), nil
	})
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			got, err := o.Do(context.Background(), i%2)
			if i%2 == 0 && !errors.Is(err, datasources.ErrNotFound) || i%2 == 1 && got != "1" {
				t.Errorf("%d: %q, %v", i, got, err)
			}
		})
	}
	wg.Wait()
	if asked.Load() != 2 || o.Asked() != 2 {
		t.Errorf("asked %d times, counted %d", asked.Load(), o.Asked())
	}
}

// TestOnceCancelled checks that who asks first and gives up spoils nothing for others.
func TestOnceCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		o := NewOnce(func(ctx context.Context, _ string) (int, error) {
			if calls++; calls == 1 {
				<-ctx.Done()
				return 0, ctx.Err()
			}
			return 42, nil
		})
		ctx, cancel := context.WithCancel(context.Background())
		first := make(chan error)
		go func() {
			_, err := o.Do(ctx, "k")
			first <- err
		}()
		synctest.Wait()
		second := make(chan int)
		go func() {
			n, _ := o.Do(context.Background(), "k")
			second <- n
		}()
		synctest.Wait()
		cancel()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("first: %v", err)
		}
		if n := <-second; n != 42 {
			t.Errorf("second: %d", n)
		}
	})
}

// A site is a server that counts what it is asked, and a cache before it.
type site struct {
	*httptest.Server
	full, unchanged int // answers with a body, and 304s
	now             time.Time
	client          *http.Client
	disk            *Disk
	dir             string
}

// open starts a site whose answers have header and body.
func open(t *testing.T, header http.Header, body func() string) *site {
	t.Helper()
	s := &site{now: time.Now(), dir: t.TempDir()}
	s.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		for name, values := range header {
			rw.Header()[name] = values
		}
		text := body()
		if tag := header.Get("Etag"); tag != "" {
			tag = `"` + text + `"`
			rw.Header().Set("Etag", tag)
			if r.Header.Get("If-None-Match") == tag {
				s.unchanged++
				rw.WriteHeader(http.StatusNotModified)
				return
			}
		}
		if modified := header.Get("Last-Modified"); modified != "" && r.Header.Get("If-Modified-Since") == modified {
			s.unchanged++
			rw.WriteHeader(http.StatusNotModified)
			return
		}
		s.full++
		io.WriteString(rw, text)
	}))
	t.Cleanup(s.Close)
	disk, err := Open(s.dir, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	s.disk = disk
	s.client = &http.Client{Transport: &Transport{Next: http.DefaultTransport, Disk: disk, Now: func() time.Time { return s.now }}}
	return s
}

// get asks with an Authorization header and returns the body.
func (s *site) get(t *testing.T, authorization string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func (s *site) counts(t *testing.T, full, unchanged int) {
	t.Helper()
	if s.full != full || s.unchanged != unchanged {
		t.Errorf("%d full answers and %d unchanged, want %d and %d", s.full, s.unchanged, full, unchanged)
	}
}

func TestRevalidation(t *testing.T) {
	for name, header := range map[string]http.Header{
		"etag":          {"Etag": {"x"}},
		"last-modified": {"Last-Modified": {"Thu, 01 Jan 2026 00:00:00 GMT"}},
		"no-cache":      {"Etag": {"x"}, "Cache-Control": {"no-cache, max-age=600"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, header, func() string { return "one" })
			for range 3 {
				if got := s.get(t, ""); got != "one" {
					t.Errorf("got %q", got)
				}
			}
			s.counts(t, 1, 2)
		})
	}
}

func TestChange(t *testing.T) {
	text := "one"
	s := open(t, http.Header{"Etag": {"x"}}, func() string { return text })
	s.get(t, "")
	text = "two"
	if got := s.get(t, "") + s.get(t, ""); got != "twotwo" {
		t.Errorf("got %q", got)
	}
	s.counts(t, 2, 1)
}

func TestFreshness(t *testing.T) {
	s := open(t, http.Header{"Cache-Control": {"max-age=600"}, "Etag": {"x"}, "Age": {"60"}}, func() string { return "one" })
	s.get(t, "")
	s.now = s.now.Add(539 * time.Second)
	s.get(t, "")
	s.counts(t, 1, 0)
	s.now = s.now.Add(2 * time.Second)
	s.get(t, "")
	s.counts(t, 1, 1)
	s.now = s.now.Add(time.Second) // fresh again
	s.get(t, "")
	s.counts(t, 1, 1)

	s = open(t, http.Header{"Cache-Control": {"max-age=31536000, immutable"}}, func() string { return "one" })
	s.get(t, "")
	s.now = s.now.Add(maxFresh + time.Second)
	s.get(t, "")
	s.counts(t, 2, 0)
}

func TestNotStored(t *testing.T) {
	for name, header := range map[string]http.Header{
		"no validator": {},
		"no-store":     {"Etag": {"x"}, "Cache-Control": {"no-store"}},
		"vary":         {"Etag": {"x"}, "Vary": {"*"}},
	} {
		s := open(t, header, func() string { return "one" })
		s.get(t, "")
		s.get(t, "")
		if s.full != 2 {
			t.Errorf("%s: %d full answers", name, s.full)
		}
	}
}

// TestPrivate checks that an answer is never given to other credentials.
func TestPrivate(t *testing.T) {
	s := open(t, http.Header{"Cache-Control": {"max-age=600"}}, func() string { return "one" })
	for _, authorization := range []string{"Bearer a", "Bearer b", ""} {
		s.get(t, authorization)
		s.get(t, authorization)
	}
	s.counts(t, 3, 0)
}

// TestDamage checks that a damaged entry counts as absent.
func TestDamage(t *testing.T) {
	for name, damage := range map[string]func(string) string{
		"cut":      func(s string) string { return s[:len(s)/2] },
		"empty":    func(string) string { return "" },
		"flipped":  func(s string) string { return "X" + s[1:] },
		"longer":   func(s string) string { return s + "x" },
		"trailing": func(s string) string { return s[:len(s)-4] + "\xff\xff\xff\xff" },
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, http.Header{"Cache-Control": {"max-age=600"}}, func() string { return "one" })
			s.get(t, "")
			files, err := filepath.Glob(filepath.Join(s.dir, "*"))
			if err != nil || len(files) != 1 {
				t.Fatal(files, err)
			}
			text, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(files[0], []byte(damage(string(text))), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := s.get(t, "") + s.get(t, ""); got != "oneone" {
				t.Errorf("got %q", got)
			}
			s.counts(t, 2, 0)
		})
	}
}

// TestHalfRead checks that a body that was not read to its end is not stored.
func TestHalfRead(t *testing.T) {
	s := open(t, http.Header{"Cache-Control": {"max-age=600"}}, func() string { return strings.Repeat("x", 100_000) })
	resp, err := s.client.Get(s.URL + "/x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(resp.Body, make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if files, _ := os.ReadDir(s.dir); len(files) != 0 {
		t.Errorf("%d files after half a body", len(files))
	}
}

// TestSize checks that a disk keeps to its size, dropping the oldest.
func TestSize(t *testing.T) {
	dir := t.TempDir()
	disk, err := Open(dir, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	store := func(key string, size int) error {
		w, err := disk.Create(key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(make([]byte, size)); err != nil {
			w.Abort()
			return err
		}
		w.Commit(Entry{})
		return nil
	}
	start := time.Now()
	for i := range 20 {
		if err := store(fmt.Sprint("k", i), 1000); err != nil {
			t.Fatal(err)
		}
		at := start.Add(time.Duration(i) * time.Second)
		os.Chtimes(filepath.Join(dir, fmt.Sprint("k", i)), at, at)
	}
	var total int64
	for _, f := range disk.files() {
		total += f.size
	}
	if total > 10_000 {
		t.Errorf("%d bytes are kept", total)
	}
	if _, _, err := disk.Get("k0"); err == nil {
		t.Error("the oldest is still there")
	}
	if _, body, err := disk.Get("k19"); err != nil {
		t.Error("the newest is gone")
	} else {
		body.Close()
	}
	if store("big", 5000) == nil {
		t.Error("one entry may take more than a quarter")
	}
	// Opened again with less room it makes room at once.
	if _, err := Open(dir, 2000); err != nil {
		t.Fatal(err)
	}
	if n := len(disk.files()); n > 2 {
		t.Errorf("%d files after opening with less room", n)
	}
}

// TestAlwaysAsk checks that what must be seen as it is now is asked for each time.
func TestAlwaysAsk(t *testing.T) {
	s := open(t, http.Header{"Cache-Control": {"private, max-age=60"}, "Etag": {"x"}}, func() string { return "one" })
	s.client = &http.Client{Transport: &Transport{Next: http.DefaultTransport, Disk: s.disk, Now: func() time.Time { return s.now }, AlwaysAsk: true}}
	s.get(t, "")
	s.get(t, "")
	s.counts(t, 1, 1)
}

// TestIdentity checks that an answer is found again under another token of the same identity, where the host agrees each time, and only there.
func TestIdentity(t *testing.T) {
	for _, tt := range []struct {
		ask             bool
		identities      [2]string
		full, unchanged int
	}{
		{true, [2]string{"app acme/shop", "app acme/shop"}, 1, 1},
		{true, [2]string{"app acme/shop", "app bank/shop"}, 2, 0},
		{true, [2]string{"", ""}, 2, 0},
		{false, [2]string{"app acme/shop", "app acme/shop"}, 2, 0},
	} {
		s := open(t, http.Header{"Cache-Control": {"private, max-age=60"}, "Etag": {"x"}}, func() string { return "one" })
		transport := &Transport{Next: http.DefaultTransport, Disk: s.disk, Now: func() time.Time { return s.now }, AlwaysAsk: tt.ask}
		for i, token := range []string{"Bearer a", "Bearer b"} {
			req, err := http.NewRequestWithContext(datasources.WithTerms(t.Context(), datasources.Terms{Identity: tt.identities[i]}), http.MethodGet, s.URL+"/x", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", token)
			resp, err := transport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			if body, err := io.ReadAll(resp.Body); string(body) != "one" || err != nil {
				t.Errorf("%q, %v", body, err)
			}
			resp.Body.Close()
		}
		s.counts(t, tt.full, tt.unchanged)
	}
}

// TestRenewedHeaders checks that what the host says now counts, as RFC 9111 (3.2) wants: how many requests are left, for example.
func TestRenewedHeaders(t *testing.T) {
	left := 5
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Etag", `"x"`)
		rw.Header().Set("X-Left", strconv.Itoa(left))
		rw.Header().Set("Content-Type", "application/json")
		if left--; r.Header.Get("If-None-Match") != "" {
			rw.Header().Set("Content-Type", "text/plain")
			rw.WriteHeader(http.StatusNotModified)
		}
	}))
	defer server.Close()
	disk, err := Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &Transport{Next: http.DefaultTransport, Disk: disk, Now: time.Now}}
	for _, want := range []string{"5", "4", "3"} {
		resp, err := client.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header; got.Get("X-Left") != want || got.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v, want %s left", got, want)
		}
	}
}

func TestText(t *testing.T) {
	d, err := Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := d.Load("a"); ok {
		t.Error("there is a text before it was stored")
	}
	d.Save("a", []byte("one"))
	d.Save("b", make([]byte, 1<<20))
	if text, ok := d.Load("a"); !ok || string(text) != "one" {
		t.Errorf("got %q, %v", text, ok)
	}
	if _, ok := d.Load("b"); ok {
		t.Error("a text that is too large was stored")
	}
}
