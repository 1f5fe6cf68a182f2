package updater

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// A side is one base branch of a repository, and what comes of it.
type side struct {
	tree   Tree
	report *Report
}

// tree reads a branch.
func (v *visit) tree(ctx context.Context, base string) (Tree, error) {
	t := Tree{Repository: v.name, Base: base}
	var err error
	if t.Snapshot, err = v.repo.Snapshot(ctx, base); err != nil {
		return t, fmt.Errorf("reading %s of %s: %w", base, v.name, err)
	}
	if m, ok := v.repo.(*gitrepo.Mirror); ok {
		t.GitDir = m.Dir()
	}
	commits, err := v.repo.Log(ctx, base, 20)
	if err != nil {
		return t, fmt.Errorf("reading the history of %s: %w", v.name, err)
	}
	for _, c := range commits {
		if !c.Merge {
			subject, _, _ := strings.Cut(c.Message, "\n")
			t.Subjects = append(t.Subjects, subject)
		}
	}
	return t, nil
}

// sides opens the base branches that the configuration of the default branch chooses. What is wrong with one does not stop the others.
func (v *visit) sides(ctx context.Context, main Tree, r *Report) ([]side, error) {
	refs, err := v.repo.Refs()
	if err != nil {
		return nil, fmt.Errorf("listing the branches of %s: %w", v.name, err)
	}
	top := r.Config.Top()
	names, missing := plan.BaseBranches(top, slices.Collect(maps.Keys(refs.Heads)), v.host.Default)
	for _, name := range missing {
		r.notice("there is no branch %q, which baseBranchPatterns names (%s)", name, top.Origin("baseBranchPatterns"))
	}
	main.Bases = len(names)
	var out []side
	for _, name := range names {
		if name == v.host.Default {
			out = append(out, side{main, r})
			continue
		}
		t, err := v.tree(ctx, name)
		if err != nil {
			return nil, err
		}
		t.Bases, t.Subjects = len(names), main.Subjects
		t.Config, t.Merge, t.Draft = cmp.Or(main.Config, main.Snapshot), top.String("useBaseBranchConfig") == "merge", main.Draft
		x, err := v.Engine.open(ctx, t)
		if err != nil {
			return nil, err
		}
		if d, bad := broken(x); bad {
			r.notice("branch %s is left as it is, because its configuration has errors: %s", name, d)
			v.unsure = fmt.Sprintf("the configuration of branch %s has errors", name)
			continue
		}
		out = append(out, side{t, x})
	}
	return out, nil
}

// broken returns the first error of a configuration.
func broken(r *Report) (config.Diagnostic, bool) {
	i := slices.IndexFunc(r.Diagnostics, func(d config.Diagnostic) bool { return d.Severity == config.Error })
	if i < 0 {
		return config.Diagnostic{}, false
	}
	return r.Diagnostics[i], true
}

// sideOf returns the side that a branch of ours belongs to.
func (v *visit) sideOf(top config.Settings, branch string, sides []side) side {
	prefix := top.String("branchPrefix")
	if old := plan.FormerPrefix(top); old != "" && strings.HasPrefix(branch, old) && !strings.HasPrefix(branch, prefix) {
		prefix = old
	}
	var names []string
	for _, s := range sides {
		names = append(names, s.tree.Base)
	}
	if len(sides) > 1 {
		base := plan.BaseOf(prefix, branch, names)
		for _, s := range sides {
			if s.tree.Base == base {
				return s
			}
		}
	}
	return sides[0]
}

// merged is one report about all sides.
func merged(main *Report, sides []side) *Report {
	if len(sides) == 1 && sides[0].report == main {
		main.Bases = []plan.Inventory{{Base: main.Base, Decisions: main.Decisions}}
		return main
	}
	out := *main
	out.Found, out.Decisions, out.Branches, out.Digests, out.Gates, out.Bases = nil, nil, nil, nil, nil, nil
	out.Queries, out.Parsed = 0, 0
	for _, s := range sides {
		r := s.report
		out.Found = append(out.Found, r.Found...)
		out.Decisions = append(out.Decisions, r.Decisions...)
		out.Branches = append(out.Branches, r.Branches...)
		out.Digests, out.Gates = append(out.Digests, r.Digests...), append(out.Gates, r.Gates...)
		out.Bases = append(out.Bases, plan.Inventory{Base: r.Base, Decisions: r.Decisions})
		out.Queries += r.Queries
		out.Parsed += r.Parsed
		for _, p := range r.Problems {
			if !slices.Contains(out.Problems, p) {
				out.Problems = append(out.Problems, p)
			}
		}
		for _, n := range r.Notices {
			if !slices.Contains(out.Notices, n) {
				out.Notices = append(out.Notices, n)
			}
		}
		if !r.Until.IsZero() && (out.Until.IsZero() || r.Until.Before(out.Until)) {
			out.Until = r.Until
		}
	}
	return &out
}

// strayed looks at branches whose pull request is against another branch than it should be from there: seen from the
// right one, what others have committed to the wrong one would seem to be on the branch.
func (v *visit) strayed(ctx context.Context, c *config.Config, sides []side, s *plan.State) error {
	against := make(map[string][]string)
	for _, p := range s.Pulls {
		if p.State == platform.Open && p.Base != "" && p.Base != v.sideOf(c.Top(), p.Branch, sides).tree.Base {
			against[p.Base] = append(against[p.Base], p.Branch)
		}
	}
	for _, base := range slices.Sorted(maps.Keys(against)) {
		branches, err := v.branches(ctx, c.Top(), base)
		if errors.Is(err, platform.ErrNotFound) {
			continue // it is gone
		}
		if err != nil {
			return err
		}
		for _, b := range branches {
			if !slices.Contains(against[base], b.Name) {
				continue
			}
			if s.Branches[b.Name], err = v.branch(ctx, b, c, v.sideOf(c.Top(), b.Name, sides).tree); err != nil {
				return err
			}
		}
	}
	return nil
}
