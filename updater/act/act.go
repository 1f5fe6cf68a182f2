package act

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
)

// A Runner carries out actions.
type Runner struct {
	Writer platform.Writer
	Log    *Log
	Run    string // id of the run, for the log
	Now    func() time.Time
	Redact func(string) string // takes secrets out of messages
	Author platform.Account
}

// An Effect is what became of one action.
type Effect struct {
	Action  plan.Action
	Phase   Phase
	Head    string // after a push
	Number  int    // after an opening
	Existed bool   // what was to be opened was there already
	Err     error  // nil if Phase is Done
}

// Execute carries out the actions of outcomes: first what the host was told about merging is taken back, then come all pushes in one
// exchange, then the rest in order. An action that the host refuses does not
// stop the others; what builds on a push that failed is left for the next pass.
// The error is only about the log: without it nothing may be done.
func (r *Runner) Execute(ctx context.Context, repo string, outcomes []plan.Outcome) ([]Effect, error) {
	outcomes, recalled, err := r.recall(ctx, repo, outcomes)
	if err != nil {
		return recalled, err
	}
	heads, effects, err := r.push(ctx, repo, outcomes)
	effects = append(recalled, effects...)
	if err != nil {
		return effects, err
	}
	for _, o := range outcomes {
		pushed := true
		for _, a := range o.Actions {
			if a.Push != nil {
				_, pushed = heads[a.Branch]
				continue
			}
			if !pushed {
				continue
			}
			if a.Report != nil && a.Report.Head == "" {
				report := *a.Report
				report.Head = heads[a.Branch]
				a.Report = &report
			}
			if a.Open != nil && a.Open.Head == "" {
				open := *a.Open
				open.Head = heads[a.Branch]
				a.Open = &open
			}
			if a.Report != nil && a.Report.Head == "" {
				report := *a.Report
				report.Head = heads[a.Branch]
				a.Report = &report
			}
			e, err := r.one(ctx, repo, a, o.Reasons)
			if err != nil {
				return effects, err
			}
			effects = append(effects, e)
			if e.Err != nil {
				break
			}
		}
	}
	return effects, nil
}

// recall takes back what the host was told about merging, before it can act on it, and returns what is left to do: of an outcome for which
// that failed, nothing.
func (r *Runner) recall(ctx context.Context, repo string, outcomes []plan.Outcome) (rest []plan.Outcome, effects []Effect, err error) {
	for _, o := range outcomes {
		n := 0
		failed := false
		for ; n < len(o.Actions) && o.Actions[n].Merge != nil && o.Actions[n].Merge.How.Recalls(); n++ {
			e, err := r.one(ctx, repo, o.Actions[n], o.Reasons)
			if err != nil {
				return nil, effects, err
			}
			effects = append(effects, e)
			failed = failed || e.Err != nil
		}
		o.Actions = o.Actions[n:]
		if failed {
			o.Actions = nil
		}
		rest = append(rest, o)
	}
	return rest, effects, nil
}

// push makes all branches in one exchange. If a branch has moved or is refused, each is
// tried alone.
func (r *Runner) push(ctx context.Context, repo string, outcomes []plan.Outcome) (map[string]string, []Effect, error) {
	heads := make(map[string]string)
	var actions []plan.Action
	for _, o := range outcomes {
		for _, a := range o.Actions {
			if a.Push == nil {
				continue
			}
			if err := r.log(repo, a, Record{Phase: Begun, Head: a.Push.Replaces}, o.Reasons, nil); err != nil {
				return heads, nil, err
			}
			p := *a.Push
			if p.Author == (platform.Account{}) {
				p.Author = r.Author
			}
			a.Push = &p
			actions = append(actions, a)
		}
	}
	var effects []Effect
	if len(actions) == 0 {
		return heads, nil, nil
	}
	got, err := r.Writer.Push(ctx, repo, pushes(actions))
	if len(actions) > 1 && (errors.Is(err, platform.ErrMoved) || errors.Is(err, platform.ErrBlocked)) {
		return r.pushEach(ctx, repo, actions)
	}
	for i, a := range actions {
		e := Effect{Action: a, Phase: phase(err), Err: err}
		if err == nil {
			e.Head = got[i]
			heads[a.Branch] = got[i]
		}
		effects = append(effects, e)
		if err := r.log(repo, a, Record{Phase: e.Phase, Head: e.Head}, nil, e.Err); err != nil {
			return heads, effects, err
		}
	}
	return heads, effects, nil
}

// pushEach pushes one by one, so that a branch that moved, or that the host refuses, does not hold up the others.
func (r *Runner) pushEach(ctx context.Context, repo string, actions []plan.Action) (map[string]string, []Effect, error) {
	heads := make(map[string]string)
	var effects []Effect
	for _, a := range actions {
		got, err := r.Writer.Push(ctx, repo, pushes([]plan.Action{a}))
		e := Effect{Action: a, Phase: phase(err), Err: err}
		if err == nil {
			e.Head = got[0]
			heads[a.Branch] = got[0]
		}
		effects = append(effects, e)
		if err := r.log(repo, a, Record{Phase: e.Phase, Head: e.Head}, nil, e.Err); err != nil {
			return heads, effects, err
		}
	}
	return heads, effects, nil
}

func pushes(actions []plan.Action) []platform.Branch {
	var out []platform.Branch
	for _, a := range actions {
		out = append(out, *a.Push)
	}
	return out
}

func phase(err error) Phase {
	switch {
	case err == nil:
		return Done
	case errors.Is(err, platform.ErrMoved), errors.Is(err, platform.ErrBlocked):
		return Refused
	}
	return Failed
}

// one carries out any action but a push.
func (r *Runner) one(ctx context.Context, repo string, a plan.Action, why []plan.Reason) (Effect, error) {
	rec := Record{Phase: Begun}
	if a.Merge != nil {
		rec.Head, rec.Number = a.Merge.Head, a.Merge.Number
	}
	if a.Report != nil {
		rec.Head = a.Report.Head
	}
	if err := r.log(repo, a, rec, why, nil); err != nil {
		return Effect{}, err
	}
	e := Effect{Action: a}
	switch {
	case a.Open != nil:
		e.Number, e.Err = r.Writer.Open(ctx, repo, *a.Open)
		if e.Existed = errors.Is(e.Err, platform.ErrExists); e.Existed {
			e.Err = nil // an earlier run opened it and the host's list did not show it yet
		}
	case a.Edit != nil:
		e.Number, e.Err = a.Edit.Number, r.Writer.Edit(ctx, repo, *a.Edit)
	case a.Close != nil:
		e.Number, e.Err = a.Close.Number, r.Writer.Close(ctx, repo, *a.Close)
	case a.Merge != nil:
		e.Number, e.Err = a.Merge.Number, r.Writer.Merge(ctx, repo, *a.Merge)
	case a.Report != nil:
		e.Head, e.Err = a.Report.Head, r.Writer.Report(ctx, repo, *a.Report)
	case a.Note != nil:
		e.Number, e.Err = r.Writer.Note(ctx, repo, *a.Note)
		if errors.Is(e.Err, platform.ErrExists) {
			e.Err = nil
		}
	default:
		return e, fmt.Errorf("action of %s does nothing", a.Branch)
	}
	e.Phase = phase(e.Err)
	rec.Phase, rec.Number = e.Phase, e.Number
	return e, r.log(repo, a, rec, nil, e.Err)
}

func (r *Runner) log(repo string, a plan.Action, rec Record, why []plan.Reason, err error) error {
	rec.Time, rec.Run, rec.Repo = r.Now().UTC(), r.Run, repo
	rec.Key, rec.Kind, rec.Branch = a.Key(repo), a.Kind(), a.Branch
	for _, x := range why {
		rec.Reasons = append(rec.Reasons, r.redact(x.String()))
	}
	if err != nil {
		rec.Error = r.redact(err.Error())
	}
	return r.Log.Append(rec)
}

func (r *Runner) redact(s string) string {
	if r.Redact == nil {
		return s
	}
	return r.Redact(s)
}

// Interrupted returns the actions that were begun and of which no end is
// known: the process died. What they did is seen in the state of the host, so
// they need no repair; they are for people to know.
func Interrupted(records []Record) []Record {
	open := make(map[string]int)
	var out []Record
	for _, r := range records {
		id := r.Run + " " + r.Key
		if r.Phase == Begun {
			open[id] = len(out)
			out = append(out, r)
			continue
		}
		if i, ok := open[id]; ok {
			out[i].Key = ""
			delete(open, id)
		}
	}
	return slices.DeleteFunc(out, func(r Record) bool { return r.Key == "" })
}
