package github

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform"
)

// Checks returns the check runs and the commit statuses of each candidate, and what base asks for. Of several runs of an app
// with one name the newest counts. Statuses do not say which app reported them.
func (r *Reader) Checks(ctx context.Context, name, base string, list []platform.Candidate) ([]platform.Checks, error) {
	owner, repo, err := split(name)
	if err != nil {
		return nil, err
	}
	rules, threads, err := r.rules(ctx, owner, repo, base)
	if err != nil {
		return nil, r.explain(err, "reading what branch %s of %s requires", base, name)
	}
	standing, err := r.standing(ctx, owner, repo, base, list)
	if err != nil {
		return nil, r.explain(err, "reading how pull requests of %s stand", name)
	}
	rules.Queue = rules.Queue || standing.queue
	out := make([]platform.Checks, 0, len(list))
	for _, c := range list {
		x := platform.Checks{Head: c.Head, Rules: rules}
		if x.Results, err = r.results(ctx, owner, repo, c.Head); err != nil {
			return nil, r.explain(err, "reading checks of %s at %s", name, c.Head)
		}
		if p := standing.pulls[c.Number]; p != nil {
			x.People, x.Queued, x.Ousted = p.people(threads), p.Queued, p.ousted()
		}
		out = append(out, x)
	}
	return out, nil
}

// results returns the check runs and the statuses of a commit by name, those of one name by app.
func (r *Reader) results(ctx context.Context, owner, repo, head string) ([]platform.Check, error) {
	states := map[reporter]platform.CheckState{}
	if err := r.runs(ctx, owner, repo, head, states); err != nil {
		return nil, err
	}
	if err := r.statuses(ctx, owner, repo, head, states); err != nil {
		return nil, err
	}
	var out []platform.Check
	for k, state := range states {
		out = append(out, platform.Check{Name: k.name, App: k.app, State: state})
	}
	slices.SortFunc(out, func(a, b platform.Check) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.App, b.App)) })
	return out, nil
}

// A reporter is a check as one app reports it; app is "" for a status.
type reporter struct{ name, app string }

// runs adds the check runs of a commit to states.
func (r *Reader) runs(ctx context.Context, owner, repo, head string, states map[reporter]platform.CheckState) error {
	newest := map[reporter]*gh.CheckRun{}
	err := pages(maxPages, func(o gh.ListOptions) (*gh.Response, error) {
		list, res, err := r.api.Checks.ListCheckRunsForRef(ctx, owner, repo, head, &gh.ListCheckRunsOptions{ListOptions: o})
		if err != nil {
			return nil, err
		}
		for _, run := range list.CheckRuns {
			k := reporter{run.GetName(), strconv.FormatInt(run.GetApp().GetID(), 10)}
			if old := newest[k]; old == nil || later(run, old) {
				newest[k] = run
			}
		}
		return res, nil
	})
	for k, run := range newest {
		states[k] = runState(run)
	}
	return err
}

// later reports whether run a was made after b. A queued run has not started, so its number decides.
func later(a, b *gh.CheckRun) bool {
	if a.StartedAt != nil && b.StartedAt != nil && !a.StartedAt.Equal(*b.StartedAt) {
		return a.StartedAt.After(b.StartedAt.Time)
	}
	return a.GetID() > b.GetID()
}

func runState(run *gh.CheckRun) platform.CheckState {
	if run.GetStatus() != "completed" || run.GetConclusion() == "" {
		return platform.Pending
	}
	switch run.GetConclusion() {
	case "success", "neutral", "skipped":
		return platform.Passed
	}
	return platform.Failed
}

// statuses adds the newest status of each context to states.
func (r *Reader) statuses(ctx context.Context, owner, repo, head string, states map[reporter]platform.CheckState) error {
	return pages(maxPages, func(o gh.ListOptions) (*gh.Response, error) {
		combined, res, err := r.api.Repositories.GetCombinedStatus(ctx, owner, repo, head, &o)
		if err != nil {
			return nil, err
		}
		for _, s := range combined.Statuses {
			state := platform.Failed
			switch s.GetState() {
			case "success":
				state = platform.Passed
			case "pending":
				state = platform.Pending
			}
			states[reporter{name: s.GetContext()}] = state
		}
		return res, nil
	})
}
