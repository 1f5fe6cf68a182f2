package plan

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/managers"
)

// layer reports whether b updates a project with one of its templates.
func (b Branch) layer() bool {
	return len(b.Members) > 0 && b.Members[0].Decision.Dep.Kind == managers.Template
}

// layered puts the updates of templates in the order in which they were applied, and leaves all else where it is: first as
// templates.order says, then what a template reads from before it, then by path of the answers file.
func layered(want []Rendered) []Rendered {
	var places []int
	var rest []Rendered
	for i, b := range want {
		if b.layer() {
			places, rest = append(places, i), append(rest, b)
		}
	}
	if len(rest) < 2 {
		return want
	}
	slices.SortStableFunc(rest, func(a, b Rendered) int {
		return cmp.Or(cmp.Compare(a.Base, b.Base), cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.Members[0].Decision.Path, b.Members[0].Decision.Path))
	})
	out := slices.Clone(want)
	for _, at := range places {
		next := slices.IndexFunc(rest, func(b Rendered) bool { return !slices.ContainsFunc(rest, b.readsFrom) })
		next = max(next, 0) // they read from each other
		out[at] = rest[next]
		rest = slices.Delete(rest, next, next+1)
	}
	return out
}

// Layers returns updates of templates in the order that templates.order gives, then by path of the answers file.
func Layers(all []Member) []Member {
	return slices.SortedStableFunc(slices.Values(all), func(a, b Member) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.Decision.Path, b.Decision.Path))
	})
}

func (b Rendered) rank() int { return b.Members[0].rank() }

// rank is where templates.order has m's template; after all of them if it has not.
func (m Member) rank() int {
	order, _ := m.Update.Settings.Object("templates")["order"].([]any)
	for i, glob := range order {
		text, _ := glob.(string)
		if ok, err := doublestar.Match(text, TemplateName(m.Decision.Package)); err == nil && ok {
			return i
		}
	}
	return len(order)
}

// TemplateName is what configuration calls a template that is looked up at address: "git.example.test/acme/base".
func TemplateName(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		rest = address
	}
	host, where, _ := strings.Cut(strings.TrimSuffix(strings.TrimRight(rest, "/"), ".git"), "/")
	return strings.ToLower(host) + "/" + where
}

// readsFrom reports whether b's template reads the answers that a is about.
func (b Rendered) readsFrom(a Rendered) bool {
	return a.Name != b.Name && a.Base == b.Base && a.rank() == b.rank() && slices.Contains(b.Mark.Reads, a.Members[0].Decision.Path)
}

// beneath says which pull request of an earlier layer b waits for; "" for none. Both would change the same files, or the later is rendered
// from what the earlier changes.
func (r *reconciler) beneath(b Rendered) string {
	if !b.layer() {
		return ""
	}
	for _, e := range r.layers {
		if e.Base != b.Base || e.Name == b.Name {
			continue
		}
		var shared []string
		for _, p := range slices.Sorted(maps.Keys(e.Blobs)) {
			if _, both := b.Blobs[p]; both || slices.Contains(b.Mark.Reads, p) {
				shared = append(shared, path.Clean(p))
			}
		}
		if len(shared) > 0 {
			more := ""
			if n := len(shared) - 3; n > 0 {
				shared, more = shared[:3], fmt.Sprintf(" and %d more", n)
			}
			return fmt.Sprintf("it waits for %q, the layer beneath it: both are about %s%s", e.Title, strings.Join(shared, ", "), more)
		}
	}
	return ""
}

// settled notes what became of b, for the layers above it.
func (r *reconciler) settled(b Rendered, o Outcome) {
	pending := o.Number != 0 || slices.ContainsFunc(o.Actions, func(a Action) bool { return a.Push != nil || a.Open != nil })
	if b.layer() && pending && o.Result != Declined && o.Result != Remove {
		r.layers = append(r.layers, b)
	}
}

// waits is the outcome of a branch that waits for the layer beneath it.
func (o Outcome) waits(why string) Outcome {
	return o.end(Wait, reason(CodeLayer, config.Origin{}, "%s", why))
}
