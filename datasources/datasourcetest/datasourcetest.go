// Package datasourcetest defines the laws that every datasource keeps, and
// checks them against a server that speaks the source's protocol.
package datasourcetest

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
)

// A Case is a source with a server of its protocol.
type Case struct {
	Source *datasources.Source

	// Server returns a handler that serves one package. Its listing should take several pages
	// where the protocol has pages. base is its own address.
	Server func(base string) http.Handler

	// Query asks the server at base for that package.
	Query func(base string) datasources.Query

	// Want is what the package's releases are, in order of version.
	Want []datasources.Release
}

const (
	secret   = "s3cret-of-the-rule"
	password = "s3cret-of-the-url"
	ceiling  = 1 << 20
)

// Run checks all laws for c.
func Run(t *testing.T, c Case) {
	t.Run("whole", c.whole)
	t.Run("credentials", c.credentials)
	t.Run("concurrent", c.concurrent)
	t.Run("cancelled", c.cancelled)
	t.Run("missing", c.missing)
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) { c.fault(t, f) })
	}
}

// A world is a server, a foreign host, and the datasource between them.
type world struct {
	ds       datasources.Datasource
	query    datasources.Query
	requests atomic.Int64 // to the server
	foreign  atomic.Int64 // to the other host
	other    string       // the other host's address
}

// patience is long enough for a busy machine; faults that hang are given less.
const (
	patience   = 30 * time.Second
	impatience = 100 * time.Millisecond
)

// open starts a world. wrap may change the server's handler; it gets the number of each
// request, from 0.
func (c Case) open(t *testing.T, timeout time.Duration, wrap func(w *world, n int, next http.Handler, rw http.ResponseWriter, r *http.Request)) *world {
	t.Helper()
	w := new(world)
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { w.foreign.Add(1) }))
	t.Cleanup(other.Close)
	w.other = other.URL
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n := int(w.requests.Add(1) - 1)
		if wrap == nil {
			handler.ServeHTTP(rw, r)
			return
		}
		wrap(w, n, handler, rw, r)
	}))
	t.Cleanup(server.Close)
	handler = c.Server(server.URL)
	client, err := host.New(host.Options{
		Rules:   []host.Rule{{MatchHost: server.URL, Token: secret, Timeout: timeout}},
		Ceiling: ceiling,
		Sleep:   func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.ds, w.query = c.Source.New(client.Env()), c.Query(server.URL)
	return w
}

func (w *world) list(t *testing.T) (*datasources.Listing, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return w.ds.List(ctx, w.query)
}

// diff says how l differs from what c wants.
func (c Case) diff(l *datasources.Listing) string {
	got := slices.Clone(l.Releases)
	slices.SortFunc(got, func(a, b datasources.Release) int { return strings.Compare(a.Version, b.Version) })
	return cmp.Diff(c.Want, got)
}

func (c Case) whole(t *testing.T) {
	l, err := c.open(t, patience, nil).list(t)
	if err != nil {
		t.Fatal(err)
	}
	if l.Partial != "" {
		t.Errorf("listing is partial: %s", l.Partial)
	}
	if d := c.diff(l); d != "" {
		t.Errorf("releases (-want +got):\n%s", d)
	}
}

// credentials: what a rule says is sent to the rule's host.
func (c Case) credentials(t *testing.T) {
	w := c.open(t, patience, func(_ *world, _ int, next http.Handler, rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(rw, r)
	})
	l, err := w.list(t)
	if err != nil {
		t.Fatal(err)
	}
	if d := c.diff(l); d != "" {
		t.Errorf("releases (-want +got):\n%s", d)
	}
}

func (c Case) concurrent(t *testing.T) {
	w := c.open(t, patience, nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			l, err := w.list(t)
			if err != nil {
				t.Error(err)
			} else if d := c.diff(l); d != "" {
				t.Errorf("releases (-want +got):\n%s", d)
			}
		})
	}
	wg.Wait()
}

// cancelled: whenever the caller gives up, List returns that and nothing else.
func (c Case) cancelled(t *testing.T) {
	for k := range c.count(t) {
		ctx, cancel := context.WithCancel(context.Background())
		w := c.open(t, patience, func(_ *world, n int, next http.Handler, rw http.ResponseWriter, r *http.Request) {
			if n == k {
				cancel()
				gone(r)
				return
			}
			next.ServeHTTP(rw, r)
		})
		l, err := w.ds.List(ctx, w.query)
		if l != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at request %d: got %v, %v", k, l, err)
		}
		var retry *datasources.RetryError
		if errors.As(err, &retry) {
			t.Errorf("cancelled at request %d: it is a RetryError: %v", k, err)
		}
		cancel()
	}
}

// missing: a package that is not there is ErrNotFound, whatever its name.
func (c Case) missing(t *testing.T) {
	w := c.open(t, patience, func(_ *world, _ int, _ http.Handler, rw http.ResponseWriter, _ *http.Request) {
		rw.WriteHeader(http.StatusNotFound)
	})
	if _, err := w.list(t); !errors.Is(err, datasources.ErrNotFound) {
		t.Errorf("got %v, want %v", err, datasources.ErrNotFound)
	}
}

// count returns how many requests a listing takes.
func (c Case) count(t *testing.T) int {
	t.Helper()
	w := c.open(t, patience, nil)
	if _, err := w.list(t); err != nil {
		t.Fatal(err)
	}
	return int(w.requests.Load())
}
