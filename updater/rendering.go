// Package updater brings repositories up to date. It wires the stages:
// snapshot, extract, lookup, decide, group, render, reconcile, execute.
package updater

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/render"
)

// A reuse returns what a branch was rendered to before, if that still holds.
type reuse func(plan.Branch) (plan.Rendered, bool)

// render makes the changes of every branch that may become one. A branch that cannot be rendered says so; the others go on.
func (e *Engine) render(ctx context.Context, w plan.World, t Tree, r *Report, branches []plan.Branch, again reuse, made func(branch string) bool) error {
	maker := render.Maker{Managers: w.Managers, Tools: e.Tools}
	if e.Locks != nil {
		l := locker{keeper: e.Locks, config: r.Config, reach: r.reach, found: r.Decisions, now: w.Now}
		maker.Locks, maker.Scripts = l, l
	}
	s := render.Snapshot{Repository: t.Repository, GitDir: t.GitDir, Commit: t.Snapshot.Commit, FS: t.Snapshot.FS, ID: t.Snapshot.ID}
	for _, f := range t.Snapshot.List() {
		s.Files = append(s.Files, f.Path)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Tools)) {
		if l, ok := e.Tools[name].(render.Learner); ok {
			if err := l.Learn(ctx, s); err != nil {
				r.Notices = append(r.Notices, e.clean(err.Error()))
			}
		}
	}
	for _, b := range branches {
		out := plan.Rendered{Branch: b, BaseHead: t.Snapshot.Commit}
		if again != nil {
			if known, ok := again(b); ok {
				known.Complete(w)
				r.Branches = append(r.Branches, known)
				continue
			}
		}
		out.Later = b.Tooled() && !b.Making.Open && b.Wish == "" && (made == nil || !made(b.Name))
		if b.State != plan.Unsupported && b.State != plan.Waiting && !out.Later {
			e.step(t.Repository, "render", "%s", b.Title)
			c, err := maker.Render(ctx, s, b)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				out.Err = e.clean(err.Error())
				var no *render.Refusal
				if errors.As(err, &no) {
					out.Help = e.clean(no.Help)
				}
				r.again(w.Now, b)
			}
			out.Changes, out.Notes, out.Warnings = kept(b.Settings, c.Files), c.Notes, c.Warnings
			out.Mark, out.Earlier = c.Mark, c.Earlier
			out.Blobs = Blobs(out.Changes)
			if err == nil && len(out.Blobs) == 0 && b.Renews() {
				continue // its lock files are as new as they can be
			}
		}
		out.Complete(w)
		r.Branches = append(r.Branches, out)
	}
	return nil
}

// again sees that a branch for which a tool failed is tried once more, even if nothing changes but what
// registries answer.
func (r *Report) again(now time.Time, b plan.Branch) {
	if next := now.Add(time.Hour); b.Tooled() && (r.Until.IsZero() || next.Before(r.Until)) {
		r.Until = next
	}
}

// kept leaves out what excludeCommitPaths names.
func kept(s config.Settings, all platform.Changeset) platform.Changeset {
	patterns := s.Strings("excludeCommitPaths")
	if len(patterns) == 0 {
		return all
	}
	out := make(platform.Changeset)
	for path, f := range all {
		if !slices.ContainsFunc(patterns, func(p string) bool { ok, err := config.Matches(p, path); return err == nil && ok }) {
			out[path] = f
		}
	}
	return out
}

// Blobs says what a changeset makes of each path, in the words of
// [plan.BranchState].
func Blobs(c platform.Changeset) map[string]string {
	out := make(map[string]string, len(c))
	for path, f := range c {
		out[path] = ""
		if f != nil {
			id := gitrepo.BlobID(f.Text)
			if f.Mode == platform.Submodule {
				id = f.Text
			}
			out[path] = blob(id, f.Mode)
		}
	}
	return out
}

func blob(id string, mode platform.Mode) string { return fmt.Sprintf("%s %d", id, mode) }
