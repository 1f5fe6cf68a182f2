package updater

import (
	"context"
	"errors"
	"io/fs"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/act"
	"github.com/currant-bot/currant/updater/gitrepo"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// migration returns the branch that writes today's spellings into the configuration of the default branch; ok is false if that has none
// that are old.
func (v *visit) migration(main Tree, r *Report) (b plan.Rendered, ok bool) {
	file := r.Config.File()
	if file == "" {
		return b, false
	}
	text, err := fs.ReadFile(main.Snapshot.FS, file)
	if err != nil {
		return b, false
	}
	fixed, notes, err := config.Fix(file, string(text))
	if err != nil || fixed == string(text) {
		return b, false // what cannot be rewritten safely goes on as it is
	}
	m := plan.Migration{File: file, Text: fixed}
	for _, n := range notes {
		m.Notes = append(m.Notes, n.String())
	}
	b = plan.Migrate(v.Engine.world(main, r), m, main.Snapshot.Commit, blob(gitrepo.BlobID(fixed), platform.Regular))
	if v.have.Wishes.Migrate {
		b.Wish = plan.WishApprove
	}
	return b, true
}

// migrated adds the migration to the branches, where it is wanted: by configuration, by a tick, or because it is there.
func (v *visit) migrated(main Tree, first, r *Report) {
	b, ok := v.migration(main, first)
	if !ok || first.Config.Top().String("mode") == "silent" {
		return
	}
	r.Migrates = true
	_, exists := v.have.Branches[b.Name]
	if exists || first.Config.Top().Bool("configMigration") || v.have.Wishes.Migrate {
		r.Branches = append(r.Branches, b)
	}
}

// complain keeps the issue about errors in the configuration, which a repository that is left as it is gets.
func (v *visit) complain(ctx context.Context, runner *act.Runner, r *Report) ([]act.Effect, error) {
	if len(r.Outcomes) > 0 { // what is left to say to people
		return runner.Execute(ctx, v.name, r.Outcomes)
	}
	d, bad := broken(r)
	if bad && r.Config.Unfetched() {
		return nil, nil // that a preset cannot be fetched may be the fault of nobody here
	}
	if !bad || v.host.NoIssues || v.host.BranchesOnly {
		return nil, nil
	}
	issues, err := v.Reader.Issues(ctx, v.name, nil)
	var denied *platform.AuthError
	if errors.As(err, &denied) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	texts := []string{d.String()}
	for _, x := range r.Diagnostics {
		if x.Severity == config.Error && x != d {
			texts = append(texts, x.String())
		}
	}
	for i := range texts {
		texts[i] = v.Engine.clean(texts[i])
	}
	o, ok := plan.ConfigNotice(r.Config.Top(), issues, texts)
	if !ok {
		return nil, nil
	}
	r.Outcomes = append(r.Outcomes, o)
	return runner.Execute(ctx, v.name, []plan.Outcome{o})
}
