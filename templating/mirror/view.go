package mirror

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
)

// A Ref is a name for a commit.
type Ref struct{ Name, Commit string }

// described matches names that git works out by itself from the objects.
var described = regexp.MustCompile(`^([0-9a-f]{4,40}|.+-[0-9]+-g[0-9a-f]{4,40})$`)

// View makes a bare repository at dir that shares the mirror's objects and has of its
// names only what an update needs: the tags that are versions for good, and old and new as
// they are meant. Copier records the nearest tag as the version, so a moving tag beside it would be
// recorded instead.
func (m *Mirror) View(ctx context.Context, dir string, s versioning.Scheme, old, wanted Ref) error {
	refs := map[string]string{"refs/heads/currant": wanted.Commit}
	peeled := make(map[string]string)
	for _, t := range m.tags {
		switch {
		case t.Name == wanted.Name && t.Commit == wanted.Commit:
		case t.Commit == wanted.Commit, t.Name == old.Name && t.Commit != old.Commit, !m.Full(t, s):
			continue
		}
		refs["refs/tags/"+t.Name] = t.Object
		if t.Object != t.Commit {
			peeled["refs/tags/"+t.Name] = t.Commit
		}
	}
	for _, r := range []Ref{old, wanted} {
		if _, ok := refs["refs/tags/"+r.Name]; ok || described.MatchString(r.Name) {
			continue
		}
		// As a branch it resolves, but is not taken for the version.
		refs["refs/heads/"+r.Name] = r.Commit
	}
	if !m.named(refs, s, old.Commit) {
		if _, ok := refs["refs/heads/"+old.Name]; ok && s.Valid(old.Name) {
			delete(refs, "refs/heads/"+old.Name)
			refs["refs/tags/"+old.Name] = old.Commit
		}
	}
	return m.write(dir, wanted.Commit, refs, peeled)
}

// named reports whether a version tag in refs is at commit.
func (m *Mirror) named(refs map[string]string, s versioning.Scheme, commit string) bool {
	for _, t := range m.tags {
		if _, ok := refs["refs/tags/"+t.Name]; ok && t.Commit == commit && s.Valid(t.Name) {
			return true
		}
	}
	return false
}

func (m *Mirror) write(dir, head string, refs, peeled map[string]string) error {
	names := make([]string, 0, len(refs))
	for name := range refs {
		names = append(names, name)
	}
	slices.Sort(names)
	var packed strings.Builder
	packed.WriteString("# pack-refs with: peeled fully-peeled sorted \n")
	for _, name := range names {
		fmt.Fprintf(&packed, "%s %s\n", refs[name], name)
		if commit, ok := peeled[name]; ok {
			fmt.Fprintf(&packed, "^%s\n", commit)
		}
	}
	objects, err := filepath.Abs(filepath.Join(m.dir, "objects"))
	if err != nil {
		return err
	}
	for _, folder := range []string{"objects/info", "objects/pack", "refs/heads", "refs/tags"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			return fmt.Errorf("making a view of %s: %w", m.Source.ID, err)
		}
	}
	for name, text := range map[string]string{
		"HEAD":                    head + "\n",
		"config":                  "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
		"objects/info/alternates": objects + "\n",
		"packed-refs":             packed.String(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return fmt.Errorf("making a view of %s: %w", m.Source.ID, err)
		}
	}
	return nil
}
