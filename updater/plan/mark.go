package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
)

// A Mark is how a tool wants the pull request with its change to be set apart from others.
type Mark struct {
	Prefix string           // of the title, such as "[conflict] "
	Labels []string         // taken off again when they no longer hold
	Grade  string           // how a template's update came out, in a word; "" for other updates
	Draft  bool             // it is a draft; a person may make it ready
	Status *platform.Status // of the branch's commit, whatever that is: Head is ""; nil for none
	Reads  []string         // files that the change depends on besides those that it changes
}

// editedLabel marks a pull request of a tool's whose branch is left to the person who committed to it.
const editedLabel = "edited"

// left marks a pull request that is left to who committed to its branch, and says on that commit whether anything is unresolved.
func (r *reconciler) left(o Outcome, b Rendered, branch BranchState, open *platform.Pull) Outcome {
	o = o.end(Hands, reason(CodeEdited, config.Origin{}, "%s committed to the branch: it is theirs now", branch.Foreign))
	if b.Mark.Status == nil || open == nil {
		return o
	}
	marker, ours := ReadMarker(open.Body)
	if ours && !marker.Edited {
		marker.Edited = true
		body := sign(marker, markerForm.ReplaceAllString(unix(open.Body), ""))
		o.Actions = append(o.Actions, Action{Branch: b.Name, Edit: &platform.Edit{Number: open.Number, Was: open.Title, Body: &body, AddLabels: []string{editedLabel}}})
	}
	s := platform.Status{Name: b.Mark.Status.Name, State: platform.Passed, Text: "no conflict is left on this branch"}
	if len(branch.Unresolved) > 0 {
		s.State, s.Text = platform.Failed, fmt.Sprintf("conflict markers are left in %s", strings.Join(branch.Unresolved, ", "))
	}
	return r.say(o, b, branch.Head, []platform.Status{s})
}

// drafted reports whether b's pull request is a draft.
func (b Rendered) drafted() bool { return b.Settings.Bool("draftPR") || b.Mark.Draft }

// marked returns which labels an edit adds and takes off, so that those of the mark are there, and those of an earlier one are not. What
// a person changed of them stays.
func (b Rendered) marked(m Marker, has []string) (add, remove []string) {
	for _, l := range b.Mark.Labels {
		if !slices.Contains(m.Marks, l) && !hasLabel(has, l) {
			add = append(add, l)
		}
	}
	for _, l := range m.Marks {
		if !slices.Contains(b.Mark.Labels, l) && hasLabel(has, l) {
			remove = append(remove, l)
		}
	}
	return add, remove
}
