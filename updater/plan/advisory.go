package plan

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/versioning"
)

// An Advisory is what a database says of a weakness in some versions of a
// package.
type Advisory struct {
	ID         string   // such as "GHSA-1111-2222-3333"
	Aliases    []string // its names elsewhere, such as a CVE
	Summary    string
	Details    string  // somebody's Markdown
	Severity   string  // "critical", "high", "medium" or "low"; "" if unknown
	Score      float64 // of CVSS; 0 if unknown
	Vector     string  // of CVSS; "" if unknown
	References []string
	From       string // who says it, for people
	Listed     bool   // it is only to be told of: it raises nothing
	Malicious  bool   // the versions themselves were made to do harm
	Affected   []Affected
}

// Affected is a set of versions that have a weakness.
type Affected struct {
	Versions []string // just these
	Events   []Event  // and these stretches, in no particular order
	Fix      string   // the version that its fix came with, if Events do not say; "" for none
}

// An Event is where, on the line of a package's versions, a weakness begins or
// ends. One field is set; an Introduced of "0" is before all versions.
type Event struct{ Introduced, After, Fixed, Last string }

func (e Event) version() string { return cmp.Or(e.Introduced, e.After, e.Fixed, e.Last) }

// A Package is what advisories are about.
type Package struct{ Datasource, Name string }

// Advisories are what databases say of a repository's packages.
type Advisories struct {
	ByPackage map[Package][]Advisory
	Unsure    string // why there may be more; "" if this is all
}

var pypiSeparators = regexp.MustCompile(`[-_.]+`)

// PackageKey returns the package under the one name that it is filed under where a registry
// takes several spellings for the same.
func PackageKey(datasource, name string) Package {
	switch datasource {
	case "pypi":
		name = pypiSeparators.ReplaceAllString(strings.ToLower(name), "-")
	case "nuget", "packagist":
		name = strings.ToLower(name)
	}
	return Package{datasource, name}
}

// of returns what is known against a dependency's package.
func (a Advisories) of(d Decision) []Advisory {
	if len(a.ByPackage) == 0 {
		return nil
	}
	return a.ByPackage[PackageKey(d.Datasource, d.Package)]
}

// A Weakness is an advisory that is about the version in use.
type Weakness struct {
	Advisory
	Fix   string // the first version without it; "" if there is none yet
	After bool   // Fix is the last version with it: only later ones are without
}

// hits reports whether version has the weakness, and what is the first that
// has not.
func (a Advisory) hits(scheme versioning.Scheme, version string) (w Weakness, ok bool) {
	if !scheme.Valid(version) {
		return w, false
	}
	w.Advisory = a
	has := func(v string) bool {
		return slices.ContainsFunc(a.Affected, func(x Affected) bool { return x.has(scheme, v) })
	}
	if !has(version) {
		return w, false
	}
	var ends []Weakness
	for _, x := range a.Affected {
		if fix, after := x.fix(scheme, version); fix != "" && x.has(scheme, version) {
			ends = append(ends, Weakness{a, fix, after})
		}
	}
	slices.SortStableFunc(ends, func(x, y Weakness) int { return scheme.Compare(x.Fix, y.Fix) })
	for _, end := range ends {
		if w = end; w.After || !has(w.Fix) {
			break // what ends one stretch may lie in another
		}
	}
	return w, true
}

func (x Affected) has(scheme versioning.Scheme, version string) bool {
	if slices.ContainsFunc(x.Versions, func(v string) bool {
		return v == version || scheme.Valid(v) && scheme.Compare(v, version) == 0
	}) {
		return true
	}
	inside := false
	for _, e := range x.sorted(scheme) {
		order := -1 // "0"
		if v := e.version(); v != "0" {
			order = scheme.Compare(v, version)
		}
		switch {
		case e.Introduced != "" && order <= 0, e.After != "" && order < 0:
			inside = true
		case e.Fixed != "" && order <= 0, e.Last != "" && order < 0:
			inside = false
		}
	}
	return inside
}

// sorted returns the events with versions that can be compared, lowest first.
func (x Affected) sorted(scheme versioning.Scheme) []Event {
	var out []Event
	for _, e := range x.Events {
		if v := e.version(); v == "0" || scheme.Valid(v) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b Event) int {
		switch {
		case a.version() == "0" || b.version() == "0":
			return cmp.Compare(b2i(a.version() != "0"), b2i(b.version() != "0"))
		}
		return scheme.Compare(a.version(), b.version())
	})
	return out
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// fix returns where the weakness of version ends.
func (x Affected) fix(scheme versioning.Scheme, version string) (fix string, after bool) {
	if scheme.Valid(x.Fix) && scheme.Compare(x.Fix, version) > 0 {
		return x.Fix, false
	}
	for _, e := range x.sorted(scheme) {
		switch {
		case e.Fixed != "" && scheme.Compare(e.Fixed, version) > 0:
			return e.Fixed, false
		case e.Last != "" && scheme.Compare(e.Last, version) >= 0:
			return e.Last, true
		}
	}
	return "", false
}

// mends reports whether version is without the weakness.
func (w Weakness) mends(scheme versioning.Scheme, version string) bool {
	order := scheme.Compare(version, w.Fix)
	return w.Fix != "" && (order > 0 || order == 0 && !w.After)
}

// rangeForm is one bound of a range of affected versions as GitHub writes it.
var rangeForm = regexp.MustCompile(`^(<=|>=|<|>|=)\s*(\S+)$`)

// AffectedBy reads a range such as ">= 1.0, < 1.2.3". ok is false if it cannot be understood.
func AffectedBy(text, fix string) (x Affected, ok bool) {
	x.Fix = fix
	begun := false
	for part := range strings.SplitSeq(text, ",") {
		m := rangeForm.FindStringSubmatch(strings.TrimSpace(part))
		if m == nil {
			return Affected{}, false
		}
		switch m[1] {
		case "=":
			x.Versions = append(x.Versions, m[2])
			begun = true
		case ">=":
			x.Events = append(x.Events, Event{Introduced: m[2]})
			begun = true
		case ">":
			x.Events = append(x.Events, Event{After: m[2]})
			begun = true
		case "<":
			x.Events = append(x.Events, Event{Fixed: m[2]})
		case "<=":
			x.Events = append(x.Events, Event{Last: m[2]})
		}
	}
	if !begun {
		x.Events = append(x.Events, Event{Introduced: "0"})
	}
	return x, true
}

// guarded reports whether vulnerabilityAlerts lets a dependency that is
// switched off be raised where that mends it.
func guarded(w World, d Decision) bool {
	return slices.ContainsFunc(w.Advisories.of(d), func(a Advisory) bool { return !a.Listed }) && d.Settings.With("vulnerabilityAlerts").Bool("enabled")
}

// weigh notes what is known against the version in use.
func (c *chooser) weigh() {
	if on, set := c.d.Settings.Object("vulnerabilityAlerts")["enabled"].(bool); set && !on {
		return
	}
	version := cmp.Or(c.d.Dep.Locked, c.d.Current)
	for _, a := range c.Advisories.of(c.d) {
		w, hit := a.hits(c.scheme, version)
		if !hit {
			continue
		}
		c.d.Weaknesses = append(c.d.Weaknesses, w)
		what := a.ID
		if a.Severity != "" {
			what += " (" + a.Severity + ")"
		}
		switch {
		case a.Malicious:
			c.say(CodeWeak, config.Origin{}, "%s is known to be malicious: %s", version, what)
		case w.Fix == "":
			c.say(CodeWeak, config.Origin{}, "%s has %s, which no version mends yet", version, what)
		case w.After:
			c.say(CodeWeak, config.Origin{}, "%s has %s, as all versions up to %s do", version, what, w.Fix)
		default:
			c.say(CodeWeak, config.Origin{}, "%s has %s, which %s mends", version, what, w.Fix)
		}
	}
	slices.SortStableFunc(c.d.Weaknesses, func(a, b Weakness) int { return cmp.Compare(severity(b.Severity), severity(a.Severity)) })
}

func severity(s string) int { return slices.Index([]string{"low", "medium", "high", "critical"}, s) }

// mend offers the update that ends all weaknesses which have a fix, and reports
// whether there is one.
func (c *chooser) mend() bool {
	bound := c.bound()
	if bound.Fix == "" {
		return false
	}
	was, current, said := c.d.Settings, c.d.Current, len(c.d.Reasons)
	c.mending = true
	c.d.Settings = c.d.Settings.With("vulnerabilityAlerts")
	defer func() {
		if len(c.d.Updates) == 0 {
			c.mending, c.d.Settings, c.d.Current = false, was, current
		}
	}()
	if !c.d.Settings.Bool("enabled") {
		return false
	}
	strategy := c.strategy()
	c.d.Current = cmp.Or(c.current(strategy), current)
	candidates, ok := c.candidates(strategy)
	if !ok {
		return false
	}
	candidates = slices.DeleteFunc(candidates, func(r datasources.Release) bool { return !bound.mends(c.scheme, r.Version) })
	if len(candidates) == 0 {
		c.d.Reasons = c.d.Reasons[:said] // the ordinary update says the same
		c.say(CodeWeak, config.Origin{}, "no release that may be used is without it")
		return false
	}
	if c.d.Settings.String("vulnerabilityFixStrategy") != "highest" {
		candidates = candidates[:1]
	}
	for _, b := range c.buckets(candidates) {
		c.update(b, strategy)
	}
	return len(c.d.Updates) > 0
}

// bound returns the weakness whose fix is the highest.
func (c *chooser) bound() Weakness {
	var out Weakness
	for _, w := range c.d.Weaknesses {
		if w.Fix == "" || w.Listed {
			continue
		}
		if order := c.scheme.Compare(w.Fix, out.Fix); out.Fix == "" || order > 0 || order == 0 && w.After {
			out = w
		}
	}
	return out
}

// malicious says why r must never be used; "" if nothing is known.
func (c *chooser) malicious(r datasources.Release) string {
	for _, a := range c.Advisories.of(c.d) {
		if _, hit := a.hits(c.scheme, r.Version); hit && a.Malicious {
			return "it is known to be malicious: " + a.ID
		}
	}
	return ""
}

// worst returns the highest fix and the severity of the worst weakness, in
// capitals.
func (d *Decision) worst() (fix, worst string) {
	for _, w := range d.Weaknesses {
		if fix == "" {
			fix = w.Fix
		}
		if worst == "" {
			worst = strings.ToUpper(w.Severity)
		}
	}
	return fix, worst
}
