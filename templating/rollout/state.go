package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Release is a version of a template that is rolled out.
type Release struct {
	Template string
	Version  string
	Gone     bool // its tag was deleted
}

// A Member is a project that was made from the template.
type Member struct {
	Repository string
	Has        bool   // the release, or one after it, is in use
	Pull       *Pull  // that takes it to the release; nil for none
	Before     *Pull  // an open one that takes it to an earlier release; nil for none
	Error      string // why it could not be updated when that was tried last; "" if it could, or was not tried
}

// A Pull is a pull request of a rollout.
type Pull struct {
	Number    int
	URL       string
	Version   string
	Open      bool
	Declined  bool // closed without being merged
	Created   time.Time
	Conflicts bool   // a person must look at what Copier made
	Checks    Checks // without those that say what the rollout itself thinks
	Red       bool   // the checks of the default branch failed already where the branch began
}

// Checks sum up the checks of a pull request.
type Checks string

const (
	None    Checks = "" // none has reported
	Running Checks = "running"
	Green   Checks = "green"
	Failed  Checks = "failed"
)

// fails reports whether p is evidence against the release.
func (p *Pull) fails() bool { return p != nil && p.Open && p.Checks == Failed && !p.Red }

// An Order is what a person decided. The newest one of a release counts.
type Order struct {
	Action   Action    `json:"action"`
	By       string    `json:"by,omitempty"`
	At       time.Time `json:"at"`
	Forgiven []string  `json:"forgiven,omitempty"` // with Resume: the repositories that failed by then, and count no more
}

// An Action is a decision of a person's.
type Action string

const (
	Resume  Action = "resume"  // go on in spite of what failed so far
	Abort   Action = "abort"   // go no further, whatever happens
	Promote Action = "promote" // go to everybody now
)

// A State is how far a rollout is.
type State struct {
	Release
	Phase   Phase
	Wave    int       // the last one that is open, from 1; 0 for none
	Waves   int       // how many there are
	Until   time.Time // when the next wave opens by itself; zero if it does not
	Why     string    // a sentence's part for people
	Failing []string  // repositories whose checks fail, by name
	Reached int       // projects that have the release, or a pull request for it
	Members int
	Waiting []string // repositories of the open waves that are not settled, by name

	open    map[string]bool
	against []string
}

// A Phase is where a rollout is.
type Phase string

const (
	Pending    Phase = "pending" // nothing has begun
	InWave     Phase = "wave"
	Soaking    Phase = "soaking"
	Done       Phase = "done" // it is open to everybody
	Halted     Phase = "halted"
	Superseded Phase = "superseded" // by a newer release
	Yanked     Phase = "yanked"     // the release is gone
)

// Open reports whether a repository may have the release now.
func (s State) Open(repository string) bool { return s.open[repository] }

// Stopped reports whether nothing of the release may go on, open pull requests included.
func (s State) Stopped() bool { return s.Phase == Halted || s.Phase == Yanked }

// Against returns the repositories that speak against the release now: what failed, conflicts, or cannot be updated.
func (s State) Against() []string { return s.against }

// String says where the rollout is, in a few words.
func (s State) String() string {
	text := string(s.Phase)
	if s.Phase == InWave || s.Phase == Soaking {
		text += fmt.Sprintf(" %d of %d", s.Wave, s.Waves)
	}
	if s.Why != "" {
		text += ": " + s.Why
	}
	return text
}

// Decide says how far the rollout of a release is. Orders are the decisions of people on it, oldest first.
func Decide(p Policy, r Release, members []Member, orders []Order, now time.Time) State {
	d := decider{policy: p, members: slices.Clone(members), now: now, forgiven: make(map[string]bool)}
	slices.SortFunc(d.members, func(a, b Member) int { return strings.Compare(a.Repository, b.Repository) })
	d.s = State{Release: r, Waves: len(p.Waves), Members: len(members), open: make(map[string]bool)}
	for _, m := range d.members {
		if m.Has || m.Pull != nil {
			d.s.Reached++
		}
		if m.Pull.fails() {
			d.s.Failing = append(d.s.Failing, m.Repository)
		}
		if !m.Has && (m.Pull.fails() || m.Pull != nil && m.Pull.Open && m.Pull.Conflicts || m.Pull == nil && m.Error != "") {
			d.s.against = append(d.s.against, m.Repository)
		}
	}
	return d.decide(orders)
}

type decider struct {
	policy   Policy
	members  []Member
	now      time.Time
	forgiven map[string]bool
	s        State
}

func (d *decider) decide(orders []Order) State {
	if d.s.Gone {
		return d.end(Yanked, "its tag was deleted")
	}
	all := slices.Contains(d.policy.Bypass, d.s.Version)
	why := "it goes to everybody at once (bypass)"
	for _, o := range orders {
		for _, r := range o.Forgiven {
			d.forgiven[r] = true
		}
	}
	if len(orders) > 0 {
		switch last := orders[len(orders)-1]; last.Action {
		case Abort:
			return d.end(Halted, "%s", said("aborted", last))
		case Promote:
			all, why = true, said("promoted", last)
		}
	}
	if all {
		d.openUpTo(len(d.policy.Waves) + 1)
		return d.end(Done, "%s", why)
	}
	return d.waves()
}

func said(what string, o Order) string {
	if o.By != "" {
		what += " by " + o.By
	}
	return what + " on " + o.At.UTC().Format("2006-01-02")
}

func (d *decider) end(phase Phase, format string, args ...any) State {
	d.s.Phase, d.s.Why = phase, fmt.Sprintf(format, args...)
	if d.s.Stopped() {
		clear(d.s.open)
	}
	return d.s
}

// wave is that of a member. What failed with an earlier release comes first.
func (d *decider) wave(m Member) int {
	if m.Before.fails() {
		return 1
	}
	return d.policy.Wave(m.Repository, d.s.Template)
}

func (d *decider) openUpTo(wave int) {
	for _, m := range d.members {
		if n := d.wave(m); n > 0 && n <= wave || wave > len(d.policy.Waves) {
			d.s.open[m.Repository] = true
		}
	}
	d.s.Wave = min(wave, len(d.policy.Waves))
}

func (d *decider) waves() State {
	begun := d.s.Reached > 0
	for k := 1; k <= len(d.policy.Waves); k++ {
		d.openUpTo(k)
		var ms []Member
		for _, m := range d.members {
			if d.wave(m) == k {
				ms = append(ms, m)
			}
		}
		if why := d.halts(k, ms); why != "" {
			return d.end(Halted, "%s", why)
		}
		last := time.Time{}
		for _, m := range ms {
			if !d.settled(m) {
				d.s.Waiting = append(d.s.Waiting, m.Repository)
			}
			if m.Pull != nil && m.Pull.Created.After(last) {
				last = m.Pull.Created
			}
		}
		switch {
		case k == len(d.policy.Waves):
		case len(d.s.Waiting) > 0 && !begun:
			return d.end(Pending, "%s of wave 1", some(d.s.Waiting))
		case len(d.s.Waiting) > 0:
			return d.end(InWave, "it waits for %s", some(d.s.Waiting))
		case !last.IsZero() && d.now.Before(last.Add(d.policy.Soak)):
			d.s.Until = last.Add(d.policy.Soak)
			return d.end(Soaking, "the next wave opens at %s", d.s.Until.UTC().Format("2006-01-02 15:04 MST"))
		}
	}
	if out := d.outside(); len(out) > 0 {
		return d.end(Done, "%s are in no wave", some(out))
	}
	return d.end(Done, "")
}

// outside returns the repositories that no wave reaches.
func (d *decider) outside() []string {
	var out []string
	for _, m := range d.members {
		if !d.s.open[m.Repository] {
			out = append(out, m.Repository)
		}
	}
	return out
}

// settled reports whether nothing more is to be learned from a member.
func (d *decider) settled(m Member) bool {
	if m.Has || d.forgiven[m.Repository] {
		return true
	}
	p := m.Pull
	return p != nil && (!p.Open || p.Checks == Green || p.Checks == Failed || p.Conflicts)
}

// halts says why a wave stops the rollout; "" if it does not.
func (d *decider) halts(k int, ms []Member) string {
	var reached int
	var failing, conflicting, broken []string
	for _, m := range ms {
		if d.forgiven[m.Repository] {
			continue
		}
		if m.Has || m.Pull != nil || m.Error != "" {
			reached++
		}
		switch {
		case m.Has:
		case m.Pull.fails():
			failing = append(failing, m.Repository)
		case m.Pull != nil && m.Pull.Open && m.Pull.Conflicts:
			conflicting = append(conflicting, m.Repository)
		case m.Pull == nil && m.Error != "":
			broken = append(broken, m.Repository)
		}
	}
	h := d.policy.Halt
	switch {
	case k == 1 && h.First > 0 && len(failing) >= h.First:
		return fmt.Sprintf("checks failed in %s of the first wave", some(failing))
	case k > 1 && over(len(failing), reached, h.Failures):
		return fmt.Sprintf("checks failed in %s: %s of the %d of wave %d", some(failing), percent(len(failing), reached), reached, k)
	case over(len(conflicting), reached, h.Conflicts):
		return fmt.Sprintf("a person must look at %s: %s of the %d of wave %d", some(conflicting), percent(len(conflicting), reached), reached, k)
	case over(len(broken), reached, h.Errors):
		return fmt.Sprintf("%s cannot be updated: %s of the %d of wave %d", some(broken), percent(len(broken), reached), reached, k)
	}
	return ""
}

func over(n, of, limit int) bool { return limit > 0 && n > 0 && n*100 >= limit*of }

func percent(n, of int) string { return fmt.Sprintf("%d%%", n*100/of) }

// some names a few.
func some(names []string) string {
	const most = 5
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
