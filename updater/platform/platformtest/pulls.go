package platformtest

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
)

func testNoPulls(t *testing.T, w World) {
	if w.NoPulls == nil {
		return
	}
	_, e1 := w.Writer.Open(t.Context(), w.Repo, platform.Proposal{Branch: "renovate/x", Base: "main"})
	e2 := w.Writer.Edit(t.Context(), w.Repo, platform.Edit{Number: 1})
	e3 := w.Writer.Close(t.Context(), w.Repo, platform.Closing{Number: 1})
	all := []error{e1, e2, e3, w.Writer.Report(t.Context(), w.Repo, platform.Status{Head: w.head(t, "main"), Name: "x", State: platform.Passed})}
	for _, how := range []platform.How{platform.Now, platform.WhenMet, platform.Unarm, platform.Queue, platform.Unqueue} {
		all = append(all, w.Writer.Merge(t.Context(), w.Repo, platform.Merging{Number: 1, How: how}))
	}
	for i, err := range all {
		if !errors.Is(err, w.NoPulls) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// opened pushes a branch and opens a pull request for it.
func (w World) opened(t *testing.T, branch string) (number int, head string) {
	t.Helper()
	head = w.push(t, w.branch(t, branch, "", "for "+branch+"\n"))
	number, err := w.Writer.Open(t.Context(), w.Repo, platform.Proposal{
		Branch: branch, Base: "main", Head: head, Title: "Update " + branch, Body: "Body of " + branch, Labels: []string{"dependencies"},
	})
	if err != nil {
		t.Fatalf("opening for %s: %v", branch, err)
	}
	return number, head
}

// pull returns a pull request as the host tells it.
func (w World) pull(t *testing.T, number int) platform.Pull {
	t.Helper()
	pulls, err := w.Reader.Pulls(t.Context(), w.Repo, "renovate/")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(pulls, func(p platform.Pull) bool { return p.Number == number })
	if i < 0 {
		t.Fatalf("#%d is not in %+v", number, pulls)
	}
	return pulls[i]
}

func testOpen(t *testing.T, w World) {
	if w.NoPulls != nil {
		return
	}
	number, head := w.opened(t, "renovate/x")
	other, _ := w.opened(t, "feature/y")
	got := w.pull(t, number)
	if got.Created.IsZero() || got.URL == "" || got.Author == "" {
		t.Errorf("%+v", got)
	}
	want := platform.Pull{Number: number, Branch: "renovate/x", Base: "main", Head: head, Title: "Update renovate/x", Body: "Body of renovate/x",
		State: platform.Open, Labels: []string{"dependencies"}, Author: got.Author, Created: got.Created, URL: got.URL, Mergeable: platform.Clean}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	pulls, err := w.Reader.Pulls(t.Context(), w.Repo, "renovate/")
	if len(pulls) != 1 || err != nil {
		t.Errorf("%v, %v", pulls, err)
	}
	if pulls, err = w.Reader.Pulls(t.Context(), w.Repo, ""); len(pulls) != 2 || err != nil {
		t.Errorf("%v, %v", pulls, err)
	}
	if pulls, err = w.Reader.PullsFrom(t.Context(), w.Repo, "renovate/x"); err != nil || len(pulls) != 1 || pulls[0].Number != number || pulls[0].Mergeable != platform.Clean {
		t.Errorf("%v, %v", pulls, err)
	}
	if pulls, err = w.Reader.PullsFrom(t.Context(), w.Repo, "renovate/"); len(pulls) != 0 || err != nil {
		t.Errorf("%v, %v", pulls, err)
	}
	again, err := w.Writer.Open(t.Context(), w.Repo, platform.Proposal{Branch: "feature/y", Base: "main", Title: "Another"})
	if !errors.Is(err, platform.ErrExists) || again != other {
		t.Errorf("opening twice: %d (want %d), %v", again, other, err)
	}
	w.push(t, w.branch(t, "renovate/z", "", "z\n"))
	w.personPushes(t, "renovate/z")
	if _, err := w.Writer.Open(t.Context(), w.Repo, platform.Proposal{Branch: "renovate/z", Base: "main", Head: head, Title: "Z"}); !errors.Is(err, platform.ErrMoved) {
		t.Errorf("opening for another head: %v", err)
	}
	if _, err := w.Writer.Open(t.Context(), w.Repo, platform.Proposal{Branch: "renovate/none", Base: "main", Head: head, Title: "Z"}); !errors.Is(err, platform.ErrMoved) {
		t.Errorf("opening for no branch: %v", err)
	}
}

func testEdit(t *testing.T, w World) {
	if w.NoPulls != nil {
		return
	}
	number, _ := w.opened(t, "renovate/x")
	title, body := "New title", "New body"
	edit := platform.Edit{Number: number, Was: "Update renovate/x", Title: &title, Body: &body, AddLabels: []string{"more", "dependencies"}}
	for range 2 { // twice is once
		if err := w.Writer.Edit(t.Context(), w.Repo, edit); err != nil {
			t.Fatal(err)
		}
	}
	got := w.pull(t, number)
	slices.Sort(got.Labels)
	if got.Title != title || got.Body != body || !slices.Equal(got.Labels, []string{"dependencies", "more"}) {
		t.Errorf("%+v", got)
	}
	for _, draft := range []bool{true, true, false} {
		if err := w.Writer.Edit(t.Context(), w.Repo, platform.Edit{Number: number, Was: title, Draft: &draft}); err != nil || w.pull(t, number).Draft != draft {
			t.Errorf("draft %v: %v, %+v", draft, err, w.pull(t, number))
		}
	}
	other := "Other"
	if err := w.Writer.Edit(t.Context(), w.Repo, platform.Edit{Number: number, Was: "Update renovate/x", Title: &other, Body: &other}); !errors.Is(err, platform.ErrMoved) {
		t.Errorf("editing what somebody renamed: %v", err)
	}
	if got := w.pull(t, number); got.Title != title || got.Body != body {
		t.Errorf("it was changed: %+v", got)
	}
	if err := w.Writer.Edit(t.Context(), w.Repo, platform.Edit{Number: 4711, Body: &other}); !errors.Is(err, platform.ErrNotFound) {
		t.Errorf("editing nothing: %v", err)
	}
}

func testClose(t *testing.T, w World) {
	if w.NoPulls != nil {
		return
	}
	number, head := w.opened(t, "renovate/x")
	closing := platform.Closing{Number: number, Branch: "renovate/x", Head: head, Comment: "It is no longer needed."}
	for range 2 {
		if err := w.Writer.Close(t.Context(), w.Repo, closing); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.pull(t, number); got.State != platform.Closed || got.Ended.IsZero() || w.head(t, "renovate/x") != "" {
		t.Errorf("%+v, branch at %q", got, w.head(t, "renovate/x"))
	}

	again := platform.Edit{Number: number, Was: "Update renovate/x", Reopen: head}
	for range 2 {
		if err := w.Writer.Edit(t.Context(), w.Repo, again); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.pull(t, number); got.State != platform.Open || !got.Ended.IsZero() || w.head(t, "renovate/x") != head {
		t.Errorf("opened again: %+v, branch at %q", got, w.head(t, "renovate/x"))
	}
	if err := w.Writer.Close(t.Context(), w.Repo, closing); err != nil {
		t.Fatal(err)
	}
	theirs := w.push(t, w.branch(t, "renovate/x", "", "another\n"))
	if err := w.Writer.Edit(t.Context(), w.Repo, again); !errors.Is(err, platform.ErrMoved) || w.head(t, "renovate/x") != theirs {
		t.Errorf("opening again over another branch: %v", err)
	}

	number, head = w.opened(t, "renovate/edited")
	theirs = w.personPushes(t, "renovate/edited")
	if err := w.Writer.Close(t.Context(), w.Repo, platform.Closing{Number: number, Branch: "renovate/edited", Head: head}); !errors.Is(err, platform.ErrMoved) {
		t.Errorf("closing with a person's commit: %v", err)
	}
	if err := w.Writer.Close(t.Context(), w.Repo, platform.Closing{Branch: "renovate/edited", Head: head}); !errors.Is(err, platform.ErrMoved) {
		t.Errorf("deleting a person's commit: %v", err)
	}
	if err := w.Writer.Close(t.Context(), w.Repo, platform.Closing{Branch: "renovate/edited"}); err == nil {
		t.Error("deleting without a condition")
	}
	if w.pull(t, number).State != platform.Open || w.head(t, "renovate/edited") != theirs {
		t.Error("it was closed or deleted")
	}
	if err := w.Writer.Close(t.Context(), w.Repo, platform.Closing{Number: number}); err != nil || w.head(t, "renovate/edited") != theirs {
		t.Errorf("closing only: %v", err)
	}
}

func testMerge(t *testing.T, w World) {
	if w.NoPulls != nil {
		return
	}
	number, head := w.opened(t, "renovate/x")
	theirs := w.personPushes(t, "renovate/x")
	merging := platform.Merging{Number: number, Head: head, Method: platform.Squash, Subject: "Squashed", Branch: "renovate/x"}
	main := w.head(t, "main")
	if err := w.Writer.Merge(t.Context(), w.Repo, merging); !errors.Is(err, platform.ErrMoved) || w.head(t, "main") != main {
		t.Errorf("merging another head: %v", err)
	}
	merging.Head = theirs
	for range 2 {
		if err := w.Writer.Merge(t.Context(), w.Repo, merging); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.pull(t, number); got.State != platform.Merged || w.head(t, "renovate/x") != "" {
		t.Errorf("%+v, branch at %q", got, w.head(t, "renovate/x"))
	}
	now := w.head(t, "main")
	if got := git(t, w.Git, "", "log", "-1", "--format=%P %s", now); got != main+" Squashed" {
		t.Errorf("main is at %q", got)
	}
	if got := git(t, w.Git, "", "show", now+":README.md"); got != "for renovate/x" {
		t.Errorf("README.md is %q", got)
	}
	if err := w.Writer.Merge(t.Context(), w.Repo, platform.Merging{Number: number}); err == nil {
		t.Error("merging without a condition")
	}
}
