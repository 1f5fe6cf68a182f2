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

// workflowOf returns a file of GitHub Actions that b changes; "" if it changes none.
func workflowOf(b Rendered) string {
	for _, path := range slices.Sorted(maps.Keys(b.Blobs)) {
		if strings.HasPrefix(path, platform.WorkflowsFolder) {
			return path
		}
	}
	return ""
}
