// Package advisories defines where Currant learns which versions of packages
// have weaknesses: the alerts of a code host, and OSV's database.
package advisories

import (
	"cmp"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// ecosystems says which datasources a host's ecosystem stands for. Others have no
// versions that could be compared.
var ecosystems = map[string][]string{
	"actions":  {"github-tags", "github-releases"},
	"composer": {"packagist"},
	"erlang":   {"hex"},
	"go":       {"go"},
	"maven":    {"maven", "clojure"},
	"npm":      {"npm"},
	"nuget":    {"nuget"},
	"pip":      {"pypi"},
	"pub":      {"pub"},
	"rubygems": {"rubygems"},
	"rust":     {"crate"},
	"swift":    {"github-tags"},
}

// FromAlerts returns what a host's alerts say, each weakness of a package once, in their order.
func FromAlerts(alerts []platform.Alert, host string) map[plan.Package][]plan.Advisory {
	out := make(map[plan.Package][]plan.Advisory)
	for _, a := range alerts {
		affected, ok := plan.AffectedBy(a.Range, a.Fixed)
		if !ok {
			affected, ok = plan.AffectedBy("< "+a.Fixed, a.Fixed)
		}
		if !ok {
			continue // which versions it is about cannot be told
		}
		for _, datasource := range ecosystems[a.Ecosystem] {
			key := plan.PackageKey(datasource, a.Package)
			add(out, key, plan.Advisory{
				ID: a.ID, Aliases: a.Aliases, Summary: a.Summary, Details: a.Details, Severity: a.Severity, Score: a.Score, Vector: a.Vector,
				References: a.References, From: cmp.Or(host, "the code host"), Malicious: a.Malicious, Affected: []plan.Affected{affected},
			})
		}
	}
	return out
}

// add files an advisory, or adds its versions to the one of the same name.
func add(to map[plan.Package][]plan.Advisory, key plan.Package, a plan.Advisory) {
	for i, known := range to[key] {
		if known.ID == a.ID {
			to[key][i].Affected = append(known.Affected, a.Affected...)
			return
		}
	}
	to[key] = append(to[key], a)
}
