package templating

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/currant-bot/currant/templating/audit"
	"github.com/currant-bot/currant/updater/platform"
)

// prefer puts git's merge in the place of what Copier made of the files in which it lost something: what git merges is the
// template's own rendering too. Where the template's code ran, nobody can tell what is right, and nothing is taken.
func (r *running) prefer(ctx context.Context, u audit.Update, all []audit.Verdict) ([]audit.Verdict, error) {
	if u.Code || u.Unclear {
		return all, nil
	}
	all = slices.Clone(all)
	for i, v := range all {
		if v.Path == "" || !slices.Contains([]audit.Kind{audit.LostEdit, audit.NotApplied, audit.Differs}, v.Kind) {
			continue
		}
		p := path.Join(r.out.Root, v.Path)
		switch {
		case u.Unmerged[v.Path] && u.Ours[v.Path] != "" && u.Theirs[v.Path] == "":
			delete(r.out.Changes, p) // it stays, for a person to decide
			r.out.Conflicts = append(r.out.Conflicts, Conflict{Path: p, Kind: DeletedThere, Kept: true})
			all[i].Kind, all[i].Text = audit.Conflict, "edited here and deleted in the template: it stays until somebody decides"
			continue
		case u.Unmerged[v.Path]:
			continue
		}
		if err := r.take(ctx, p, u.Ours[v.Path], u.Merged[v.Path]); err != nil {
			return nil, err
		}
		all[i].Kind, all[i].Text = audit.OK, "git's merge took the place of what Copier made ("+v.String()+")"
	}
	slices.SortFunc(r.out.Conflicts, func(a, b Conflict) int { return strings.Compare(a.Path, b.Path) })
	return all, nil
}

// take makes an entry of a tree, "MODE blob HASH", what becomes of a path; ours is what was there.
func (r *running) take(ctx context.Context, p, ours, entry string) error {
	switch {
	case entry == ours:
		delete(r.out.Changes, p)
		return nil
	case entry == "":
		r.out.Changes[p] = nil
		return nil
	}
	mode, rest, _ := strings.Cut(entry, " ")
	_, hash, _ := strings.Cut(rest, " ")
	texts, err := r.checkout.blobs(ctx, []string{hash}, nil)
	if err != nil {
		return err
	}
	f := &platform.File{Text: texts[0]}
	for m, text := range modes {
		if text == mode {
			f.Mode = m
		}
	}
	r.out.Changes[p] = f
	return nil
}

// effect says how much a version changes in a project with these answers, as git sums it up.
func (r *running) effect(ctx context.Context, base, theirs string) string {
	rel, _ := r.target()
	out, err := r.checkout.ours(ctx, "diff-tree", "-r", "--shortstat", base, theirs, "--", ".", ":(exclude)"+rel)
	if err != nil {
		return "" // it is only told
	}
	return out
}
