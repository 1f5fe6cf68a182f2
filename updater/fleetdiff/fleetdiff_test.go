package fleetdiff

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/plan"
)

// proposal is one update in a branch, as a test writes it.
type proposal struct {
	dep, to, branch, title string
	auto                   bool
	labels                 []string
	state                  plan.Readiness
}

func report(ps ...proposal) *updater.Report {
	r := &updater.Report{Repository: "acme/shop"}
	for _, p := range ps {
		d := &plan.Decision{Found: plan.Found{Manager: "npm", Path: "package.json", Dep: managers.Dep{Name: p.dep}}}
		if p.state == "" {
			p.state = plan.Ready
		}
		u := plan.Update{Type: "minor", Value: p.to, Bucket: "non-major", State: p.state, Automerge: p.auto}
		r.Branches = append(r.Branches, plan.Rendered{Branch: plan.Branch{
			Name: p.branch, Title: p.title, Automerge: p.auto, Labels: p.labels, Members: []plan.Member{{Decision: d, Update: u}}, Making: config.Window{Open: true, Always: true},
		}})
	}
	return r
}

func TestCompare(t *testing.T) {
	base := proposal{dep: "react", to: "1.1.0", branch: "renovate/react", title: "Update react"}
	with := func(change func(*proposal)) *updater.Report {
		p := base
		change(&p)
		return report(p)
	}
	off := report()
	off.Decisions = []plan.Decision{{
		Found:   plan.Found{Manager: "npm", Path: "package.json", Dep: managers.Dep{Name: "react"}},
		Reasons: []plan.Reason{{Code: plan.CodeDisabled, Text: "updates are switched off", Origin: config.Origin{File: "default.json", Line: 7}}},
	}}
	broken := report()
	broken.Diagnostics = []config.Diagnostic{{Severity: config.Warning, Text: "odd"}, {Severity: config.Error, File: "default.json", Line: 3, Column: 1, Text: "no"}}
	change := func(k Kind, was, is string) Change {
		return Change{Repository: "acme/shop", Kind: k, Dependency: "react in package.json", Update: "minor to 1.1.0", Branch: "renovate/react", Title: "Update react", Was: was, Is: is}
	}
	regrouped := change(Regroups, "renovate/react", "renovate/frameworks")
	regrouped.Branch = "renovate/frameworks"
	retargeted := change(Retargets, "1.1.0", "1.2.0")
	retargeted.Update = "minor to 1.2.0"
	vanished := change(Vanishes, "ready", "updates are switched off")
	vanished.Rule = config.Origin{File: "default.json", Line: 7}
	retitled := change(Retitles, "Update react", "Bump react")
	retitled.Title = "Bump react"
	for _, test := range []struct {
		name    string
		was, is *updater.Report
		want    []Change
	}{
		{"nothing", report(base), report(base), nil},
		{"appears", report(), report(base), []Change{change(Appears, "", "ready")}},
		{"vanishes", report(base), off, []Change{vanished}},
		{"vanishes with its file", report(base), report(), []Change{change(Vanishes, "ready", "it is not found any more")}},
		{"starts merging", report(base), with(func(p *proposal) { p.auto = true }), []Change{change(StartsMerging, "a person merges it", "it merges by itself")}},
		{"stops merging", with(func(p *proposal) { p.auto = true }), report(base), []Change{change(StopsMerging, "it merges by itself", "a person merges it")}},
		{"regroups", report(base), with(func(p *proposal) { p.branch = "renovate/frameworks" }), []Change{regrouped}},
		{"retargets", report(base), with(func(p *proposal) { p.to = "1.2.0" }), []Change{retargeted}},
		{"needs approval", report(base), with(func(p *proposal) { p.state = plan.Approval }), []Change{change(Readiness, "ready", "approval")}},
		{"relabels", report(base), with(func(p *proposal) { p.labels = []string{"a"} }), []Change{change(Relabels, "", "a")}},
		{"retitles", report(base), with(func(p *proposal) { p.title = "Bump react" }), []Change{retitled}},
		{"breaks", report(base), broken, []Change{{Repository: "acme/shop", Kind: Breaks, Is: "default.json:3:1: no"}}},
		{"works", broken, report(base), []Change{{Repository: "acme/shop", Kind: Works, Was: "default.json:3:1: no"}}},
		{"broken before and after", broken, broken, nil},
		{"the weightiest first", report(base), with(func(p *proposal) { p.labels, p.auto = []string{"a"}, true }),
			[]Change{change(StartsMerging, "a person merges it", "it merges by itself"), change(Relabels, "", "a")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if d := cmp.Diff(test.want, Compare(test.was, test.is)); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}
