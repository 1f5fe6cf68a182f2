package mirror

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A journal remembers where tags have pointed, since the host does not.
type journal struct {
	Tags map[string][]sighting `json:"tags"`
}

type sighting struct {
	Commit string    `json:"commit"`
	Seen   time.Time `json:"seen"` // first
}

// A Move is a tag that has been moved to another commit.
type Move struct {
	Tag, From, To string
	Seen          time.Time
}

// Moved returns the tags that have moved since they were first seen, by name.
func (m *Mirror) Moved() []Move {
	var moves []Move
	for _, t := range m.tags {
		if all := m.seen.Tags[t.Name]; len(all) > 1 {
			last := all[len(all)-1]
			moves = append(moves, Move{Tag: t.Name, From: all[len(all)-2].Commit, To: last.Commit, Seen: last.Seen})
		}
	}
	return moves
}

// journal notes where the tags are now. A journal that cannot be read is begun anew: it
// only helps, and is not the only witness.
func (m *Mirror) journal(now time.Time) error {
	path := filepath.Join(m.dir, "currant-tags.json")
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading where tags were: %w", err)
	}
	if err != nil || json.Unmarshal(text, &m.seen) != nil || m.seen.Tags == nil {
		m.seen = journal{Tags: make(map[string][]sighting)}
	}
	changed := false
	for _, t := range m.tags {
		all := m.seen.Tags[t.Name]
		if len(all) == 0 || all[len(all)-1].Commit != t.Commit {
			m.seen.Tags[t.Name] = append(all, sighting{Commit: t.Commit, Seen: now.UTC()})
			changed = true
		}
	}
	if !changed {
		return nil
	}
	if text, err = json.Marshal(m.seen); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return fmt.Errorf("noting where tags are: %w", err)
	}
	return os.Rename(path+".new", path)
}

// at returns where a tag pointed at a time, if the journal goes back that far.
func (m *Mirror) at(tag string, when time.Time) (commit string, ok bool) {
	for _, s := range m.seen.Tags[tag] {
		if s.Seen.After(when) {
			break
		}
		commit, ok = s.Commit, true
	}
	return commit, ok
}
