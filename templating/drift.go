package templating

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/templating/audit"
	"github.com/currant-bot/currant/templating/git"
)

// A Drift is how far a project has moved away from the version of the template that it is at.
type Drift struct {
	Reason *Reason // why that is not known; nil if it is

	Source, Version, Root string

	Files   []FileDrift    // of the template, by path
	Lines   int            // of the files that count
	Changed int            // of those, or added to them
	Answers []AnswerChange // what the answers file says, and what the template would write; only where they differ
}

// A FileDrift is what became of one file.
type FileDrift struct {
	Path    string // from the top of the repository
	State   FileState
	Lines   int // as the template has it
	Changed int
}

// A FileState is what became of a file.
type FileState string

const (
	Identical FileState = "identical"
	Edited    FileState = "edited"
	Deleted   FileState = "deleted"
	ModeOnly  FileState = "mode"     // only its permissions, or its kind, differ
	Seed      FileState = "own"      // the template writes it once and leaves it alone: it does not count
	Shifting  FileState = "volatile" // the template renders it differently each time: it does not count
)

// Score is the share of the template's lines that were changed, from 0 for none. More than all of them can have been.
func (d Drift) Score() float64 {
	if d.Lines == 0 {
		return 0
	}
	return float64(d.Changed) / float64(d.Lines)
}

// Drift renders the version in use once more, and compares. Job.To is not used.
func (u *Updater) Drift(ctx context.Context, job Job) (Drift, error) {
	r := &running{u: u, job: job}
	var d Drift
	no, err := r.steps(ctx, r.readProject, r.readInUse, r.plan, r.prepare, func(ctx context.Context) error { return r.drift(ctx, &d) })
	if err != nil {
		return d, fmt.Errorf("comparing %s with its template: %w", job.Answers, err)
	}
	d.Reason, d.Source, d.Version, d.Root = no, r.out.Source, r.out.From, r.out.Root
	return d, nil
}

// readInUse fetches the template, with the version in use as the wanted one.
func (r *running) readInUse(ctx context.Context) error {
	m, old, err := r.u.template(ctx, r.source, r.before, r.job.Committed)
	if err != nil {
		return err
	}
	r.mirror = m
	r.old.Name, r.old.Commit = r.before.Commit, old.Commit
	if err := r.readVersion(ctx, &r.old); err != nil {
		return err
	}
	r.new = r.old
	return nil
}

func (r *running) drift(ctx context.Context, d *Drift) error {
	base := r.renderOld(ctx, "base")
	if base.err != nil {
		return refuse(NotRendered, "%s", r.clean(base.err.Error()))
	}
	c := r.checkout
	ours, err := c.ours(ctx, "rev-parse", "--verify", "--end-of-options", c.commit+":"+r.out.Root)
	if err != nil {
		return err
	}
	theirs, err := c.entries(ctx, base.tree)
	if err != nil {
		return err
	}
	here, err := c.entries(ctx, ours)
	if err != nil {
		return err
	}
	changed, err := c.numbers(ctx, base.tree, ours)
	if err != nil {
		return err
	}
	empty, err := c.ours(ctx, "mktree")
	if err != nil {
		return err
	}
	lines, err := c.numbers(ctx, empty, base.tree)
	if err != nil {
		return err
	}
	own := matcher(r.old.config.Keep)
	answers := strings.TrimPrefix(r.job.Answers, prefix(r.out.Root))
	for p, entry := range theirs {
		if p == answers || slices.Contains(r.others(ctx), prefix(r.out.Root)+p) {
			continue
		}
		f := FileDrift{Path: prefix(r.out.Root) + p, State: stateOf(entry, here[p]), Lines: lines[p], Changed: changed[p]}
		if f.State != Identical && own(p) {
			f.State = Seed
		}
		d.Files = append(d.Files, f)
	}
	slices.SortFunc(d.Files, func(a, b FileDrift) int { return strings.Compare(a.Path, b.Path) })
	if err := r.excuseShifting(ctx, d, theirs); err != nil {
		return err
	}
	for _, f := range d.Files {
		if f.State != Seed && f.State != Shifting {
			d.Lines, d.Changed = d.Lines+f.Lines, d.Changed+f.Changed
		}
	}
	text, err := c.ours(ctx, "cat-file", "blob", base.tree+":"+answers)
	if err != nil {
		return nil // it does not write one now
	}
	if rendered, err := ReadLink(text); err == nil {
		d.Answers = answerChanges(r.before, rendered)
	}
	return nil
}

func stateOf(theirs, ours string) FileState {
	mode := func(entry string) string { m, _, _ := strings.Cut(entry, " "); return m }
	hash := func(entry string) string { return strings.TrimPrefix(entry, mode(entry)) }
	switch {
	case ours == "":
		return Deleted
	case ours == theirs:
		return Identical
	case hash(ours) == hash(theirs):
		return ModeOnly
	}
	return Edited
}

// excuseShifting renders once more where something differs, to tell what people changed from what changes by itself.
func (r *running) excuseShifting(ctx context.Context, d *Drift, first audit.Files) error {
	if !slices.ContainsFunc(d.Files, func(f FileDrift) bool { return f.State == Edited }) {
		return nil
	}
	again := r.renderOld(ctx, "base-again")
	if again.err != nil {
		return again.err
	}
	second, err := r.checkout.entries(ctx, again.tree)
	if err != nil {
		return err
	}
	for i, f := range d.Files {
		if p := strings.TrimPrefix(f.Path, prefix(r.out.Root)); f.State == Edited && first[p] != second[p] {
			d.Files[i].State = Shifting
		}
	}
	return nil
}

// numbers counts the lines of each file that differ between two trees: those that went or those that came, whichever
// are more. A binary file counts as one line.
func (c *checkout) numbers(ctx context.Context, from, to string) (map[string]int, error) {
	out, err := c.git.Run(ctx, git.Command{Args: []string{"--git-dir=" + c.repo, "diff-tree", "-r", "-z", "--no-renames", "--numstat", from, to}})
	if err != nil {
		return nil, err
	}
	all := make(map[string]int)
	for entry := range strings.SplitSeq(out, "\x00") {
		f := strings.SplitN(entry, "\t", 3)
		if len(f) != 3 {
			continue
		}
		added, err := strconv.Atoi(f[0])
		removed, _ := strconv.Atoi(f[1]) // both are "-" for a binary file
		if err != nil {
			added = 1
		}
		all[f[2]] = max(added, removed)
	}
	return all, nil
}
