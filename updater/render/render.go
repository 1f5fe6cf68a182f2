// Package render is the stage that turns wanted branches into changed files.
package render

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// A Change is what a branch does to files.
type Change struct {
	Files    platform.Changeset
	Notes    []string // Markdown for the pull request
	Warnings []string // what a person must see before it is merged
	Mark     plan.Mark
	Earlier  []platform.Step // the changes as they came about, but for the last; nil for one commit
}

// A Stacker is a Renderer that can make several changes in one branch, one on top of the other.
type Stacker interface {
	Stack(ctx context.Context, s Snapshot, all []plan.Member) (Change, error)
}

// A Refusal is an error that a person can do something about in the configuration.
type Refusal struct {
	Text string // a sentence
	Help string // Markdown: what to write where
}

func (r *Refusal) Error() string { return r.Text }

// A Renderer makes changes that are more than replacing text, by running a
// tool on a copy. It must be safe for concurrent use. An error for people says
// why the change cannot be made.
type Renderer interface {
	Render(ctx context.Context, s Snapshot, m plan.Member) (Change, error)
}

// A Learner is a Renderer that learns from what became of its changes.
type Learner interface {
	Learn(ctx context.Context, s Snapshot) error // s is a base branch
	Knows(pkg string) string                     // names what it learned about a package: something else means that its changes may be others
}

// A Snapshot is the files that a renderer starts from.
type Snapshot struct {
	Repository string
	GitDir     string // of a repository that has Commit; "" for none
	Commit     string // "" if FS is more than a commit
	FS         fs.FS
	Files      []string                 // all paths
	ID         func(path string) string // that git gives to a file's content; nil, or "", if unknown
}

// A Maker renders branches.
type Maker struct {
	Managers map[string]*managers.Manager
	Tools    map[string]Renderer // by Dep.Render
	Locks    Locker              // nil to write no lock files
	Scripts  Scripter            // nil to run no commands
}

// Render makes the changes of a branch. Nothing is changed by halves: either all
// members' changes are made and proved, or there is an error.
func (k Maker) Render(ctx context.Context, s Snapshot, b plan.Branch) (Change, error) {
	out := Change{Files: make(platform.Changeset)}
	var fields []plan.Member
	byTool := make(map[string][]plan.Member)
	for _, m := range b.Members {
		if m.Decision.Dep.Render == "" {
			fields = append(fields, m)
		} else {
			byTool[m.Decision.Dep.Render] = append(byTool[m.Decision.Dep.Render], m)
		}
	}
	if len(fields) > 0 {
		edits := slices.DeleteFunc(slices.Clone(fields), func(m plan.Member) bool { return m.Update.Renews() })
		files, err := Splice(s.FS, k.Managers, edits)
		if err != nil {
			return Change{}, err
		}
		raised, err := raiseOwn(s.FS, k.Managers, edits, files)
		if err != nil {
			return Change{}, err
		}
		locks, err := k.lock(ctx, s, fields, files)
		if err != nil {
			return Change{}, err
		}
		maps.Copy(out.Files, files)
		out.Notes, out.Warnings = alongOf(fields)
		out.Notes = append(out.Notes, raised...)
		for path, f := range locks {
			if was, err := fs.ReadFile(s.FS, path); err != nil || string(was) != f.Text {
				out.Files[path] = f
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byTool)) {
		tool := k.Tools[name]
		if tool == nil {
			return Change{}, fmt.Errorf("nothing here can make changes of the kind %q", name)
		}
		if stacker, ok := tool.(Stacker); ok && len(byTool[name]) > 1 && len(fields) == 0 && len(byTool) == 1 {
			c, err := stacker.Stack(ctx, s, byTool[name])
			if err != nil {
				return Change{}, err
			}
			out = c
			continue
		}
		if len(byTool[name]) > 1 || len(fields) > 0 {
			return Change{}, fmt.Errorf("%s changes more than its own file, so it cannot share a branch: set groupName to null for it", byTool[name][0].Decision.Dep.Name)
		}
		c, err := tool.Render(ctx, s, byTool[name][0])
		if err != nil {
			return Change{}, err
		}
		maps.Copy(out.Files, c.Files)
		out.Notes = append(out.Notes, c.Notes...)
		out.Warnings, out.Mark = append(out.Warnings, c.Warnings...), c.Mark
	}
	if err := k.scripts(ctx, s, b, &out); err != nil {
		return Change{}, err
	}
	out.complain("Not every version that was to be raised along was", raise(s, b.Bumps, out.Files))
	return out, nil
}

// complain says in the pull request what is missing from it, so that a person sees it before it is merged.
func (c *Change) complain(what string, problems []string) {
	if len(problems) == 0 {
		return
	}
	note := "**" + what + ", so it does not merge by itself:**\n"
	for _, p := range problems {
		note += "\n- " + strings.ReplaceAll(strings.TrimSpace(p), "\n", "\n  ")
	}
	c.Notes, c.Warnings = append(c.Notes, note), append(c.Warnings, problems...)
}

// Splice replaces the fields of each member in place and proves the result: it
// reads the files again and finds exactly the wanted change. It is pure but for reading fsys.
func Splice(fsys fs.FS, ms map[string]*managers.Manager, members []plan.Member) (platform.Changeset, error) {
	edits := make(map[string][]managers.Edit)
	for _, m := range members {
		for path, es := range editsOf(m) {
			for _, e := range es {
				if !slices.Contains(edits[path], e) {
					edits[path] = append(edits[path], e)
				}
			}
		}
	}
	out := make(platform.Changeset)
	texts := make(map[string]string)
	for _, path := range slices.Sorted(maps.Keys(edits)) {
		mode := modeOf(fsys, path)
		data, err := textOf(fsys, path, mode)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		text, mark := strings.CutPrefix(string(data), "\ufeff")
		changed, err := managers.Apply(text, edits[path])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		texts[path] = changed
		if mark {
			changed = "\ufeff" + changed
		}
		out[path] = &platform.File{Text: changed, Mode: mode}
	}
	if err := prove(fsys, texts, ms, members); err != nil {
		return nil, err
	}
	return out, nil
}

// modeOf returns how a file is to be written: a folder that is a link is a submodule.
func modeOf(fsys fs.FS, path string) platform.Mode {
	info, err := fs.Stat(fsys, path)
	switch {
	case err == nil && info.IsDir():
		if _, err := fs.ReadLink(fsys, path); err == nil {
			return platform.Submodule
		}
	case err == nil && info.Mode()&0o111 != 0:
		return platform.Executable
	}
	return platform.Regular
}

// textOf returns what stands at path: of a submodule its commit.
func textOf(fsys fs.FS, path string, mode platform.Mode) ([]byte, error) {
	if mode == platform.Submodule {
		commit, err := fs.ReadLink(fsys, path)
		return []byte(commit), err
	}
	return fs.ReadFile(fsys, path)
}

// alongOf returns what members tell people, each text once with the files that it is about, and what only a
// person can do.
func alongOf(members []plan.Member) (notes, warnings []string) {
	files := make(map[string][]string)
	for _, m := range members {
		along := m.Decision.Dep.AlongWith(m.Update.Value)
		for _, n := range along.Notes {
			if !slices.Contains(notes, n) {
				notes = append(notes, n)
			}
		}
		for _, p := range along.Person {
			warning := m.Decision.Path + ": " + p
			if !slices.Contains(warnings, warning) {
				warnings = append(warnings, warning)
			}
			files[m.Decision.Path] = append(files[m.Decision.Path], p)
		}
	}
	if len(warnings) > 0 {
		var list strings.Builder
		list.WriteString("**A person has to do the rest**, it does not merge by itself:\n")
		for _, path := range slices.Sorted(maps.Keys(files)) {
			for _, text := range distinct(files[path]) {
				fmt.Fprintf(&list, "\n- `%s`, %s", path, text)
			}
		}
		notes = append(notes, list.String())
	}
	return notes, warnings
}

func distinct(texts []string) []string {
	var out []string
	for _, t := range texts {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// editsOf returns the edits that make m's change, by path.
func editsOf(m plan.Member) map[string][]managers.Edit {
	d, u := m.Decision.Dep, m.Update
	out := make(map[string][]managers.Edit)
	add := func(f managers.Field, e managers.Edit) {
		path := f.Path
		if path == "" {
			path = m.Decision.Path
		}
		out[path] = append(out[path], e)
	}
	if u.AsAlias {
		add(d.Value, d.Value.Replace("npm:"+u.Name+"@"+u.Value))
		return out
	}
	if u.Name != "" {
		add(d.NameAt, d.NameAt.Replace(u.Name))
	}
	for _, e := range d.AlongWith(u.Value).Edits {
		add(managers.Field{}, e)
	}
	if len(u.Hashes) > 0 {
		add(d.Hashes.At, d.Hashes.At.Replace(d.Hashes.Write(u.Hashes)))
	}
	if u.Digest != "" && d.Digest.Text == "" {
		// The pieces that pin take the new value along.
		pinsValue := false
		for _, p := range d.Pin {
			add(managers.Field{}, p.Edit(u.Value, u.Digest))
			pinsValue = pinsValue || p.Start <= d.Value.Start && d.Value.End() <= p.End && p.End > p.Start
		}
		if pinsValue {
			return out
		}
	}
	if len(d.Rewrite) > 0 {
		for _, p := range d.Rewrite {
			add(managers.Field{}, p.Edit(u.Value, cmp.Or(u.Digest, d.Digest.Text)))
		}
		return out
	}
	if u.Digest != "" && d.Digest.Text != "" && u.Digest != d.Digest.Text {
		add(d.Digest, d.Digest.Replace(u.Digest))
	}
	if u.Value != d.Value.Text && !d.Value.IsZero() {
		add(d.Value, d.Value.Replace(u.Value))
	}
	return out
}
