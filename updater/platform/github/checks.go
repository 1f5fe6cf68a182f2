package github

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform"
)

// Checks returns the check runs and the commit statuses of each candidate, and what base asks for. Of several runs of an app
// with one name the newest counts. Which app reported a status is asked only where base wants it of one.
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
		if err := r.attribute(ctx, owner, repo, x); err != nil {
			return nil, r.explain(err, "reading whose the statuses of %s at %s are", name, c.Head)
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

// attribute fills in which app reported a status that base wants of one app, and that no check run is: the bot of an app is
// named after it. What a person's token reported stays nobody's.
func (r *Reader) attribute(ctx context.Context, owner, repo string, c platform.Checks) error {
	wanted := map[string]bool{}
	for _, want := range c.Rules.Checks {
		if want.App != "" && !slices.ContainsFunc(c.Results, want.By) {
			wanted[want.Name] = true
		}
	}
	open := func(x platform.Check) bool { return x.App == "" && wanted[x.Name] }
	if !slices.ContainsFunc(c.Results, open) {
		return nil
	}
	creators := map[string]string{} // of the newest of each name, which GitHub lists first
	err := pages(maxPages, func(o gh.ListOptions) (*gh.Response, error) {
		list, res, err := r.api.Repositories.ListStatuses(ctx, owner, repo, c.Head, &o)
		for _, s := range list {
			if _, known := creators[s.GetContext()]; !known {
				creators[s.GetContext()] = s.GetCreator().GetLogin()
			}
		}
		return res, err
	})
	if err != nil {
		return err
	}
	for i, x := range c.Results {
		slug, bot := strings.CutSuffix(creators[x.Name], "[bot]")
		if !bot || !open(x) {
			continue
		}
		app, _, err := r.api.Apps.Get(within(ctx, owner+"/"+repo), slug)
		if hidden(err) {
			continue
		}
		if err != nil {
			return err
		}
		c.Results[i].App = strconv.FormatInt(app.GetID(), 10)
	}
	return nil
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

// maxStatus is how long the text of a status may be, in characters.
const maxStatus = 140

// Report sets a status of a commit, unless the newest of its name is that already.
func (w *Writer) Report(ctx context.Context, name string, s platform.Status) error {
	owner, repo, done, err := w.begin(name)
	if err != nil {
		return err
	}
	defer done()
	doing := fmt.Sprintf("reporting %s on %s of %s", s.Name, s.Head, name)
	state, ok := map[platform.CheckState]string{platform.Pending: "pending", platform.Passed: "success", platform.Failed: "failure"}[s.State]
	if !ok {
		return fmt.Errorf("%s: there is no state %q", doing, s.State)
	}
	states := map[reporter]platform.CheckState{}
	if err := w.r.statuses(ctx, owner, repo, s.Head, states); err != nil {
		return w.r.explain(err, "%s", doing)
	}
	if states[reporter{name: s.Name}] == s.State {
		return nil
	}
	text := []rune(s.Text)
	if len(text) > maxStatus {
		text = append(text[:maxStatus-1], '…')
	}
	said := string(text)
	_, _, err = w.r.api.Repositories.CreateStatus(ctx, owner, repo, s.Head, &gh.RepoStatus{State: &state, Context: &s.Name, Description: &said})
	return w.r.explain(err, "%s", doing)
}
