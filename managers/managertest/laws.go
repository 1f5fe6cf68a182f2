package managertest

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
)

// maxEdits is how many dependencies of a repository are edited to try the
// laws; it matters only to fuzzing.
const maxEdits = 50

// Check returns how m breaks these laws on a repository, nil if it does not:
//
//   - extracting twice gives the same, whatever the first time remembered;
//   - a dependency has a name and a datasource, or a reason to be skipped;
//   - its datasource and its lock files are among those that m lists, if m lists any;
//   - what needs definitions can be linked, and problems are in lines of the file;
//   - each field's text is what its file holds at its place;
//   - two fields are the same or apart, and replacing each by itself changes nothing;
//   - after a value, a digest, or both are replaced, extracting again finds
//     exactly that change;
//   - so it does after a dependency is pinned, and after it gets a value that changes more along;
//   - a package's own version is where it is said to be, and another one there is read as it is.
func Check(m *managers.Manager, r Repository) []string {
	before := extract(m, r)
	for _, again := range []extraction{extract(m, r), extractAfresh(m, r)} {
		if diff := cmp.Diff(before.lines(), again.lines()); diff != "" {
			return []string{"extracting twice differs, -first +second:\n" + diff}
		}
	}
	broken := slices.Concat(before.badDeps(m), before.badProblems(), before.badOwn(m))
	if spans := before.badSpans(); spans != nil {
		return append(broken, spans...) // the edits below would make no sense
	}
	for i, d := range before.deps[:min(len(before.deps), maxEdits)] {
		if d.Skip != "" || d.Render != "" {
			continue
		}
		for _, change := range before.changes(i) {
			if why := change.try(m, before); why != "" {
				broken = append(broken, fmt.Sprintf("%s %s: %s: %s", before.position(d), word(d.Name), change.what, why))
			}
		}
	}
	return broken
}

func (e extraction) badDeps(m *managers.Manager) (broken []string) {
	for _, d := range e.deps {
		report := func(why string) {
			broken = append(broken, fmt.Sprintf("%s %s: %s", e.position(d), describe(d), why))
		}
		if d.Skip == "" && (d.Name == "" || d.Datasource == "") {
			report("has no name or no datasource, and is not skipped")
		}
		if m.Datasources != nil && d.Datasource != "" && !slices.Contains(m.Datasources, d.Datasource) {
			report("its datasource is not in the manager's Datasources")
		}
		for _, lock := range d.Locks {
			known := func(pattern string) bool { ok, _ := path.Match(pattern, path.Base(lock)); return ok }
			if m.Datasources != nil && !slices.ContainsFunc(m.Locks, known) {
				report(lock + " is not in the manager's Locks")
			}
		}
		if len(d.Needs) > 0 && m.Link == nil {
			report("needs definitions, but the manager has no Link")
		}
		if lines := 1 + strings.Count(e.repo.Files[d.in], "\n"); d.Line < 0 || d.Line > lines {
			report(fmt.Sprintf("line %d is not in the file", d.Line))
		}
	}
	return broken
}

func (e extraction) badProblems() (broken []string) {
	for _, p := range e.problems {
		text, ok := e.repo.Files[p.Path]
		if !ok || p.Line < 0 || p.Line > 1+strings.Count(text, "\n") || p.Text == "" {
			broken = append(broken, fmt.Sprintf("problem %q is not about a line of a file", p))
		}
	}
	return broken
}

// badOwn reports own versions that cannot be replaced.
func (e extraction) badOwn(m *managers.Manager) (broken []string) {
	for _, name := range slices.Sorted(maps.Keys(e.owns)) {
		own := e.owns[name]
		text := e.repo.Files[name]
		if own.Snapshots && own.IsZero() {
			continue
		}
		if own.Path != "" || own.Start < 0 || own.End() > len(text) || text[own.Start:own.End()] != own.Text {
			broken = append(broken, fmt.Sprintf("%s: its own version %q is not at byte %d", name, own.Text, own.Start))
			continue
		}
		const other = "7.8.9"
		after, err := e.repo.with(map[string][]managers.Edit{name: {own.Replace(other)}})
		if err != nil {
			return append(broken, fmt.Sprintf("%s: replacing its own version: %v", name, err))
		}
		if got := extract(m, after).owns[name].Text; got != other {
			broken = append(broken, fmt.Sprintf("%s: its own version reads %q, not %q, once it is replaced", name, got, other))
		}
	}
	return broken
}

// badSpans reports fields that are not where they say, or overlap.
func (e extraction) badSpans() (broken []string) {
	edits := make(map[string][]managers.Edit)
	seen := make(map[managers.Field]bool)
	for _, d := range e.deps {
		if !d.NameAt.IsZero() && d.NameAt.Text != d.PackageName() {
			broken = append(broken, fmt.Sprintf("%s: where its name should stand is %q", describe(d), d.NameAt.Text))
		}
		for _, f := range []managers.Field{d.NameAt, d.Value, d.Digest, d.Hashes.At} {
			f.Path = d.path(f)
			text := e.repo.Files[f.Path]
			switch {
			case f.Text == "" && f.Start != 0:
				broken = append(broken, fmt.Sprintf("%s %s: a field of no text has a place", e.position(d), describe(d)))
			case f.Text == "" || seen[f]:
			case f.Start < 0 || f.End() > len(text) || text[f.Start:f.End()] != f.Text:
				broken = append(broken, fmt.Sprintf("%s: field %q is not at byte %d of %s", describe(d), f.Text, f.Start, f.Path))
			default:
				edits[f.Path] = append(edits[f.Path], f.Replace(f.Text))
			}
			seen[f] = true
		}
	}
	if len(broken) > 0 {
		return broken
	}
	same, err := e.repo.with(edits)
	if err != nil {
		return []string{fmt.Sprintf("replacing each field by itself: %v:\n%s", err, strings.Join(e.lines(), "\n"))}
	}
	if diff := cmp.Diff(e.repo.Files, same.Files); diff != "" {
		return []string{"replacing each field by itself changes the files:\n" + diff}
	}
	return nil
}

// checkCRLF reports what m finds differently when lines end in "\r\n".
func checkCRLF(m *managers.Manager, r Repository) string {
	unix, dos := Repository{map[string]string{}, r.Reads, r.Links}, Repository{map[string]string{}, r.Reads, r.Links}
	for path, text := range r.Files {
		unix.Files[path] = strings.ReplaceAll(text, "\r\n", "\n")
		dos.Files[path] = strings.ReplaceAll(unix.Files[path], "\n", "\r\n")
	}
	if diff := cmp.Diff(extract(m, unix).lines(), extract(m, dos).lines()); diff != "" {
		return "with CRLF line ends other dependencies are found, -LF +CRLF:\n" + diff
	}
	return ""
}
