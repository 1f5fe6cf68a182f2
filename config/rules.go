package config

import (
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config/internal/pattern"
)

// A rule is one entry of packageRules.
type rule struct {
	value    *value
	matchers []matcher // all must match
	options  []member  // what it sets
	never    bool      // a matcher cannot be evaluated
	typed    bool      // compares the update type
}

// A matcher is one match... of a rule.
type matcher struct {
	name  string
	match func(*match) bool
}

// A match is what the matchers of a rule look at.
type match struct {
	s          *Subject
	c          *Config
	settings   func(option string) *value // as merged so far
	monorepo   string
	categories []string
	turns      time.Duration // after how long a rule turns by time alone; 0 for never
}

// A ruleSet finds the rules that may apply to a subject without looking at
// each: a rule that names its packages, dependencies, managers or datasources is filed under these names.
type ruleSet struct {
	rules []rule
	any   []int32
	by    [4]map[string][]int32
}

// filed are the matchers by which rules are filed, the most selective first.
var filed = [4]string{"matchPackageNames", "matchDepNames", "matchManagers", "matchDatasources"}

func newRuleSet(rep *report, values []*value) *ruleSet {
	set := &ruleSet{rules: make([]rule, 0, len(values))}
	for i := range set.by {
		set.by[i] = make(map[string][]int32)
	}
	for _, v := range values {
		r := newRule(rep, v)
		if r.never {
			continue
		}
		set.file(v, int32(len(set.rules)))
		set.rules = append(set.rules, r)
	}
	return set
}

func newRule(rep *report, v *value) rule {
	r := rule{value: v}
	for _, m := range v.keys {
		switch {
		case m.name == "description" || m.name == "$schema" || m.name == "ignorePresets":
		case isMatcher(m.name):
			if m.val.isNull() {
				continue
			}
			compiled, ok := compileMatcher(rep, m)
			if !ok {
				r.never = true
				return r
			}
			r.typed = r.typed || m.name == "matchUpdateTypes"
			r.matchers = append(r.matchers, compiled)
		default:
			r.options = append(r.options, m)
		}
	}
	slices.SortStableFunc(r.matchers, func(a, b matcher) int { return cost(a.name) - cost(b.name) })
	return r
}

// cost orders matchers so that the cheap ones are asked first.
func cost(name string) int {
	switch name {
	case "matchUpdateTypes", "matchManagers", "matchDatasources", "matchDepTypes", "matchCategories":
		return 0
	case "matchCurrentVersion", "matchCurrentValue":
		return 2
	case "matchJsonata":
		return 3 // milliseconds
	case "matchCurrentAge":
		return 4 // it is asked only where time alone decides
	}
	return 1
}

// file files a rule under its literal names, if all that it compares are.
func (set *ruleSet) file(v *value, index int32) {
	for i, name := range filed {
		if texts, ok := literals(v.get(name)); ok {
			for _, text := range texts {
				list := set.by[i][text]
				if len(list) == 0 || list[len(list)-1] != index {
					set.by[i][text] = append(list, index)
				}
			}
			return
		}
	}
	set.any = append(set.any, index)
}

// literals returns the only texts, in lower case, that a list of patterns can
// match.
func literals(list *value) ([]string, bool) {
	var out []string
	for _, text := range list.strings() {
		m := pattern.Lazy(text, pattern.Fold)
		if m.Negated() {
			continue // what a list rules out does not make it match more
		}
		literal, ok := m.Literal()
		if !ok {
			return nil, false
		}
		out = append(out, strings.ToLower(literal))
	}
	return out, len(out) > 0
}

// candidates returns the rules from index on that may apply to s, in order.
func (set *ruleSet) candidates(s *Subject, from int32) []int32 {
	out := slices.Clone(set.any)
	for i, name := range [4]string{s.packageName(), s.DepName, managerID(s.Manager), s.Datasource} {
		out = append(out, set.by[i][strings.ToLower(name)]...)
	}
	slices.Sort(out)
	start, _ := slices.BinarySearch(out, from)
	return slices.Compact(out[start:])
}

func (s *Subject) packageName() string {
	if s.PackageName != "" {
		return s.PackageName
	}
	return s.DepName
}

// matches reports whether all matchers of r hold.
func (r *rule) matches(m *match) bool {
	for i := range r.matchers {
		if !r.matchers[i].match(m) {
			return false
		}
	}
	return true
}

// applied describes r for people.
func (r *rule) applied() Applied {
	a := Applied{Origin: r.value.origin(), Text: strings.Join(r.value.get("description").strings(), " ")}
	for _, m := range r.options {
		a.Options = append(a.Options, m.name)
	}
	return a
}
