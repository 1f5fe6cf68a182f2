package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
)

// ours is who the bot is in these tests.
const ours = "currant[bot]"

// A wagon is one pull request of a train.
type wagon struct {
	file     string // that it changes; "" for one of its own
	state    platform.CheckState
	behind   bool
	overlap  bool
	armed    bool
	security bool
	old      bool // made long ago
}

// train returns a scene with a pull request #1, #2, ... for each of wagons, in the order of their age.
func train(t *testing.T, text string, rules platform.Rules, wagons ...wagon) *scene {
	t.Helper()
	s := scened(t, text)
	s.state.Account = platform.Account{Login: ours}
	s.state.Repository.AutoMerge = true
	first, pull := s.want[0], s.state.Pulls[0]
	s.want, s.state.Pulls = nil, nil
	s.state.Branches, s.state.Checks = map[string]BranchState{}, map[string]platform.Checks{}
	for i, w := range wagons {
		b, p, head := first, pull, fmt.Sprintf("%040d", i+1)
		b.Name, b.Security = fmt.Sprintf("renovate/%c", 'z'-i), w.security // names are no order
		path := w.file
		if path == "" {
			path = b.Name
		}
		b.Blobs = map[string]string{path: "new"}
		p.Number, p.Branch, p.Head, p.Created = i+1, b.Name, head, p.Created.Add(time.Duration(i)*time.Minute)
		p.Body = Sign(b.Branch, b.Title, b.Text())
		state := w.state
		if state == "" {
			state = platform.Passed
		}
		if state != platform.Passed && len(rules.Checks) > 0 {
			p.Mergeable = platform.Blocked
		}
		if w.armed {
			p.Auto = platform.AutoMerge{By: ours, Method: platform.Squash}
		}
		committed := now.Add(-time.Hour)
		if w.old {
			committed = now.AddDate(0, 0, -3)
		}
		s.want, s.state.Pulls = append(s.want, b), append(s.state.Pulls, p)
		s.state.Branches[b.Name] = BranchState{Head: head, Base: baseHead, Behind: w.behind || w.overlap, Overlap: w.overlap, Changed: b.Blobs, Committed: committed}
		s.state.Checks[head] = platform.Checks{Head: head, Rules: rules, Results: []platform.Check{{Name: "build", State: state}}}
	}
	return s
}

// did tells what becomes of #1, #2, ..., those that wait with whom they wait for.
func (s *scene) did() string {
	byNumber := make(map[int]string)
	for _, o := range s.reconcile() {
		text := kinds(o)
		for _, b := range o.Blocks {
			if b.Code == "line" {
				text = strings.TrimSpace(text + " after " + strings.Fields(b.Text[strings.Index(b.Text, "#"):])[0])
			}
		}
		byNumber[o.Number] = strings.TrimRight(text, ",")
	}
	var out []string
	for n := range len(s.state.Pulls) {
		out = append(out, byNumber[n+1])
	}
	return strings.Join(out, "; ")
}

func TestTrain(t *testing.T) {
	required := []platform.Requirement{{Name: "build"}}
	free, strict, queue := platform.Rules{Checks: required}, platform.Rules{Checks: required, Strict: true}, platform.Rules{Checks: required, Strict: true, Queue: true}
	green, pending, failed := wagon{}, wagon{state: platform.Pending}, wagon{state: platform.Failed}
	behind := wagon{behind: true}
	file := func(w wagon) wagon { w.file = "package-lock.json"; return w }
	with := func(w wagon, f func(*wagon)) wagon { f(&w); return w }
	overlap := file(wagon{overlap: true})
	const host = `{"automerge": true}`
	const plain = `{"automerge": true, "platformAutomerge": false}`
	for _, tc := range []struct {
		name, config string
		rules        platform.Rules
		wagons       []wagon
		want         string
	}{
		{"different files merge in one pass", plain, free, []wagon{green, green, green}, "merge; merge; merge"},
		{"also behind", plain, free, []wagon{behind, green, behind}, "merge; merge; merge"},
		{"one file, one merge", plain, free, []wagon{file(green), file(green), green}, "merge; after #1; merge"},
		{"only the next is made anew", plain, free, []wagon{overlap, overlap, green}, "push; after #1; merge"},
		{"not while one that is done merges", plain, free, []wagon{overlap, file(green), overlap}, "after #2; merge; after #1"},
		{"nor while checks of one run", plain, free, []wagon{file(pending), overlap, overlap}, "; after #1; after #1"},
		{"unless they run for days", plain, free, []wagon{with(file(pending), func(w *wagon) { w.old = true }), overlap, overlap}, "; push; after #2"},
		{"what failed holds up nobody", plain, free, []wagon{file(failed), overlap, overlap}, "; push; after #2"},
		{"running checks do not hold up what is done", plain, free, []wagon{file(pending), file(green)}, "after #2; merge"},

		{"strict: one merges", plain, strict, []wagon{green, green, green}, "merge; after #1; after #1"},
		{"strict: one is made anew", plain, strict, []wagon{behind, behind, behind}, "push; after #1; after #1"},
		{"strict: none while checks run", plain, strict, []wagon{behind, pending, behind}, "after #2; ; after #1"},
		{"strict: what failed is made anew in the hope that the base mended it", plain, strict, []wagon{with(failed, func(w *wagon) { w.behind = true }), green}, "push; merge"},
		{"strict: security goes first", plain, strict, []wagon{green, with(green, func(w *wagon) { w.security = true })}, "after #2; merge"},
		{"strict: security does not wait", plain, strict, []wagon{pending, with(behind, func(w *wagon) { w.security = true })}, "; push"},

		{"the host merges what is nearly done", host, free, []wagon{pending, pending, green}, "merge-when; merge-when; merge"},
		{"of one file the first", host, free, []wagon{file(pending), file(pending)}, "merge-when; after #1"},
		{"it was told already", host, free, []wagon{with(pending, func(w *wagon) { w.armed = true }), green}, "; merge"},
		{"done, and of the same file as one that the host may merge", host, free, []wagon{with(file(pending), func(w *wagon) { w.armed = true }), file(green)}, "; after #1"},
		{"an older one is done", host, free, []wagon{file(green), with(file(pending), func(w *wagon) { w.armed = true })}, "merge; merge-not after #1"},
		{"its checks failed", host, free, []wagon{with(failed, func(w *wagon) { w.armed = true })}, "merge-not"},
		{"strict: the host merges the first", host, strict, []wagon{pending, pending, behind}, "merge-when; after #1; after #1"},
		{"made anew: the host is told again once that is judged", host, strict, []wagon{with(behind, func(w *wagon) { w.armed = true })}, "merge-not push"},
		{"a schedule, of which the host knows nothing", `{"automerge": true, "automergeSchedule": ["* * * * 1-6"]}`, free, []wagon{pending}, ""},
		{"nothing is required", host, platform.Rules{Checks: []platform.Requirement{}}, []wagon{pending}, ""},

		{"a queue takes all that are done", host, queue, []wagon{green, behind, pending, failed}, "queue; queue; ; "},
		{"but of one file the first", host, queue, []wagon{file(green), file(green)}, "queue; after #1"},
	} {
		s := train(t, tc.config, tc.rules, tc.wagons...)
		if diff := cmp.Diff(tc.want, s.did()); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

// Merges come in the order of the line: what mends a weakness, then priority, then age.
func TestTrainOrder(t *testing.T) {
	s := train(t, `{"automerge": true}`, platform.Rules{}, wagon{}, wagon{}, wagon{security: true}, wagon{})
	s.want[0], s.want[3] = s.want[3], s.want[0]
	var got []int
	for _, o := range s.reconcile() {
		got = append(got, o.Number)
	}
	if diff := cmp.Diff([]int{3, 1, 2, 4}, got); diff != "" {
		t.Error(diff)
	}
}

// Whoever waits says for whom, and what for, and until when at most.
func TestTrainReasons(t *testing.T) {
	s := train(t, `{"automerge": true}`, platform.Rules{Strict: true}, wagon{state: platform.Pending}, wagon{behind: true})
	o := s.reconcile()[1]
	last := o.Reasons[len(o.Reasons)-1].Text
	if last != "second in line; it waits for #1, since each must be up to date with main to be merged" || !o.Until.Equal(now.Add(24*time.Hour)) {
		t.Errorf("%q until %s", last, o.Until)
	}
	if _, _, why := (Dashboard{Settings: s.w.Config.Top()}).place(o, true); why != last {
		t.Errorf("the dashboard says %q", why)
	}
}

// What the host was told is taken back when it no longer holds.
func TestRecall(t *testing.T) {
	rules := platform.Rules{Checks: []platform.Requirement{{Name: "build"}}}
	for _, tc := range []struct {
		name, config string
		change       func(*testing.T, *scene)
		want         string
	}{
		{"all is well", auto, func(*testing.T, *scene) {}, ""},
		{"a person told it", auto, func(_ *testing.T, s *scene) {
			s.state.Pulls[0].Auto.By = "ada"
			s.state.Checks[ourHead].Results[0].State = platform.Failed
		}, ""},
		{"another method", `{"automerge": true, "automergeStrategy": "rebase"}`, func(_ *testing.T, s *scene) {
			s.state.Repository.MergeMethods = []platform.Method{platform.Squash, platform.Rebase}
		}, "merge-when"},
		{"automerge is off", ``, func(*testing.T, *scene) {}, "merge-not"},
		{"platformAutomerge is off", `{"automerge": true, "platformAutomerge": false}`, func(*testing.T, *scene) {}, "merge-not"},
		{"a person committed", auto, func(_ *testing.T, s *scene) { s.change(func(b *BranchState) { b.Foreign = "Ada" }) }, "merge-not"},
		{"stop-updating", auto, func(_ *testing.T, s *scene) { s.state.Pulls[0].Labels = []string{"stop-updating"} }, "merge-not"},
		{"an outage", auto, func(t *testing.T, s *scene) { s.look(t, Listing{Err: errOutage}) }, "merge-not"},
		{"policy is stale", auto, func(_ *testing.T, s *scene) { s.state.Stale = "the preset is old" }, "merge-not"},
		{"the tool warns", auto, func(_ *testing.T, s *scene) { s.want[0].Warnings = []string{"conflict markers"} }, "merge-not report"},
		{"a check failed that is not required", auto, func(_ *testing.T, s *scene) {
			c := s.state.Checks[ourHead]
			c.Results = append(c.Results, platform.Check{Name: "lint", State: platform.Failed})
			s.state.Checks[ourHead] = c
		}, "merge-not"},
		{"a check runs that is not required", auto, func(_ *testing.T, s *scene) {
			c := s.state.Checks[ourHead]
			c.Results = append(c.Results, platform.Check{Name: "lint", State: platform.Pending})
			s.state.Checks[ourHead] = c
		}, "merge-not"},
		{"a newer version", auto, func(t *testing.T, s *scene) {
			s.look(t, answer(releases("1.0.0", "1.2.0")...))
			s.want[0].Blobs["package.json"] = "other 0"
		}, "merge-not push edit"},
		{"nobody wants it", auto, func(t *testing.T, s *scene) { s.look(t, answer(releases("1.0.0")...)) }, "merge-not edit close"},
	} {
		s := scened(t, tc.config)
		s.state.Account, s.state.Repository.AutoMerge = platform.Account{Login: ours}, true
		s.rules(rules)
		s.state.Checks[ourHead].Results[0].State = platform.Pending
		p := &s.state.Pulls[0]
		p.Mergeable, p.Auto = platform.Blocked, platform.AutoMerge{By: ours, Method: platform.Squash}
		tc.change(t, s)
		if diff := cmp.Diff(tc.want, kinds(s.only(t))); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

// A branch in the queue is left alone, unless it is to leave it.
func TestQueued(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*testing.T, *scene)
		want   string
	}{
		{"it waits", func(*testing.T, *scene) {}, ""},
		{"the host is not sure", func(_ *testing.T, s *scene) { s.state.Pulls[0].Mergeable = platform.Blocked }, ""},
		{"a newer version", func(t *testing.T, s *scene) {
			s.look(t, answer(releases("1.0.0", "1.2.0")...))
			s.want[0].Blobs["package.json"] = "other 0"
		}, ""},
		{"stop-updating", func(_ *testing.T, s *scene) { s.state.Pulls[0].Labels = []string{"stop-updating"} }, "unqueue"},
		{"a check failed", func(_ *testing.T, s *scene) { s.state.Checks[ourHead].Results[0].State = platform.Failed }, "unqueue"},
		{"an outage", func(t *testing.T, s *scene) { s.look(t, Listing{Err: errOutage}) }, "unqueue"},
		{"put out", func(_ *testing.T, s *scene) {
			c := s.state.Checks[ourHead]
			c.Queued, c.Ousted = false, "FAILED_CHECKS"
			s.state.Checks[ourHead] = c
		}, ""},
		{"not there yet", func(_ *testing.T, s *scene) {
			c := s.state.Checks[ourHead]
			c.Queued = false
			s.state.Checks[ourHead] = c
		}, "queue"},
	} {
		s := scened(t, auto)
		s.rules(platform.Rules{Queue: true})
		c := s.state.Checks[ourHead]
		c.Queued = true
		s.state.Checks[ourHead] = c
		tc.change(t, s)
		if diff := cmp.Diff(tc.want, kinds(s.only(t))); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

// The method is one that the repository and the rules of the branch allow.
func TestMethod(t *testing.T) {
	squash, merge, rebase := platform.Squash, platform.MergeCommit, platform.Rebase
	for _, tc := range []struct {
		strategy   string
		repo, rule []platform.Method
		want       platform.Method
	}{
		{"auto", nil, nil, ""},
		{"auto", []platform.Method{merge, squash}, nil, merge},
		{"squash", []platform.Method{merge, squash}, nil, squash},
		{"rebase", []platform.Method{merge, squash}, nil, merge},
		{"merge-commit", []platform.Method{squash, merge, rebase}, []platform.Method{squash, rebase}, squash},
		{"auto", nil, []platform.Method{rebase}, rebase},
		{"auto", []platform.Method{squash}, []platform.Method{rebase}, none},
	} {
		s := train(t, `{"automergeStrategy": "`+tc.strategy+`"}`, platform.Rules{}, wagon{})
		if got := method(s.want[0].Settings, platform.Repository{MergeMethods: tc.repo}, platform.Rules{Methods: tc.rule}); got != tc.want {
			t.Errorf("%s of %v and %v: %s, want %s", tc.strategy, tc.repo, tc.rule, got, tc.want)
		}
	}
}
