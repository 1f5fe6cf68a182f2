// Package presets fetches shared presets, once a pass for the whole fleet, and
// keeps a last good copy of each.
package presets

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/flight"
	"github.com/currant-bot/currant/updater/platform"
)

// A Fetcher reads one file. The error is [fs.ErrNotExist] if there certainly is none.
type Fetcher func(ctx context.Context, ref config.Ref) ([]byte, error)

// A Source fetches presets and remembers them for one pass. It is safe for
// concurrent use.
type Source struct {
	Fetchers map[string]Fetcher // by Ref.Kind
	Dir      string             // for last good copies; "" to keep none

	// Audience says who asks, where it depends on that what can be read: what one was let in to, another must ask for too. nil where it
	// does not.
	Audience func(ctx context.Context) string

	memo flight.Memo[asked, answer]

	mu    sync.Mutex
	stale []Stale
}

// Asked is a file, and who asked for it.
type asked struct {
	config.Ref
	audience string
}

type answer struct {
	text []byte
	err  error
}

// Preset returns the file that ref names. When it cannot be fetched, no longer
// parses or is gone, it returns the last good copy, with a [config.StaleError].
func (s *Source) Preset(ctx context.Context, ref config.Ref) ([]byte, string, error) {
	want := asked{Ref: ref}
	if s.Audience != nil {
		want.audience = s.Audience(ctx)
	}
	a, err := s.memo.Do(ctx, want, func(ctx context.Context) answer { return s.fetch(ctx, want) })
	if err != nil {
		return nil, "", err
	}
	return a.text, name(ref), a.err
}

// name is what messages call a preset file, such as "acme/presets/default.json at v2"; "" for what it calls itself.
func name(ref config.Ref) string {
	if ref.Repository == "" {
		return ""
	}
	n := ref.Repository + "/" + ref.Path
	if ref.Tag != "" {
		n += " at " + ref.Tag
	}
	return n
}

func (s *Source) fetch(ctx context.Context, ref asked) answer {
	fetch := s.Fetchers[ref.Kind]
	if fetch == nil {
		return answer{err: fmt.Errorf("presets of the kind %s> cannot be fetched here: name a platform and a token for it", ref.Kind)}
	}
	text, err := fetch(ctx, ref.Ref)
	if errors.Is(err, platform.ErrNotFound) {
		err = fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	if ctx.Err() != nil {
		return answer{err: err}
	}
	if err == nil {
		bad := config.Readable(ref.Path, string(text))
		if bad == nil {
			return answer{text, s.keep(ref, text)}
		}
		err = fmt.Errorf("it no longer parses: %w", bad)
	}
	if old, e := s.lastGood(ref); e == nil && config.Readable(ref.Path, string(old)) == nil {
		s.note(ref.Ref, err)
		return answer{old, &config.StaleError{Err: err}}
	}
	if text != nil {
		return answer{text: text} // there never was a good one: reading it says what is wrong, and where
	}
	return answer{err: err}
}

// A Stale is a preset of which a copy from before is used, and why.
type Stale struct {
	Name string // such as "acme/presets/default.json"
	Err  error
}

// Stale lists the presets of which copies from before are used, so that it can be said in one place
// for the whole fleet.
func (s *Source) Stale() []Stale {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(slices.Values(s.stale), func(a, b Stale) int { return strings.Compare(a.Name, b.Name) })
}

func (s *Source) note(ref config.Ref, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stale = append(s.stale, Stale{cmp.Or(name(ref), ref.Path), err})
}

func (s *Source) file(ref asked) string {
	key := fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s", ref.Kind, ref.Repository, ref.Path, ref.Tag)
	if ref.audience != "" {
		key = fmt.Appendf(key, "\x00%s", ref.audience)
	}
	sum := sha256.Sum256(key)
	return filepath.Join(s.Dir, hex.EncodeToString(sum[:16])+".json")
}

func (s *Source) lastGood(ref asked) ([]byte, error) {
	if s.Dir == "" {
		return nil, fs.ErrNotExist
	}
	return os.ReadFile(s.file(ref))
}

// keep writes a copy so that a crash leaves the old one or the new one.
func (s *Source) keep(ref asked, text []byte) error {
	if s.Dir == "" {
		return nil
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return fmt.Errorf("keeping a copy of a preset: %w", err)
	}
	f, err := os.CreateTemp(s.Dir, "new-*")
	if err != nil {
		return fmt.Errorf("keeping a copy of a preset: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), s.file(ref))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keeping a copy of a preset: %w", err), os.Remove(f.Name()))
	}
	return nil
}
