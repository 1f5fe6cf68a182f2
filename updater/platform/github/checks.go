package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform"
)

// Checks returns the check runs and the commit statuses of a commit. Of several runs of an app
// with one name the newest counts; where a run and a status, or the runs of two apps, share a name, the worst does.
//
// Required are the checks that the branch protection of base and its rulesets want. It is nil if GitHub
// shows neither: reading a protection takes the permission to administer.
func (r *Reader) Checks(ctx context.Context, name, base, head string) (platform.Checks, error) {
	owner, repo, err := split(name)
	if err != nil {
		return platform.Checks{}, err
	}
	out := platform.Checks{Head: head}
	byName := map[string]platform.CheckState{}
	if err := r.runs(ctx, owner, repo, head, byName); err != nil {
		return out, r.explain(err, "reading checks of %s at %s", name, head)
	}
	if err := r.statuses(ctx, owner, repo, head, byName); err != nil {
		return out, r.explain(err, "reading statuses of %s at %s", name, head)
	}
	for _, n := range slices.Sorted(maps.Keys(byName)) {
		out.Results = append(out.Results, platform.Check{Name: n, State: byName[n]})
	}
	if out.Required, err = r.required(ctx, owner, repo, base); err != nil {
		return out, r.explain(err, "reading what branch %s of %s requires", base, name)
	}
	return out, nil
}

// runs adds the check runs of a commit to byName.
func (r *Reader) runs(ctx context.Context, owner, repo, head string, byName map[string]platform.CheckState) error {
	type key struct {
		app  int64
		name string
	}
	newest := map[key]*gh.CheckRun{}
	err := pages(maxPages, func(o gh.ListOptions) (*gh.Response, error) {
		list, res, err := r.api.Checks.ListCheckRunsForRef(ctx, owner, repo, head, &gh.ListCheckRunsOptions{ListOptions: o})
		if err != nil {
			return nil, err
		}
		for _, run := range list.CheckRuns {
			k := key{run.GetApp().GetID(), run.GetName()}
			if old := newest[k]; old == nil || later(run, old) {
				newest[k] = run
			}
		}
		return res, nil
	})
	for k, run := range newest {
		byName[k.name] = worse(byName[k.name], runState(run))
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

// statuses adds the newest status of each context to byName.
func (r *Reader) statuses(ctx context.Context, owner, repo, head string, byName map[string]platform.CheckState) error {
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
			byName[s.GetContext()] = worse(byName[s.GetContext()], state)
		}
		return res, nil
	})
}

// worse returns the state that is further from passing.
func worse(a, b platform.CheckState) platform.CheckState {
	rank := map[platform.CheckState]int{platform.Passed: 1, platform.Pending: 2, platform.Failed: 3}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// required returns the names of the required checks, sorted; nil if they cannot be seen.
func (r *Reader) required(ctx context.Context, owner, repo, base string) ([]string, error) {
	protected, known, err := r.protection(ctx, owner, repo, base)
	if err != nil {
		return nil, err
	}
	ruled, err := r.rules(ctx, owner, repo, base)
	if err != nil {
		return nil, err
	}
	names := append(protected, ruled...)
	if len(names) == 0 && !known {
		return nil, nil
	}
	slices.Sort(names)
	return append([]string{}, slices.Compact(names)...), nil
}

// protection reads the classic branch protection; known is false if GitHub does not show it.
func (r *Reader) protection(ctx context.Context, owner, repo, base string) (names []string, known bool, err error) {
	got, _, err := r.api.Repositories.GetRequiredStatusChecks(ctx, owner, repo, base)
	switch {
	case errors.Is(err, gh.ErrBranchNotProtected), strings.HasPrefix(saidOf(err), "Required status checks not enabled"):
		return nil, true, nil
	case hidden(err):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	if got.Checks != nil {
		for _, c := range *got.Checks {
			names = append(names, c.Context)
		}
	}
	if got.Contexts != nil {
		names = append(names, *got.Contexts...)
	}
	return names, true, nil
}

// hidden reports whether GitHub refused to show something, for want of permission or of a plan that has it.
func hidden(err error) bool {
	s := statusOf(err)
	return s == http.StatusForbidden || s == http.StatusNotFound
}

// rules reads the required checks of the rulesets that apply to a branch. go-github gives up at a kind of rule that
// it does not know, so only what is needed is decoded here.
func (r *Reader) rules(ctx context.Context, owner, repo, base string) (names []string, err error) {
	err = pages(maxPages, func(o gh.ListOptions) (*gh.Response, error) {
		var rules []struct {
			Type       string
			Parameters struct {
				Checks []struct{ Context string } `json:"required_status_checks"`
			}
		}
		u := fmt.Sprintf("repos/%s/%s/rules/branches/%s?per_page=%d&page=%d", owner, repo, escape(base), o.PerPage, o.Page)
		res, err := r.get(ctx, u, &rules)
		for _, rule := range rules {
			for _, c := range rule.Parameters.Checks {
				names = append(names, c.Context)
			}
		}
		return res, err
	})
	if hidden(err) { // before GitHub Enterprise Server 3.11 there are none
		err = nil
	}
	slices.SortFunc(names, cmp.Compare[string])
	return names, err
}
