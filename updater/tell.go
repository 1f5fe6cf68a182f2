package updater

import (
	"context"
	"maps"
	"slices"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/plan"
)

// A notesRef names a question about what is new, on a base branch. Instead of the registry, whose address may hold a secret,
// it has that registry's hash.
type notesRef struct {
	Base     string
	Query    datasources.NotesQuery
	Registry string
}

// tell asks what is new in the updates that have a pull request, or get one now, and says it in their bodies.
func (v *visit) tell(ctx context.Context, r *Report, sides []side, state plan.State) error {
	notes := make(map[datasources.NotesQuery]plan.Notes)
	for _, s := range sides {
		mine := slices.DeleteFunc(slices.Clone(r.Branches), func(b plan.Rendered) bool { return b.Base != s.tree.Base })
		queries := plan.NoteQueries(mine, r.Outcomes)
		if len(queries) == 0 {
			continue
		}
		v.Engine.step(v.name, "look up", "reading what is new in %d packages", len(queries))
		got, err := s.report.reach.Lookup.Notes(ctx, queries)
		if err != nil {
			return err
		}
		maps.Copy(notes, got)
		for _, q := range queries {
			ref := notesRef{Base: s.tree.Base, Query: q, Registry: refOf(plan.DigestQuery{Query: q.Registry}).Query}
			ref.Query.Registry = datasources.Query{}
			v.now.Notes = append(v.now.Notes, ref)
		}
	}
	if len(notes) == 0 {
		return nil
	}
	if r.Config.Top().Bool("githubTokenWarn") && slices.ContainsFunc(slices.Collect(maps.Values(notes)), func(n plan.Notes) bool { return n.Anonymous }) {
		r.notice("release notes of %s are asked for without a token, which it allows only a few times an hour: set GITHUB_COM_TOKEN, or have githubTokenWarn: false", datasources.GitHub)
	}
	r.Branches = plan.Tell(r.Branches, notes, state)
	r.Outcomes = plan.Reconcile(r.Branches, r.Decisions, state, v.Engine.Now())
	return nil
}

// noteQueries returns the queries of a base branch that refs name. Those that ask a registry are about one of queries.
func noteQueries(base string, queries []datasources.Query, refs []notesRef) []datasources.NotesQuery {
	byRef := make(map[string]datasources.Query, len(queries))
	for _, q := range queries {
		byRef[refOf(plan.DigestQuery{Query: q}).Query] = q
	}
	var out []datasources.NotesQuery
	for _, ref := range refs {
		q := ref.Query
		if q.Source == "" {
			var known bool
			if q.Registry, known = byRef[ref.Registry]; !known {
				continue
			}
		}
		if ref.Base == base {
			out = append(out, q)
		}
	}
	return out
}
