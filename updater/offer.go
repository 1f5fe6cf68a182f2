package updater

import (
	"context"
	"fmt"

	"github.com/currant-bot/currant/updater/act"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// Offer proposes a change to the default branch of a repository, as a pull request of its own. change says what the change is; nil for none. What
// people did to an earlier proposal counts as it does for updates. Without a Runner it only says what would be done.
func (p *Passer) Offer(ctx context.Context, name, branch string, change func(context.Context, Tree) (*plan.Offer, error)) ([]plan.Outcome, []act.Effect, error) {
	ctx = platform.OnBehalf(ctx, name)
	account, err := p.Reader.Whoami(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("asking who we are: %w", err)
	}
	host, err := p.Reader.Repository(ctx, name)
	if err != nil || host.Archived || host.Default == "" {
		return nil, nil, err
	}
	v := visit{Passer: p, name: name, host: host, account: account}
	if v.repo, err = p.Open(ctx, host); err != nil {
		return nil, nil, fmt.Errorf("fetching %s: %w", name, err)
	}
	main, err := v.tree(ctx, host.Default)
	if err != nil {
		return nil, nil, err
	}
	r, err := p.Engine.open(ctx, main)
	if err != nil {
		return nil, nil, err
	}
	if d, bad := broken(r); bad {
		return nil, nil, fmt.Errorf("its configuration has errors, so it is left as it is: %s", d)
	}
	x, err := change(ctx, main)
	if err != nil || x == nil {
		return nil, nil, err
	}
	x.Branch, x.Blobs = branch, Blobs(x.Changes)
	state, err := v.offered(ctx, branch, main, r)
	if err != nil {
		return nil, nil, err
	}
	outcomes := plan.Reconcile([]plan.Rendered{x.Make(p.Engine.world(main, r), main.Snapshot.Commit)}, nil, state, p.Engine.Now())
	if p.Runner == nil {
		return outcomes, nil, nil
	}
	runner := *p.Runner
	runner.Author = account
	effects, err := runner.Execute(ctx, name, outcomes)
	return outcomes, effects, err
}

// offered is what there is of an offer.
func (v *visit) offered(ctx context.Context, branch string, main Tree, r *Report) (plan.State, error) {
	s := plan.State{Repository: v.host, Account: v.account, Branches: make(map[string]plan.BranchState), Checks: make(map[string]platform.Checks), Settings: r.Config.Top()}
	var err error
	if s.Pulls, err = v.Reader.PullsFrom(ctx, v.name, branch); err != nil {
		return s, fmt.Errorf("listing the pull requests of %s: %w", v.name, err)
	}
	list, err := v.repo.Branches(ctx, branch, main.Base)
	if err != nil {
		return s, fmt.Errorf("reading the branches of %s: %w", v.name, err)
	}
	for _, b := range list {
		if b.Name != branch {
			continue
		}
		if s.Branches[b.Name], err = v.branch(ctx, b, r.Config, main); err != nil {
			return s, err
		}
	}
	return s, nil
}
