package ranges

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources/versioning"
)

// A writer rewrites a constraint to admit a version.
type writer struct {
	c       *constraint
	to      Token
	version string // to as it was given
	full    bool   // spell out all of to
}

// update returns the text of the range changed; ok is false if there is no way.
func (w writer) update(s versioning.Strategy) (text string, ok bool) {
	alts := w.c.r.Alternatives
	last := alts[len(alts)-1]
	switch s {
	case versioning.Bump:
		for _, alt := range slices.Backward(alts) {
			if w.admitsAll(alt) {
				last = alt
				break
			}
		}
		return w.splice(last, 0, len(w.c.r.Text), w.bump)
	case versioning.Widen:
		return w.widen(last)
	default: // the last alternative is kept, changed
		if len(alts) > 1 {
			return w.splice(last, last.Start+w.leading(last), len(w.c.r.Text), w.replace)
		}
		return w.splice(last, 0, len(w.c.r.Text), w.replace)
	}
}

// leading returns how much white space alt begins with.
func (w writer) leading(alt Alternative) int {
	body := w.c.r.Text[alt.Start:alt.End]
	return len(body) - len(strings.TrimLeft(body, " \t\r\n\v\f"))
}

// splice returns the text from start to end with the versions of alt's terms
// changed.
func (w writer) splice(alt Alternative, start, end int, change func(Term) (string, bool)) (string, bool) {
	var out strings.Builder
	for _, t := range alt.Terms {
		v, ok := change(t)
		if !ok {
			return "", false
		}
		out.WriteString(w.c.r.Text[start:t.Version.Start])
		out.WriteString(v)
		start = t.Version.End
	}
	out.WriteString(w.c.r.Text[start:end])
	return out.String(), true
}

// widen keeps the range and admits to besides.
func (w writer) widen(last Alternative) (string, bool) {
	text := w.c.r.Text
	if slices.ContainsFunc(last.Terms, func(t Term) bool { return t.Role == Most || t.Role == Below }) {
		return w.splice(last, 0, len(text), w.replace)
	}
	if t, ok := w.c.single(); ok && t.Role == Exact && w.c.Exact() != "" {
		return w.splice(last, 0, len(text), w.replace)
	}
	if !w.c.engine.Syntax.Or {
		return w.bounds(last)
	}
	added, ok := w.splice(last, last.Start+w.leading(last), last.End, w.replace)
	or := " || "
	if len(w.c.r.Alternatives) > 1 && !strings.Contains(text, " ||") {
		or = "||"
	}
	return strings.TrimRight(text, " ") + or + strings.TrimSpace(added), ok
}

// bounds turns a term such as "~> 1.2" into ">= 1.2, < 3.0".
func (w writer) bounds(last Alternative) (string, bool) {
	text := w.c.r.Text
	var out strings.Builder
	start := 0
	for _, t := range last.Terms {
		n := len(t.Version.Nums)
		if t.Role == Not {
			continue
		}
		if t.Role == Least || t.Role == Above || n == 0 {
			return "", false
		}
		upper, ok := w.to.above(n, min(w.to.kept(t.Role, n), n))
		if !ok {
			return "", false
		}
		space := text[t.Start+len(t.Op) : t.Version.Start]
		low := t.Version
		low.Wild = ""
		gap := w.c.engine.Gap
		if space != "" && !strings.HasSuffix(gap, " ") {
			gap += " "
		}
		out.WriteString(text[start:t.Start])
		out.WriteString(">=" + space + low.Prefix + low.Bare() + gap + "<" + space)
		out.WriteString(Token{Prefix: low.Prefix}.Spell(w.to.Epoch, upper))
		start = t.Version.End
	}
	out.WriteString(text[start:])
	return out.String(), start > 0
}

// replace returns the version of t, changed as little as admits to.
func (w writer) replace(t Term) (string, bool) {
	if w.admits(t) {
		return w.c.text(t.Version), true
	}
	switch t.Role {
	case Least, Above: // to lies below
		return w.spell(t)
	case Most, Below:
		return w.upper(t)
	case Caret, Tilde, Compatible:
		if w.full {
			return w.spell(t)
		}
		n := len(t.Version.Nums)
		return t.Version.Spell(w.to.Epoch, w.to.floor(n, w.to.kept(t.Role, n))), true
	case Not:
		return "", false
	default:
		return w.spell(t)
	}
}

// bump returns the version of t raised to to.
func (w writer) bump(t Term) (string, bool) {
	switch {
	case len(t.Version.Nums) == 0, t.Role == Not, t.Hyphen && w.admits(t):
		return w.c.text(t.Version), true
	case t.Role == Above || t.Role == Most || t.Role == Below:
		return w.replace(t)
	case w.c.Exact() == "" && w.c.engine.Compare(w.least(t), w.version) == 0:
		return w.c.text(t.Version), true
	default:
		return w.spell(t)
	}
}

// least returns the lowest version that t's own numbers stand for.
func (w writer) least(t Term) string {
	v := t.Version
	v.Wild = ""
	return v.Bare()
}

// spell returns to in the form of t's version.
func (w writer) spell(t Term) (string, bool) {
	n := len(t.Version.Nums)
	if n == 0 {
		return w.c.text(t.Version), true
	}
	whole := t.Version.Prefix + w.bare(t)
	if w.full || t.Role == Exact && t.Version.Wild == "" && n >= len(w.to.Nums) {
		return whole, true
	}
	return t.Version.Spell(w.to.Epoch, w.to.first(n)) + lowest(t), true
}

// lowest returns "-0" if that is the suffix of a bound: it lets prereleases in or keeps them out.
func lowest(t Term) string {
	if t.Version.Suffix == "-0" && (t.Role == Least || t.Role == Below) {
		return t.Version.Suffix
	}
	return ""
}

// bare returns all of to, without build metadata where that has no place.
func (w writer) bare(t Term) string {
	to := w.to
	if t.Role != Exact {
		to.Build = ""
	}
	return to.Bare()
}

// upper returns t's version raised above to, at the place of its last number that counts.
func (w writer) upper(t Term) (string, bool) {
	n := len(t.Version.Nums)
	if t.Role == Most {
		return w.spell(t)
	}
	if n == 0 {
		return "", false
	}
	k := t.Version.significant()
	if w.full {
		n = max(n, len(w.to.Nums))
		k = n
	}
	nums, ok := w.to.above(n, k)
	return t.Version.Spell(w.to.Epoch, nums) + lowest(t), ok
}

// admits reports whether t alone admits to.
func (w writer) admits(t Term) bool {
	text := w.c.r.Text[t.Start:t.Version.End]
	if t.Hyphen {
		text = map[Role]string{Least: ">=", Most: "<="}[t.Role] + w.c.text(t.Version)
	}
	alone, err := w.c.engine.constraint(text)
	return err == nil && alone.Matches(w.version)
}

// admitsAll reports whether every term of alt admits to.
func (w writer) admitsAll(alt Alternative) bool {
	return !slices.ContainsFunc(alt.Terms, func(t Term) bool { return !w.admits(t) })
}
