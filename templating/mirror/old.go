package mirror

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/currant-bot/currant/datasources/versioning"
)

// Full reports whether a tag is one version for good: a version that is not short for a
// longer one at the same commit, as v1 is for v1.2.3 while it is the newest, or was when it was last seen.
func (m *Mirror) Full(tag Tag, s versioning.Scheme) bool {
	if !s.Valid(tag.Name) {
		return false
	}
	if len(m.seen.Tags[tag.Name]) > 1 {
		return !m.hasLonger(tag.Name, "")
	}
	return !m.hasLonger(tag.Name, tag.Commit)
}

// hasLonger reports whether there is a tag that goes on where name ends, at commit if that is given.
func (m *Mirror) hasLonger(name, commit string) bool {
	for _, t := range m.tags {
		if strings.HasPrefix(t.Name, name+".") && (commit == "" || t.Commit == commit) {
			return true
		}
	}
	return false
}

// An Old is the version that a repository was made from.
type Old struct {
	Commit  string // "" if it is gone
	Guessed string // how it was worked out, where the answers file does not settle it; else ""
}

// Old returns what ref, the _commit of an answers file, stood for when that file was committed. A zero
// time stands for now.
func (m *Mirror) Old(ctx context.Context, ref string, committed time.Time, s versioning.Scheme) (Old, error) {
	tag, ok := m.Tag(ref)
	if !ok {
		commit, err := m.Resolve(ctx, ref)
		return Old{Commit: commit}, err
	}
	if committed.IsZero() {
		return Old{Commit: tag.Commit}, nil
	}
	if commit, ok := m.at(ref, committed); ok {
		if commit == tag.Commit {
			return Old{Commit: commit}, nil
		}
		return Old{Commit: commit, Guessed: fmt.Sprintf("tag %s has moved since; %.12s is where it pointed when it was last seen before", ref, commit)}, nil
	}
	if m.Full(tag, s) || !m.hasLonger(ref, "") {
		return Old{Commit: tag.Commit}, nil
	}
	var best *Tag
	for i, t := range m.tags {
		if strings.HasPrefix(t.Name, ref+".") && m.Full(t, s) && s.Stable(t.Name) && !t.Made.After(committed) &&
			(best == nil || s.Compare(t.Name, best.Name) > 0) {
			best = &m.tags[i]
		}
	}
	if best == nil || best.Commit == tag.Commit {
		return Old{Commit: tag.Commit}, nil
	}
	return Old{Commit: best.Commit, Guessed: fmt.Sprintf("tag %s moves; %s was its newest version when the answers file was committed", ref, best.Name)}, nil
}
