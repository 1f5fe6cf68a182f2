package config

import "slices"

// A Near is a rule of packageRules that would have applied but for one of its
// matchers.
type Near struct {
	Applied
	Matcher string   // such as "matchUpdateTypes"
	Wants   []string // what it is written to match
	Has     []string // what the subject has there; nil if that is not known
}

// whole are the matchers that choose single packages: that one of ours does not choose a package is no news.
var whole = []string{"matchPackageNames", "matchDepNames", "matchMonorepos", "matchSourceUrls"}

// Near returns the rules of which all matchers but one hold, and at least one
// does, in order. It looks at every rule, so it is for explanations only.
func (s Settings) Near() []Near {
	if s.config == nil {
		return nil
	}
	subject := s.subject
	m := &match{s: &subject, c: s.config, settings: s.lookup, monorepo: Monorepo(subject.SourceURL, subject.packageName())}
	a := &application{c: s.config, s: subject}
	m.categories = a.categories()
	var out []Near
	for i := range s.config.rules.rules {
		r := &s.config.rules.rules[i]
		if slices.Contains(s.rules, r) || len(r.matchers) < 2 {
			continue
		}
		failed, ok := r.failing(m)
		if !ok || r.value.src.builtin && slices.Contains(whole, failed) {
			continue
		}
		n := Near{Applied: r.applied(), Matcher: failed, Wants: r.value.get(failed).strings()}
		if texts, ok := lists[failed]; ok {
			n.Has = texts(m)
		}
		out = append(out, n)
	}
	return out
}

// failing returns the one matcher that does not hold. ok is false if there is
// none, or more than one.
func (r *rule) failing(m *match) (name string, ok bool) {
	for _, x := range r.matchers {
		if x.match(m) {
			continue
		}
		if name != "" {
			return "", false
		}
		name = x.name
	}
	return name, name != ""
}
