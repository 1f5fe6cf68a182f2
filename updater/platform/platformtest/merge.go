package platformtest

import (
	"errors"
	"testing"

	"github.com/currant-bot/currant/updater/platform"
)

// merge merges, and says whether that changed main.
func (w World) merge(t *testing.T, m platform.Merging) (changed bool, err error) {
	t.Helper()
	before := w.head(t, "main")
	err = w.Writer.Merge(t.Context(), w.Repo, m)
	return w.head(t, "main") != before, err
}

// A merge is refused if the base changed what it changes.
func testMergeOnto(t *testing.T, w World) {
	if w.NoPulls != nil {
		return
	}
	onto := w.head(t, "main")
	number, head := w.opened(t, "renovate/x")
	other := w.push(t, w.branch(t, "renovate/other", "", "other\n"))
	now := w.personPushes(t, "main") // by-hand.txt
	m := platform.Merging{Number: number, Head: head, Method: platform.Squash, Base: "main", Onto: onto, Paths: []string{"README.md", "by-hand.txt"}}
	if changed, err := w.merge(t, m); changed || !errors.Is(err, platform.ErrMoved) {
		t.Errorf("into a base that changed the same file: %t, %v", changed, err)
	}
	m.Onto = other
	if changed, err := w.merge(t, m); changed || !errors.Is(err, platform.ErrMoved) {
		t.Errorf("into a base that has another history: %t, %v", changed, err)
	}
	m.Onto, m.Paths = onto, []string{"README.md"}
	if changed, err := w.merge(t, m); !changed || err != nil {
		t.Errorf("into a base that changed another file: %t, %v", changed, err)
	}
	if got := git(t, w.Git, "", "log", "-1", "--format=%P", "main"); got != now {
		t.Errorf("main is on %s, not on %s", got, now)
	}
	if changed, err := w.merge(t, m); changed || err != nil {
		t.Errorf("twice: %t, %v", changed, err)
	}
}

// twice does the same twice, which must be as good as once.
func (w World) twice(t *testing.T, m platform.Merging) {
	t.Helper()
	for range 2 {
		if changed, err := w.merge(t, m); changed || err != nil {
			t.Fatalf("%s: merged %t, %v", m.How, changed, err)
		}
	}
}

func testMergeWhenMet(t *testing.T, w World) {
	if w.Rule == nil {
		return
	}
	number, head := w.opened(t, "renovate/x")
	w.Rule(t, false)
	me, err := w.Reader.Whoami(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m := platform.Merging{Number: number, Head: w.head(t, "main"), Method: platform.Squash, How: platform.WhenMet}
	if _, err := w.merge(t, m); !errors.Is(err, platform.ErrMoved) || w.pull(t, number).Auto != (platform.AutoMerge{}) {
		t.Errorf("of another head: %v", err)
	}
	m.Head = head
	w.twice(t, m)
	if got, want := w.pull(t, number).Auto, (platform.AutoMerge{By: me.Login, Method: platform.Squash}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	m.Method = platform.MergeCommit
	w.twice(t, m)
	if got := w.pull(t, number).Auto.Method; got != platform.MergeCommit {
		t.Errorf("by %s", got)
	}
	m.How = platform.Unarm
	w.twice(t, m)
	if got := w.pull(t, number).Auto; got != (platform.AutoMerge{}) {
		t.Errorf("taken back: %+v", got)
	}
	m.How = platform.WhenMet
	w.twice(t, m)
	w.personPushes(t, "renovate/x")
	m.How = platform.Unarm
	w.twice(t, m) // whatever the head is now
	if got := w.pull(t, number).Auto; got != (platform.AutoMerge{}) {
		t.Errorf("taken back from a person's commit: %+v", got)
	}
}

func testMergeQueue(t *testing.T, w World) {
	if w.Rule == nil {
		return
	}
	number, head := w.opened(t, "renovate/x")
	w.Rule(t, true)
	standing := func() platform.Checks {
		t.Helper()
		got, err := w.Reader.Checks(t.Context(), w.Repo, "main", []platform.Candidate{{Number: number, Head: head}})
		if err != nil {
			t.Fatal(err)
		}
		return got[0]
	}
	if got := standing(); !got.Rules.Queue || got.Queued {
		t.Errorf("before: %+v", got)
	}
	m := platform.Merging{Number: number, Head: head, Method: platform.Squash}
	if changed, err := w.merge(t, m); changed || !errors.Is(err, platform.ErrBlocked) {
		t.Errorf("past the queue: %t, %v", changed, err)
	}
	m.How, m.Head = platform.Queue, w.head(t, "main")
	if _, err := w.merge(t, m); !errors.Is(err, platform.ErrMoved) || standing().Queued {
		t.Errorf("of another head: %v", err)
	}
	m.Head = head
	w.twice(t, m)
	if got := standing(); !got.Queued || got.Ousted != "" {
		t.Errorf("in the queue: %+v", got)
	}
	m.How = platform.Unqueue
	w.twice(t, m)
	if got := standing(); got.Queued || got.Ousted == "" {
		t.Errorf("taken out: %+v", got)
	}
}

func testStatus(t *testing.T, w World) {
	if w.NoPulls != nil {
		return
	}
	_, head := w.opened(t, "renovate/x")
	for _, state := range []platform.CheckState{platform.Pending, platform.Passed, platform.Failed} {
		s := platform.Status{Head: head, Name: "renovate/stability-days", State: state, Text: "It is " + string(state)}
		for range 2 {
			if err := w.Writer.Report(t.Context(), w.Repo, s); err != nil {
				t.Fatal(err)
			}
		}
		got, err := w.Reader.Checks(t.Context(), w.Repo, "main", []platform.Candidate{{Head: head}})
		if err != nil || len(got[0].Results) != 1 || !s.Said(got[0].Results[0]) {
			t.Errorf("%s: %+v, %v", state, got, err)
		}
	}
	if err := w.Writer.Report(t.Context(), w.Repo, platform.Status{Head: "4711", Name: "x", State: platform.Passed}); err == nil {
		t.Error("of no commit")
	}
}

// A branch without a pull request is merged by moving the base forward, and not otherwise.
func testMergeBranch(t *testing.T, w World) {
	if w.NoPulls != nil {
		return
	}
	head := w.push(t, w.branch(t, "renovate/x", "", "x\n"))
	other := w.push(t, w.branch(t, "renovate/y", "", "y\n"))
	m := platform.Merging{Head: head, Base: "main", Onto: w.head(t, "main"), Branch: "renovate/x"}
	for i := range 2 {
		if changed, err := w.merge(t, m); changed != (i == 0) || err != nil || w.head(t, "main") != head || w.head(t, "renovate/x") != "" {
			t.Errorf("%d: %t, %v", i, changed, err)
		}
	}
	m.Head, m.Branch = other, "renovate/y"
	if changed, err := w.merge(t, m); changed || !errors.Is(err, platform.ErrMoved) || w.head(t, "renovate/y") != other {
		t.Errorf("what is not built on the base: %t, %v", changed, err)
	}
	if w.Rule == nil {
		return
	}
	m.Head = w.push(t, w.branch(t, "renovate/z", "", "z\n"))
	w.Rule(t, false)
	if changed, err := w.merge(t, m); changed || !errors.Is(err, platform.ErrBlocked) {
		t.Errorf("past a rule: %t, %v", changed, err)
	}
}
