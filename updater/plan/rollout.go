package plan

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
)

// A Gate says whether a template's update may go on in one repository. The staged rollout of the release decides.
type Gate struct {
	Open    bool      // the repository may have the release
	Stopped bool      // nobody may: what is open is held too
	Text    string    // where the rollout is, for people
	Gone    []string  // versions that the repository has a pull request for, and the template no longer has
	Until   time.Time // when it may be different by itself; zero for never
}

// RolloutStatus is the name of the status that holds pull requests of a rollout that was stopped.
const RolloutStatus = "template/rollout"

// Roll lets rollouts decide on branches. gate returns nil for a release that is not rolled out in stages.
func Roll(bs []Branch, gate func(Branch, TemplateMark) (*Gate, error)) ([]Branch, error) {
	out := make([]Branch, len(bs))
	for i, b := range bs {
		out[i] = b
		mark := b.TemplateOf()
		if mark == nil {
			continue
		}
		g, err := gate(b, *mark)
		if err != nil {
			return nil, err
		}
		if g == nil {
			continue
		}
		out[i].Gate = g
		if !g.Until.IsZero() && (b.Until.IsZero() || g.Until.Before(b.Until)) {
			out[i].Until = g.Until
		}
		if !g.Open && !g.Stopped && b.State == Ready {
			out[i].State = Waiting
		}
		if !g.Open {
			out[i].Reasons = append(b.Reasons[:len(b.Reasons):len(b.Reasons)], out[i].gated())
		}
	}
	return out, nil
}

func (b Branch) gated() Reason {
	return reason(CodeRollout, b.Settings.Origin("templates"), "the rollout of %s: %s", b.Members[0].Update.Value, b.Gate.Text)
}

// stopped holds what there is of a release whose rollout was stopped: no pull request is opened, and the one that there is becomes a draft
// with a failing status. It is done once: a person may take it back, but it does not merge by itself.
func (r *reconciler) stopped(o Outcome, b Rendered, open *platform.Pull) Outcome {
	if open == nil {
		return o.settledBy(CodeRollout).end(Wait)
	}
	m, ok := ReadMarker(open.Body)
	if !ok || m.Template == nil || m.Template.Version != b.TemplateOf().Version || m.Template.Halted {
		return o.settledBy(CodeRollout).end(Hold)
	}
	m.Template.Halted = true
	body, draft := sign(m, markerForm.ReplaceAllString(open.Body, "")), true
	why := b.Gate.Text
	o.Actions = append(o.Actions,
		Action{Branch: b.Name, Edit: &platform.Edit{Number: open.Number, Was: open.Title, Body: &body, Draft: &draft, Comment: "The rollout of this version was stopped, so this waits: " + Quiet(why) + "."}},
		Action{Branch: b.Name, Report: &platform.Status{Head: open.Head, Name: RolloutStatus, State: platform.Failed, Text: why}})
	return o.settledBy(CodeRollout).end(Edit)
}

// yanked reports whether the pull request that there is is for a release that was taken back, and none takes its place now.
func (b Branch) yanked(open *platform.Pull) bool {
	if open == nil || b.Gate == nil || b.Gate.Open {
		return false
	}
	m, ok := ReadMarker(open.Body)
	return ok && m.Template != nil && slices.Contains(b.Gate.Gone, m.Template.Version)
}

func (r *reconciler) yank(o Outcome, b Rendered, branch BranchState, open platform.Pull) Outcome {
	m, _ := ReadMarker(open.Body)
	o.Title = open.Title
	o = o.shut(platform.Closing{Number: open.Number, Branch: b.Name, Head: branch.Head, Comment: "Version " + code(m.Template.Version) + " was taken back: the template no longer has it."})
	return o.end(Remove, reason(CodeRollout, config.Origin{}, "%s was taken back", m.Template.Version))
}

// resumed undoes what stopped did.
func (r *reconciler) resumed(o Outcome, b Rendered, open platform.Pull, e *platform.Edit) Outcome {
	m, _ := ReadMarker(open.Body)
	if m.Template == nil || !m.Template.Halted {
		return o
	}
	if draft := b.drafted(); open.Draft && !draft {
		e.Draft = &draft
	}
	o.Actions = append(o.Actions, Action{Branch: b.Name, Report: &platform.Status{Head: open.Head, Name: RolloutStatus, State: platform.Passed, Text: "the rollout goes on"}})
	return o
}

// A RolloutNote is what the issue about a rollout keeps, invisible to readers.
type RolloutNote struct {
	Template string          `json:"template"`
	Version  string          `json:"version"`
	Orders   json.RawMessage `json:"orders,omitempty"` // decisions of people
}

var rolloutForm = regexp.MustCompile(`\n?<!--currant-rollout:([A-Za-z0-9+/=]+)-->`)

// ReadRolloutNote returns what an issue keeps of a rollout; ok is false if it is about none.
func ReadRolloutNote(body string) (n RolloutNote, ok bool) {
	all := rolloutForm.FindAllStringSubmatch(body, -1)
	if all == nil {
		return n, false
	}
	data, err := base64.StdEncoding.DecodeString(all[len(all)-1][1])
	return n, err == nil && json.Unmarshal(data, &n) == nil && n.Version != ""
}

// A RolloutReport is what is to be told of a rollout.
type RolloutReport struct {
	RolloutNote
	State   string   // in a few words
	Stopped bool     // people must look
	Failing []string // links or names, as Markdown
}

// RolloutIssue returns what becomes of the issue about a rollout: it is open while the rollout is stopped, and keeps what people decided. ok is
// false if there is nothing to do.
func RolloutIssue(x RolloutReport, issues []platform.Issue) (o Outcome, ok bool) {
	title := "Rollout of " + x.Version
	o = Outcome{Title: title, Dashboard: true}
	var have *platform.Issue
	for i := range issues {
		if n, ok := ReadRolloutNote(issues[i].Body); ok && issues[i].Ours && n.Version == x.Version && n.Template == x.Template {
			have = &issues[i]
			break
		}
	}
	if have == nil && !x.Stopped && x.Orders == nil {
		return o, false
	}
	body := x.body()
	switch {
	case have == nil:
		o.Actions = []Action{{Note: &platform.Notice{Title: &title, Body: &body}}}
		return o.end(Create), true
	case have.Body == body && have.Open == x.Stopped:
		o.Number = have.Number
		return o, false
	}
	o.Number = have.Number
	n := &platform.Notice{Number: have.Number, Was: &have.Body}
	if have.Body != body {
		n.Body = &body
	}
	if have.Open != x.Stopped {
		n.Open = &x.Stopped
	}
	o.Actions = []Action{{Note: n}}
	return o.end(Edit), true
}

func (x RolloutReport) body() string {
	var b strings.Builder
	b.WriteString("The rollout of " + code(x.Version) + " of " + code(x.Template) + ": **" + Quiet(x.State) + "**.\n")
	if len(x.Failing) > 0 {
		b.WriteString("\nChecks failed in these repositories, whose default branch was not red before:\n\n")
		for _, f := range x.Failing {
			b.WriteString("- " + f + "\n")
		}
	}
	if x.Stopped {
		b.WriteString("\nNo pull request is opened for this version, and those that are open are drafts with the failing status " + code(RolloutStatus) + ". " +
			"A newer version takes their place, those that failed first. Otherwise decide with one of\n\n" +
			"    currant templates rollout resume " + x.Template + " " + x.Version + "\n" +
			"    currant templates rollout abort " + x.Template + " " + x.Version + "\n" +
			"    currant templates rollout promote " + x.Template + " " + x.Version + "\n")
	}
	data, err := json.Marshal(x.RolloutNote)
	if err != nil {
		return b.String() // texts and what was read as JSON always marshal
	}
	return b.String() + "\n<!--currant-rollout:" + base64.StdEncoding.EncodeToString(data) + "-->"
}
