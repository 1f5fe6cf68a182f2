package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
)

// abandonedText is said in a pull request that nobody needs any more, but that a person committed to. Its heading is Renovate's.
const abandonedText = "### Autoclosing Skipped\n\nThe update is no longer needed, but somebody has committed to this branch, so it stays: close this PR once that is not needed either."

// leftovers closes what nobody wants any more. In doubt nothing is closed.
func (r *reconciler) leftovers(wanted map[string]bool) []Outcome {
	var out []Outcome
	for _, name := range slices.Sorted(maps.Keys(r.have.Branches)) {
		if wanted[name] {
			continue
		}
		branch := r.have.Branches[name]
		if p := r.pull(name, platform.Open, platform.Merged); p != nil && p.State == platform.Merged && p.Head == branch.Head && r.have.Settings.Value("pruneBranchAfterAutomerge") == false {
			continue // it is to stay after the merge
		}
		o := Outcome{Branch: name, Result: Remove}
		c := platform.Closing{Branch: name, Head: branch.Head}
		if p := r.pull(name, platform.Open); p != nil {
			o.Number, o.Title, c.Number = p.Number, p.Title, p.Number
			c.Comment = "The update is no longer needed: what it changes is up to date, or configuration no longer asks for it."
		}
		why := r.unsure(r.pull(name, platform.Open))
		switch {
		case r.have.Settings.Value("pruneStaleBranches") == false:
			o = o.end(Hold, reason(CodeHold, r.have.Settings.Origin("pruneStaleBranches"), "no dependency needs it any more, and pruneStaleBranches is off"))
		case why != "":
			o = o.end(Hold, reason(CodeHold, config.Origin{}, "it is not closed, because %s", why))
		case branch.Foreign != "":
			o = o.end(Hands, reason(CodeEdited, config.Origin{}, "%s committed to the branch: it is theirs now", branch.Foreign))
			if o.Number != 0 && !strings.HasSuffix(o.Title, abandoned) {
				title := o.Title + abandoned
				o.Actions = append(o.Actions, Action{Branch: name, Edit: &platform.Edit{Number: o.Number, Was: o.Title, Title: &title, Comment: abandonedText}})
			}
		default:
			o.Reasons = append(o.Reasons, reason(CodeUpToDate, config.Origin{}, "no dependency needs it any more"))
			o = o.shut(c)
		}
		out = append(out, o)
	}
	return out
}

// shut closes a pull request, and says in its title that nobody did it by hand.
func (o Outcome) shut(c platform.Closing) Outcome {
	if o.Number != 0 && !strings.HasSuffix(o.Title, autoclosed) {
		title := o.Title + autoclosed
		o.Actions = append(o.Actions, Action{Branch: c.Branch, Edit: &platform.Edit{Number: o.Number, Was: o.Title, Title: &title}})
	}
	o.Actions = append(o.Actions, Action{Branch: c.Branch, Close: &c})
	return o
}

// unsure says why it is not certain that nobody wants a pull request any more;
// "" if it is.
func (r *reconciler) unsure(p *platform.Pull) string {
	switch {
	case r.have.Stale != "":
		return r.have.Stale
	}
	var members []string
	if p != nil {
		marker, _ := ReadMarker(p.Body)
		if marker.Mends && r.have.Unsure != "" {
			return r.have.Unsure
		}
		members = marker.Members
	}
	if len(r.failed) == 0 && len(r.have.Unread) == 0 {
		return ""
	}
	if members == nil {
		return "not every file and registry could be read now"
	}
	for _, key := range members {
		parts := strings.SplitN(key, "|", 3)
		switch {
		case r.failed[key] != "":
			return r.failed[key]
		case len(parts) == 3 && r.have.Unread[parts[1]]:
			return parts[1] + " could not be read whole"
		}
	}
	return ""
}
