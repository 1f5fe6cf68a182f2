package plan

import (
	"slices"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
)

// The bot's own statuses, by their names in statusCheckNames and statusCheckWhen (docs.renovatebot.com/configuration-options). Of the
// others, mergeConfidence is of a service that is never asked, and configValidation of branches that are not looked at.
const (
	ageStatus      = "minimumReleaseAge"
	artifactStatus = "artifactError"
)

// Statuses returns what the bot says of b's commit, beside what CI does: whether its releases are old enough, whether the tools that
// made it failed, and what one of them says of its own change.
func (b Rendered) Statuses() []platform.Status { return b.statuses(nil) }

// statuses is Statuses for a commit of which had is known: what failed once is told when it no longer does.
func (b Rendered) statuses(had []platform.Check) []platform.Status {
	var out []platform.Status
	add := func(name string, state platform.CheckState, text string) {
		context, _ := b.Settings.Object("statusCheckNames")[name].(string)
		when, _ := b.Settings.Object("statusCheckWhen")[name].(string)
		mends := slices.ContainsFunc(had, platform.Status{Name: context, State: platform.Failed}.Said)
		if context != "" && when != "never" && (when != "failed" || state != platform.Passed || mends) {
			out = append(out, platform.Status{Name: context, State: state, Text: text})
		}
	}
	switch aged := slices.ContainsFunc(b.Members, aging); {
	case aged && b.early():
		add(ageStatus, platform.Pending, "Not every release has come of age (minimumReleaseAge)")
	case aged:
		add(ageStatus, platform.Passed, "Every release has come of age (minimumReleaseAge)")
	}
	if len(b.Warnings) > 0 {
		add(artifactStatus, platform.Failed, "A tool wants a person to look at this change")
	} else {
		add(artifactStatus, platform.Passed, "All tools have done their work")
	}
	if b.Mark.Status != nil {
		out = append(out, *b.Mark.Status)
	}
	return out
}

// aging reports whether m's release must come of age.
func aging(m Member) bool {
	return m.Update.Settings.String("minimumReleaseAge") != "" && m.Update.Version != ""
}

// ownChecks are the names of the bot's own statuses.
func ownChecks(s config.Settings) []string {
	var out []string
	for _, name := range s.Object("statusCheckNames") {
		if text, ok := name.(string); ok && text != "" {
			out = append(out, text)
		}
	}
	return out
}

// Told names what a commit is known to be told already, for State.Told.
func Told(head string, s platform.Status) string {
	return head + " " + Hash(s.Name+"\x00"+string(s.State))
}

// report adds the statuses that the commit of b does not have yet: it was just pushed, or they are others now.
func (r *reconciler) report(o Outcome, b Rendered, branch BranchState) Outcome {
	head := branch.Head
	if slices.ContainsFunc(o.Actions, func(a Action) bool { return a.Push != nil }) {
		head = "" // what the push comes to
	}
	if r.have.Repository.BranchesOnly || slices.ContainsFunc(o.Actions, func(a Action) bool { return a.Merge != nil && a.Merge.How == platform.Now }) {
		return o
	}
	return r.say(o, b, head, b.statuses(r.have.Checks[head].Results))
}

// say adds statuses that a commit of b, "" for what a push comes to, does not have yet. They come last of a branch's actions: where the host does not
// let us report, all else is done.
func (r *reconciler) say(o Outcome, b Rendered, head string, list []platform.Status) Outcome {
	c, known := r.have.Checks[head]
	for _, s := range list {
		if head != "" && (!known || r.have.Told[Told(head, s)] || slices.ContainsFunc(c.Results, s.Said)) {
			continue
		}
		s.Head = head
		o.Actions = append(o.Actions, Action{Branch: b.Name, Report: &s})
		if o.Result == "" || o.Result == Unchanged {
			o.Result = Edit
		}
	}
	return o
}
