package templating

import (
	"context"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
	"golang.org/x/sync/errgroup"

	"github.com/currant-bot/currant/templating/audit"
)

// audit holds Copier's result against what git makes of both versions of the template. That it cannot is a finding
// too, and only ctx's end an error.
func (r *running) audit(ctx context.Context) error {
	if r.job.Audit == audit.Off {
		return nil
	}
	verdicts, err := r.verdicts(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		r.hold("the update could not be audited: " + r.clean(err.Error()))
		return nil
	}
	r.out.Audit = verdicts
	for _, v := range verdicts {
		// What conflicts and which answers changed is said already.
		if v.Kind.Holds() && v.Kind != audit.Conflict && v.Kind != audit.Answers {
			r.hold(strings.TrimPrefix(v.Path+": ", ": ") + v.String())
		}
	}
	return nil
}

// hold keeps the update from being merged, or only warns, as the policy says.
func (r *running) hold(text string) {
	if r.job.Audit == audit.Report {
		r.out.Warnings = append(r.out.Warnings, text)
		return
	}
	r.out.Holds = append(r.out.Holds, text)
}

func (r *running) verdicts(ctx context.Context) ([]audit.Verdict, error) {
	if r.base.err != nil {
		return nil, r.base.err
	}
	theirs := r.renderNew(ctx, "new")
	if theirs.err != nil {
		return nil, theirs.err
	}
	u, err := r.compare(ctx, r.base.tree, theirs.tree)
	if err != nil {
		return nil, err
	}
	all := audit.Judge(u)
	if audit.Suspicious(all) {
		unstable, err := r.unstable(ctx, u)
		if err != nil {
			return nil, err
		}
		all = audit.Excuse(all, func(p string) bool { return unstable[p] || unstable[u.Moved[p]] })
	}
	r.out.Effect = r.effect(ctx, r.base.tree, theirs.tree)
	if r.job.Audit == audit.Prefer {
		if all, err = r.prefer(ctx, u, all); err != nil {
			return nil, err
		}
	}
	for i, v := range all {
		all[i].Path = path.Join(r.out.Root, v.Path)
	}
	return append(all, r.answersVerdicts(u)...), nil
}

// answersVerdicts says what there is to say of the answers file.
func (r *running) answersVerdicts(u audit.Update) []audit.Verdict {
	var all []audit.Verdict
	for _, a := range r.out.Answers {
		if r.replaced(a) {
			all = append(all, audit.Verdict{Path: r.job.Answers, Kind: audit.Answers, Text: fmt.Sprintf("%s was %s", a.Key, a.Old)})
		}
	}
	if maps.Equal(u.Base, u.Theirs) {
		all = append(all, audit.Verdict{Path: r.job.Answers, Kind: audit.Noop, Text: "this version changes nothing here but the answers file"})
	}
	return all
}

// compare collects what is judged, with paths from the project's folder.
func (r *running) compare(ctx context.Context, base, theirs string) (audit.Update, error) {
	c := r.checkout
	u := audit.Update{Shown: make(map[string]bool), External: len(r.old.config.External)+len(r.new.config.External) > 0}
	result, err := c.ours(ctx, "write-tree") // of the index that collect filled
	if err != nil {
		return u, err
	}
	ours := c.commit + ":" + r.out.Root
	if ours, err = c.ours(ctx, "rev-parse", "--verify", "--end-of-options", ours); err != nil {
		return u, err
	}
	if result, err = c.ours(ctx, "rev-parse", "--verify", "--end-of-options", result+":"+r.out.Root); err != nil {
		return u, err
	}
	merged, unmerged, err := c.merge(ctx, base, ours, theirs)
	if err != nil {
		return u, err
	}
	u.Unmerged = unmerged
	for _, t := range []struct {
		tree  string
		files *audit.Files
	}{{base, &u.Base}, {ours, &u.Ours}, {theirs, &u.Theirs}, {merged, &u.Merged}, {result, &u.Result}} {
		if *t.files, err = c.entries(ctx, t.tree); err != nil {
			return u, err
		}
	}
	if u.Moved, err = c.renames(ctx, base, theirs); err != nil {
		return u, err
	}
	r.leaveOut(ctx, &u)
	return u, r.excuses(ctx, &u)
}

// leaveOut takes from u what is not the template's: answers files, which have verdicts of their own, and rejected hunks.
func (r *running) leaveOut(ctx context.Context, u *audit.Update) {
	out := append(r.others(ctx), r.job.Answers)
	for _, x := range slices.Concat(r.out.Conflicts, r.out.Settled) {
		out = append(out, x.Path+".rej")
		if p, ok := strings.CutPrefix(x.Path, prefix(r.out.Root)); ok {
			u.Shown[p] = true
		}
	}
	for _, p := range out {
		p = strings.TrimPrefix(p, prefix(r.out.Root))
		for _, files := range []audit.Files{u.Base, u.Ours, u.Theirs, u.Merged, u.Result} {
			delete(files, p)
		}
		delete(u.Unmerged, p)
	}
}

// excuses collects why a file may rightly not be what merging gives.
func (r *running) excuses(ctx context.Context, u *audit.Update) error {
	u.Code = len(r.allowed.flags) > 0 && !slices.Contains(r.allowed.flags, skipTasks)
	u.Keeps = matcher(append(slices.Clone(r.old.config.Keep), r.new.config.Keep...))
	var once []string
	for _, p := range append(slices.Clone(r.old.config.Exclude), r.new.config.Exclude...) {
		if strings.Contains(p, operation) {
			once = append(once, p)
		}
	}
	u.Once = matcher(once)
	var err error
	if u.Code {
		if u.Unclear, err = r.unclear(ctx); err != nil {
			return err
		}
	}
	var missing []string
	for p := range u.Theirs {
		if u.Ours[p] == "" && u.Result[p] == "" {
			missing = append(missing, p)
		}
	}
	u.Ignored, err = r.checkout.ignored(ctx, r.out.Root, missing)
	return err
}

// operation is the variable by which a template tells making a project from updating it. Copier has it
// in patterns of what is excluded and in tasks, and not in files.
const operation = "_copier_operation"

// unclear reports whether code of the template's that ran may depend on operation.
func (r *running) unclear(ctx context.Context) (bool, error) {
	for _, v := range []version{r.old, r.new} {
		for _, name := range v.config.Files {
			text, err := r.mirror.ReadFile(ctx, v.Commit, name)
			if err != nil {
				return false, err
			}
			if strings.Contains(text, operation) {
				return true, nil
			}
		}
	}
	return false, nil
}

var statement = regexp.MustCompile(`\{%.*?%\}`)

// matcher returns whether a path is among patterns, which are as in .gitignore. Statements in them count as
// true, and expressions as anything: what it is used for only excuses files that were left alone.
func matcher(patterns []string) func(string) bool {
	var all []gitignore.Pattern
	for _, p := range patterns {
		p = expression.ReplaceAllString(statement.ReplaceAllString(p, ""), "*")
		if p = strings.TrimSpace(p); strings.Trim(p, "*/") != "" {
			all = append(all, gitignore.ParsePattern(p, nil))
		}
	}
	m := gitignore.NewMatcher(all)
	return func(p string) bool { return m.Match(strings.Split(p, "/"), false) }
}

// unstable renders both versions once more and returns which files come
// out differently. It is only asked where something is wrong, since it takes as long as the audit itself.
func (r *running) unstable(ctx context.Context, u audit.Update) (map[string]bool, error) {
	var base, theirs rendered
	var g errgroup.Group
	g.Go(func() error { base = r.renderOld(ctx, "base-again"); return base.err })
	g.Go(func() error { theirs = r.renderNew(ctx, "new-again"); return theirs.err })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	all := make(map[string]bool)
	for _, x := range []struct {
		first audit.Files
		tree  string
	}{{u.Base, base.tree}, {u.Theirs, theirs.tree}} {
		first := x.first
		again, err := r.checkout.entries(ctx, x.tree)
		if err != nil {
			return nil, err
		}
		for p := range first {
			all[p] = all[p] || first[p] != again[p]
		}
		for p := range again {
			all[p] = all[p] || first[p] != again[p]
		}
	}
	return all, nil
}
