package updater

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// issues reads the issues that may be ours, and what is ticked on the dashboard.
func (v *visit) issues(ctx context.Context, c *config.Config, s *plan.State) error {
	top := c.Top()
	s.Wishes = plan.ReadWishes("")
	for _, branch := range top.Strings("checkedBranches") { // the operator's ticks
		s.Wishes.Branches[branch] = plan.WishRetry
	}
	if v.host.NoIssues {
		return nil
	}
	var titles []string // to be taken over
	if top.Bool("dependencyDashboard") || c.Sets("dependencyDashboardApproval") || c.Sets("prCreation") {
		titles = plan.DashboardTitles(top)
	}
	var err error
	s.Issues, err = v.Reader.Issues(ctx, v.name, titles)
	var denied *platform.AuthError
	if errors.As(err, &denied) { // without this permission all the rest goes on
		s.Repository.NoIssues = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the issues of %s: %w", v.name, err)
	}
	if board := plan.FindDashboard(top, s.Issues); board != nil {
		ticked := plan.ReadWishes(board.Body)
		maps.Copy(s.Wishes.Branches, ticked.Branches)
		s.Wishes.Migrate = ticked.Migrate
	}
	return nil
}

// patience is how long an outage lasts before the dashboard mentions it: a shorter one is no news.
const patience = time.Hour

// board returns what becomes of the dashboard. In doubt it stays as it is for a while, unless something else was done.
func (v *visit) board(r *Report, failed map[string]string, acted bool) (plan.Outcome, bool) {
	o, ok := v.dashboard(r, failed).Outcome()
	if !doubtful(r, v.have) {
		v.now.Doubt = time.Time{}
		return o, ok
	}
	now := v.Engine.Now()
	if v.now.Doubt = v.last.Doubt; v.now.Doubt.IsZero() {
		v.now.Doubt = now
	}
	if !acted && len(failed) == 0 && len(v.have.Wishes.Branches) == 0 && o.Result != plan.Create && now.Sub(v.now.Doubt) < patience {
		o.Actions, o.Result = nil, plan.Hold
	}
	return o, ok
}

// doubtful reports whether something that the dashboard tells is not known just now.
func doubtful(r *Report, have plan.State) bool {
	return have.Stale != "" || slices.ContainsFunc(r.Decisions, func(d plan.Decision) bool { return d.Facts == plan.Failed || d.Facts == plan.Partial })
}

// dashboard gathers what the issue that lists all updates says. failed are the branches for which an action failed.
func (v *visit) dashboard(r *Report, failed map[string]string) plan.Dashboard {
	return plan.Dashboard{
		Settings: r.Config.Top(), State: v.have, Branches: r.Branches, Outcomes: r.Outcomes, Failed: failed,
		Bases:    r.Bases,
		Problems: troubles(r), Migrate: r.Migrates,
	}
}

// troubles lists what people should know is wrong with the repository.
func troubles(r *Report) []string {
	var out []string
	add := func(format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	for _, d := range r.Diagnostics {
		if d.Severity != config.Migration {
			add("%s", d)
		}
	}
	for _, n := range r.Notices {
		add("%s", n)
	}
	for _, p := range r.Problems {
		add("%s", p)
	}
	for _, d := range r.Decisions {
		switch d.Facts {
		case plan.Absent:
			add("%s: %s %s was not found at its registry", d.Path, d.Datasource, d.Package)
		case plan.Failed, plan.Partial:
			add("%s: %s %s could not be looked up completely", d.Path, d.Datasource, d.Package)
		}
	}
	return out
}
