package presets

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
)

var ref = config.Ref{Kind: "local", Repository: "acme/presets", Path: "default.json"}

func fetcher(f Fetcher) map[string]Fetcher { return map[string]Fetcher{"local": f} }

func TestFetchedOnceForTheFleet(t *testing.T) {
	var calls atomic.Int64
	s := &Source{Fetchers: fetcher(func(context.Context, config.Ref) ([]byte, error) { calls.Add(1); return []byte("{}"), nil })}
	var g sync.WaitGroup
	for range 20 {
		g.Go(func() {
			if text, _, err := s.Preset(t.Context(), ref); string(text) != "{}" || err != nil {
				t.Errorf("%q, %v", text, err)
			}
		})
	}
	g.Wait()
	if calls.Load() != 1 {
		t.Errorf("fetched %d times", calls.Load())
	}
}

func TestLastGoodCopy(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "presets")
	outage := errors.New("the host is down")
	good := &Source{Dir: dir, Fetchers: fetcher(func(context.Context, config.Ref) ([]byte, error) { return []byte(`{"automerge": true}`), nil })}
	bad := func() *Source {
		return &Source{Dir: dir, Fetchers: fetcher(func(context.Context, config.Ref) ([]byte, error) { return nil, outage })}
	}
	if _, _, err := bad().Preset(t.Context(), ref); !errors.Is(err, outage) {
		t.Errorf("without a copy: %v", err)
	}
	if _, _, err := good.Preset(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	text, _, err := bad().Preset(t.Context(), ref)
	var stale *config.StaleError
	if !errors.As(err, &stale) || string(text) != `{"automerge": true}` {
		t.Errorf("%q, %v", text, err)
	}
	tagged := ref
	tagged.Tag = "v2"
	if _, _, err := bad().Preset(t.Context(), tagged); errors.As(err, &stale) {
		t.Error("another tag has the same copy")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("%v in the folder, %v", left, err)
	}
}

func TestCertainlyAbsent(t *testing.T) {
	s := &Source{Fetchers: fetcher(func(context.Context, config.Ref) ([]byte, error) {
		return nil, fmt.Errorf("reading it: %w", platform.ErrNotFound)
	})}
	if _, _, err := s.Preset(t.Context(), ref); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	other := ref
	other.Kind = "gitlab"
	if _, _, err := s.Preset(t.Context(), other); err == nil || !strings.Contains(err.Error(), "gitlab>") {
		t.Error(err)
	}
}

// A pass that is given up leaves no error behind for the repositories that go on.
func TestGivingUpIsNotRemembered(t *testing.T) {
	began := make(chan struct{})
	var calls atomic.Int64
	s := &Source{Fetchers: fetcher(func(ctx context.Context, _ config.Ref) ([]byte, error) {
		if calls.Add(1) > 1 {
			return []byte("{}"), nil
		}
		close(began)
		<-ctx.Done()
		return nil, ctx.Err()
	})}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, _, err := s.Preset(ctx, ref); done <- err }()
	<-began
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if text, _, err := s.Preset(t.Context(), ref); string(text) != "{}" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
}
