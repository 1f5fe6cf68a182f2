package updater_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

const redis = "Update redis Docker tag to v7.2"

// redisIs fails unless the pull request about redis is in a state.
func (w *world) redisIs(what, state string) githubtest.PullRequest {
	w.Helper()
	pulls, err := w.Pulls(shop)
	w.must(err)
	for _, p := range pulls {
		if p.Title == redis {
			if p.State != state {
				w.Errorf("%s: it is %s, not %s", what, p.State, state)
			}
			return p
		}
	}
	if state != "" {
		w.Fatalf("%s: there is none", what)
	}
	return githubtest.PullRequest{}
}

// An account that may pass by the rules does not.
func TestRulesAreKeptByWhoMayPassThem(t *testing.T) {
	for name, rule := range map[string]githubtest.Protection{
		"a review":       {Reviews: 1},
		"a conversation": {Conversations: true},
		"a check":        {Checks: []string{"scan"}},
		"an app's check": {Checks: []string{"build"}, Apps: map[string]string{"build": "scanner[bot]"}},
		"a lock":         {Locked: true},
	} {
		w := newWorld(t, files)
		w.once()
		rule.Bypass = []string{"currant[bot]"}
		p := w.redisIs(name, "open")
		w.must(w.Discuss(shop, p.Number, false))
		w.must(w.SetRuleset(shop, "main", &rule))
		w.green()
		w.once()
		w.once()
		w.redisIs(name, "open")
		w.must(w.Approve(shop, p.Number, "ada"))
		w.must(w.Discuss(shop, p.Number, true))
		for _, x := range []string{"scan", "build"} {
			w.must(w.SetCheckBy("scanner[bot]", shop, p.Head, x, "success"))
		}
		rule.Locked = false
		w.must(w.SetRuleset(shop, "main", &rule))
		w.once()
		w.redisIs(name+" is met", "merged")
	}
}

// GitHub merges the commit that was judged as soon as its rules are met, and does not once the decision is another.
func TestTheHostMerges(t *testing.T) {
	start := func() (*world, githubtest.PullRequest) {
		w := newWorld(t, files)
		w.must(w.SetProtection(shop, "main", &githubtest.Protection{Checks: []string{"build"}}))
		w.once()
		w.checks("build", "")
		w.once()
		p := w.redisIs("told", "open")
		if !p.AutoMerge {
			t.Fatal("GitHub was not told to merge it")
		}
		return w, p
	}
	w, _ := start()
	w.green()
	w.redisIs("green", "merged")
	w.clean()

	w, p := start()
	p.Labels = append(p.Labels, "stop-updating")
	w.must(w.EditPull(shop, p))
	w.once()
	if w.redisIs("stopped", "open").AutoMerge {
		t.Error("a label does not take it back")
	}

	w, p = start()
	_, err := w.CommitAs("ada", shop, p.Branch, map[string]string{"x": "1"}, "by hand")
	w.must(err)
	w.once()
	if w.redisIs("a person's", "open").AutoMerge {
		t.Error("a person's commit does not take it back")
	}
}

// A branch merges without a pull request; where a rule wants one, it has one, whoever may push.
func TestBranchAutomerge(t *testing.T) {
	f := map[string]string{
		"renovate.json": `{"prHourlyLimit": 0, "automerge": true, "automergeType": "branch"}`,
		"Dockerfile":    files["Dockerfile"],
	}
	w := newWorld(t, f)
	w.once()
	head := w.Head(shop, "renovate/redis-7.x")
	w.once() // no check yet
	if head == "" || w.Head(shop, "main") == head {
		t.Fatalf("the branch is at %q, main at %q", head, w.Head(shop, "main"))
	}
	w.must(w.SetCheck(shop, head, "build", "success"))
	w.once()
	if w.Head(shop, "main") != head || w.Head(shop, "renovate/redis-7.x") != "" {
		t.Errorf("main is at %q, not %q", w.Head(shop, "main"), head)
	}
	w.redisIs("merged without", "")
	w.clean()

	w = newWorld(t, f)
	w.must(w.SetRuleset(shop, "main", &githubtest.Protection{Reviews: 1, Bypass: []string{"currant[bot]"}}))
	w.once()
	w.must(w.SetCheck(shop, w.Head(shop, "renovate/redis-7.x"), "build", "success"))
	w.once()
	w.once()
	w.redisIs("a rule wants a pull request", "open")
}

// What the bot says of a commit follows its release, and is said once.
func TestStatusesAreSaidOnce(t *testing.T) {
	w := newWorld(t, map[string]string{
		"renovate.json": `{"prHourlyLimit": 0, "minimumReleaseAge": "3 days", "internalChecksFilter": "none"}`,
		"Dockerfile":    files["Dockerfile"],
	})
	day := time.Now()
	w.published = day.AddDate(0, 0, -1)
	w.now = func() time.Time { return day }
	said := func(want string, writes int) {
		t.Helper()
		w.ResetLog()
		for range 3 {
			w.once()
		}
		count := 0
		for _, x := range w.Server.Log() {
			if x.Op == "repos/create-commit-status" {
				count++
			}
		}
		got, err := w.Results(shop, w.Head(shop, "renovate/redis-7.x"))
		w.must(err)
		if diff := cmp.Diff(map[string]string{"renovate/stability-days": want}, got); diff != "" || count != writes {
			t.Errorf("%d writes: %s", count, diff)
		}
	}
	said("pending", 1)
	said("pending", 0)
	day = day.AddDate(0, 0, 4)
	said("success", 1)
	said("success", 0)
}
