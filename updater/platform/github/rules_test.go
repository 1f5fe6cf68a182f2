package github

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/githubtest"
	"github.com/currant-bot/currant/updater/platform/githubtest/spec"
)

// candidate returns what is known of a commit that might be merged.
func candidate(t *testing.T, r *Reader, base string, c platform.Candidate) platform.Checks {
	t.Helper()
	got, err := r.Checks(t.Context(), shop, base, []platform.Candidate{c})
	must(t, err)
	return got[0]
}

// anyOf are requirements of checks by whatever app.
func anyOf(names ...string) []platform.Requirement {
	out := []platform.Requirement{}
	for _, n := range names {
		out = append(out, platform.Requirement{Name: n})
	}
	return out
}

func TestRules(t *testing.T) {
	type rules = platform.Rules
	type set = githubtest.Protection
	squash, merge, rebase := platform.Squash, platform.MergeCommit, platform.Rebase
	for _, tc := range []struct {
		name                string
		protection, ruleset *set
		want, hidden        rules // hidden is what who may not administer sees
	}{
		{"nothing", nil, nil, rules{Checks: anyOf()}, rules{Checks: anyOf()}},
		{"reviews", &set{Reviews: 1}, nil, rules{Checks: anyOf(), PullOnly: true}, rules{PullOnly: true}},
		{"checks", &set{Checks: []string{"test", "build"}}, nil, rules{Checks: anyOf("build", "test")}, rules{Checks: anyOf("build", "test"), PullOnly: true}},
		{"of both", &set{Checks: []string{"test", "build"}}, &set{Checks: []string{"lint", "build"}},
			rules{Checks: anyOf("build", "lint", "test")}, rules{Checks: anyOf("build", "lint", "test"), PullOnly: true}},
		{"strict", &set{Checks: []string{"x"}, Strict: true}, nil, rules{Checks: anyOf("x"), Strict: true}, rules{Checks: anyOf("x"), PullOnly: true}},
		{"strict by a ruleset", nil, &set{Checks: []string{"x"}, Strict: true}, rules{Checks: anyOf("x"), Strict: true}, rules{Checks: anyOf("x"), Strict: true, PullOnly: true}},
		{"linear", &set{Linear: true}, nil, rules{Checks: anyOf(), Methods: []platform.Method{squash, rebase}}, rules{PullOnly: true}},
		{"signed", nil, &set{Signed: true}, rules{Checks: anyOf(), PullOnly: true, Methods: []platform.Method{squash, merge}}, rules{PullOnly: true, Methods: []platform.Method{squash, merge}}},
		{"methods", nil, &set{Methods: []string{"rebase", "merge"}, Linear: true}, rules{Checks: anyOf(), PullOnly: true, Methods: []platform.Method{rebase}},
			rules{PullOnly: true, Methods: []platform.Method{rebase}}},
		{"locked", &set{Locked: true}, nil, rules{Checks: anyOf(), Locked: "the branch is locked"}, rules{PullOnly: true}},
		{"nobody may update", nil, &set{Locked: true}, rules{Checks: anyOf(), Locked: "a ruleset restricts who may update the branch"},
			rules{PullOnly: true, Locked: "a ruleset restricts who may update the branch"}},
		{"queue", nil, &set{Queue: true}, rules{Checks: anyOf(), Queue: true}, rules{PullOnly: true, Queue: true}},
		{"queue of a protection", &set{Queue: true}, nil, rules{Checks: anyOf(), Queue: true}, rules{PullOnly: true, Queue: true}},
	} {
		for _, base := range []string{"main", "release/1.x"} {
			s := newServer(t, map[string]string{"a": "1"})
			_, err := s.Commit(shop, "release/1.x", map[string]string{"b": "1"}, "release")
			must(t, err)
			must(t, s.SetProtection(shop, base, tc.protection))
			must(t, s.SetRuleset(shop, base, tc.ruleset))
			c := platform.Candidate{Head: s.Head(shop, base)}
			got := candidate(t, newReader(t, s, githubtest.Grant{}), base, c).Rules
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s of %s: %s", tc.name, base, diff)
			}
			few := newReader(t, s, githubtest.Grant{Permissions: map[string]string{"contents": "write", "checks": "read", "statuses": "read", "pull_requests": "write"}})
			if diff := cmp.Diff(tc.hidden, candidate(t, few, base, c).Rules); diff != "" {
				t.Errorf("%s of %s, hidden: %s", tc.name, base, diff)
			}
		}
	}
}

// A check that must be reported by one app is pinned in a protection and in a ruleset alike.
func TestPinnedChecks(t *testing.T) {
	for _, set := range []func(*githubtest.Server, string, string, *githubtest.Protection) error{(*githubtest.Server).SetProtection, (*githubtest.Server).SetRuleset} {
		s := newServer(t, map[string]string{"a": "1"})
		head := s.Head(shop, "main")
		must(t, set(s, shop, "main", &githubtest.Protection{Checks: []string{"build"}, Apps: map[string]string{"build": "good[bot]"}}))
		must(t, s.SetCheckBy("bad[bot]", shop, head, "build", "success"))
		r := newReader(t, s, githubtest.Grant{})
		by := func() bool {
			c := candidate(t, r, "main", platform.Candidate{Head: head})
			if len(c.Rules.Checks) != 1 || c.Rules.Checks[0].App == "" {
				t.Fatalf("%+v", c.Rules)
			}
			for _, x := range c.Results {
				if c.Rules.Checks[0].By(x) {
					return true
				}
			}
			return false
		}
		if by() {
			t.Error("another app's check counts")
		}
		must(t, s.SetCheckBy("good[bot]", shop, head, "build", "success"))
		if !by() {
			t.Error("the app's own check does not count")
		}
	}
}

// A status counts for the app whose bot reported it last.
func TestPinnedStatuses(t *testing.T) {
	for _, tc := range []struct {
		by   []string
		want bool
	}{
		{[]string{"good[bot]"}, true}, {[]string{"bad[bot]"}, false}, {[]string{"ada"}, false},
		{[]string{"good[bot]", "bad[bot]"}, false}, {[]string{"bad[bot]", "good[bot]"}, true},
	} {
		s := newServer(t, map[string]string{"a": "1"})
		head := s.Head(shop, "main")
		must(t, s.SetRuleset(shop, "main", &githubtest.Protection{Checks: []string{"cover"}, Apps: map[string]string{"cover": "good[bot]"}}))
		for _, login := range tc.by {
			must(t, s.SetStatusBy(login, shop, head, "cover", "success"))
		}
		c := candidate(t, newReader(t, s, githubtest.Grant{}), "main", platform.Candidate{Head: head})
		if got := slices.ContainsFunc(c.Results, c.Rules.Checks[0].By); got != tc.want || len(c.Results) != 1 {
			t.Errorf("by %s: %t, %+v", tc.by, got, c.Results)
		}
	}
}

// What GitHub says of people and of the queue.
func TestStanding(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	r := newReader(t, s, githubtest.Grant{})
	number, head := opened(t, s, r, "renovate/x")
	c := platform.Candidate{Number: number, Head: head}
	expect := func(what, people string, queued bool, ousted string) {
		t.Helper()
		if got := candidate(t, r, "main", c); got.People != people || got.Queued != queued || got.Ousted != ousted {
			t.Errorf("%s: %+v", what, got)
		}
	}
	expect("nothing is wanted", "", false, "")
	must(t, s.SetProtection(shop, "main", &githubtest.Protection{Reviews: 1, Conversations: true}))
	must(t, s.Discuss(shop, number, false))
	expect("a review and a conversation", "a review that the rules of the repository require is missing", false, "")
	must(t, s.Approve(shop, number, "ada"))
	expect("a conversation", "a conversation is not resolved", false, "")
	must(t, s.Discuss(shop, number, true))
	expect("all is done", "", false, "")
}

// The query that is put together is one that GitHub knows.
func TestStandingQuery(t *testing.T) {
	for n := range 3 {
		var list []platform.Candidate
		for i := range n {
			list = append(list, platform.Candidate{Number: i})
		}
		if problems := spec.Query(standingText(list)); len(problems) > 0 {
			t.Errorf("%s: %s", standingText(list), problems)
		}
	}
	if text := standingText([]platform.Candidate{{Number: 12}}); strings.Count(text, fmt.Sprint("number: ", 12)) != 1 {
		t.Error(text)
	}
}
