package plan

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/policy"
)

// edit returns what must change in a pull request's texts. What a person
// changed stays: only what Currant wrote last is replaced.
func (r *reconciler) edit(b Rendered, p platform.Pull, push pushing) (platform.Edit, bool) {
	e := platform.Edit{Number: p.Number, Was: p.Title}
	marker, ours := ReadMarker(p.Body)
	title := strings.TrimSpace(strings.TrimPrefix(p.Title, rebasePrefix))
	switch {
	case p.Title != b.Title && (ours && marker.Title == Hash(plain(title)) || !ours && !r.renamed(b, title)):
		e.Title = &b.Title
	case p.Title != title:
		e.Title = &title // a person's, with the request taken off
	}
	// The marker keeps the title that Currant wants, so that a person's own is recognised next time too.
	next := b.marker(b.Title, b.body)
	next.Labels, next.Gave, next.Marks, next.Granted = marker.Labels, marker.Gave, b.Mark.Labels, marker.Granted || b.Wish != "" && b.wantsApproval()
	if elsewhere(b, p) {
		e.Base = &b.Base
	}
	next.Drafted = b.Mark.Draft
	if ours {
		e.AddLabels, e.RemoveLabels = b.marked(marker, p.Labels)
		if marker.Drafted != next.Drafted && p.Draft != b.drafted() {
			draft := b.drafted()
			e.Draft = &draft
		}
	}
	if label := b.Settings.String("rebaseLabel"); label != "" && hasLabel(p.Labels, label) {
		e.RemoveLabels = append(e.RemoveLabels, label)
	}
	next.People, next.Told = marker.People, marker.Told
	next.Renamed = marker.Renamed || ours && e.Title == nil && title != b.Title
	if ours && !marker.People && r.unattended(b, p) {
		e.People, next.People = b.people, true
	}
	if why := r.tell(b, p); why != "" && !marker.Told && !bool(push) {
		e.Comment, next.Told = why, true
	}
	switch {
	case !ours && sameLabels(p.Labels, b.Labels):
		next.Gave = b.Labels // another bot's are as they should be
	case ours && !marker.Labels && !r.have.Whole[p.Number] && unlabelled(b, p):
		e.AddLabels, next.Labels, next.Gave = append(e.AddLabels, b.Labels...), true, b.Labels
	case marker.Gave != nil && !sameLabels(marker.Gave, b.Labels) && untouched(without(p.Labels, slices.Concat(e.RemoveLabels, marker.Marks)), marker.Gave, b.Labels):
		e.AddLabels, next.Gave = append(e.AddLabels, b.Labels...), b.Labels
		e.RemoveLabels = append(e.RemoveLabels, without(marker.Gave, b.Labels)...)
	}
	if !ours || !marker.same(next) || e.Title != nil || rebaseTicked.MatchString(unix(p.Body)) {
		body := sign(next, b.body)
		if body != p.Body {
			e.Body = &body
		}
	}
	return e, e.Title != nil || e.Body != nil || e.RemoveLabels != nil || e.AddLabels != nil || e.Base != nil || e.Draft != nil
}

// renamed reports whether a person gave a pull request of another bot its title: it is not what the commit on its branch says.
func (r *reconciler) renamed(b Rendered, title string) bool {
	subject := r.have.Branches[b.Name].Subject
	return subject != "" && b.Settings.String("prTitle") == "" && !strings.HasPrefix(strings.ToLower(title), strings.ToLower(subject))
}

// elsewhere reports whether a pull request is against another branch than b.
func elsewhere(b Rendered, p platform.Pull) bool { return p.Base != "" && p.Base != b.Base }

// same reports whether two markers say the same, apart from the title.
func (m Marker) same(n Marker) bool {
	return m.Body == n.Body && m.Base == n.Base && m.Updates == n.Updates && m.Labels == n.Labels && m.People == n.People && m.Told == n.Told && m.Granted == n.Granted && m.Drafted == n.Drafted && m.Renamed == n.Renamed && slices.Equal(m.Gave, n.Gave) && slices.Equal(m.Marks, n.Marks) &&
		(m.Template == nil) == (n.Template == nil) && (m.Template == nil || *m.Template == *n.Template)
}

// wantsApproval reports whether a person must approve of b.
func (b Branch) wantsApproval() bool {
	return b.Settings.String("prCreation") == "approval" ||
		slices.ContainsFunc(b.Members, func(m Member) bool { return m.Update.Settings.Bool("dependencyDashboardApproval") })
}

// unattended reports whether people are to look at a pull request, and none of them was asked: asking failed when it was opened, or it
// was to merge by itself and its checks failed. They are asked once, and never again.
func (r *reconciler) unattended(b Rendered, p platform.Pull) bool {
	whole := r.have.Whole[p.Number] // what is missing then, a person took away
	if b.people.Milestone != 0 && p.People.Milestone == 0 && !whole {
		return true
	}
	if !b.attended() {
		if _, failed, _ := tally(r.have.Checks[p.Head]); failed == 0 {
			return false
		}
		whole = false
	}
	return b.people.Anybody() && !p.People.Anybody() && !whole
}

// attended reports whether people are asked to look at b as soon as its pull request is opened.
func (b Branch) attended() bool { return !b.Automerge || b.Settings.Bool("assignAutomerge") }

// Whole returns the numbers of the open pull requests that have labels and people as they were to get them, besides those that are
// known to have had them: was.
func Whole(want []Rendered, have State, was map[int]bool) map[int]bool {
	out := make(map[int]bool)
	for _, p := range have.Pulls {
		if p.State != platform.Open {
			continue
		}
		i := slices.IndexFunc(want, func(b Rendered) bool { return b.Name == p.Branch })
		if was[p.Number] || i >= 0 && !unlabelled(want[i], p) &&
			(want[i].people.Milestone == 0 || p.People.Milestone != 0) && (!want[i].attended() || !want[i].people.Anybody() || p.People.Anybody()) {
			out[p.Number] = true
		}
	}
	return out
}

// pushing says that the branch is made anew in this pass.
type pushing bool

// tell returns the comment that asks another tool to merge b; "" if it is not the time.
func (r *reconciler) tell(b Rendered, p platform.Pull) string {
	if b.Settings.String("automergeType") != "pr-comment" || !b.Merging.Open || len(policy.Judge(r.judged(b, r.have.Branches[b.Name], &p))) > 0 {
		return ""
	}
	return b.Settings.String("automergeComment")
}

// sameLabels reports whether two lists have the same labels, in whatever order.
func sameLabels(a, b []string) bool { return len(without(a, b)) == 0 && len(without(b, a)) == 0 }

// untouched reports whether labels are those that Currant gave, or what an attempt left that was to give others: first those are added, then
// the old ones are taken away.
func untouched(labels, gave, give []string) bool {
	return sameLabels(labels, gave) || sameLabels(labels, give) || sameLabels(labels, slices.Concat(gave, give))
}

// without are the labels that are not among others.
func without(labels, others []string) []string {
	return slices.DeleteFunc(slices.Clone(labels), func(l string) bool { return hasLabel(others, l) })
}

// unlabelled reports whether a pull request has none of its labels: adding them failed when it was opened, or a person took them away.
func unlabelled(b Rendered, p platform.Pull) bool {
	return len(b.Labels) > 0 && !slices.ContainsFunc(b.Labels, func(l string) bool { return hasLabel(p.Labels, l) })
}
