package advisories

import (
	"cmp"
	"slices"
	"strings"

	cvss30 "github.com/pandatix/go-cvss/30"
	cvss31 "github.com/pandatix/go-cvss/31"
	cvss40 "github.com/pandatix/go-cvss/40"

	"github.com/currant-bot/currant/updater/plan"
)

// A record is what Currant reads of an entry in OSV's form (ossf.github.io/osv-schema).
type record struct {
	ID         string       `json:"id"`
	Withdrawn  string       `json:"withdrawn,omitempty"`
	Aliases    []string     `json:"aliases,omitempty"`
	Summary    string       `json:"summary,omitempty"`
	Details    string       `json:"details,omitempty"`
	Severity   []rating     `json:"severity,omitempty"`
	Affected   []affected   `json:"affected,omitempty"`
	References []reference  `json:"references,omitempty"`
	Specific   databaseOnly `json:"database_specific,omitzero"`
}

type rating struct {
	Type  string `json:"type"`
	Score string `json:"score"` // a vector
}

type affected struct {
	Package  name         `json:"package"`
	Severity []rating     `json:"severity,omitempty"`
	Ranges   []stretch    `json:"ranges,omitempty"`
	Versions []string     `json:"versions,omitempty"`
	Specific databaseOnly `json:"database_specific,omitzero"`
}

type stretch struct {
	Type   string `json:"type"`
	Events []struct {
		Introduced string `json:"introduced,omitempty"`
		Fixed      string `json:"fixed,omitempty"`
		Last       string `json:"last_affected,omitempty"`
	} `json:"events"`
}

type reference struct {
	URL string `json:"url"`
}

// databaseOnly is what the databases that OSV collects add of their own.
type databaseOnly struct {
	Severity any `json:"severity,omitempty"` // a word, in GitHub's
}

// sortRecords puts what GitHub reviewed before what other databases say of the same.
func sortRecords(list []record) {
	slices.SortFunc(list, func(a, b record) int {
		return cmp.Or(cmp.Compare(rank(a.ID), rank(b.ID)), strings.Compare(a.ID, b.ID))
	})
}

func rank(id string) int {
	if strings.HasPrefix(id, "GHSA-") {
		return 0
	}
	return 1
}

// about reports whether x is about the package n. An ecosystem may have a part below it: "Packagist:drupal".
func (x affected) about(n name) bool {
	ecosystem, _, _ := strings.Cut(x.Package.Ecosystem, ":")
	return ecosystem == n.Ecosystem && samePackage(n.Ecosystem, x.Package.Name, n.Name)
}

func samePackage(ecosystem, a, b string) bool {
	for datasource, e := range osvEcosystems {
		if e == ecosystem {
			return plan.PackageKey(datasource, a) == plan.PackageKey(datasource, b)
		}
	}
	return a == b
}

// advisory returns what r says of package n; ok is false if nothing that holds.
func (r record) advisory(n name) (a plan.Advisory, ok bool) {
	if r.Withdrawn != "" {
		return a, false
	}
	a = plan.Advisory{
		ID: r.ID, Aliases: r.Aliases, Summary: r.Summary, Details: r.Details, From: "the OSV database",
		Malicious: strings.HasPrefix(r.ID, "MAL-"),
	}
	ratings := r.Severity
	for _, x := range r.Affected {
		if !x.about(n) {
			continue
		}
		if len(x.Severity) > 0 {
			ratings = x.Severity
		}
		for _, s := range x.Ranges {
			if s.Type != "SEMVER" && s.Type != "ECOSYSTEM" {
				continue // commits
			}
			var events []plan.Event
			for _, e := range s.Events {
				events = append(events, plan.Event{Introduced: e.Introduced, Fixed: e.Fixed, Last: e.Last})
			}
			a.Affected = append(a.Affected, plan.Affected{Events: events})
		}
		if len(x.Versions) > 0 {
			a.Affected = append(a.Affected, plan.Affected{Versions: x.Versions})
		}
	}
	for _, ref := range r.References {
		a.References = append(a.References, ref.URL)
	}
	a.Score, a.Vector = score(ratings)
	a.Severity = cmp.Or(word(r.Specific.Severity), band(a.Score))
	return a, len(a.Affected) > 0
}

// score returns the base score of the newest kind of rating, and its vector.
func score(ratings []rating) (best float64, vector string) {
	newest := ""
	for _, x := range ratings {
		if v, ok := baseScore(x.Score); ok && x.Type > newest {
			newest, best, vector = x.Type, v, x.Score
		}
	}
	return best, vector
}

func baseScore(vector string) (float64, bool) {
	switch {
	case strings.HasPrefix(vector, "CVSS:4.0/"):
		if v, err := cvss40.ParseVector(vector); err == nil {
			return v.Score(), true
		}
	case strings.HasPrefix(vector, "CVSS:3.1/"):
		if v, err := cvss31.ParseVector(vector); err == nil {
			return v.BaseScore(), true
		}
	case strings.HasPrefix(vector, "CVSS:3.0/"):
		if v, err := cvss30.ParseVector(vector); err == nil {
			return v.BaseScore(), true
		}
	}
	return 0, false
}

// word reads GitHub's word for a severity.
func word(v any) string {
	s, _ := v.(string)
	switch s = strings.ToLower(s); s {
	case "moderate":
		return "medium"
	case "low", "medium", "high", "critical":
		return s
	}
	return ""
}

// band is the word for a score, by the CVSS specification.
func band(score float64) string {
	switch {
	case score >= 9:
		return "critical"
	case score >= 7:
		return "high"
	case score >= 4:
		return "medium"
	case score > 0:
		return "low"
	}
	return ""
}
