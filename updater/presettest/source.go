package presettest

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"
	"sync/atomic"

	"github.com/currant-bot/currant/config"
)

// A Source answers references to one repository of presets from its files at
// some state, and passes all others on. It is safe for concurrent use.
type Source struct {
	Repository string // such as "acme/presets"
	FS         fs.FS
	Next       config.Source // nil if no others are fetched

	used atomic.Bool
}

// Used reports whether a preset of the repository was asked for.
func (s *Source) Used() bool { return s.used.Load() }

// Preset returns a file of the repository.
func (s *Source) Preset(ctx context.Context, ref config.Ref) ([]byte, string, error) {
	if ref.Kind != "http" && strings.EqualFold(ref.Repository, s.Repository) {
		s.used.Store(true)
		data, err := fs.ReadFile(s.FS, ref.Path)
		if errors.Is(err, fs.ErrInvalid) {
			err = fs.ErrNotExist
		}
		return data, ref.Path, err
	}
	if s.Next == nil {
		return nil, "", config.ErrNotFetched
	}
	return s.Next.Preset(ctx, ref)
}

// reference returns what extends is to say for a preset of the repository.
func (s *Source) reference(preset string) string {
	if strings.Contains(preset, ">") || strings.Contains(preset, ":") {
		return preset
	}
	name := path.Clean(strings.TrimPrefix(preset, "./"))
	for _, ext := range []string{"", ".json", ".json5", ".jsonc"} {
		if info, err := fs.Stat(s.FS, name+ext); err == nil && !info.IsDir() {
			return "local>" + s.Repository + "//" + name + ext
		}
	}
	return "local>" + s.Repository + "//" + name
}
