package gitrepo

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
)

const (
	headsPrefix = "refs/heads/"
	tagsPrefix  = "refs/tags/"
)

// A ref is where one reference points.
type ref struct {
	hash   plumbing.Hash
	peeled plumbing.Hash // the commit of an annotated tag; else zero
}

// A refSet is the references of a mirror as they are on disk.
type refSet struct {
	head   string // full name of the branch that HEAD names
	byName map[string]ref
}

// advertised returns what a server offers of the references that want chooses.
func advertised(ar *packp.AdvRefs, want func(string) bool) refSet {
	set := refSet{head: headsPrefix + "main", byName: map[string]ref{}}
	if ar == nil {
		return set
	}
	for name, hash := range ar.References {
		if validRef(name) && want(name) {
			set.byName[name] = ref{hash, ar.Peeled[name]}
		}
	}
	for _, link := range ar.Capabilities.Get(capability.SymRef) {
		if target, ok := strings.CutPrefix(link, "HEAD:"); ok && validRef(target) {
			set.head = target
		}
	}
	return set
}

// validRef reports whether name can stand in a line of a packed-refs file.
// What a server sends is not to be trusted.
func validRef(name string) bool {
	return strings.HasPrefix(name, "refs/") && !strings.Contains(name, "..") &&
		!strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

// refs returns s as callers see it.
func (s refSet) refs() Refs {
	out := Refs{Heads: map[string]string{}, Tags: map[string]string{}}
	for name, r := range s.byName {
		if branch, ok := strings.CutPrefix(name, headsPrefix); ok {
			out.Heads[branch] = r.hash.String()
		}
		if tag, ok := strings.CutPrefix(name, tagsPrefix); ok {
			out.Tags[tag] = r.commit().String()
		}
	}
	if branch, ok := strings.CutPrefix(s.head, headsPrefix); ok && out.Heads[branch] != "" {
		out.Default = branch
	}
	return out
}

func (r ref) commit() plumbing.Hash {
	if r.peeled.IsZero() {
		return r.hash
	}
	return r.peeled
}

// onDisk reports whether the mirror in dir still has the references s.
func (s refSet) onDisk(dir string) bool {
	now, err := readPackedRefs(dir)
	return err == nil && now.equal(s)
}

func (s refSet) equal(t refSet) bool {
	return s.head == t.head && maps.Equal(s.byName, t.byName)
}

// readPackedRefs reads the references of the mirror in dir.
func readPackedRefs(dir string) (refSet, error) {
	set := refSet{byName: map[string]ref{}}
	head, err := os.ReadFile(filepath.Join(dir, "HEAD"))
	if err != nil {
		return set, err
	}
	set.head = strings.TrimSpace(strings.TrimPrefix(string(head), "ref:"))
	f, err := os.Open(filepath.Join(dir, "packed-refs"))
	if err != nil {
		return set, err
	}
	defer f.Close()
	last := ""
	for lines := bufio.NewScanner(f); ; {
		if !lines.Scan() {
			return set, lines.Err()
		}
		line := lines.Text()
		if peeled, ok := strings.CutPrefix(line, "^"); ok && last != "" {
			set.byName[last] = ref{set.byName[last].hash, plumbing.NewHash(peeled)}
			continue
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		hash, name, ok := strings.Cut(line, " ")
		if !ok || !plumbing.IsHash(hash) || !validRef(name) {
			return set, fmt.Errorf("%w: packed-refs has a line that is no reference", errCorrupt)
		}
		last = name
		set.byName[name] = ref{hash: plumbing.NewHash(hash)}
	}
}

// writePackedRefs makes s the references of the mirror in dir, all at once.
func writePackedRefs(dir string, s refSet) error {
	if err := replaceFile(filepath.Join(dir, "HEAD"), "ref: "+s.head+"\n"); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("# pack-refs with: peeled fully-peeled sorted \n")
	for _, name := range slices.Sorted(maps.Keys(s.byName)) {
		r := s.byName[name]
		fmt.Fprintf(&b, "%s %s\n", r.hash, name)
		if !r.peeled.IsZero() {
			fmt.Fprintf(&b, "^%s\n", r.peeled)
		}
	}
	return replaceFile(filepath.Join(dir, "packed-refs"), b.String())
}

// replaceFile writes a file such that a reader sees the old or the new text.
func replaceFile(path, text string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".currant-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err := io.WriteString(f, text); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
