package github

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// Whom GitHub refuses does not keep the others from being asked
// (docs.github.com/en/rest/pulls/review-requests: one who is no collaborator fails the whole request).
func TestPeople(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	r := newReader(t, s, githubtest.Grant{})
	s.CreateUser("ada")
	s.CreateUser("grace")
	s.Stranger("mallory")
	s.CreateTeam("acme", "web")
	milestone, err := s.CreateMilestone(shop, "1.0")
	must(t, err)
	number, _ := opened(t, s, r, "renovate/x")
	title := "Update renovate/x"
	edit := platform.Edit{Number: number, Was: title, Comment: "please", People: platform.People{
		Assignees: []string{"ada", "mallory"}, Reviewers: []string{"grace", "mallory"}, Teams: []string{"web", "none"}, Milestone: milestone,
	}}
	for range 2 { // twice is once
		err = r.Writer().Edit(t.Context(), shop, edit)
		for _, who := range []string{"mallory cannot be assigned", "mallory cannot be asked", "none cannot be asked"} {
			if err == nil || !strings.Contains(err.Error(), who) {
				t.Errorf("%s: %v", who, err)
			}
		}
	}
	pulls, err := s.Pulls(shop)
	must(t, err)
	got := []any{pulls[0].Assignees, pulls[0].Reviewers, pulls[0].Milestone, pulls[0].Comments}
	if diff := cmp.Diff([]any{[]string{"ada"}, []string{"grace", "team:web"}, "1.0", []string{"please"}}, got); diff != "" {
		t.Error(diff)
	}
	seen, err := r.Pulls(t.Context(), shop, "renovate/")
	must(t, err)
	want := platform.People{Assignees: []string{"ada"}, Reviewers: []string{"grace"}, Teams: []string{"web"}, Milestone: milestone}
	if diff := cmp.Diff(want, seen[0].People); diff != "" {
		t.Error(diff)
	}
	err = r.Writer().Edit(t.Context(), shop, platform.Edit{Number: number, Was: title, People: platform.People{Milestone: 99}})
	if err == nil || !strings.Contains(err.Error(), "no open milestone with the number 99") {
		t.Error(err)
	}
}
