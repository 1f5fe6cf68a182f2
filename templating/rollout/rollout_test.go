package rollout_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/templating/rollout"
)

var day = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)

func pull(c rollout.Checks, more ...func(*rollout.Pull)) *rollout.Pull {
	p := &rollout.Pull{Number: 1, Version: "v2", Open: true, Created: day, Checks: c}
	for _, f := range more {
		f(p)
	}
	return p
}

func red(p *rollout.Pull)                { p.Red = true }
func conflict(p *rollout.Pull)           { p.Conflicts = true }
func declined(p *rollout.Pull)           { p.Open, p.Declined = false, true }
func at(d time.Time) func(*rollout.Pull) { return func(p *rollout.Pull) { p.Created = d } }

// policy has two canaries, then b*, then all.
var policy = rollout.Policy{
	Waves: []rollout.Wave{{Repositories: []string{"a/1", "a/2"}}, {Repositories: []string{"b/*"}}, {Percent: 100}},
	Soak:  24 * time.Hour, Halt: rollout.Defaults,
}

func fleet(some ...rollout.Member) []rollout.Member {
	byName := make(map[string]rollout.Member)
	for _, m := range some {
		byName[m.Repository] = m
	}
	var out []rollout.Member
	for _, name := range []string{"a/1", "a/2", "b/1", "b/2", "b/3", "b/4", "b/5", "b/6", "c/1", "c/2"} {
		m := byName[name]
		m.Repository = name
		out = append(out, m)
	}
	return out
}

func member(name string, p *rollout.Pull) rollout.Member {
	return rollout.Member{Repository: name, Pull: p}
}
func has(name string) rollout.Member { return rollout.Member{Repository: name, Has: true} }

func TestDecide(t *testing.T) {
	canaries := []rollout.Member{has("a/1"), member("a/2", pull(rollout.Green))}
	bs := append(canaries, has("b/1"), has("b/2"), has("b/3"), has("b/4"), has("b/5"))
	for _, tt := range []struct {
		name    string
		members []rollout.Member
		orders  []rollout.Order
		bypass  string
		gone    bool
		now     time.Time
		want    string
		open    string // repositories that may have it
	}{
		{name: "nothing has begun", want: "pending: a/1, a/2 of wave 1", open: "a/1 a/2"},
		{name: "one canary is green", members: []rollout.Member{member("a/1", pull(rollout.Green))}, want: "wave 1 of 3: it waits for a/2", open: "a/1 a/2"},
		{name: "no checks are not green", members: []rollout.Member{member("a/1", pull(rollout.None)), has("a/2")}, want: "wave 1 of 3: it waits for a/1", open: "a/1 a/2"},
		{name: "soaking", members: canaries, now: day.Add(23 * time.Hour), want: "soaking 1 of 3: the next wave opens at 2026-05-02 00:00 UTC", open: "a/1 a/2"},
		{name: "soaked", members: canaries, now: day.Add(24 * time.Hour), want: "wave 2 of 3: it waits for b/1, b/2, b/3, b/4, b/5 and 1 more", open: "a/1 a/2 b/1 b/2 b/3 b/4 b/5 b/6"},
		{name: "a canary fails", members: []rollout.Member{member("a/1", pull(rollout.Failed)), has("a/2")}, now: day.Add(99 * time.Hour), want: "halted: checks failed in a/1 of the first wave"},
		{name: "a canary that was red before", members: []rollout.Member{member("a/1", pull(rollout.Failed, red)), has("a/2")}, now: day.Add(9 * time.Hour), want: "soaking 1 of 3: the next wave opens at 2026-05-02 00:00 UTC", open: "a/1 a/2"},
		{name: "a person closed a canary's", members: []rollout.Member{member("a/1", pull(rollout.Failed, declined)), has("a/2")}, now: day.Add(9 * time.Hour), want: "soaking 1 of 3: the next wave opens at 2026-05-02 00:00 UTC", open: "a/1 a/2"},
		{name: "conflicts in half of the canaries", members: []rollout.Member{member("a/1", pull(rollout.None, conflict)), has("a/2")}, want: "halted: a person must look at a/1: 50% of the 2 of wave 1"},
		{name: "one of six fails, and few are too many", members: append(bs, member("b/6", pull(rollout.Failed))), now: day.Add(99 * time.Hour), want: "done", open: "a/1 a/2 b/1 b/2 b/3 b/4 b/5 b/6 c/1 c/2"},
		{name: "a fifth of a later wave fails", members: append(canaries, member("b/1", pull(rollout.Failed)), has("b/2"), has("b/3"), has("b/4"), has("b/5")), now: day.Add(99 * time.Hour), want: "halted: checks failed in b/1: 20% of the 5 of wave 2"},
		{name: "errors", members: append(canaries, rollout.Member{Repository: "b/1", Error: "boom"}, has("b/2")), now: day.Add(99 * time.Hour), want: "halted: b/1 cannot be updated: 50% of the 2 of wave 2"},
		{name: "aborted", members: canaries, orders: []rollout.Order{{Action: rollout.Abort, By: "ann", At: day}}, want: "halted: aborted by ann on 2026-05-01"},
		{name: "promoted", orders: []rollout.Order{{Action: rollout.Abort, At: day}, {Action: rollout.Promote, By: "ann", At: day}}, want: "done: promoted by ann on 2026-05-01", open: "a/1 a/2 b/1 b/2 b/3 b/4 b/5 b/6 c/1 c/2"},
		{name: "resumed", members: []rollout.Member{member("a/1", pull(rollout.Failed)), has("a/2")}, orders: []rollout.Order{{Action: rollout.Resume, Forgiven: []string{"a/1"}}}, now: day.Add(9 * time.Hour), want: "soaking 1 of 3: the next wave opens at 2026-05-02 00:00 UTC", open: "a/1 a/2"},
		{name: "resumed, and another fails", members: []rollout.Member{member("a/1", pull(rollout.Failed)), member("a/2", pull(rollout.Failed))}, orders: []rollout.Order{{Action: rollout.Resume, Forgiven: []string{"a/1"}}}, want: "halted: checks failed in a/2 of the first wave"},
		{name: "bypassed", bypass: "v2", want: "done: it goes to everybody at once (bypass)", open: "a/1 a/2 b/1 b/2 b/3 b/4 b/5 b/6 c/1 c/2"},
		{name: "yanked", members: canaries, gone: true, want: "yanked: its tag was deleted"},
		{name: "what failed before comes first", members: []rollout.Member{{Repository: "c/2", Before: pull(rollout.Failed)}, {Repository: "c/1", Before: pull(rollout.Green)}}, want: "pending: a/1, a/2, c/2 of wave 1", open: "a/1 a/2 c/2"},
		{name: "a wave soaks from its last pull request", members: append(canaries, has("b/1"), has("b/2"), has("b/3"), has("b/4"), has("b/5"), member("b/6", pull(rollout.Green, at(day.AddDate(0, 0, 3))))), now: day.AddDate(0, 0, 3), want: "soaking 2 of 3: the next wave opens at 2026-05-05 00:00 UTC", open: "a/1 a/2 b/1 b/2 b/3 b/4 b/5 b/6"},
	} {
		p := policy
		if tt.bypass != "" {
			p.Bypass = []string{tt.bypass}
		}
		if tt.now.IsZero() {
			tt.now = day
		}
		s := rollout.Decide(p, rollout.Release{Template: "t", Version: "v2", Gone: tt.gone}, fleet(tt.members...), tt.orders, tt.now)
		var open []string
		for _, m := range fleet() {
			if s.Open(m.Repository) {
				open = append(open, m.Repository)
			}
		}
		if got := strings.Join(open, " "); s.String() != tt.want || got != tt.open {
			t.Errorf("%s: %q, open to %q\n  want %q, open to %q", tt.name, s, got, tt.want, tt.open)
		}
	}
}

// TestWave: membership is the same in each run, spread evenly, and grows with the percentage.
func TestWave(t *testing.T) {
	p := rollout.Policy{Waves: []rollout.Wave{{Repositories: []string{"acme/canary-*"}}, {Percent: 10}, {Percent: 50}, {Percent: 90}}}
	n := make(map[int]int)
	for i := range 2000 {
		n[p.Wave(fmt.Sprintf("acme/r%d", i), "t")]++
	}
	for wave, want := range map[int]int{2: 200, 3: 800, 4: 800, 0: 200} {
		if n[wave] < want*8/10 || n[wave] > want*12/10 {
			t.Errorf("wave %d has %d of 2000, want about %d", wave, n[wave], want)
		}
	}
	if p.Wave("Acme/Canary-1", "t") != 1 {
		t.Error("a canary is not in wave 1")
	}
	if a, b := p.Wave("acme/r7", "T"), p.Wave("acme/R7", "t"); a != b {
		t.Errorf("waves %d and %d of one repository", a, b)
	}
}

func TestParse(t *testing.T) {
	wave := []any{map[string]any{"percent": float64(100)}}
	for _, tt := range []struct {
		in   any
		want []rollout.Policy
		err  string
	}{
		{nil, nil, ""},
		{[]any{map[string]any{
			"template": "git.example.test/acme/*", "soak": "24h", "bypass": "v3", "halt": map[string]any{"failurePercent": float64(5)},
			"waves": []any{map[string]any{"repos": []any{"a"}}, map[string]any{"percent": float64(10)}, map[string]any{"percent": float64(100)}},
		}}, []rollout.Policy{{
			Template: "git.example.test/acme/*", Soak: 24 * time.Hour, Bypass: []string{"v3"}, Halt: rollout.Limits{First: 1, Failures: 5, Conflicts: 40, Errors: 10},
			Waves: []rollout.Wave{{Repositories: []string{"a"}}, {Percent: 10}, {Percent: 100}},
		}}, ""},
		{[]any{map[string]any{"waves": wave, "soak": "2 days"}}, []rollout.Policy{{Waves: []rollout.Wave{{Percent: 100}}, Soak: 48 * time.Hour, Halt: rollout.Defaults}}, ""},
		{"x", nil, "list of objects"},
		{[]any{map[string]any{}}, nil, "no waves"},
		{[]any{map[string]any{"waves": wave, "soak": "soon"}}, nil, `rollouts[0]: soak: "soon" is no length of time`},
		{[]any{map[string]any{"waves": wave, "sok": "1h"}}, nil, "rollouts[0]: sok: there are template"},
		{[]any{map[string]any{"waves": []any{map[string]any{"percent": float64(50)}, map[string]any{"percent": float64(50)}}}}, nil, "waves: [1].percent counts from the first repository on"},
		{[]any{map[string]any{"waves": []any{map[string]any{"percent": 1.5}}}}, nil, "whole number"},
		{[]any{map[string]any{"waves": wave, "halt": map[string]any{"x": 1.0}}}, nil, "halt: x: there are firstWaveFailures"},
	} {
		got, err := rollout.Parse(tt.in)
		if diff := cmp.Diff(tt.want, got); diff != "" || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%v: error %v, want %q; (-want +got):\n%s", tt.in, err, tt.err, diff)
		}
	}
}
