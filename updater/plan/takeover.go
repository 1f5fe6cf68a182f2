package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/currant-bot/currant/updater/platform"
)

// A Handover is what the first pass does with one thing that another bot left, or makes beside it.
type Handover struct {
	Kind   HandoverKind
	Branch string // "" for the dashboard
	Number int    // of the pull request or issue; 0 if there is none
	Title  string
	Of     int      // of a duplicate: the pull request that makes the same change
	Why    []string // sentences for people, without full stop
}

// A HandoverKind says what becomes of it.
type HandoverKind string

const (
	TakeOn     HandoverKind = "adopt"     // it goes on as it is; its text may be written anew
	Retouch    HandoverKind = "edit"      // its title, labels or base change
	Redo       HandoverKind = "rebase"    // its branch is made anew
	Finish     HandoverKind = "merge"     // it is merged
	Retire     HandoverKind = "close"     // nobody wants it any more
	Respect    HandoverKind = "respect"   // a person closed it, so it is not proposed again
	LeaveIt    HandoverKind = "leave"     // it stays as it is
	Prune      HandoverKind = "prune"     // a branch without pull request that nobody wants is deleted
	Later      HandoverKind = "wait"      // it is opened when its time has come
	Impossible HandoverKind = "cannot"    // Currant cannot make the change
	Fresh      HandoverKind = "open"      // there was none before
	Duplicate  HandoverKind = "duplicate" // it is opened beside one that makes the same change
)

// Handovers says of each outcome of a first pass what it means for what was there.
func Handovers(outcomes []Outcome, want []Rendered, have State) []Handover {
	var out []Handover
	for _, o := range outcomes {
		out = append(out, handover(o, have))
	}
	for i := range out {
		if out[i].Kind != Fresh || out[i].Branch == "" {
			continue
		}
		if of := twin(out[i], out, want, have); of != 0 {
			out[i].Kind, out[i].Of = Duplicate, of
		}
	}
	return out
}

func handover(o Outcome, have State) Handover {
	h := Handover{Branch: o.Branch, Number: o.Number, Title: o.Title}
	for _, r := range o.Reasons {
		if r.Code != CodeAutomerge && r.Code != CodeChecks {
			h.Why = append(h.Why, r.String())
		}
	}
	i := slices.IndexFunc(have.Pulls, func(p platform.Pull) bool { return p.Branch == o.Branch && p.State == platform.Open })
	switch {
	case o.Dashboard:
		h.Kind, h.Why = dashboardKind(o), nil
	case i >= 0:
		h.open(o, have.Pulls[i], have)
	default:
		h.absent(o, have)
	}
	return h
}

func dashboardKind(o Outcome) HandoverKind {
	switch o.Result {
	case Create:
		return Fresh
	case Remove:
		return Retire
	}
	return TakeOn
}

// open is about a pull request that is open.
func (h *Handover) open(o Outcome, p platform.Pull, have State) {
	switch o.Result {
	case Unchanged, Edit:
		h.Kind = TakeOn
	case UpdateIt, Create:
		h.Kind = Redo
	case Merge, Enqueue:
		h.Kind = Finish
	case Remove:
		h.Kind = Retire
	default:
		h.Kind = LeaveIt
		if b := have.Branches[o.Branch]; o.Result == Hands && b.Foreign != "" && b.Address != "" {
			h.Why = append(h.Why, "if that is another bot, name its address in gitIgnoredAuthors: "+b.Address)
		}
	}
	for _, a := range o.Actions {
		e := a.Edit
		if e == nil || h.Kind == Retire {
			continue
		}
		changes := len(h.Why)
		if e.Title != nil {
			h.Why = append(h.Why, "its title becomes "+*e.Title)
		}
		if e.Base != nil {
			h.Why = append(h.Why, "it is pointed at "+*e.Base)
		}
		if len(e.AddLabels) > 0 {
			h.Why = append(h.Why, "it gets the labels "+strings.Join(e.AddLabels, ", "))
		}
		if len(e.RemoveLabels) > 0 {
			h.Why = append(h.Why, "it loses the labels "+strings.Join(e.RemoveLabels, ", "))
		}
		if h.Kind == TakeOn && len(h.Why) > changes {
			h.Kind = Retouch
		}
		if e.Body != nil && h.Kind != LeaveIt {
			if _, ours := ReadMarker(p.Body); !ours {
				h.Why = append(h.Why, "its text is written anew")
			}
		}
	}
}

// absent is about a branch without open pull request.
func (h *Handover) absent(o Outcome, have State) {
	_, exists := have.Branches[o.Branch]
	switch o.Result {
	case Create:
		h.Kind = Fresh
		if exists {
			h.Why = append(h.Why, "its branch is there already")
		}
	case Declined:
		h.Kind = Respect
	case Remove:
		h.Kind = Prune
	case Cannot:
		h.Kind = Impossible
	case Wait, Approve, UpdateIt:
		h.Kind = Later
	default:
		h.Kind = LeaveIt
		if i := slices.IndexFunc(have.Pulls, func(p platform.Pull) bool { return p.Branch == o.Branch }); i >= 0 {
			if p := have.Pulls[i]; p.State == platform.Closed && !strings.HasSuffix(p.Title, autoclosed) {
				h.Kind, h.Number = Respect, p.Number
			}
		}
	}
}

// twin returns the open pull request of another branch that makes the same change as h; 0 if there is none.
func twin(h Handover, all []Handover, want []Rendered, have State) int {
	i := slices.IndexFunc(want, func(b Rendered) bool { return b.Name == h.Branch })
	if i < 0 {
		return 0
	}
	for _, x := range all {
		b, exists := have.Branches[x.Branch]
		if x.Number == 0 || x.Branch == h.Branch || x.Kind == Fresh || x.Kind == Respect || !exists {
			continue
		}
		if maps.Equal(b.Changed, want[i].Blobs) || x.Title != "" && strings.EqualFold(strings.TrimSpace(x.Title), strings.TrimSpace(h.Title)) {
			return x.Number
		}
	}
	return 0
}
