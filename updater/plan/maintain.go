package plan

import (
	"path"
	"slices"

	"github.com/currant-bot/currant/config"
)

// maintenance is the type of an update that makes a lock file anew.
const maintenance = "lockFileMaintenance"

// Maintain returns a decision for each lock file of the dependencies in found about making it anew, as
// lockFileMaintenance says: with the newest versions that manifests admit, also of what they do not name.
func Maintain(w World, found []Found) []Decision {
	var out []Decision
	var seen []string
	for _, f := range found {
		for _, lock := range f.Dep.Locks {
			if slices.Contains(seen, lock) {
				continue
			}
			seen = append(seen, lock)
			if d, ok := maintain(w, owner(found, f, lock), lock); ok {
				out = append(out, d)
			}
		}
	}
	return out
}

// owner returns what was found beside the lock file, or else f.
func owner(found []Found, f Found, lock string) Found {
	i := slices.IndexFunc(found, func(x Found) bool {
		return x.Manager == f.Manager && path.Dir(x.Path) == path.Dir(lock) && slices.Contains(x.Dep.Locks, lock)
	})
	if i >= 0 {
		return found[i]
	}
	return f
}

// maintain decides about one lock file. ok is false where nothing asks for it.
func maintain(w World, f Found, lock string) (d Decision, ok bool) {
	d = Decision{Found: Found{Manager: f.Manager, Path: f.Path}, Facts: Complete, Package: path.Base(lock)}
	d.Dep.Name, d.Dep.Locks = path.Base(lock), []string{lock}
	s := config.Subject{
		Manager: f.Manager, File: f.Path, LockFiles: []string{lock}, Repository: w.Repository, BaseBranch: w.Base, UpdateType: maintenance,
	}
	if m := w.Managers[f.Manager]; m != nil {
		s.Categories = m.Categories
	}
	d.Settings = w.Config.For(s)
	if !d.Settings.Bool("enabled") || d.Settings.Bool("skipArtifactsUpdate") {
		return d, false
	}
	c := &chooser{World: w, d: d}
	u := Update{Type: maintenance, Bucket: maintenance, Settings: d.Settings}
	u.Reasons = append(u.Reasons, reason(CodeUpdate, d.Settings.Origin(maintenance), "%s is made anew with all that its manifests admit", lock))
	c.add(u)
	c.finish()
	return c.d, true
}
