package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/platform"
)

const (
	baseHead = "ba5e000000000000000000000000000000000000"
	ourHead  = "0e1e000000000000000000000000000000000000"
)

// A scene is a repository with one dependency, x, and what there is on the host.
type scene struct {
	w     World
	ds    []Decision
	want  []Rendered
	state State
}

// scened returns a scene in which the branch and its pull request are as they should be,
// with green checks.
func scened(t *testing.T, text string) *scene {
	t.Helper()
	s := &scene{w: world(t, text)}
	s.look(t, answer(releases("1.0.0", "1.1.0")...))
	s.state = State{
		Repository: platform.Repository{Name: "acme/shop", Default: "main", MergeMethods: []platform.Method{platform.Squash}},
		Branches:   map[string]BranchState{"renovate/x-1.x": {Head: ourHead, Base: baseHead, Changed: map[string]string{"package.json": "blob 0"}}},
		Checks:     map[string]platform.Checks{ourHead: {Head: ourHead, Results: []platform.Check{{Name: "build", State: platform.Passed}}}},
	}
	b := s.want[0]
	s.state.Pulls = []platform.Pull{{
		Number: 1, Branch: b.Name, Base: "main", Head: ourHead, Title: b.Title, Body: Sign(b.Branch, b.Title, b.Text()),
		State: platform.Open, Labels: b.Labels, Created: now.AddDate(0, 0, -1), Mergeable: platform.Clean,
	}}
	return s
}

// look plans with what the registry says of x.
func (s *scene) look(t *testing.T, l Listing) {
	t.Helper()
	s.ds = decide(t, s.w, map[string]Listing{"x": l}, npm("x", "1.0.0"))
	bs, err := Group(s.w, s.ds)
	if err != nil {
		t.Fatal(err)
	}
	s.want = nil
	for _, b := range bs {
		r := Rendered{Branch: b, BaseHead: baseHead}
		if b.State != Waiting && b.State != Unsupported { // as the engine does
			r.Changes = platform.Changeset{"package.json": {Text: "new"}}
			r.Blobs = map[string]string{"package.json": "blob 0"}
		}
		r.Complete(s.w)
		s.want = append(s.want, r)
	}
}

func (s *scene) reconcile() []Outcome {
	s.state.Settings = s.w.Config.Top()
	var bs []Branch
	for _, r := range s.want {
		bs = append(bs, r.Branch)
	}
	for i, b := range Grant(bs, s.state.Wishes) {
		if s.want[i].Branch = b; s.want[i].Blobs == nil && b.Wish == WishEarly { // as the engine does
			s.want[i].Changes = platform.Changeset{"package.json": {Text: "new"}}
			s.want[i].Blobs = map[string]string{"package.json": "blob 0"}
		}
	}
	return Reconcile(s.want, s.ds, s.state, now)
}

// only returns the one outcome.
func (s *scene) only(t *testing.T) Outcome {
	t.Helper()
	out := s.reconcile()
	if len(out) == 2 && out[1].Branch == "renovate/y" {
		out = out[:1] // another branch, which only counts
	}
	if len(out) != 1 {
		t.Fatalf("%d outcomes: %+v", len(out), out)
	}
	return out[0]
}

func kinds(o Outcome) string {
	var out []string
	for _, a := range o.Actions {
		out = append(out, a.Kind())
	}
	return strings.Join(out, " ")
}

// change alters the branch.
func (s *scene) change(f func(*BranchState)) {
	b := s.state.Branches["renovate/x-1.x"]
	f(&b)
	s.state.Branches["renovate/x-1.x"] = b
}

// rules sets what the base branch asks for.
func (s *scene) rules(r platform.Rules) {
	c := s.state.Checks[ourHead]
	c.Rules = r
	s.state.Checks[ourHead] = c
}

// wish ticks the box of the branch on the dashboard.
func (s *scene) wish(w Wish) { s.state.Wishes = Wishes{Branches: map[string]Wish{"renovate/x-1.x": w}} }

func (s *scene) gone() { s.state.Branches, s.state.Pulls = map[string]BranchState{}, nil }

const auto = `{"automerge": true}`

func TestReconcile(t *testing.T) {
	outage := func(t *testing.T, s *scene) { s.look(t, Listing{Err: errOutage}) }
	closed := func(s *scene) {
		s.state.Pulls[0].State = platform.Closed
		s.state.Branches = map[string]BranchState{}
	}
	for _, tc := range []struct {
		name, config string
		change       func(*testing.T, *scene)
		want         Result
		actions      string
		reason       string
	}{
		{"all is as it should be", ``, func(*testing.T, *scene) {}, Unchanged, "", ""},
		{"nothing is there", ``, func(_ *testing.T, s *scene) { s.gone() }, Create, "push open", "does not exist yet"},
		{"killed between push and open", ``, func(_ *testing.T, s *scene) { s.state.Pulls = nil }, Create, "open", ""},
		{"a checkout has branches only", ``, func(_ *testing.T, s *scene) { s.gone(); s.state.Repository.BranchesOnly = true }, Create, "push", ""},
		{"a newer version", ``, func(t *testing.T, s *scene) {
			s.look(t, answer(releases("1.0.0", "1.2.0")...))
			s.want[0].Blobs["package.json"] = "other 0"
		}, UpdateIt, "push edit", "not what it should be"},
		{"other content", ``, func(_ *testing.T, s *scene) { s.want[0].Blobs["package.json"] = "other 0" }, UpdateIt, "push", ""},
		{"the texts are another's", ``, func(_ *testing.T, s *scene) { s.state.Pulls[0].Body = "Renovate's" }, Edit, "edit", ""},

		// Promise 5.
		{"merge", auto, func(*testing.T, *scene) {}, Merge, "merge", "green"},
		{"no check", auto, func(_ *testing.T, s *scene) { s.state.Checks = nil }, Unchanged, "", ""},
		{"no result", auto, func(_ *testing.T, s *scene) { s.state.Checks[ourHead] = platform.Checks{Head: ourHead} }, Unchanged, "", "no checks are not green"},
		{"checks of another commit", auto, func(_ *testing.T, s *scene) {
			c := s.state.Checks[ourHead]
			c.Head = baseHead
			s.state.Checks[ourHead] = c
		}, Unchanged, "", "commit that was judged"},
		{"the pull request is elsewhere", auto, func(_ *testing.T, s *scene) { s.state.Pulls[0].Head = baseHead }, Unchanged, "", "commit that was judged"},
		{"pushed in this pass", auto, func(_ *testing.T, s *scene) { s.want[0].Blobs["package.json"] = "other 0" }, UpdateIt, "push", ""},
		{"policy is stale", auto, func(_ *testing.T, s *scene) { s.state.Stale = "the preset is old" }, Unchanged, "", "the preset is old"},
		{"the tool warns", auto, func(_ *testing.T, s *scene) { s.want[0].Warnings = []string{"conflict markers"} }, Edit, "report", "conflict markers"},
		{"too young, but early", `{"automerge": true, "minimumReleaseAge": "3 years", "internalChecksFilter": "none"}`, func(*testing.T, *scene) {}, Edit, "report", "not every update of it"},
		{"pr-comment", `{"automerge": true, "automergeType": "pr-comment", "automergeComment": ""}`, func(*testing.T, *scene) {}, Unchanged, "", "another tool"},
		{"the host has a rule", auto, func(_ *testing.T, s *scene) { s.state.Pulls[0].Mergeable = platform.Blocked }, Unchanged, "", "rule of the repository"},

		// Promise 2.
		{"outage", ``, outage, Hold, "", "not known completely"},
		{"outage, automerge", auto, outage, Hold, "", ""},
		{"outage, and nobody knows what the pull request is about", ``, func(t *testing.T, s *scene) { outage(t, s); s.state.Pulls[0].Body = "" }, Hold, "", ""},
		{"outage, and only the branch is there", ``, func(t *testing.T, s *scene) { outage(t, s); s.state.Pulls = nil }, Hold, "", ""},
		{"a file could not be read", ``, func(_ *testing.T, s *scene) {
			s.want, s.ds = nil, nil
			s.state.Unread = map[string]bool{"package.json": true}
		}, Hold, "", "package.json could not be read"},
		{"another file could not be read", ``, func(_ *testing.T, s *scene) {
			s.want, s.ds = nil, nil
			s.state.Unread = map[string]bool{"Dockerfile": true}
		}, Remove, "edit close", ""},
		{"configuration is stale", ``, func(_ *testing.T, s *scene) { s.want, s.ds = nil, nil; s.state.Stale = "the preset is old" }, Hold, "", "the preset is old"},
		{"a rule that makes no sense", `{"packageRules": [{"matchPackageNames": ["x"], "allowedVersions": "<<1"}]}`, func(t *testing.T, s *scene) {}, Hold, "", ""},
		{"nobody wants it", ``, func(t *testing.T, s *scene) { s.look(t, answer(releases("1.0.0")...)) }, Remove, "edit close", "no dependency needs it"},
		{"nobody wants the branch", ``, func(t *testing.T, s *scene) { s.look(t, answer(releases("1.0.0")...)); s.state.Pulls = nil }, Remove, "close", ""},
		{"a merge left the branch", ``, func(t *testing.T, s *scene) {
			s.look(t, answer(releases("1.0.0")...))
			s.state.Pulls[0].State = platform.Merged
		}, Remove, "close", ""},
		{"a merge left the branch, and there is more", ``, func(_ *testing.T, s *scene) { s.state.Pulls[0].State = platform.Merged }, Create, "push open", ""},

		// Promise 6.
		{"a person committed", auto, func(_ *testing.T, s *scene) { s.change(func(b *BranchState) { b.Foreign = "Ada" }) }, Hands, "", "Ada"},
		{"a person committed to what nobody wants", ``, func(t *testing.T, s *scene) {
			s.look(t, answer(releases("1.0.0")...))
			s.change(func(b *BranchState) { b.Foreign = "Ada" })
		}, Hands, "edit", "Ada"},
		{"closed", ``, func(_ *testing.T, s *scene) { closed(s) }, Declined, "", "#1 was closed"},
		{"closed, and its branch is left", ``, func(_ *testing.T, s *scene) { s.state.Pulls[0].State = platform.Closed }, Declined, "close", ""},
		{"closed, and a person committed to its branch", ``, func(_ *testing.T, s *scene) {
			s.state.Pulls[0].State = platform.Closed
			s.change(func(b *BranchState) { b.Foreign = "Ada" })
		}, Hands, "", "Ada"},
		{"closed, and then given another title", ``, func(_ *testing.T, s *scene) { closed(s); s.state.Pulls[0].Title = "no!" }, Create, "push open", ""},
		{"closed when it was abandoned", ``, func(_ *testing.T, s *scene) { closed(s); s.state.Pulls[0].Title += abandoned }, Declined, "", "#1 was closed"},
		{"given another title, and then closed", ``, func(_ *testing.T, s *scene) {
			closed(s)
			m, _ := ReadMarker(s.state.Pulls[0].Body)
			m.Renamed = true
			s.state.Pulls[0].Title, s.state.Pulls[0].Body = "no!", sign(m, "")
		}, Declined, "", "#1 was closed"},
		{"closed, Renovate's", ``, func(_ *testing.T, s *scene) { closed(s); s.state.Pulls[0].Body = "" }, Declined, "", ""},
		{"closed, then a newer version", ``, func(t *testing.T, s *scene) { closed(s); s.look(t, answer(releases("1.0.0", "1.2.0")...)) }, Create, "push open", ""},
		{"closed, recreateWhen always", `{"recreateWhen": "always"}`, func(_ *testing.T, s *scene) { closed(s) }, Create, "push open", ""},
		{"closed by the bot", ``, func(_ *testing.T, s *scene) { closed(s); s.state.Pulls[0].Title += autoclosed }, Create, "push open", ""},
		{"an edited title stays, and is noted", ``, func(_ *testing.T, s *scene) { s.state.Pulls[0].Title = "Mine" }, Edit, "edit", ""},
		{"about to be closed, and wanted again", ``, func(_ *testing.T, s *scene) { s.state.Pulls[0].Title += autoclosed }, Edit, "edit", ""},

		// What holds a branch back.
		{"waits for age", `{"minimumReleaseAge": "3 years"}`, func(_ *testing.T, s *scene) { s.gone() }, Wait, "", "3 years"},
		{"waits for age, and is there", `{"minimumReleaseAge": "3 years"}`, func(*testing.T, *scene) {}, Wait, "", "3 years"},
		{"approval", `{"dependencyDashboardApproval": true}`, func(_ *testing.T, s *scene) { s.gone() }, Approve, "", ""},
		{"cannot be made", ``, func(_ *testing.T, s *scene) { s.want[0].Err = "the file is odd" }, Cannot, "", "the file is odd"},
		{"would change nothing", ``, func(_ *testing.T, s *scene) { s.want[0].Blobs = nil }, Cannot, "", "no file"},
		{"too many are open", `{"prConcurrentLimit": 1}`, func(_ *testing.T, s *scene) {
			s.gone()
			s.state.Pulls = []platform.Pull{{Number: 9, Branch: "renovate/y", State: platform.Open}}
		}, Wait, "", "prConcurrentLimit is 1"},
		{"too many this hour", `{"prHourlyLimit": 1}`, func(_ *testing.T, s *scene) {
			s.gone()
			s.state.Pulls = []platform.Pull{{Number: 9, Branch: "renovate/y", State: platform.Merged, Created: now.Add(5 * time.Minute)}}
		}, Wait, "", "prHourlyLimit is 1"},

		{"too many commits this hour", `{"commitHourlyLimit": 1}`, func(_ *testing.T, s *scene) {
			s.gone()
			s.state.Branches["renovate/y"] = BranchState{Head: baseHead, Committed: now.Add(time.Minute), Foreign: "Ada"}
		}, Wait, "", "commitHourlyLimit is 1"},
		{"too many commits this hour, and one to make anew", `{"commitHourlyLimit": 1}`, func(_ *testing.T, s *scene) {
			s.change(func(b *BranchState) { b.Committed = now.Add(time.Minute) })
			s.want[0].Blobs["package.json"] = "other 0"
		}, Unchanged, "", "commitHourlyLimit is 1"},

		{"silent", `{"mode": "silent"}`, func(_ *testing.T, s *scene) { s.gone() }, Approve, "", "mode is silent"},

		// rebaseWhen.
		{"overlap", ``, func(_ *testing.T, s *scene) { s.change(func(b *BranchState) { b.Behind, b.Overlap = true, true }) }, UpdateIt, "push", "same files"},
		{"behind is good enough", ``, func(_ *testing.T, s *scene) { s.change(func(b *BranchState) { b.Behind = true }) }, Unchanged, "", ""},
		{"behind, and merges by itself", auto, func(_ *testing.T, s *scene) { s.change(func(b *BranchState) { b.Behind = true }) }, Merge, "merge", ""},
		{"behind, merges by itself, and must not be behind", auto, func(_ *testing.T, s *scene) {
			s.change(func(b *BranchState) { b.Behind = true })
			s.rules(platform.Rules{Strict: true})
		}, UpdateIt, "push", "moved on"},
		{"behind, and its checks failed", auto, func(_ *testing.T, s *scene) {
			s.change(func(b *BranchState) { b.Behind = true })
			s.state.Checks[ourHead].Results[0].State = platform.Failed
		}, UpdateIt, "push", "moved on"},
		{"automerging", `{"automerge": true, "rebaseWhen": "automerging"}`, func(_ *testing.T, s *scene) { s.change(func(b *BranchState) { b.Behind = true }) }, UpdateIt, "push", "moved on"},
		{"behind, and the host wants it fresh", ``, func(_ *testing.T, s *scene) {
			s.change(func(b *BranchState) { b.Behind = true })
			s.state.Pulls[0].Mergeable = platform.Behind
		}, UpdateIt, "push", "moved on"},
		{"behind-base-branch", `{"rebaseWhen": "behind-base-branch"}`, func(_ *testing.T, s *scene) { s.change(func(b *BranchState) { b.Behind = true }) }, UpdateIt, "push", ""},
		{"conflicted", `{"rebaseWhen": "conflicted", "automerge": true}`, func(_ *testing.T, s *scene) {
			s.change(func(b *BranchState) { b.Behind = true })
			s.state.Pulls[0].Mergeable = platform.Conflicted
		}, UpdateIt, "push", "conflicts"},
		{"never", `{"rebaseWhen": "never"}`, func(_ *testing.T, s *scene) {
			s.change(func(b *BranchState) { b.Behind, b.Overlap = true, true })
			s.want[0].Blobs["package.json"] = "other 0"
		}, Unchanged, "", ""},
		{"never, but a newer version", `{"rebaseWhen": "never"}`, func(t *testing.T, s *scene) {
			s.change(func(b *BranchState) { b.Behind, b.Overlap = true, true })
			s.look(t, answer(releases("1.0.0", "1.2.0")...))
			s.want[0].Blobs["package.json"] = "other 0"
		}, UpdateIt, "push edit", ""},

		// What people ask for (docs.renovatebot.com/key-concepts/dashboard, docs.renovatebot.com/updating-rebasing).
		{"approved", `{"dependencyDashboardApproval": true}`, func(_ *testing.T, s *scene) { s.gone(); s.wish(WishApprove) }, Create, "push open", "ticked"},
		{"too young, and asked for", `{"minimumReleaseAge": "3 years"}`, func(t *testing.T, s *scene) {
			s.gone()
			s.wish(WishEarly)
			s.look(t, answer(releases("1.0.0", "1.1.0")...))
		}, Create, "push open report", "ticked"},
		{"beyond the limit", `{"prConcurrentLimit": 1}`, func(_ *testing.T, s *scene) {
			s.gone()
			s.state.Pulls = []platform.Pull{{Number: 9, Branch: "renovate/y", State: platform.Open}}
			s.wish(WishUnlimit)
		}, Create, "push open", ""},
		{"outside of the schedule", `{"schedule": ["before 1am on friday"]}`, func(_ *testing.T, s *scene) { s.gone(); s.wish(WishNow) }, Create, "push open", ""},
		{"closed, and asked for", ``, func(_ *testing.T, s *scene) { closed(s); s.wish(WishRecreate) }, Create, "push open", ""},
		{"rebase, and nothing to do", ``, func(_ *testing.T, s *scene) { s.wish(WishRebase) }, Unchanged, "", ""},
		{"rebase, and behind", ``, func(_ *testing.T, s *scene) {
			s.change(func(b *BranchState) { b.Behind = true })
			s.wish(WishRebase)
		}, UpdateIt, "push", "ticked"},
		{"a person committed, and somebody wants to begin anew", ``, func(_ *testing.T, s *scene) {
			s.change(func(b *BranchState) { b.Foreign = "Ada" })
			s.wish(WishRebase)
		}, UpdateIt, "push", "ticked"},
		{"the box in the pull request", `{"rebaseWhen": "never"}`, func(_ *testing.T, s *scene) {
			s.change(func(b *BranchState) { b.Behind = true })
			s.state.Pulls[0].Body = strings.ReplaceAll(strings.Replace(s.state.Pulls[0].Body, "- [ ] <!-- rebase-check", "- [x] <!-- rebase-check", 1), "\n", "\r\n")
		}, UpdateIt, "push edit", "box in its text"},
		{"the box, and nothing to do", ``, func(_ *testing.T, s *scene) {
			s.state.Pulls[0].Body = strings.Replace(s.state.Pulls[0].Body, "- [ ] <!-- rebase-check", "- [x] <!-- rebase-check", 1)
		}, Edit, "edit", ""},
		{"the label", `{"rebaseLabel": "again"}`, func(_ *testing.T, s *scene) {
			s.change(func(b *BranchState) { b.Behind, b.Foreign = true, "Ada" })
			s.state.Pulls[0].Labels = []string{"Again"}
		}, UpdateIt, "push edit", "label again"},
		{"the title", ``, func(_ *testing.T, s *scene) {
			s.change(func(b *BranchState) { b.Behind = true })
			s.state.Pulls[0].Title = "rebase! " + s.state.Pulls[0].Title
		}, UpdateIt, "push edit", "begins with"},
		{"stop-updating", ``, func(_ *testing.T, s *scene) {
			s.want[0].Blobs["package.json"] = "other 0"
			s.state.Pulls[0].Labels = []string{"stop-updating"}
		}, Hands, "", "left alone"},
		{"stop-updating, and asked for", ``, func(_ *testing.T, s *scene) {
			s.want[0].Blobs["package.json"] = "other 0"
			s.state.Pulls[0].Labels = []string{"stop-updating"}
			s.wish(WishRebase)
		}, UpdateIt, "push", ""},
		{"doubt wins over wishes", ``, func(t *testing.T, s *scene) { outage(t, s); s.wish(WishRebase) }, Hold, "", ""},
		{"approval came later than the pull request", `{"automerge": true, "dependencyDashboardApproval": true}`, func(*testing.T, *scene) {}, Unchanged, "", "not every update of it"},

		// Merging and keeping (docs.renovatebot.com/configuration-options).
		{"ignoreTests", `{"automerge": true, "ignoreTests": true}`, func(_ *testing.T, s *scene) { s.state.Checks[ourHead] = platform.Checks{Head: ourHead} }, Merge, "merge", "ignoreTests wants it"},
		{"ignoreTests of another package", `{"automerge": true, "packageRules": [{"matchPackageNames": ["y"], "ignoreTests": true}]}`, func(_ *testing.T, s *scene) { s.state.Checks[ourHead] = platform.Checks{Head: ourHead} }, Unchanged, "", "no checks are not green"},
		{"ignoreTests, and a rule of the repository", `{"automerge": true, "ignoreTests": true}`, func(_ *testing.T, s *scene) { s.state.Pulls[0].Mergeable = platform.Blocked }, Unchanged, "", "rule of the repository"},
		{"keepUpdatedLabel", `{"keepUpdatedLabel": "fresh"}`, func(_ *testing.T, s *scene) {
			s.change(func(b *BranchState) { b.Behind = true })
			s.state.Pulls[0].Labels = []string{"fresh"}
		}, UpdateIt, "push", "its label"},
		{"pruneStaleBranches is off", `{"pruneStaleBranches": false}`, func(t *testing.T, s *scene) { s.look(t, answer(releases("1.0.0")...)) }, Hold, "", "pruneStaleBranches is off"},
		{"pr-comment, and green", `{"automerge": true, "automergeType": "pr-comment", "automergeComment": "merge it"}`, func(*testing.T, *scene) {}, Edit, "edit", ""},

		// People.
		{"nobody was asked", `{"reviewers": ["ada"]}`, func(*testing.T, *scene) {}, Edit, "edit", ""},
		{"somebody was asked", `{"reviewers": ["ada", "bob"]}`, func(_ *testing.T, s *scene) { s.state.Pulls[0].People.Reviewers = []string{"bob"} }, Unchanged, "", ""},
		{"it merges by itself", `{"automerge": true, "reviewers": ["ada"]}`, func(_ *testing.T, s *scene) {
			s.state.Checks[ourHead].Results[0].State = platform.Pending
		}, Unchanged, "", ""},
		{"it was to merge by itself, and its checks failed", `{"automerge": true, "reviewers": ["ada"]}`, func(_ *testing.T, s *scene) {
			s.state.Checks[ourHead].Results[0].State = platform.Failed
		}, Edit, "edit", ""},
		{"assignAutomerge", `{"automerge": true, "assignAutomerge": true, "reviewers": ["ada"]}`, func(_ *testing.T, s *scene) {
			s.state.Checks[ourHead].Results[0].State = platform.Pending
		}, Edit, "edit", ""},

		// Bases (docs.renovatebot.com/configuration-options, baseBranchPatterns).
		{"a person pointed it elsewhere", ``, func(_ *testing.T, s *scene) { s.state.Pulls[0].Base = "next" }, Hands, "", "pointed its pull request at next"},
		{"configuration points it elsewhere", ``, func(t *testing.T, s *scene) {
			s.w.Base = "next"
			s.look(t, answer(releases("1.0.0", "1.1.0")...))
		}, UpdateIt, "push edit", "points it at next"},
		{"configuration points it elsewhere, and it would merge", auto, func(t *testing.T, s *scene) {
			s.w.Base = "next"
			s.look(t, answer(releases("1.0.0", "1.1.0")...))
		}, UpdateIt, "push edit", ""},
		{"another's, against another branch", ``, func(_ *testing.T, s *scene) { s.state.Pulls[0].Base, s.state.Pulls[0].Body = "next", "Renovate's" }, UpdateIt, "push edit", ""},

		{"labels were taken away", `{"labels": ["deps"]}`, func(_ *testing.T, s *scene) {
			s.state.Pulls[0].Labels, s.state.Whole = nil, map[int]bool{1: true}
		}, Unchanged, "", ""},
		{"labels were lost", `{"labels": ["deps"]}`, func(_ *testing.T, s *scene) { s.state.Pulls[0].Labels = nil }, Edit, "edit", ""},
		{"a person took one label away", `{"labels": ["deps", "more"]}`, func(_ *testing.T, s *scene) { s.state.Pulls[0].Labels = []string{"more"} }, Unchanged, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(tc.config, "prConcurrentLimit") {
				tc.config = strings.Replace(tc.config, "{", `{"prConcurrentLimit": 0, `, 1)
			}
			s := sceneFor(t, tc.config)
			tc.change(t, s)
			o := s.only(t)
			text := ""
			for _, r := range o.Reasons {
				text += r.String() + "\n"
			}
			if o.Result != tc.want || kinds(o) != tc.actions || !strings.Contains(text, tc.reason) {
				t.Errorf("%s (%s), not %s (%s), because\n%s", o.Result, kinds(o), tc.want, tc.actions, text)
			}
		})
	}
}

// sceneFor is scened, with the pull request made under the plain configuration
// where the given one proposes nothing.
func sceneFor(t *testing.T, text string) *scene {
	t.Helper()
	s := &scene{w: world(t, text)}
	s.look(t, answer(releases("1.0.0", "1.1.0")...))
	if len(s.want) > 0 {
		return scened(t, text)
	}
	plain := scened(t, "")
	plain.w = s.w
	plain.look(t, answer(releases("1.0.0", "1.1.0")...))
	return plain
}

// What an edit does is exactly what is wanted, and the next pass finds nothing to do.
func TestEditSettles(t *testing.T) {
	for name, change := range map[string]func(*platform.Pull){
		"another's body":       func(p *platform.Pull) { p.Body = "Renovate's" },
		"another's everything": func(p *platform.Pull) { p.Body, p.Title = "Renovate's", "Renovate's" },
		"autoclosed":           func(p *platform.Pull) { p.Title += autoclosed },
		"no labels":            func(p *platform.Pull) { p.Labels = nil },
		"asked by the box":     func(p *platform.Pull) { p.Body = strings.Replace(p.Body, "[ ] <!-- rebase", "[x] <!-- rebase", 1) },
		"asked by the label":   func(p *platform.Pull) { p.Labels = append(p.Labels, "rebase") },
		"nobody was asked":     func(p *platform.Pull) { p.People = platform.People{} },
		"asked by the title":   func(p *platform.Pull) { p.Title = "rebase! " + p.Title },
	} {
		s := scened(t, `{"labels": ["deps"], "assignees": ["ada"]}`)
		s.state.Pulls[0].People.Assignees = []string{"ada"}
		change(&s.state.Pulls[0])
		o := s.only(t)
		if kinds(o) != "edit" {
			t.Errorf("%s: %s", name, kinds(o))
			continue
		}
		e, p := o.Actions[0].Edit, &s.state.Pulls[0]
		if e.Was != p.Title || e.Number != 1 {
			t.Errorf("%s: %+v", name, e)
		}
		if e.Title != nil {
			p.Title = *e.Title
		}
		if e.Body != nil {
			p.Body = *e.Body
		}
		if e.People.Anybody() {
			p.People = e.People
		}
		p.Labels = append(slices.DeleteFunc(p.Labels, func(l string) bool { return slices.Contains(e.RemoveLabels, l) }), e.AddLabels...)
		if p.Title != s.want[0].Title || !slices.Contains(p.Labels, "deps") {
			t.Errorf("%s: %+v", name, p)
		}
		if o := s.only(t); o.Result != Unchanged {
			t.Errorf("%s: then %s (%s)", name, o.Result, kinds(o))
		}
		if p.People = (platform.People{}); name == "nobody was asked" && s.only(t).Result != Unchanged {
			t.Errorf("%s: and again", name)
		}
		p.People.Assignees = []string{"ada"}
		p.Labels = nil // and if a person takes them away for good, they stay away
		if o := s.only(t); name == "no labels" && o.Result != Unchanged {
			t.Errorf("%s: then %s (%s)", name, o.Result, kinds(o))
		}
	}
}

func TestPushReplacesWhatWasSeen(t *testing.T) {
	s := scened(t, "")
	s.want[0].Blobs["package.json"] = "other 0"
	got := s.only(t).Actions[0].Push
	want := &platform.Branch{Name: "renovate/x-1.x", Base: baseHead, Replaces: ourHead, Message: s.want[0].Message, Changes: s.want[0].Changes, Via: platform.Auto}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMergeIsBoundToTheHead(t *testing.T) {
	s := scened(t, `{"automerge": true, "automergeStrategy": "rebase"}`)
	got := s.only(t).Actions[0].Merge
	if diff := cmp.Diff(&platform.Merging{
		Number: 1, Head: ourHead, Method: platform.Squash, Branch: "renovate/x-1.x", Base: "main", Onto: baseHead, Paths: []string{"package.json"},
	}, got); diff != "" {
		t.Error(diff)
	}
	s.state.Repository.AutoDelete = true
	s.state.Repository.MergeMethods = []platform.Method{platform.Squash, platform.Rebase}
	got = s.only(t).Actions[0].Merge
	if got.Branch != "" || got.Method != platform.Rebase {
		t.Errorf("%+v", got)
	}
}

// An hour's limit ends with the hour, so the outcome does not hold longer.
func TestHourlyLimitEnds(t *testing.T) {
	s := scened(t, `{"prHourlyLimit": 1}`)
	s.gone()
	s.state.Pulls = []platform.Pull{{Number: 9, Branch: "renovate/y", State: platform.Merged, Created: now}}
	s.w.Now = now.Add(20 * time.Minute)
	if o := s.only(t); !o.Until.Equal(now.Add(time.Hour)) {
		t.Errorf("%s until %v", o.Result, o.Until)
	}
}

// Limits count what this pass opens too.
func TestLimitsCountThisPass(t *testing.T) {
	w := world(t, `{"prConcurrentLimit": 2, "prHourlyLimit": 0}`)
	answers := map[string]Listing{}
	var found []Found
	for _, n := range []string{"a", "b", "c"} {
		answers[n] = answer(releases("1.0.0", "1.1.0")...)
		found = append(found, npm(n, "1.0.0"))
	}
	ds := decide(t, w, answers, found...)
	bs, err := Group(w, ds)
	if err != nil {
		t.Fatal(err)
	}
	var want []Rendered
	for _, b := range bs {
		want = append(want, Rendered{Branch: b, BaseHead: baseHead, Blobs: map[string]string{"package.json": b.Name}})
	}
	var got []Result
	for _, o := range Reconcile(want, ds, State{}, now) {
		got = append(got, o.Result)
	}
	if diff := cmp.Diff([]Result{Create, Create, Wait}, got); diff != "" {
		t.Error(diff)
	}
}

// Two pull requests that change one file do not merge in one pass.
func TestMergesOfOneFileTakeTurns(t *testing.T) {
	s := scened(t, auto)
	other := s.want[0]
	other.Name = "renovate/other"
	s.want = append(s.want, other)
	s.state.Branches[other.Name] = s.state.Branches[s.want[0].Name]
	p := s.state.Pulls[0]
	p.Number, p.Branch = 2, other.Name
	s.state.Pulls = append(s.state.Pulls, p)
	out := s.reconcile()
	if out[1].Result != Merge || out[0].Result != Unchanged || !strings.Contains(out[0].Reasons[len(out[0].Reasons)-1].Text, "second in line; it waits for #1, which changes package.json") {
		t.Errorf("%+v", out)
	}
}

// A group in which one registry is down stays as it is; other branches go on.
func TestDoubtIsAboutItsBranch(t *testing.T) {
	w := world(t, `{"packageRules": [{"matchPackageNames": ["a", "b"], "groupName": "g"}]}`)
	both := map[string]Listing{"a": answer(releases("1.0.0", "1.1.0")...), "b": answer(releases("1.0.0", "1.1.0")...), "c": answer(releases("1.0.0", "1.1.0")...)}
	found := []Found{npm("a", "1.0.0"), npm("b", "1.0.0"), npm("c", "1.0.0")}
	before := grouped(t, w, both, found...)
	state := State{Branches: map[string]BranchState{}}
	for i, b := range before {
		state.Branches[b.Name] = BranchState{Head: ourHead, Changed: map[string]string{"package.json": b.Name}}
		state.Pulls = append(state.Pulls, platform.Pull{Number: i + 1, Branch: b.Name, Head: ourHead, State: platform.Open, Title: b.Title, Body: Sign(b, b.Title, "")})
	}
	both["b"] = Listing{Err: errOutage}
	ds := decide(t, w, both, found...)
	bs, err := Group(w, ds)
	if err != nil {
		t.Fatal(err)
	}
	var want []Rendered
	for _, b := range bs {
		want = append(want, Rendered{Branch: b, Blobs: map[string]string{"package.json": b.Name}})
	}
	got := make(map[string]Result)
	for _, o := range Reconcile(want, ds, state, now) {
		got[o.Branch] = o.Result
	}
	if diff := cmp.Diff(map[string]Result{"renovate/g": Hold, "renovate/c-1.x": Unchanged}, got); diff != "" {
		t.Error(diff)
	}
}

func TestActionKeys(t *testing.T) {
	push := func(text string) Action {
		return Action{Branch: "b", Push: &platform.Branch{Base: baseHead, Changes: platform.Changeset{"f": {Text: text}, "gone": nil}}}
	}
	title := "t"
	all := []Action{
		push("a"), push("b"),
		{Branch: "b", Open: &platform.Proposal{Title: "t"}}, {Branch: "b", Open: &platform.Proposal{Title: "t", Head: ourHead}},
		{Branch: "b", Edit: &platform.Edit{Number: 1}}, {Branch: "b", Edit: &platform.Edit{Number: 1, Title: &title}},
		{Branch: "b", Close: &platform.Closing{Number: 1}}, {Branch: "b", Merge: &platform.Merging{Number: 1}}, {Branch: "b", Merge: &platform.Merging{Number: 1, Head: ourHead}},
	}
	seen := make(map[string]bool)
	for _, a := range all {
		key := a.Key("acme/shop")
		if seen[key] || key != a.Key("acme/shop") || !strings.HasPrefix(key, a.Kind()+":acme/shop:b:") {
			t.Errorf("%q", key)
		}
		seen[key] = true
	}
}

// TestNotFoundClosesNothing checks that a package that cannot be seen any more keeps its pull
// request: some registries answer 404 to who may not see it.
func TestNotFoundClosesNothing(t *testing.T) {
	s := scened(t, "")
	s.look(t, Listing{Err: datasources.ErrNotFound})
	if o := s.only(t); o.Result != Hold || len(o.Actions) > 0 {
		t.Errorf("%s, %s", o.Result, kinds(o))
	}
}
