package managertest

import (
	"cmp"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/tools/txtar"

	"github.com/currant-bot/currant/managers"
)

// A Repository is what a manager is tried on.
type Repository struct {
	Files map[string]string      // text by path
	Reads func(path string) bool // which of them the manager is given; nil for all
	Links map[string]bool        // which are links: the text is what they refer to, of a submodule its commit
}

// repository returns the files of an archive. m is given those that its
// patterns match and those that the patterns on lines "read: PATTERN" in
// the archive's comment do. Files on lines "link: PATH" are links.
func repository(m *managers.Manager, a *txtar.Archive) Repository {
	files := make(map[string]string)
	for _, f := range a.Files {
		if f.Name != "want" {
			files[f.Name] = string(f.Data)
		}
	}
	patterns, links := slices.Clone(m.Files), make(map[string]bool)
	for line := range strings.Lines(string(a.Comment)) {
		if pattern, ok := strings.CutPrefix(line, "read: "); ok {
			patterns = append(patterns, strings.TrimSpace(pattern))
		}
		if name, ok := strings.CutPrefix(line, "link: "); ok {
			name = strings.TrimSpace(name)
			links[name], files[name] = true, strings.TrimSpace(files[name])
		}
	}
	return Repository{Files: files, Links: links, Reads: func(path string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, path) })
	}}
}

// matches reports whether path matches a pattern as [managers.Manager] has them.
func matches(pattern, path string) bool {
	if expr, ok := strings.CutPrefix(pattern, "/"); ok {
		return regexp.MustCompile(strings.TrimSuffix(expr, "/")).MatchString(path)
	}
	ok, err := doublestar.Match(pattern, path)
	return err == nil && ok
}

// with returns r with edits made to its files.
func (r Repository) with(edits map[string][]managers.Edit) (Repository, error) {
	changed := Repository{maps.Clone(r.Files), r.Reads, r.Links}
	for path, list := range edits {
		text, err := managers.Apply(r.Files[path], list)
		if err != nil {
			return r, err
		}
		changed.Files[path] = text
	}
	return changed, nil
}

// A dep is a dependency and the file in which it was found.
type dep struct {
	managers.Dep
	in string
}

// path returns the file that a field of d is in.
func (d dep) path(f managers.Field) string {
	if f.Path != "" {
		return f.Path
	}
	return d.in
}

// An extraction is all that a manager found in a repository.
type extraction struct {
	repo     Repository
	deps     []dep
	problems []managers.Problem
	around   []string                // what files are for
	owns     map[string]managers.Own // of packages that files describe, by path
}

// extract does what Currant's extract stage does: it reads the files in order of path and
// links what they define; of definitions with the same key the first holds.
func extract(m *managers.Manager, r Repository) extraction {
	return extractFiles(m, r, managers.NewFile)
}

// extractAfresh is extract with nothing remembered between parses.
func extractAfresh(m *managers.Manager, r Repository) extraction {
	return extractFiles(m, r, func(path, text string, fsys fs.FS) managers.File {
		return managers.File{Path: path, Text: text, FS: fsys}
	})
}

func extractFiles(m *managers.Manager, r Repository, file func(path, text string, fsys fs.FS) managers.File) extraction {
	fsys := fstest.MapFS{}
	for path, text := range r.Files {
		fsys[path] = &fstest.MapFile{Data: []byte(text)}
		if r.Links[path] {
			fsys[path].Mode = fs.ModeSymlink
		}
	}
	all, defs := extraction{repo: r, owns: make(map[string]managers.Own)}, managers.Defs{}
	for path, result := range results(m, r, func(path string) managers.File { return file(path, r.Files[path], fsys) }) {
		for _, name := range slices.Sorted(maps.Keys(result.Constraints)) {
			all.around = append(all.around, fmt.Sprintf("%s is for %s %s", path, name, word(result.Constraints[name])))
		}
		if result.Own != (managers.Own{}) {
			all.owns[path] = result.Own
		}
		for _, d := range result.Deps {
			all.deps = append(all.deps, dep{d, cmp.Or(d.In, path)})
		}
		for _, def := range result.Defs {
			if _, ok := defs[def.Key]; !ok {
				defs[def.Key] = def.Value
			}
		}
		all.problems = append(all.problems, result.Problems...)
	}
	for i, d := range all.deps {
		if len(d.Needs) > 0 && m.Link != nil {
			all.deps[i].Dep = m.Link(d.Dep, defs)
		}
	}
	return all
}

// results yields what m finds in each file that it is given or that one of these includes, in order of path.
func results(m *managers.Manager, r Repository, file func(path string) managers.File) iter.Seq2[string, managers.Result] {
	found := make(map[string]managers.Result)
	var next []string
	for path := range r.Files {
		if r.Reads == nil || r.Reads(path) {
			next = append(next, path)
		}
	}
	for len(next) > 0 {
		path := next[0]
		next = next[1:]
		if _, done := found[path]; done {
			continue
		}
		if _, ok := r.Files[path]; ok {
			found[path] = m.Extract(file(path))
			next = append(next, found[path].Includes...)
		}
	}
	return func(yield func(string, managers.Result) bool) {
		for _, path := range slices.Sorted(maps.Keys(found)) {
			if !yield(path, found[path]) {
				return
			}
		}
	}
}
