package plan

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
)

// docs.renovatebot.com/configuration-options: assignees, reviewers and their like.
func TestPeople(t *testing.T) {
	owners := func(path string) []string {
		return map[string][]string{"package.json": {"ada", "team:acme/web"}}[path]
	}
	for text, want := range map[string]platform.People{
		`{}`:                                     {},
		`{"assignees": ["@ada", "bob", "@Bob"]}`: {Assignees: []string{"ada", "bob"}},
		`{"reviewers": ["ada", "team:web", "team:acme/ops", "@acme/db"]}`: {Reviewers: []string{"ada"}, Teams: []string{"web", "ops", "db"}},
		`{"reviewers": ["ada"], "additionalReviewers": ["bob", "ada"]}`:   {Reviewers: []string{"ada", "bob"}},
		`{"assigneesFromCodeOwners": true, "assignees": ["bob"]}`:         {Assignees: []string{"bob", "ada"}},
		`{"reviewersFromCodeOwners": true}`:                               {Reviewers: []string{"ada"}, Teams: []string{"web"}},
		`{"reviewers": ["a", "b", "c", "d"], "reviewersSampleSize": 9}`:   {Reviewers: []string{"a", "b", "c", "d"}},
		`{"milestone": 3}`: {Milestone: 3},
		`{"packageRules": [{"matchPackageNames": ["x"], "assignees": ["cy"]}], "assignees": ["bob"]}`: {Assignees: []string{"cy"}},
	} {
		w := world(t, text)
		w.Owners = owners
		b := grouped(t, w, map[string]Listing{"x": answer(releases("1.0.0", "1.1.0")...)}, npm("x", "1.0.0"))[0]
		if diff := cmp.Diff(want, people(w, b, []string{"other", "package.json"})); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

// A sample is the same each time, and not the same for all branches.
func TestSample(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e", "f"}
	seen := make(map[string]bool)
	for _, branch := range []string{"renovate/x", "renovate/y", "renovate/z", "renovate/1", "renovate/2", "renovate/3"} {
		got := sample(names, 2, branch)
		if len(got) != 2 || !slices.Equal(got, sample(names, 2, branch)) || !slices.IsSorted(got) {
			t.Errorf("%s: %v", branch, got)
		}
		seen[got[0]+got[1]] = true
	}
	if len(seen) < 2 {
		t.Error("always the same ones")
	}
}

// docs.renovatebot.com/configuration-options: gitAuthor and gitIgnoredAuthors.
func TestAuthors(t *testing.T) {
	for text, want := range map[string]platform.Account{
		`Bot <bot@example.test>`:                                     {Name: "Bot", Email: "bot@example.test"},
		`renovate[bot] <1+renovate[bot]@users.noreply.example.test>`: {},
		`our bot[bot] <bot@example.test>`:                            {Name: "our bot[bot]", Email: "bot@example.test"},
		`bot@example.test`:                                           {Name: "bot@example.test", Email: "bot@example.test"},
		`nobody`:                                                     {},
		``:                                                           {},
	} {
		s := world(t, `{"gitAuthor": "`+text+`"}`).Config.Top()
		if got := author(s); got != want && want != (platform.Account{}) {
			t.Errorf("%s: %+v", text, got)
		}
	}
	s := world(t, `{"gitAuthor": "Bot <bot@example.test>", "gitIgnoredAuthors": ["CI <ci@example.test>", "*@tools.example.test", "/^x+@/"]}`).Config.Top()
	for address, want := range map[string]bool{
		"app@example.test": true, "BOT@example.test": true, "ci@example.test": true, "a@tools.example.test": true, "xx@y": true, "ada@example.test": false, "": false,
	} {
		if got := OwnAddress(s, platform.Account{Email: "app@example.test"}, address); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
}
