package templating

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/currant-bot/currant/templating/lock"
)

// Resolutions remember how people resolved conflicts with a template, so that the same conflict in another repository of the
// same owner is resolved as they did. They are kept in a folder; losing it costs people's time, never correctness.
type Resolutions struct{ Dir string }

// A proposal is a file with conflicts that was proposed to a repository.
type proposal struct {
	Template, Version string
	Answers, Path     string
	Text              string // with markers
}

// A resolution is what took the place of a conflict.
type resolution struct {
	Path string
	Text string
	From []string // repositories in which people merged it
}

// maxProposals bounds what is remembered of a repository, and maxResolutions what is of a template.
const (
	maxProposals   = 100
	maxResolutions = 2000
)

// Knows names what is remembered for a template: it changes whenever something is learned.
func (s *Resolutions) Knows(template string) string {
	if s == nil {
		return ""
	}
	var all []string
	for _, owner := range s.owners(template) {
		if text, err := os.ReadFile(owner); err == nil {
			all = append(all, digest(string(text)))
		}
	}
	return strings.Join(all, " ")
}

// find returns how a conflict was resolved in a repository of the same owner.
func (s *Resolutions) find(repository, template, p string, h hunk) (resolution, bool) {
	if s == nil || repository == "" {
		return resolution{}, false
	}
	all := make(map[string]resolution)
	if err := read(s.resolved(repository, template), &all); err != nil {
		return resolution{}, false
	}
	r, ok := all[h.key(p)]
	return r, ok
}

// propose notes the conflicts that a repository is shown, in place of those with the same template before; texts are files with
// markers, by path.
func (s *Resolutions) propose(ctx context.Context, repository string, like proposal, texts map[string]string) error {
	if s == nil || repository == "" {
		return nil
	}
	return s.change(ctx, s.pending(repository), func(load, save func(any) error) error {
		var all []proposal
		if err := load(&all); err != nil {
			return err
		}
		before := len(all)
		all = slices.DeleteFunc(all, func(p proposal) bool { return p.Template == like.Template && p.Answers == like.Answers })
		for _, p := range slices.Sorted(maps.Keys(texts)) {
			if len(all) < maxProposals {
				like.Path, like.Text = p, texts[p]
				all = append(all, like)
			}
		}
		if before == 0 && len(all) == 0 {
			return nil
		}
		return save(all)
	})
}

// Learn takes in how the conflicts were resolved that a repository was shown: those of versions that its answers files now
// name. fsys is its default branch.
func (s *Resolutions) Learn(ctx context.Context, repository string, fsys fs.FS) error {
	if s == nil {
		return nil
	}
	var all []proposal
	if err := read(s.pending(repository), &all); err != nil || len(all) == 0 {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(all), func(p proposal) bool { return landed(fsys, p) })
	if len(left) == len(all) {
		return nil
	}
	for _, p := range all {
		text, err := fs.ReadFile(fsys, p.Path)
		if !landed(fsys, p) || err != nil {
			continue
		}
		if err := s.keep(ctx, repository, p, resolutionsOf(p.Text, string(text))); err != nil {
			return err
		}
	}
	return s.change(ctx, s.pending(repository), func(_, save func(any) error) error { return save(left) })
}

// landed reports whether the version of a proposal is the one in use.
func landed(fsys fs.FS, p proposal) bool {
	text, err := fs.ReadFile(fsys, p.Answers)
	if err != nil {
		return false
	}
	link, err := ReadLink(string(text))
	return err == nil && link.Commit == p.Version
}

func (s *Resolutions) keep(ctx context.Context, repository string, p proposal, found map[hunk]string) error {
	if len(found) == 0 {
		return nil
	}
	return s.change(ctx, s.resolved(repository, p.Template), func(load, save func(any) error) error {
		all := make(map[string]resolution)
		if err := load(&all); err != nil {
			return err
		}
		for h, text := range found {
			r := all[h.key(p.Path)]
			switch {
			case r.Text != text || r.From == nil: // the newest counts
				r = resolution{Path: p.Path, Text: text, From: []string{repository}}
			case !slices.Contains(r.From, repository):
				r.From = append(r.From, repository)
			}
			if len(all) < maxResolutions {
				all[h.key(p.Path)] = r
			}
		}
		return save(all)
	})
}

// resolutionsOf finds out what took the place of each conflict in a text. What is around it must be there once, or it counts as not
// found.
func resolutionsOf(marked, resolved string) map[hunk]string {
	out := make(map[hunk]string)
	rest := marked
	for _, h := range hunks(marked) {
		before, after, _ := strings.Cut(rest, h.text)
		rest = after
		head, tail := lastLines(before, 3), firstLines(after, 3)
		from, end := 0, len(resolved)
		if head != "" {
			if strings.Count(resolved, head) != 1 {
				continue
			}
			from = strings.Index(resolved, head) + len(head)
		}
		if tail != "" {
			if strings.Count(resolved[from:], tail) != 1 {
				continue
			}
			end = from + strings.Index(resolved[from:], tail)
		}
		if text := resolved[from:end]; !strings.Contains(text, "<<<<<<<") && !strings.Contains(text, ">>>>>>>") {
			out[h] = text
		}
	}
	return out
}

// firstLines returns the first lines of a text that hold no conflict.
func firstLines(text string, n int) string {
	lines := strings.SplitAfter(text, "\n")
	for i, l := range lines {
		if strings.TrimRight(l, "\r\n") == markOurs {
			lines = lines[:i]
			break
		}
	}
	return strings.Join(lines[:min(n, len(lines))], "")
}

// lastLines returns the last lines of a text that hold no conflict.
func lastLines(text string, n int) string {
	lines := strings.SplitAfter(text, "\n")
	for i, l := range slices.Backward(lines) {
		if strings.TrimRight(l, "\r\n") == markTheirs {
			lines = lines[i+1:]
			break
		}
	}
	if k := len(lines); k > 0 && lines[k-1] == "" {
		lines = lines[:k-1]
	}
	return strings.Join(lines[max(0, len(lines)-n):], "")
}

// key names a conflict in a file.
func (h hunk) key(p string) string {
	return digest(strings.Join([]string{p, h.ours, h.base, h.theirs}, "\x00"))
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

func (s *Resolutions) pending(repository string) string {
	return filepath.Join(s.Dir, "pending", digest(repository)+".json")
}

// resolved is the file of what is known for the repositories of one owner: what is private to one must not get to another's.
func (s *Resolutions) resolved(repository, template string) string {
	return filepath.Join(s.Dir, "resolved", digest(template), digest(path.Dir(repository))+".json")
}

func (s *Resolutions) owners(template string) []string {
	all, _ := filepath.Glob(filepath.Join(s.Dir, "resolved", digest(template), "*.json")) // the pattern is good
	return all
}

// read decodes a file; one that is not there changes nothing in into.
func read(name string, into any) error {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("reading what is known of conflicts: %w", err)
	}
	return nil
}

// change lets one at a time read and write a file.
func (s *Resolutions) change(ctx context.Context, name string, f func(load, save func(any) error) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return fmt.Errorf("remembering conflicts: %w", err)
	}
	unlock, err := lock.Take(ctx, filepath.Join(s.Dir, "lock"))
	if err != nil {
		return fmt.Errorf("remembering conflicts: %w", err)
	}
	defer unlock()
	return f(func(into any) error { return read(name, into) }, func(v any) error {
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("remembering conflicts: %w", err)
		}
		if err := os.WriteFile(name+".new", text, 0o600); err != nil {
			return fmt.Errorf("remembering conflicts: %w", err)
		}
		return os.Rename(name+".new", name)
	})
}
