package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/policy"
)

// A car is a pull request in the line of those that merge by themselves into one branch.
type car struct {
	b      Rendered
	branch BranchState
	pull   *platform.Pull // of a branch that merges without one, what one would be
	state  carState
	armed  bool // the host was told to merge it once its rules are met
	late   bool // its checks have been running for so long that it holds up nobody

	place int  // from 1
	waits *car // whom it waits for; nil if it is its turn
}

// A carState is how far a car is.
type carState int

const (
	ready   carState = iota // nothing speaks against merging it
	running                 // its checks are not done
	stale                   // it must be made anew first, since its base has moved on
)

// lineUp lines up the branches of want that may merge by themselves, for each base, and says whose turn it is. What is no more than a
// matter of time keeps a place; what needs a person, or failed, does not hold up the others.
//
// Those that touch different files merge in one pass. Where each must be up to date with its base, or where two change one file, only
// the next is made anew: whatever else is made anew would have to be once more.
func (r *reconciler) lineUp(want []Rendered) {
	byBase := make(map[string][]*car)
	for _, b := range want {
		if c := r.car(b); c != nil {
			byBase[b.Base] = append(byBase[b.Base], c)
		}
	}
	for _, base := range slices.Sorted(maps.Keys(byBase)) {
		cars := byBase[base]
		slices.SortFunc(cars, func(a, b *car) int {
			return cmp.Or(cmp.Compare(b2i(b.b.Security), b2i(a.b.Security)), cmp.Compare(priority(b.b.Branch), priority(a.b.Branch)),
				a.pull.Created.Compare(b.pull.Created), cmp.Compare(a.pull.Number, b.pull.Number), cmp.Compare(a.b.Name, b.b.Name))
		})
		for i, c := range cars {
			c.place = i + 1
			r.line[c.b.Name] = c
			r.order = append(r.order, c.b.Name)
		}
		r.turns(cars)
	}
}

// car returns b's place in line; nil if it has none.
func (r *reconciler) car(b Rendered) *car {
	branch, exists := r.have.Branches[b.Name]
	open := r.pull(b.Name, platform.Open)
	if open == nil && r.alone(b) && r.raise(b, branch) == "" {
		open = unopened(b, branch)
	}
	switch {
	case !exists, open == nil, !b.Automerge, b.Err != "", len(b.Blobs) == 0, !b.Merging.Open:
		return nil
	case r.doubt(b.Branch, open) != "", b.asked(open) != "", stopped(b, open), elsewhere(b, *open), r.queued(branch), b.Settings.String("automergeType") == "pr-comment":
		return nil
	}
	c := &car{b: b, branch: branch, pull: open, armed: r.armed(open)}
	blocks := policy.Judge(r.judged(b, branch, open))
	push, _, lazy := r.outdated(b, branch, exists, open)
	if push && !lazy {
		return nil // it is made anew whosever turn it is
	}
	unfinished := slices.ContainsFunc(blocks, func(x policy.Block) bool { return x.Code == "checks" && x.Wait })
	for _, x := range blocks {
		switch {
		case x.Code == "checks" && x.Wait, x.Code == "rule" && x.Wait && unfinished:
		case (x.Code == "behind" || x.Code == "conflict") && lazy, x.Code == "conflict" && open.Mergeable == platform.Unknown:
		default:
			return nil
		}
	}
	switch {
	case lazy:
		c.state = stale
	case len(blocks) > 0:
		c.state = running
	}
	c.late = !c.until().IsZero() && !c.until().After(r.now)
	return c
}

// until is when others no longer wait for c, although its checks run; zero for never.
func (c *car) until() time.Time {
	if c.state != running || c.branch.Committed.IsZero() {
		return time.Time{}
	}
	return c.branch.Committed.Add(time.Duration(c.b.Settings.Int("prNotPendingHours")) * time.Hour)
}

// turns finds out whom each of cars waits for.
func (r *reconciler) turns(cars []*car) {
	strict := slices.ContainsFunc(cars, func(c *car) bool {
		rules := r.have.Checks[c.branch.Head].Rules
		return rules.Strict && !rules.Queue || c.pull.Mergeable == platform.Behind
	})
	meets := func(a, b *car) bool { return strict || a.pull.Number == 0 || b.pull.Number == 0 || a.shared(b) != "" }
	var going []*car
	for _, state := range []carState{ready, running} {
		for i, c := range cars {
			if c.state != state {
				continue
			}
			first := func(in []*car, also func(*car) bool) {
				if n := slices.IndexFunc(in, func(x *car) bool { return also(x) && meets(x, c) }); n >= 0 && c.waits == nil {
					c.waits = in[n]
				}
			}
			first(cars[:i], func(x *car) bool { return x.state == running && x.armed && !x.late })
			first(going, func(*car) bool { return true })
			if c.waits == nil {
				going = append(going, c)
			}
		}
	}
	for i, c := range cars {
		if c.state != stale {
			continue
		}
		n := slices.IndexFunc(cars, func(x *car) bool {
			ahead := slices.Index(cars, x) < i || x.state != stale && (x.b.Security || !c.b.Security)
			return x != c && ahead && !x.late && meets(x, c)
		})
		if n >= 0 {
			c.waits = cars[n]
		}
	}
}

// shared returns a file that both change; "" if there is none.
func (c *car) shared(d *car) string {
	for _, path := range slices.Sorted(maps.Keys(c.b.Blobs)) {
		if _, both := d.b.Blobs[path]; both {
			return path
		}
	}
	return ""
}

// why says what c waits for.
func (c *car) why() string {
	who := fmt.Sprintf("#%d", c.waits.pull.Number)
	if c.waits.pull.Number == 0 {
		who = c.waits.b.Name
	}
	text := ordinal(c.place) + " in line; it waits for " + who
	if path := c.shared(c.waits); path != "" {
		return text + ", which changes " + path + " too"
	}
	return text + ", since each must be up to date with " + c.b.Base + " to be merged"
}

func ordinal(n int) string {
	words := []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}
	if n <= len(words) {
		return words[n-1]
	}
	return fmt.Sprintf("number %d", n)
}

// depart puts the merges of outcomes last, in the order of the line.
func (r *reconciler) depart(out []Outcome) {
	rank := func(o Outcome) int {
		if !slices.ContainsFunc(o.Actions, func(a Action) bool { return a.Merge != nil && !a.Merge.How.Recalls() }) {
			return -1
		}
		return slices.Index(r.order, o.Branch)
	}
	slices.SortStableFunc(out, func(a, b Outcome) int { return cmp.Compare(rank(a), rank(b)) })
}

// armed reports whether we told the host to merge p once its rules are met. A person who did so is left to it.
func (r *reconciler) armed(p *platform.Pull) bool {
	return p != nil && p.Auto.By != "" && strings.EqualFold(p.Auto.By, r.have.Account.Login)
}

// queued reports whether a branch is in the host's queue.
func (r *reconciler) queued(branch BranchState) bool { return r.have.Checks[branch.Head].Queued }
