package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/currant-bot/currant/config/internal/pattern"
	"github.com/currant-bot/currant/datasources/versioning"
)

// lists are the matchers that compare texts of a subject with patterns. Where
// the subject has no such text, the matcher does not hold, even if all its patterns are negated.
var lists = map[string]func(*match) []string{
	"matchPackageNames": func(m *match) []string { return known(m.s.packageName()) },
	"matchDepNames":     func(m *match) []string { return known(m.s.DepName) },
	"matchManagers": func(m *match) []string {
		if m.s.Manager == "" {
			return nil
		}
		return []string{managerID(m.s.Manager)}
	},
	"matchDatasources":  func(m *match) []string { return known(m.s.Datasource) },
	"matchDepTypes":     func(m *match) []string { return known(m.s.DepType) },
	"matchCategories":   func(m *match) []string { return m.categories },
	"matchFileNames":    func(m *match) []string { return append(known(m.s.File), m.s.LockFiles...) },
	"matchCurrentValue": func(m *match) []string { return known(m.s.CurrentValue) },
	"matchNewValue":     func(m *match) []string { return known(m.s.NewValue) },
	"matchSourceUrls":   func(m *match) []string { return known(m.s.SourceURL) },
	"matchRepositories": func(m *match) []string { return known(m.s.Repository) },
	"matchBaseBranches": func(m *match) []string { return known(m.s.BaseBranch) },
	"matchMonorepos":    func(m *match) []string { return known(m.monorepo) },
	"matchRegistryUrls": func(m *match) []string {
		if v := m.settings("registryUrls"); v.isList() && len(v.list) > 0 {
			return v.strings()
		}
		return m.s.Registries
	},
	"matchUpdateTypes": func(m *match) []string {
		if m.s.UpdateType == "" {
			return nil
		}
		types := []string{m.s.UpdateType}
		if m.s.Bump {
			types = append(types, "bump")
		}
		if m.s.LockOnly {
			types = append(types, "lockfileUpdate")
		}
		return types
	},
}

func known(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// compileMatcher reads a matcher. ok is false if it can never be told whether
// it holds; why is reported.
func compileMatcher(rep *report, m member) (matcher, bool) {
	if texts, ok := lists[m.name]; ok {
		patterns := pattern.LazyList(m.val.strings(), pattern.Fold) // the checker reports what is wrong
		return matcher{m.name, func(in *match) bool { return patterns.MatchAny(texts(in)) }}, len(patterns) > 0
	}
	switch {
	case m.name == "matchCurrentVersion" && m.val.isString():
		return currentVersion(m.val.str), true
	case m.name == "matchCurrentAge" && m.val.isString():
		r, err := parseAgeRange(m.val.str)
		return matcher{m.name, func(in *match) bool {
			in.turn(r.turns(in.s.CurrentAge))
			return r.holds(in.s.CurrentAge)
		}}, err == nil
	}
	if m.name == "matchJsonata" {
		return jsonataMatcher(m.val), true
	}
	rep.key(m, Unsupported, "the rule with %q never applies: this cannot be evaluated yet", m.name)
	return matcher{}, false
}

// currentVersion compares the version in use with an expression, or a version
// or range of the dependency's scheme. A version as the pattern asks whether the constraint admits it.
func currentVersion(text string) matcher {
	const name = "matchCurrentVersion"
	if _, _, ok := pattern.Expression(strings.TrimPrefix(text, "!")); ok {
		p := pattern.Lazy(text, pattern.Exact)
		return matcher{name, func(in *match) bool {
			v := first(in.s.LockedVersion, in.s.CurrentVersion, in.s.CurrentValue)
			return v != "" && p.Match(v)
		}}
	}
	return matcher{name, func(in *match) bool {
		scheme := in.scheme()
		if scheme == nil || in.s.CurrentValue == "" && in.s.LockedVersion == "" {
			return false
		}
		if scheme.Valid(text) {
			if in.s.CurrentValue == "" {
				return true // locked without a constraint
			}
			if constraint, err := scheme.Constraint(in.s.CurrentValue); err == nil {
				return constraint.Matches(text)
			}
			return false
		}
		v := in.s.CurrentValue
		if !scheme.Valid(v) {
			v = first(in.s.LockedVersion, in.s.CurrentVersion)
		}
		constraint, err := scheme.Constraint(text)
		return err == nil && scheme.Valid(v) && constraint.Matches(v)
	}}
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// scheme returns how the subject's versions compare; nil if that is unknown.
func (in *match) scheme() versioning.Scheme {
	if in.c.schemes == nil {
		return nil
	}
	name := ""
	if v := in.settings("versioning"); v.isString() {
		name = v.str
	}
	if name == "" {
		name = in.s.Versioning
	}
	if m := in.c.managers[in.s.Manager]; name == "" && m != nil {
		name = m.info.Versioning
	}
	scheme, err := in.c.schemes(first(name, in.c.versionings[in.s.Datasource], "semver-coerced"))
	if err != nil {
		return nil
	}
	return scheme
}

// An ageRange is what matchCurrentAge compares with.
type ageRange struct {
	op  string
	age time.Duration
}

// parseAgeRange reads "> 2 years".
func parseAgeRange(s string) (ageRange, error) {
	text := strings.TrimSpace(s)
	for _, op := range []string{">=", "<=", ">", "<"} {
		if rest, ok := strings.CutPrefix(text, op); ok {
			age, err := ParseAge(rest)
			return ageRange{op, age}, err
		}
	}
	return ageRange{}, fmt.Errorf("%q should begin with <, <=, > or >=, as in %q", clip(s), "> 2 years")
}

func (r ageRange) holds(age time.Duration) bool {
	switch {
	case age <= 0:
		return false
	case r.op == ">":
		return age > r.age
	case r.op == ">=":
		return age >= r.age
	case r.op == "<":
		return age < r.age
	}
	return age <= r.age
}

// turns returns after how long r begins or ceases to hold; 0 if that is over.
func (r ageRange) turns(age time.Duration) time.Duration {
	at := r.age
	if r.op == ">" || r.op == "<=" {
		at++
	}
	if age <= 0 || age >= at {
		return 0
	}
	return at - age
}

// turn notes that a rule turns after some time, of which the earliest counts.
func (in *match) turn(after time.Duration) {
	if after > 0 && (in.turns == 0 || after < in.turns) {
		in.turns = after
	}
}
