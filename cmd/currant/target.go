package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/plan"
)

// A target is what a command that only looks is about: a folder, or a
// repository of the platform.
type target struct {
	engine *engine
	tree   updater.Tree
	passer *passer // nil for a folder
	name   string  // on the platform
}

func (t *target) close() { t.engine.close() }

var repositoryName = regexp.MustCompile(`^[\w.-]+(/[\w.-]+)+$`)

// onPlatform reports whether an argument names a repository and no folder.
func onPlatform(o options, arg string) bool {
	if !repositoryName.MatchString(arg) || o.platform != "github" || strings.HasPrefix(arg, ".") {
		return false
	}
	_, err := os.Stat(arg)
	return errors.Is(err, os.ErrNotExist)
}

// openTarget reads what arg names, "" for this folder. It can write nothing.
func openTarget(ctx context.Context, w world, o options, p *progress, arg string) (*target, error) {
	if err := o.complete(w); err != nil {
		return nil, err
	}
	if onPlatform(o, arg) {
		return openRepository(ctx, w, o, p, arg)
	}
	var args []string
	if arg != "" {
		args = []string{arg}
	}
	tree, err := folderTree(ctx, args)
	if err != nil {
		return nil, err
	}
	e, err := newEngine(ctx, w, o, p)
	if err != nil {
		return nil, err
	}
	if err := e.reachPresets(); err != nil {
		return nil, err
	}
	return &target{engine: e, tree: tree}, nil
}

func openRepository(ctx context.Context, w world, o options, p *progress, name string) (*target, error) {
	passer, err := newPasser(ctx, w, o, p, []string{name}, true)
	if err != nil {
		return nil, err
	}
	t := &target{engine: passer.engine, passer: passer, name: name}
	t.tree, err = passer.tree(ctx, name)
	return t, err
}

// tree reads the default branch of a repository of the platform.
func (p *passer) tree(ctx context.Context, name string) (updater.Tree, error) {
	host, err := p.Reader.Repository(ctx, name)
	if err != nil {
		return updater.Tree{}, fmt.Errorf("reading the settings of %s: %w", name, err)
	}
	if host.Default == "" {
		return updater.Tree{}, fmt.Errorf("%s is empty", name)
	}
	repo, err := p.Open(ctx, host)
	if err != nil {
		return updater.Tree{}, fmt.Errorf("fetching %s: %w", name, err)
	}
	t := updater.Tree{Repository: name, Base: host.Default}
	if t.Snapshot, err = repo.Snapshot(ctx, host.Default); err != nil {
		return t, fmt.Errorf("reading %s: %w", name, err)
	}
	commits, err := repo.Log(ctx, host.Default, 20)
	if err != nil {
		return t, fmt.Errorf("reading the history of %s: %w", name, err)
	}
	for _, c := range commits {
		if subject, _, _ := strings.Cut(c.Message, "\n"); !c.Merge {
			t.Subjects = append(t.Subjects, subject)
		}
	}
	return t, nil
}

// report plans for the target. For a repository of the platform it also says what is
// there already and what would become of it.
func (t *target) report(ctx context.Context) (*updater.Report, error) {
	if t.passer == nil {
		r, err := t.engine.Plan(ctx, t.tree)
		if err == nil {
			err = configErrors(r)
		}
		return r, err
	}
	r, _, err := t.passer.Pass(ctx, t.name)
	return r, err
}

// outcomeOf returns what becomes of a branch; nil if that is not known.
func outcomeOf(r *updater.Report, branch string) *plan.Outcome {
	for i := range r.Outcomes {
		if r.Outcomes[i].Branch == branch {
			return &r.Outcomes[i]
		}
	}
	return nil
}
