package updater

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/currant-bot/currant/updater/advisories"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// advise notes what the code host knows against a repository's dependencies. What cannot be
// known is a notice, and stops nothing.
func (v *visit) advise(ctx context.Context, r *Report) error {
	alerter, ok := v.Reader.(platform.Alerter)
	block := r.Config.Top().Object("vulnerabilityAlerts")
	if on, set := block["enabled"].(bool); !ok || set && !on || len(r.Found) == 0 {
		return nil
	}
	alerts, err := alerter.Alerts(ctx, v.name)
	var denied *platform.AuthError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, platform.ErrOff):
		if slices.Contains(r.Config.Set(), "vulnerabilityAlerts") {
			r.notice("vulnerability alerts are switched off on the host, so there is nothing for vulnerabilityAlerts to raise")
		}
	case errors.As(err, &denied):
		r.unsure("vulnerability alerts cannot be read: let the token read Dependabot alerts, or set vulnerabilityAlerts.enabled to false")
	case err != nil:
		r.unsure("vulnerability alerts could not be read: " + v.Engine.clean(err.Error()))
	}
	r.learn(advisories.FromAlerts(alerts, "the GitHub Advisory Database (CC-BY 4.0)"))
	return nil
}

// A Database says what is known against packages.
type Database interface {
	// Find returns what is known, whatever the version. What it returns with an
	// error is not all.
	Find(ctx context.Context, packages []plan.Package) (map[plan.Package][]plan.Advisory, error)
}

// research asks the database of weaknesses where configuration wants that: to mend
// them, or only to list them.
func (e *Engine) research(ctx context.Context, t Tree, r *Report) error {
	top := r.Config.Top()
	mend, list := top.Bool("osvVulnerabilityAlerts"), top.String("dependencyDashboardOSVVulnerabilitySummary")
	if e.Advisories == nil || !mend && (list == "" || list == "none") {
		return nil
	}
	var packages []plan.Package
	for _, d := range plan.Ask(e.world(t, r), r.Found) {
		p := plan.Package{Datasource: d.Datasource, Name: d.Package}
		if (d.SkipCode == "" || d.SkipCode == "disabled") && advisories.Covers(p.Datasource) && !slices.Contains(packages, p) {
			packages = append(packages, p)
		}
	}
	if len(packages) == 0 {
		return nil
	}
	e.step(t.Repository, "look up", "asking what is known against %d packages", len(packages))
	found, err := e.Advisories.Find(ctx, packages)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		r.unsure("the database of vulnerabilities could not be asked: " + e.clean(err.Error()))
	}
	if !mend {
		for _, list := range found {
			for i := range list {
				list[i].Listed = true
			}
		}
	}
	r.learn(found)
	return nil
}

// notice adds a line for people.
func (r *Report) notice(format string, args ...any) {
	r.Notices = append(r.Notices, fmt.Sprintf(format, args...))
}

// unsure notes why not all weaknesses may be known.
func (r *Report) unsure(why string) {
	r.notice("%s", why)
	r.Advisories.Unsure = cmp.Or(r.Advisories.Unsure, why)
}

// learn adds advisories. One that is known under another name already is left out.
func (r *Report) learn(found map[plan.Package][]plan.Advisory) {
	if r.Advisories.ByPackage == nil {
		r.Advisories.ByPackage = make(map[plan.Package][]plan.Advisory)
	}
	for pkg, list := range found {
		for _, a := range list {
			if !slices.ContainsFunc(r.Advisories.ByPackage[pkg], func(b plan.Advisory) bool { return sameAdvisory(a, b) }) {
				r.Advisories.ByPackage[pkg] = append(r.Advisories.ByPackage[pkg], a)
			}
		}
	}
}

func sameAdvisory(a, b plan.Advisory) bool {
	return a.ID == b.ID || slices.Contains(b.Aliases, a.ID) || slices.ContainsFunc(a.Aliases, func(id string) bool {
		return id == b.ID || slices.Contains(b.Aliases, id)
	})
}

// sortedAdvisories are what is known, in an order that stays the same.
func sortedAdvisories(a plan.Advisories) [][]any {
	var out [][]any
	for _, pkg := range slices.SortedFunc(maps.Keys(a.ByPackage), func(x, y plan.Package) int {
		return cmp.Or(strings.Compare(x.Datasource, y.Datasource), strings.Compare(x.Name, y.Name))
	}) {
		out = append(out, []any{pkg, a.ByPackage[pkg]})
	}
	return out
}
