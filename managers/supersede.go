package managers

import "slices"

// Supersede returns what counts of the results that the managers ms had with one file.
//
// Where a manager and one that it supersedes both found dependencies, only one keeps them: the
// superseded one if it alone knows a lock file that holds them, else the
// other. So a pyproject.toml with a uv.lock is not Poetry's, as in Renovate.
func Supersede(ms []*Manager, results []Result) []Result {
	kept := slices.Clone(results)
	for i, m := range ms {
		for j, other := range ms {
			if !slices.Contains(m.Supersedes, other.Name) || len(kept[i].Deps) == 0 || len(kept[j].Deps) == 0 {
				continue
			}
			if locked(kept[j]) && !locked(kept[i]) {
				kept[i] = Result{}
			} else {
				kept[j] = Result{}
			}
		}
	}
	return kept
}

func locked(r Result) bool {
	return slices.ContainsFunc(r.Deps, func(d Dep) bool { return len(d.Locks) > 0 })
}
