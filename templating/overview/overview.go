// Package overview defines the tables that show a fleet of projects and their templates.
package overview

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/templating"
)

// A Project is one answers file, or its like, of a repository.
type Project struct {
	Repository string
	Path       string // of the answers file
	Engine     string // "copier", "cruft", "cookiecutter"
	Standing   templating.Standing
	Layer      int // 1 for the template that comes first in its repository
	Pull       Pull
	Code       string   // in a word, why there is no update on its way, or what there is
	Reasons    []string // for people
}

// A Pull is the pull request that updates a project; zero for none.
type Pull struct {
	Number  int
	URL     string
	Version string // that it updates to; "" if it does not say
	Grade   string // how it came out; "" if it does not say
	Draft   bool
}

// Behind counts the releases that p has not, and since when it could have had the first.
func (p Project) Behind(now time.Time) (releases, days int) {
	newer := p.Standing.Newer
	if len(newer) == 0 || newer[0].Made.IsZero() || newer[0].Made.After(now) {
		return len(newer), 0
	}
	return len(newer), int(now.Sub(newer[0].Made).Hours() / 24)
}

// Latest returns the newest version that p could have; "" if it is not known.
func (p Project) Latest() string {
	switch n := len(p.Standing.Newer); {
	case n > 0:
		return p.Standing.Newer[n-1].Version
	case p.Standing.Reason != nil:
		return ""
	}
	return p.Standing.Version
}

// Layered puts the projects of one repository in the order in which they are updated: a template after those whose answers
// it builds on, else by path.
func Layered(all []Project) []Project {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Project) int { return cmp.Compare(a.Path, b.Path) })
	var out []Project
	placed := make(map[string]bool)
	for len(out) < len(all) {
		at := slices.IndexFunc(all, func(p Project) bool { return !placed[p.Path] && !waits(p, all, placed) })
		if at < 0 { // they wait for one another
			at = slices.IndexFunc(all, func(p Project) bool { return !placed[p.Path] })
		}
		placed[all[at].Path] = true
		out = append(out, all[at])
	}
	for i := range out {
		out[i].Layer = i + 1
	}
	return out
}

// waits reports whether p builds on a project that is not placed yet.
func waits(p Project, all []Project, placed map[string]bool) bool {
	return slices.ContainsFunc(all, func(other Project) bool {
		return other.Path != p.Path && !placed[other.Path] && slices.ContainsFunc(p.Standing.Parents, func(parent string) bool {
			return parent == other.Path || strings.HasSuffix(other.Path, "/"+parent) || path.Join(path.Dir(p.Path), parent) == other.Path
		})
	})
}

// Templates returns the identities of all templates, in order.
func Templates(all []Project) []string {
	var out []string
	for _, p := range all {
		if p.Standing.Source != "" {
			out = append(out, p.Standing.Source)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
