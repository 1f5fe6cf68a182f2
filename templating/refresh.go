package templating

import (
	"context"

	"github.com/currant-bot/currant/templating/audit"
)

// Refresh makes anew, at the versions that they are at, the layers which read answers that an update changed: Copier itself leaves in
// them what the answers were. layers are paths of answers files. The outcomes are each relative to the one before, the first to
// what the update came to; a layer that reads nothing of it has the reason [NoUpdate].
func (u *Updater) Refresh(ctx context.Context, job Job, out Outcome, layers []string) ([]Outcome, error) {
	if len(out.Answers) == 0 || len(layers) == 0 {
		return nil, nil
	}
	parent, err := job.Tree.read(ctx, u.Git, job.Answers)
	if err != nil {
		return nil, err
	}
	tree := job.Tree.With(out.Changes)
	var all []Outcome
	for _, p := range layers {
		text, err := tree.read(ctx, u.Git, p)
		link, bad := ReadLink(text)
		if err != nil || bad != nil || link.Source == "" || link.Commit == "" {
			continue
		}
		next, err := u.Update(ctx, Job{
			Tree: tree, Answers: p, To: link.Commit, Refresh: true, Before: map[string]string{job.Answers: parent},
			Trust: job.Trust, Audit: audit.Prefer, Settle: job.Settle,
		})
		if err != nil {
			return all, err
		}
		tree = tree.With(next.Changes)
		all = append(all, next)
	}
	return all, nil
}
