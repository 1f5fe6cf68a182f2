// Package doctor defines the checks that tell an operator what is wrong with an installation, and what to do about it.
//
// A [Check] only looks: it writes nothing but a file of its own in a folder that it tries, and installs nothing.
package doctor

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A State is how bad a finding is.
type State string

const (
	OK      State = "ok"
	Warning State = "warning" // it works, with a limit
	Problem State = "problem" // something does not work
)

// A Finding is one thing that was looked at.
type Finding struct {
	Area  string `json:"area"` // such as "GitHub"
	Name  string `json:"name"` // of what was looked at
	State State  `json:"state"`
	Text  string `json:"text"`         // what was found
	Do    string `json:"do,omitempty"` // what to do about it; "" for what is ok
}

// A Check looks at one thing. It is given up after its time.
type Check struct {
	Area string
	Name string
	Run  func(ctx context.Context) []Finding // Area and Name may be left out
}

// One is a check with one finding.
func One(area, name string, look func(ctx context.Context) (State, string, string)) Check {
	return Check{area, name, func(ctx context.Context) []Finding {
		state, text, do := look(ctx)
		return []Finding{{State: state, Text: text, Do: do}}
	}}
}

// Patience is how long one check may take.
const Patience = 30 * time.Second

// atOnce is how many things are looked at at a time.
const atOnce = 8

// Run carries out checks and returns their findings in the checks' order, without secrets: redact takes them out of texts.
func Run(ctx context.Context, checks []Check, redact func(string) string) []Finding {
	var out []Finding
	for _, list := range each(checks, func(c Check) []Finding { return run(ctx, c) }) {
		for _, f := range list {
			f.Text, f.Do = redact(f.Text), redact(f.Do)
			out = append(out, f)
		}
	}
	return out
}

// each does several at a time what look does for one, and keeps the order.
func each[T any](list []T, look func(T) []Finding) [][]Finding {
	found := make([][]Finding, len(list))
	var wait sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i, x := range list {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			found[i] = look(x)
		})
	}
	wait.Wait()
	return found
}

func run(ctx context.Context, c Check) []Finding {
	ctx, cancel := context.WithTimeoutCause(ctx, Patience, errLate)
	defer cancel()
	done := make(chan []Finding, 1) // a check that does not heed ctx is left behind
	go func() { done <- c.Run(ctx) }()
	var list []Finding
	select {
	case list = <-done:
	case <-ctx.Done():
		list = []Finding{{State: Problem, Text: context.Cause(ctx).Error(), Do: "see whether it hangs by hand"}}
	}
	for i := range list {
		f := &list[i]
		if f.Area == "" {
			f.Area = c.Area
		}
		if f.Name == "" {
			f.Name = c.Name
		}
	}
	return list
}

var errLate = errors.New("it took longer than " + Patience.String())

// Worst returns the worst state of findings.
func Worst(list []Finding) State {
	worst := OK
	for _, f := range list {
		if f.State == Problem || f.State == Warning && worst == OK {
			worst = f.State
		}
	}
	return worst
}
