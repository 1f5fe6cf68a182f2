package platformtest

import (
	"errors"
	"slices"
	"testing"

	"github.com/currant-bot/currant/updater/platform"
)

func testIssues(t *testing.T, w World) {
	if w.NoPulls != nil {
		return
	}
	title, body := "Dependency Dashboard", "first\n"
	find := func(number int) platform.Issue {
		t.Helper()
		all, err := w.Reader.Issues(t.Context(), w.Repo, []string{title})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all, func(x platform.Issue) bool { return x.Number == number })
		if i < 0 {
			t.Fatalf("#%d is not in %+v", number, all)
		}
		return all[i]
	}
	number, err := w.Writer.Note(t.Context(), w.Repo, platform.Notice{Title: &title, Body: &body, AddLabels: []string{"dependencies"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := find(number); got.Title != title || got.Body != body || !got.Open || !got.Ours || !slices.Equal(got.Labels, []string{"dependencies"}) {
		t.Errorf("%+v", got)
	}
	again, err := w.Writer.Note(t.Context(), w.Repo, platform.Notice{Title: &title, Body: &body})
	if !errors.Is(err, platform.ErrExists) || again != number {
		t.Errorf("making it twice: %d, %v", again, err)
	}
	next, other := "second\n", "Other"
	edit := platform.Notice{Number: number, Was: &body, Title: &other, Body: &next, AddLabels: []string{"more"}}
	for range 2 { // twice is once
		if _, err := w.Writer.Note(t.Context(), w.Repo, edit); err != nil {
			t.Fatal(err)
		}
	}
	if got := find(number); got.Title != other || got.Body != next || len(got.Labels) != 2 {
		t.Errorf("%+v", got)
	}
	third := "third\n"
	if _, err := w.Writer.Note(t.Context(), w.Repo, platform.Notice{Number: number, Was: &body, Body: &third}); !errors.Is(err, platform.ErrMoved) {
		t.Errorf("over a text that was not seen: %v", err)
	}
	for _, open := range []bool{false, true} {
		if _, err := w.Writer.Note(t.Context(), w.Repo, platform.Notice{Number: number, Was: &next, Open: &open}); err != nil {
			t.Fatal(err)
		}
		if got := find(number); got.Open != open || got.Body != next {
			t.Errorf("%+v", got)
		}
	}
}
