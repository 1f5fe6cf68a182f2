package render

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// A ScriptJob is the tasks of a branch, to be run on its files.
type ScriptJob struct {
	Snapshot Snapshot
	Changed  platform.Changeset // what the branch changes already
	Members  []plan.Member
	Tasks    []plan.Task // those that have something to run
}

// A Scripter runs the commands of tasks. It must be safe for concurrent use.
type Scripter interface {
	// Run returns what the commands make of files that their tasks may change, and what went wrong, for people.
	Run(ctx context.Context, j ScriptJob) (platform.Changeset, []string, error)
}

// scripts runs b's tasks and adds what they change to c. A command that is not allowed or that fails is said, and the rest goes on.
func (k Maker) scripts(ctx context.Context, s Snapshot, b plan.Branch, c *Change) error {
	if len(b.Tasks) == 0 || len(c.Files) == 0 {
		return nil
	}
	var problems []string
	j := ScriptJob{Snapshot: s, Changed: c.Files, Members: b.Members}
	for _, t := range b.Tasks {
		for _, p := range t.Problems() {
			if !slices.Contains(problems, p) {
				problems = append(problems, p)
			}
		}
		if t.Runs() {
			j.Tasks = append(j.Tasks, t)
		}
	}
	switch {
	case len(j.Tasks) > 0 && k.Scripts == nil:
		problems = append(problems, "No command was run: nothing here can run any.")
	case len(j.Tasks) > 0:
		made, failed, err := k.Scripts.Run(ctx, j)
		if err != nil {
			return err
		}
		problems = append(problems, failed...)
		files := maps.Clone(c.Files)
		for path, f := range made {
			if same(s.FS, path, f) {
				delete(files, path)
			} else {
				files[path] = f
			}
		}
		problems = append(problems, k.kept(s.FS, b.Members, files)...)
		c.Files = files
	}
	c.complain("Not every command that was to be run did what it should", problems)
	return nil
}

// same reports whether f is what a file is already; nil is one that is not there.
func same(fsys fs.FS, path string, f *platform.File) bool {
	was, err := fs.ReadFile(fsys, path)
	if f == nil || err != nil {
		return f == nil && err != nil
	}
	return string(was) == f.Text && modeOf(fsys, path) == f.Mode
}

// kept says which members' updates the commands have undone.
func (k Maker) kept(fsys fs.FS, members []plan.Member, files platform.Changeset) (problems []string) {
	texts := textsOf(files)
	for _, m := range members {
		d, u := m.Decision, m.Update
		if d.Dep.Render != "" || u.Renews() || k.Managers[d.Manager] == nil {
			continue
		}
		lost := func(format string, args ...any) {
			problems = append(problems, "After the commands ran, "+fmt.Sprintf(format, args...))
		}
		if f, changed := files[d.Path]; changed && f == nil {
			lost("`%s` is gone", d.Path)
			continue
		}
		deps, err := extract(k.Managers[d.Manager], fsys, texts, d.Path)
		if err != nil {
			lost("`%s` cannot be read: %v", d.Path, err)
			continue
		}
		found := false
		for _, is := range deps {
			name := is.Name == d.Dep.Name || u.Name != "" && (is.Name == u.Name || is.PackageName() == u.Name)
			value := is.Value.Text == u.Value || u.Value == "" || is.Locked != "" && is.Locked == u.Version
			found = found || name && value && (u.Digest == "" || is.Digest.Text == u.Digest)
		}
		if !found && !d.Dep.AlongWith(u.Value).Gone {
			lost("`%s` does not have the wanted update of %s any more", d.Path, d.Dep.Name)
		}
	}
	return problems
}
