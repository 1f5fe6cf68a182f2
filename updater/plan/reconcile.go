package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
)

// Reconcile returns what leads from the pull requests that there are to those
// that there should be. ds are the decisions that want came from.
func Reconcile(want []Rendered, ds []Decision, have State, now time.Time) []Outcome {
	r := &reconciler{have: have, now: now, failed: make(map[string]string), line: make(map[string]*car)}
	for _, d := range ds {
		if d.Facts != Complete {
			key := Member{Decision: &d}.Key()
			r.failed[key] = fmt.Sprintf("what is newer for %s is not known completely", d.Dep.Name)
		}
	}
	r.count(want)
	r.lineUp(want)
	var out []Outcome
	wanted := make(map[string]bool)
	for _, b := range layered(want) {
		wanted[b.Name] = true
		o := r.branch(b)
		r.settled(b, o)
		out = append(out, r.recall(o))
	}
	for _, o := range r.leftovers(wanted) {
		out = append(out, r.recall(o))
	}
	r.depart(out)
	return out
}

type reconciler struct {
	have     State
	now      time.Time
	failed   map[string]string // member keys whose facts are not complete, and why
	open     int               // pull requests open or about to be
	hourly   int               // made since the hour began
	branches int               // that exist or are about to
	commits  int               // on our branches since the hour began, as far as they are still there
	pushed   int               // in this pass
	line     map[string]*car   // by branch, those that merge by themselves
	order    []string          // in which they do
	layers   []Rendered        // updates of templates that are proposed
}

func (r *reconciler) count(want []Rendered) {
	hour := r.now.UTC().Truncate(time.Hour)
	for _, b := range want {
		if _, exists := r.have.Branches[b.Name]; exists { // the others are about to be removed
			r.branches++
		}
	}
	for _, b := range r.have.Branches {
		if !b.Committed.Before(hour) {
			r.commits++
		}
	}
	for _, p := range r.have.Pulls {
		if p.State == platform.Open {
			r.open++
		}
		if !p.Created.Before(hour) {
			r.hourly++
		}
	}
}

func (r *reconciler) nextHour() time.Time { return r.now.UTC().Truncate(time.Hour).Add(time.Hour) }

// pull returns the newest pull request of a branch in one of the states.
func (r *reconciler) pull(branch string, states ...platform.PullState) *platform.Pull {
	for i := range r.have.Pulls {
		if p := &r.have.Pulls[i]; p.Branch == branch && slices.Contains(states, p.State) {
			return p
		}
	}
	return nil
}

func (r *reconciler) branch(b Rendered) Outcome {
	o := Outcome{Branch: b.Name, Title: b.Title, Reasons: slices.Clone(b.Reasons)}
	branch, exists := r.have.Branches[b.Name]
	open := r.pull(b.Name, platform.Open)
	if open != nil {
		o.Number = open.Number
	}
	if exists && open == nil {
		if m := r.pull(b.Name, platform.Merged); m != nil && m.Head == branch.Head {
			exists = false // its branch was left behind by a merge
		}
	}
	if text := r.doubt(b.Branch, open); text != "" && (exists || open != nil) {
		return o.end(Hold, reason(CodeHold, config.Origin{}, "%s: it stays as it is", text))
	}
	if b.yanked(open) && branch.Foreign == "" {
		return r.yank(o, b, branch, *open)
	}
	switch {
	case b.State == Waiting:
		return o.settledBy(CodePending).settledBy(CodeRollout).end(Wait) // and what there is stays
	case b.State == Unsupported:
		return o.settledBy(CodeUnsupported).end(Cannot)
	case b.Err != "":
		return o.end(Cannot, reason(b.failure(), config.Origin{}, "%s", b.Err))
	case len(b.Blobs) == 0 && !b.Later:
		return o.end(Cannot, reason(CodeRender, config.Origin{}, "it would change no file"))
	}
	asked := b.asked(open)
	if stopped(b, open) && asked == "" {
		return o.end(Hands, reason(CodeStopped, b.Settings.Origin("stopUpdatingLabel"), "it has the label %q, so it is left alone", b.Settings.String("stopUpdatingLabel")))
	}
	if exists && branch.Foreign != "" && asked == "" {
		if b.Shared && open != nil {
			return r.retext(o, b, *open, branch.Foreign)
		}
		return r.left(o, b, branch, open)
	}
	if open != nil && elsewhere(b, *open) && asked == "" {
		if marker, ok := ReadMarker(open.Body); ok && marker.Base != "" && marker.Base != Hash(open.Base) {
			return o.end(Hands, reason(CodeEdited, config.Origin{}, "somebody pointed its pull request at %s: it is theirs now", open.Base))
		}
	}
	if open == nil && b.Wish == "" {
		if p := r.declined(b); p != nil {
			o.Number = p.Number
			if exists {
				o.Actions = append(o.Actions, Action{Branch: b.Name, Close: &platform.Closing{Branch: b.Name, Head: branch.Head}})
			}
			return o.end(Declined, reason(CodeClosed, config.Origin{}, "#%d was closed without being merged", p.Number))
		}
	}
	if b.Gate != nil && b.Gate.Stopped {
		return r.stopped(o, b, open)
	}
	if !exists && open == nil {
		if why := r.beneath(b); why != "" && b.Wish == "" {
			return o.waits(why)
		}
		if result, why := r.blocked(b); result != "" {
			if r.hourly+r.commits > 0 {
				o.Until = r.nextHour() // prHourlyLimit and commitHourlyLimit start again
			}
			if result == Approve {
				o = o.settledBy(CodeApproval)
			}
			return o.end(result, why...)
		}
		r.branches++
		if p := r.lapsed(b); p != nil && r.full(b, "prConcurrentLimit") == nil {
			r.open++
			o.Number = p.Number
			o.Actions = append(o.Actions, Action{Branch: b.Name, Edit: &platform.Edit{Number: p.Number, Was: p.Title, Title: &b.Title, Reopen: p.Head}})
			return o.end(Create, reason(CodeUpdate, config.Origin{}, "#%d was closed when nobody needed it, and is opened again", p.Number))
		}
	}
	return r.report(r.realise(o, b, branch, exists, open), b, branch)
}

// stopped reports whether a label wants a pull request left alone.
func stopped(b Rendered, open *platform.Pull) bool {
	label := b.Settings.String("stopUpdatingLabel")
	return open != nil && label != "" && hasLabel(open.Labels, label)
}

// settledBy puts the reasons of a kind last: they settle it.
func (o Outcome) settledBy(code Code) Outcome {
	slices.SortStableFunc(o.Reasons, func(a, b Reason) int {
		switch {
		case a.Code != code && b.Code == code:
			return -1
		case a.Code == code && b.Code != code:
			return 1
		}
		return 0
	})
	return o
}

func (o Outcome) end(result Result, why ...Reason) Outcome {
	o.Result = result
	o.Reasons = append(o.Reasons, why...)
	return o
}

// doubt says why the pull request that there is must not be changed now: a
// dependency that it updates could not be looked up. "" if there is no doubt.
func (r *reconciler) doubt(b Branch, open *platform.Pull) string {
	if len(r.failed) == 0 {
		return ""
	}
	for _, m := range b.Members {
		if why := r.failed[m.Key()]; why != "" {
			return why
		}
	}
	if open == nil {
		return ""
	}
	marker, ok := ReadMarker(open.Body)
	if !ok || marker.Members == nil {
		return "some facts are not complete, and it may depend on them"
	}
	for _, key := range marker.Members {
		if why := r.failed[key]; why != "" {
			return why
		}
	}
	return ""
}

// What ends the title of a pull request that the bot closed, not a person, and of one that it would have closed, had no person committed
// to it. The words are Renovate's, so that each knows the other's.
const (
	autoclosed = " - autoclosed"
	abandoned  = " - abandoned"
)

// plain is a title without what the bot put behind it.
func plain(title string) string {
	return strings.TrimSuffix(strings.TrimSuffix(title, autoclosed), abandoned)
}

// declined returns the pull request by whose closing a person declined b; nil if
// nobody did. A group of updates is declined as long as it would be the same. One that was given another title after it was closed does not
// count, as with Renovate: so people ask for another one.
func (r *reconciler) declined(b Rendered) *platform.Pull {
	if b.Settings.String("recreateWhen") == "always" {
		return nil
	}
	for i := range r.have.Pulls {
		p := &r.have.Pulls[i]
		if p.Branch != b.Name && p.Branch != b.former() || p.State != platform.Closed || strings.HasSuffix(p.Title, autoclosed) {
			continue
		}
		marker, ok := ReadMarker(p.Body)
		switch {
		case ok && !marker.Renamed && marker.Title != Hash(plain(p.Title)):
			continue
		case ok && marker.Updates == b.Fingerprint():
			return p
		case plain(p.Title) == b.Title && (!b.Mixed || b.Settings.String("recreateWhen") == "never"):
			return p
		}
	}
	return nil
}

// reuse is how long after the bot closed a pull request it is opened again, rather than another one. It is as long as with Renovate.
const reuse = 7 * 24 * time.Hour

// lapsed returns the pull request that is opened again for b, since the bot closed it not long ago; nil if there is none. The next pass brings
// it up to date.
func (r *reconciler) lapsed(b Rendered) *platform.Pull {
	p := r.pull(b.Name, platform.Closed, platform.Merged)
	if p == nil || p.State != platform.Closed || !strings.HasSuffix(p.Title, autoclosed) || p.Base != b.Base || b.Unopened() || r.now.Sub(p.Ended) >= reuse {
		return nil
	}
	return p
}

// asked says how somebody asked for b to be made anew; "" if nobody did.
func (b Rendered) asked(open *platform.Pull) string {
	if b.Wish != "" {
		return "somebody ticked it on the dashboard"
	}
	return requested(b.Settings, open)
}

// blocked says why a branch is not made now; "" if it may be. A wish goes before all rules.
func (r *reconciler) blocked(b Rendered) (Result, []Reason) {
	s := b.Settings
	switch {
	case b.Wish != "" || b.Free:
		return "", nil
	case s.String("mode") == "silent":
		return Approve, []Reason{reason(CodeApproval, s.Origin("mode"), "mode is silent: it is made when somebody asks for it")}
	case b.State == Approval:
		return Approve, nil
	case !b.Making.Open:
		return Wait, []Reason{closed("schedule", b.Making)}
	case b.Security:
		return "", nil // no limit holds it back
	case b.Group != "" && len(b.Members) < s.Int("minimumGroupSize"):
		return Wait, []Reason{reason(CodeGroup, s.Origin("minimumGroupSize"), "the group has %d updates, and minimumGroupSize is %d", len(b.Members), s.Int("minimumGroupSize"))}
	}
	if why := r.crowded(b); why != nil {
		return Wait, []Reason{*why}
	}
	if why := r.spent(b); why != nil {
		return Wait, []Reason{*why}
	}
	return "", nil
}

// spent says why no more commits are to be pushed now; nil if they may be.
func (r *reconciler) spent(b Rendered) *Reason {
	s := b.Settings
	if b.Free || b.Wish != "" || b.Security {
		return nil
	}
	if limit := s.Int("commitHourlyLimit"); limit > 0 && r.commits >= limit {
		x := reason(CodeLimit, s.Origin("commitHourlyLimit"), "%d commits were made this hour, and commitHourlyLimit is %d", r.commits, limit)
		return &x
	}
	if limit := s.Int("prCommitsPerRunLimit"); limit > 0 && r.pushed >= limit {
		x := reason(CodeLimit, s.Origin("prCommitsPerRunLimit"), "%d commits were made in this pass, and prCommitsPerRunLimit is %d", r.pushed, limit)
		return &x
	}
	return nil
}

// realise makes the branch and its pull request as they should be, or merges.
func (r *reconciler) realise(o Outcome, b Rendered, branch BranchState, exists bool, open *platform.Pull) Outcome {
	s := b.Settings
	asked := b.asked(open)
	if open != nil && r.queued(branch) {
		return r.waiting(o, b, branch, open)
	}
	push, why, lazy := r.outdated(b, branch, exists, open)
	if c := r.line[b.Name]; lazy && c != nil && c.waits != nil {
		push = false
		o.Reasons = append(o.Reasons, reason(CodeRebase, config.Origin{}, "%s, and it is made anew when it is its turn", why))
	}
	if asked != "" && (branch.Behind || branch.Foreign != "") {
		push, why = true, asked
	}
	if exists && open != nil && elsewhere(b, *open) {
		push, why = true, "configuration points it at "+b.Base
	}
	if push && exists && !b.Making.Open && !s.Bool("updateNotScheduled") && asked == "" {
		return o.end(Unchanged, reason(CodeSchedule, s.Origin("updateNotScheduled"), "%s, but updateNotScheduled is off", why), closed("schedule", b.Making))
	}
	head := branch.Head
	if push && exists && asked == "" {
		if why := r.spent(b); why != nil {
			o.Until = r.nextHour()
			return o.end(Unchanged, *why)
		}
	}
	if path := workflowOf(b); push && path != "" && r.have.Repository.NoWorkflows != "" {
		return o.end(Cannot, reason(CodeUnsupported, config.Origin{}, "it changes %s, and %s", path, r.have.Repository.NoWorkflows))
	}
	if push {
		r.commits, r.pushed = r.commits+1, r.pushed+1
		head = ""
		o.Actions = append(o.Actions, Action{Branch: b.Name, Push: &platform.Branch{
			Name: b.Name, Base: b.BaseHead, Replaces: branch.Head, Message: b.Message, Changes: b.Changes, Earlier: b.Earlier, Author: author(s), Via: platform.Via(s.String("platformCommit")),
		}})
		o.Reasons = append(o.Reasons, reason(CodeRebase, config.Origin{}, "%s", why))
		o.Result = UpdateIt
	}
	if r.have.Repository.BranchesOnly {
		return o.local(exists)
	}
	if open == nil && r.alone(b) {
		var done bool
		if o, done = r.byBranch(o, b, branch, push); done {
			return o
		}
	}
	if open == nil {
		if o, wait := r.later(o, b, branch, push); wait {
			return o
		}
		if why := r.full(b, "prConcurrentLimit", "prHourlyLimit"); why != nil {
			if r.hourly > 0 {
				o.Until = r.nextHour()
			}
			return o.end(cmp.Or(o.Result, Wait), *why)
		}
		r.open, r.hourly = r.open+1, r.hourly+1
		next := b.marker(b.Title, b.body)
		next.Granted, next.Marks, next.Drafted = b.Wish != "" && b.wantsApproval(), b.Mark.Labels, b.Mark.Draft
		who := b.people
		if b.Automerge && !b.Settings.Bool("assignAutomerge") {
			who = platform.People{Milestone: who.Milestone} // the others if its checks fail
		}
		o.Actions = append(o.Actions, Action{Branch: b.Name, Open: &platform.Proposal{
			Branch: b.Name, Base: b.Base, Head: head, Title: b.Title, Body: sign(next, b.body), Labels: slices.Concat(b.Labels, b.Mark.Labels),
			Draft: b.drafted(), People: who,
		}})
		return o.end(Create)
	}
	e, ok := r.edit(b, *open, pushing(push))
	o = r.resumed(o, b, *open, &e)
	if ok {
		o.Actions = append(o.Actions, Action{Branch: b.Name, Edit: &e})
		if o.Result == "" {
			o.Result = Edit
		}
	}
	if push {
		return o
	}
	return r.merge(o, b, branch, open)
}

// failure says what kind of reason Err is.
func (b Rendered) failure() Code {
	if b.Help != "" {
		return CodeAnswer
	}
	return CodeRender
}

func (o Outcome) local(exists bool) Outcome {
	switch {
	case len(o.Actions) == 0:
		o.Result = Unchanged
	case !exists:
		o.Result = Create
	}
	return o
}

// outdated says whether the branch must be made anew, and why. It is lazy if that is only because its base has moved on, so that it
// need not be before it is its turn to merge.
func (r *reconciler) outdated(b Rendered, branch BranchState, exists bool, open *platform.Pull) (push bool, why string, lazy bool) {
	rebase := b.rebaseWhen()
	var state platform.Mergeable
	same := open == nil && r.alone(b) // what it changes is what its pull request says
	if open == nil && same && branch.Behind {
		state = platform.Behind // it could not be merged
	}
	if open != nil {
		state = open.Mergeable
		marker, ok := ReadMarker(open.Body)
		same = ok && marker.Updates == b.Fingerprint()
	}
	switch {
	case !exists:
		return true, "the branch does not exist yet", false
	case branch.Behind && open != nil && b.Settings.Bool("rebaseAllOpenBranches"):
		return true, "the base branch has moved on (rebaseAllOpenBranches)", false
	case rebase == "never" && branch.Behind && same:
		return false, "", false
	case rebase != "never" && branch.Overlap:
		return true, "the base branch has changed the same files since", same
	case rebase != "never" && branch.Behind && state == platform.Conflicted:
		return true, "it conflicts with its base branch", same
	case branch.Behind && open != nil && keepsUpdated(b, *open):
		return true, "the base branch has moved on, and its label wants it up to date", false
	case branch.Behind && r.have.Concealed(b.Branch) && r.strict(branch):
		return true, "the base branch has moved on, and wants pull requests up to date", false
	case branch.Behind && fresh(rebase, b.Automerge && r.wantsFresh(branch), state):
		return true, "the base branch has moved on (rebaseWhen)", same && rebase != "behind-base-branch"
	case !maps.Equal(branch.Changed, b.Blobs):
		return true, "its content is not what it should be now", same && branch.Behind
	}
	return false, "", false
}

// wantsFresh reports whether a branch that merges by itself is of no use behind its base: it could not be merged, or its checks failed,
// which the base may have mended.
func (r *reconciler) wantsFresh(branch BranchState) bool {
	c, known := r.have.Checks[branch.Head]
	_, failed, _ := tally(c)
	return !known || r.strict(branch) || failed > 0
}

// strict reports whether the base of a branch takes only what is up to date.
func (r *reconciler) strict(branch BranchState) bool {
	rules := r.have.Checks[branch.Head].Rules
	return rules.Strict && !rules.Queue
}

// Concealed reports whether the host does not say of b's pull request whether it must be up to date, since something else blocks it too: by
// rebaseWhen auto the rules of the base then count.
func (s State) Concealed(b Branch) bool {
	rebase := b.rebaseWhen()
	return s.Branches[b.Name].Behind && (rebase == "" || rebase == "auto") && slices.ContainsFunc(s.Pulls, func(p platform.Pull) bool {
		return p.Branch == b.Name && p.State == platform.Open && p.Mergeable == platform.Blocked
	})
}

// rebaseWhen is the option, where "automerging" is what that comes to for b.
func (b Branch) rebaseWhen() string {
	switch rebase := b.Settings.String("rebaseWhen"); {
	case rebase == "automerging" && b.Automerge:
		return "behind-base-branch"
	case rebase == "automerging":
		return "never"
	default:
		return rebase
	}
}

// workflowOf returns a file of GitHub Actions that b changes; "" if it changes none.
func workflowOf(b Rendered) string {
	for _, path := range slices.Sorted(maps.Keys(b.Blobs)) {
		if strings.HasPrefix(path, platform.WorkflowsFolder) {
			return path
		}
	}
	return ""
}

// keepsUpdated reports whether a label wants a pull request at the head of its base.
func keepsUpdated(b Rendered, p platform.Pull) bool {
	label := b.Settings.String("keepUpdatedLabel")
	return label != "" && hasLabel(p.Labels, label)
}

// fresh reports whether a branch is to be at the head of its base, by rebaseWhen.
func fresh(rebase string, automerge bool, state platform.Mergeable) bool {
	switch rebase {
	case "behind-base-branch":
		return true
	case "", "auto":
		return automerge || state == platform.Behind
	}
	return false
}

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
