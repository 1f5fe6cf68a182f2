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

// What one audience was let in to, another must ask for itself; it gets no copy from before either.
func TestAudience(t *testing.T) {
	type key struct{}
	audience := func(ctx context.Context) string { who, _ := ctx.Value(key{}).(string); return who }
	s := &Source{Dir: t.TempDir(), Audience: audience, Fetchers: fetcher(func(ctx context.Context, _ config.Ref) ([]byte, error) {
		if audience(ctx) != "acme" {
			return nil, platform.ErrNotFound
		}
		return []byte("{}"), nil
	})}
	for range 2 {
		if text, _, err := s.Preset(context.WithValue(t.Context(), key{}, "acme"), ref); err != nil || string(text) != "{}" {
			t.Errorf("%q, %v", text, err)
		}
		if text, _, err := s.Preset(context.WithValue(t.Context(), key{}, "bank"), ref); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("bank reads what is acme's: %q, %v", text, err)
		}
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

// What a preset file was, and is now, decides what its repositories go on with.
func TestLastCopyThatParses(t *testing.T) {
	const good, newer = `{"automerge": true}`, `{"automerge": false}`
	gone := fmt.Errorf("reading it: %w", platform.ErrNotFound)
	for _, test := range []struct {
		name  string
		texts []string // one a pass; "" for a file that is gone
		want  string
		stale string // in what is said; "" for nothing
	}{
		{"unchanged", []string{good, good}, good, ""},
		{"changed", []string{good, newer}, newer, ""},
		{"vanished", []string{good, ""}, good, "not found"},
		{"no longer parses", []string{good, `{"automerge": `}, good, "no longer parses: default.json:1:"},
		{"no object any more", []string{good, `[]`}, good, "expected an object"},
		{"JSON5 in a file of JSON", []string{good, `{automerge: true}`}, `{automerge: true}`, ""},
		{"twice in a row", []string{good, `{`, ""}, good, "not found"},
		{"good again", []string{good, `{`, newer}, newer, ""},
		{"never good", []string{`{`}, `{`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			var text []byte
			var err error
			var s *Source
			for _, now := range test.texts {
				s = &Source{Dir: dir, Fetchers: fetcher(func(context.Context, config.Ref) ([]byte, error) {
					if now == "" {
						return nil, gone
					}
					return []byte(now), nil
				})}
				text, _, err = s.Preset(t.Context(), ref)
			}
			var stale *config.StaleError
			switch {
			case string(text) != test.want:
				t.Errorf("%q, want %q", text, test.want)
			case test.stale == "" && (err != nil || len(s.Stale()) != 0):
				t.Errorf("%v, %v", err, s.Stale())
			case test.stale != "" && (!errors.As(err, &stale) || !strings.Contains(err.Error(), test.stale)):
				t.Errorf("%v, want it to say %q", err, test.stale)
			case test.stale != "" && (len(s.Stale()) != 1 || s.Stale()[0].Name != "acme/presets/default.json"):
				t.Errorf("said in one place: %v", s.Stale())
			}
		})
	}
}

// A repository goes on with a copy from before, is told once, and nothing merges on it.
func TestRepositoryGoesOn(t *testing.T) {
	dir := t.TempDir()
	for _, now := range []string{`{"automerge": true, "labels": ["a"]}`, `{"labels": [`, ""} {
		s := &Source{Dir: dir, Fetchers: fetcher(func(_ context.Context, ref config.Ref) ([]byte, error) {
			if now == "" || ref.Path != "default.json" {
				return nil, platform.ErrNotFound
			}
			return []byte(now), nil
		})}
		own := `{"extends": ["local>acme/presets", "local>acme/presets"], "packageRules": [{"matchManagers": ["npm"], "extends": ["local>acme/presets"]}]}`
		c, ds, err := config.Resolve(t.Context(), config.Input{
			Files:   func(path string) ([]byte, bool) { return []byte(own), path == "renovate.json" },
			Presets: s,
		})
		if err != nil {
			t.Fatal(err)
		}
		if !c.Top().Bool("automerge") {
			t.Errorf("%s: the preset does not hold", now)
		}
		why, stale := c.Stale()
		if want := !strings.HasSuffix(now, "}"); stale != want || len(s.Stale()) != len(why) {
			t.Errorf("%s: stale %v, %v; in one place %v", now, stale, why, s.Stale())
		}
		for _, d := range ds {
			if d.Severity == config.Error {
				t.Errorf("%s: %s", now, d)
			}
		}
	}
}
