package updater_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// A turn is something that happens in the life of pull requests.
type turn struct {
	name   string
	config string       // of the repository, besides that nothing limits it
	happen func(*world) // once the pull requests are as they should be
	want   string       // what there is in the end, a line each, in the words of [world.story]
	source string       // of the rule: an option of docs.renovatebot.com/configuration-options, a promise of docs/design.md, or "seen" in Renovate 44
}

// The life cycle of pull requests, against a GitHub with real git. The repository is made from redis:7.0, of which
// there is 7.2, and where a second line says so from alpine:3.19, of which there is 3.20. Beyond this table: bases_test.go
// (several base branches), board_test.go (what is ticked on the dashboard), people_test.go (CODEOWNERS, milestones),
// former_test.go (other prefixes), plan/reconcile_test.go (each rule by itself).
var turns = []turn{
	{"made", ``, nil, `#1 open 7.2`, "the main job"},
	{"a newer version", ``, release("7.4"), `#1 open 7.4`, "updates go into the pull request that is there"},
	{"a second branch", `"separateMultipleMajor": true`, release("8.0"), `#1 open 7.2
#2 open 8.0`, "separateMajorMinor"},
	{"done by hand", ``, byHand("7.2"), `#1 closed 7.2 - autoclosed`, "pruneStaleBranches"},
	{"done by hand, and undone", ``, func(w *world) { byHand("7.2")(w); w.clean(); byHand("7.0")(w) }, `#1 open 7.2, told`, "seen"},
	{"done by hand, and undone a week later", ``, func(w *world) { byHand("7.2")(w); w.clean(); byHand("7.0")(w); later(8 * 24 * time.Hour)(w) }, `#1 closed 7.2 - autoclosed
#2 open 7.2`, "seen"},
	{"done by hand, and a newer version", ``, func(w *world) { byHand("7.2")(w); release("7.4")(w) }, `#1 open 7.4`, "seen"},
	{"done by hand, and switched off", `"pruneStaleBranches": false`, byHand("7.2"), `#1 open 7.2`, "pruneStaleBranches"},
	{"done by hand, and a person committed", ``, func(w *world) { w.byAda("redis-7.x"); byHand("7.2")(w) }, `#1 open 7.2, "Update redis Docker tag to v7.2 - abandoned", ada's note, told`, "seen"},
	{"merged by hand", ``, merged, `#1 merged 7.2`, "seen"},
	{"merged by hand, and a newer version", ``, func(w *world) { merged(w); release("7.4")(w) }, `#1 merged 7.2
#2 open 7.4`, "seen"},

	// rebaseWhen.
	{"auto: behind is good enough", ``, ahead, `#1 open 7.2, behind`, "rebaseWhen"},
	{"auto: it conflicts", ``, conflict, `#1 open 7.2`, "rebaseWhen"},
	{"auto: it merges by itself", `"automerge": true`, ahead, `#1 open 7.2, behind`, "docs/differences.md, rebasing"},
	{"auto: it merges by itself, and must be up to date", `"automerge": true`, func(w *world) {
		w.must(w.SetProtection(shop, "main", &githubtest.Protection{Checks: []string{"build"}, Strict: true}))
		ahead(w)
	}, `#1 open 7.2`, "rebaseWhen"},
	{"auto: it was to merge by itself, and its checks failed", `"automerge": true`, func(w *world) {
		w.checks("build", "failure")
		ahead(w)
	}, `#1 open 7.2`, "rebaseWhen"},
	{"auto: the host wants it up to date", ``, func(w *world) {
		w.must(w.SetProtection(shop, "main", &githubtest.Protection{Strict: true}))
		ahead(w)
	}, `#1 open 7.2`, "rebaseWhen"},
	{"auto: the host wants it up to date, and a review", ``, func(w *world) {
		w.must(w.SetProtection(shop, "main", &githubtest.Protection{Strict: true, Reviews: 1}))
		ahead(w)
	}, `#1 open 7.2`, "rebaseWhen"},
	{"auto: the host wants a review only", ``, func(w *world) {
		w.must(w.SetRuleset(shop, "main", &githubtest.Protection{Reviews: 1}))
		ahead(w)
	}, `#1 open 7.2, behind`, "rebaseWhen"},
	{"auto: a ruleset wants it up to date, and a check", ``, func(w *world) {
		w.must(w.SetRuleset(shop, "main", &githubtest.Protection{Strict: true, Checks: []string{"build"}}))
		ahead(w)
	}, `#1 open 7.2`, "rebaseWhen"},
	{"auto: a ruleset wants it up to date", ``, func(w *world) {
		w.must(w.SetRuleset(shop, "main", &githubtest.Protection{Strict: true}))
		ahead(w)
	}, `#1 open 7.2`, "rebaseWhen"},
	{"auto: a label wants it up to date", `"keepUpdatedLabel": "fresh"`, func(w *world) {
		w.edit(func(p *githubtest.PullRequest) { p.Labels = append(p.Labels, "fresh") })
		ahead(w)
	}, `#1 open 7.2 [fresh]`, "keepUpdatedLabel"},
	{"behind-base-branch", `"rebaseWhen": "behind-base-branch"`, ahead, `#1 open 7.2`, "rebaseWhen"},
	{"conflicted: behind", `"rebaseWhen": "conflicted", "automerge": true`, ahead, `#1 open 7.2, behind`, "rebaseWhen"},
	{"conflicted: it conflicts", `"rebaseWhen": "conflicted"`, conflict, `#1 open 7.2`, "rebaseWhen"},
	{"automerging: it does", `"rebaseWhen": "automerging", "automerge": true`, ahead, `#1 open 7.2`, "rebaseWhen"},
	{"automerging: it does not", `"rebaseWhen": "automerging"`, conflict, `#1 open 7.2, behind`, "rebaseWhen"},
	{"never: behind", `"rebaseWhen": "never"`, ahead, `#1 open 7.2, behind`, "rebaseWhen"},
	{"never: it conflicts", `"rebaseWhen": "never"`, conflict, `#1 open 7.2, behind`, "rebaseWhen"},
	{"never: a newer version", `"rebaseWhen": "never"`, func(w *world) { ahead(w); release("7.4")(w) }, `#1 open 7.4`, "rebaseWhen"},
	{"the box is ticked", `"rebaseWhen": "never"`, func(w *world) {
		ahead(w)
		w.edit(func(p *githubtest.PullRequest) {
			p.Body = strings.ReplaceAll(strings.Replace(p.Body, "- [ ] <!-- rebase-check", "- [x] <!-- rebase-check", 1), "\n", "\r\n")
		})
	}, `#1 open 7.2`, "seen"},
	{"the label asks for it", `"rebaseWhen": "never", "rebaseLabel": "again"`, func(w *world) {
		ahead(w)
		w.edit(func(p *githubtest.PullRequest) { p.Labels = append(p.Labels, "again", "kept") })
	}, `#1 open 7.2 [kept]`, "rebaseLabel"},
	{"the title asks for it", `"rebaseWhen": "never"`, func(w *world) {
		ahead(w)
		w.edit(func(p *githubtest.PullRequest) { p.Title = "rebase!" + p.Title })
	}, `#1 open 7.2`, "docs.renovatebot.com/updating-rebasing"},
	{"the base is written anew", ``, func(w *world) {
		first := w.Head(shop, "main")
		ahead(w)
		w.clean()
		w.edit(func(p *githubtest.PullRequest) { p.Title = "rebase!" + p.Title })
		w.clean() // now it begins at what is about to go
		w.must(w.Branch(shop, "main", first))
		_, err := w.Commit(shop, "", map[string]string{"other": "other"}, "instead")
		w.must(err)
	}, `#1 open 7.2, other`, "promise 6: what was thrown away on the base is nobody's work on the branch"},

	// What people do.
	{"a person commits", ``, func(w *world) { w.byAda("redis-7.x"); release("7.4")(w); conflict(w) }, `#1 open 7.2, ada's note, behind`, "promise 6"},
	{"one commits who does not count", `"gitIgnoredAuthors": ["ADA@*", "*+ada@*"]`, func(w *world) { w.byAda("redis-7.x"); release("7.4")(w) }, `#1 open 7.4`, "gitIgnoredAuthors"},
	{"a person commits, and the box is ticked", ``, func(w *world) {
		w.byAda("redis-7.x")
		w.edit(func(p *githubtest.PullRequest) {
			p.Body = strings.Replace(p.Body, "- [ ] <!-- rebase-check", "- [x] <!-- rebase-check", 1)
		})
	}, `#1 open 7.2`, "seen"},
	{"a person gives it a title", ``, func(w *world) {
		w.edit(func(p *githubtest.PullRequest) { p.Title = "Mine" })
		w.clean()
		release("7.4")(w)
	}, `#1 open 7.4, "Mine"`, "promise 6"},
	{"a person writes into the text", ``, func(w *world) {
		w.edit(func(p *githubtest.PullRequest) { p.Body = "Look at this first.\n\n" + p.Body })
	}, `#1 open 7.2, a text of their own`, "promise 6"},
	{"a person writes into the text, and a newer version", ``, func(w *world) {
		w.edit(func(p *githubtest.PullRequest) { p.Body = "Look at this first.\n\n" + p.Body })
		release("7.4")(w)
	}, `#1 open 7.4`, "the text says what the branch does"},
	{"a person replaces the text", ``, func(w *world) {
		w.edit(func(p *githubtest.PullRequest) { p.Body = "Look at this first." })
	}, `#1 open 7.2`, "seen"},
	{"a person closes it", ``, closed, `#1 closed 7.2`, "promise 6"},
	{"a person closes it, and a newer version", ``, func(w *world) { closed(w); w.clean(); release("7.4")(w) }, `#1 closed 7.2
#2 open 7.4`, "seen"},
	{"a person closes it, and always", `"recreateWhen": "always"`, closed, `#1 closed 7.2
#2 open 7.2`, "recreateWhen"},
	{"a person closes it, and always by its old name", `"recreateClosed": true`, closed, `#1 closed 7.2
#2 open 7.2`, "recreateWhen"},
	{"a person closes it, and renames it", ``, func(w *world) {
		closed(w)
		w.clean()
		w.edit(func(p *githubtest.PullRequest) { p.Title = "not now" })
	}, `#1 closed 7.2, "not now"
#2 open 7.2`, "docs.renovatebot.com/key-concepts/pull-requests: a fresh one for a closed one that is renamed"},
	{"a person renames it, and closes it", ``, func(w *world) {
		w.edit(func(p *githubtest.PullRequest) { p.Title = "no" })
		w.clean()
		closed(w)
	}, `#1 closed 7.2, "no"`, "promise 6"},
	{"a person closes a major one, and a newer one", ``, func(w *world) {
		release("8.0")(w)
		w.clean()
		w.editOf(2, func(p *githubtest.PullRequest) { p.State = "closed" })
		w.clean()
		release("8.2")(w)
	}, `#1 open 7.2
#2 closed 8.0`, "docs.renovatebot.com/key-concepts/pull-requests: no later release of that major version either"},
	{"a person deletes its branch", ``, func(w *world) { w.must(w.Branch(shop, "renovate/redis-7.x", "")) }, `#1 closed 7.2`, "seen"},
	{"a person closes it, and opens it again", ``, func(w *world) {
		closed(w)
		w.clean()
		w.edit(func(p *githubtest.PullRequest) { p.State = "open" })
		release("7.4")(w)
	}, `#1 open 7.4`, "seen"},
	{"a person closes a group", `"groupName": "images", "packageRules": [{"matchPackageNames": ["alpine"], "groupName": "images"}]`, func(w *world) {
		alpine(w)
		w.clean()
		closed(w)
		w.editOf(1, func(p *githubtest.PullRequest) { p.State = "closed" })
	},
		`#1 closed 7.2 3.20, "Update images"`, "promise 6; Renovate opens such a group again at once"},
	{"a person closes a group, and one of it is newer", `"groupName": "images"`, func(w *world) { alpine(w); w.clean(); closed(w); w.clean(); release("7.4")(w) },
		`#1 closed 7.2 3.20, "Update images"
#2 open 7.4 3.20, "Update images"`, "recreateWhen"},
	{"a person closes a group, and never", `"groupName": "images", "recreateWhen": "never"`, func(w *world) { alpine(w); w.clean(); closed(w); w.clean(); release("7.4")(w) },
		`#1 closed 7.2 3.20, "Update images"`, "recreateWhen"},
	{"a person closes a group that goes to one major version, and one of it is newer", `"groupName": "images"`, func(w *world) {
		w.tags["alpine"] = []string{"3.19", "8.0"}
		alpine(w)
		release("8.0")(w)
		w.clean()
		w.editOf(2, func(p *githubtest.PullRequest) { p.State = "closed" })
		w.clean()
		release("8.2")(w)
	}, `#1 open 7.2
#2 closed 8.0 8.0, "Update images to v8"`, "seen"},
	{"a label stops it", `"stopUpdatingLabel": "stop"`, func(w *world) {
		w.edit(func(p *githubtest.PullRequest) { p.Labels = append(p.Labels, "stop") })
		release("7.4")(w)
		conflict(w)
	}, `#1 open 7.2 [stop], behind`, "stopUpdatingLabel"},
	{"a label stopped it for a while", ``, func(w *world) {
		w.edit(func(p *githubtest.PullRequest) { p.Labels = append(p.Labels, "stop-updating") })
		release("7.4")(w)
		w.clean()
		w.edit(func(p *githubtest.PullRequest) { p.Labels = nil })
	}, `#1 open 7.4`, "stopUpdatingLabel"},

	// Labels, drafts, people.
	{"labels", `"labels": ["a"], "addLabels": ["b", "{{depName}}", "{{#if isVulnerabilityAlert}}security{{/if}}"]`, nil, `#1 open 7.2 [a b redis]`, "seen"},
	{"a person takes a label away", `"labels": ["a", "b"]`, func(w *world) {
		w.edit(func(p *githubtest.PullRequest) { p.Labels = []string{"b"} })
		w.clean()
		release("7.4")(w)
	}, `#1 open 7.4 [b]`, "seen"},
	{"a person takes all labels away", `"labels": ["a", "b"]`, func(w *world) {
		w.edit(func(p *githubtest.PullRequest) { p.Labels = nil })
		w.clean()
		release("7.4")(w)
	}, `#1 open 7.4`, "seen"},
	{"other labels are wanted", `"labels": ["a", "b"]`, reconfigure(`"labels": ["a", "c"]`), `#1 open 7.2 [a c]`, "seen"},
	{"other labels are wanted, and a person changed them", `"labels": ["a", "b"]`, func(w *world) {
		w.edit(func(p *githubtest.PullRequest) { p.Labels = []string{"a", "mine"} })
		reconfigure(`"labels": ["a", "c"]`)(w)
	}, `#1 open 7.2 [a mine]`, "seen"},
	{"a draft", `"draftPR": true`, nil, `#1 draft 7.2`, "draftPR"},
	{"a person says that it is ready", `"draftPR": true`, func(w *world) { w.edit(func(p *githubtest.PullRequest) { p.Draft = false }); release("7.4")(w) }, `#1 open 7.4`, "draftPR is about new ones"},
	{"assignees and reviewers", `"assignees": ["ada"], "reviewers": ["grace", "team:ops"], "additionalReviewers": ["hal"]`, nil, `#1 open 7.2, assigned ada, asked grace hal team:ops`, "additionalReviewers"},
	{"a sample of them", `"assignees": ["ada", "grace", "hal"], "assigneesSampleSize": 1, "reviewers": ["ada", "grace", "hal"], "reviewersSampleSize": 2`, release("7.4"), `#1 open 7.4, assigned hal, asked ada hal`, "assigneesSampleSize"},
	{"a person takes the assignees away", `"assignees": ["ada"], "reviewers": ["grace"]`, func(w *world) {
		w.asAnn(http.MethodDelete, "issues/1/assignees", `{"assignees": ["ada"]}`)
		w.asAnn(http.MethodDelete, "pulls/1/requested_reviewers", `{"reviewers": ["grace"]}`)
		w.clean()
		release("7.4")(w)
	}, `#1 open 7.4`, "seen"},

	// prCreation: first the branch, later its pull request.
	{"not-pending: no check", `"prCreation": "not-pending"`, nil, `no pull request for redis-7.x`, "prCreation"},
	{"not-pending: a check runs", `"prCreation": "not-pending"`, checked(""), `no pull request for redis-7.x`, "prCreation"},
	{"not-pending: a check failed", `"prCreation": "not-pending"`, checked("failure"), `#1 open 7.2`, "prCreation"},
	{"not-pending: a day later", `"prCreation": "not-pending"`, later(25 * time.Hour), `#1 open 7.2`, "prNotPendingHours"},
	{"not-pending: three days are not over", `"prCreation": "not-pending", "prNotPendingHours": 72`, later(25 * time.Hour), `no pull request for redis-7.x`, "prNotPendingHours"},
	{"status-success: a check failed", `"prCreation": "status-success"`, checked("failure"), `no pull request for redis-7.x`, "prCreation"},
	{"status-success: all are green", `"prCreation": "status-success"`, checked("success"), `#1 open 7.2`, "prCreation"},
	{"approval", `"prCreation": "approval"`, nil, `no pull request for redis-7.x`, "prCreation"},
	{"approval, given", `"prCreation": "approval"`, func(w *world) { w.tick("approvePr-branch=renovate/redis-7.x") }, `#2 open 7.2`, "prCreation"},

	// Limits.
	{"prHourlyLimit", `"prHourlyLimit": 1`, alpine, `#1 open 7.2`, "prHourlyLimit"},
	{"prHourlyLimit, and an hour later", `"prHourlyLimit": 1`, func(w *world) { alpine(w); w.clean(); later(time.Hour)(w) }, `#1 open 7.2
#2 open 3.20`, "prHourlyLimit"},
	{"prConcurrentLimit", `"prConcurrentLimit": 1`, alpine, `#1 open 7.2`, "prConcurrentLimit"},
	{"prConcurrentLimit, and one is closed", `"prConcurrentLimit": 1`, func(w *world) { alpine(w); w.clean(); closed(w) }, `#1 closed 7.2
#2 open 3.20`, "prConcurrentLimit"},
	{"branchConcurrentLimit", `"branchConcurrentLimit": 1`, alpine, `#1 open 7.2`, "branchConcurrentLimit"},
	{"branchConcurrentLimit, and one is closed", `"branchConcurrentLimit": 1`, func(w *world) { alpine(w); w.clean(); closed(w) }, `#1 closed 7.2
#2 open 3.20`, "branchConcurrentLimit"},
	{"commitHourlyLimit", `"commitHourlyLimit": 1`, func(w *world) { alpine(w); release("7.4")(w) }, `#1 open 7.2`, "commitHourlyLimit"},
	{"commitHourlyLimit, and an hour later", `"commitHourlyLimit": 2`, func(w *world) { alpine(w); release("7.4")(w); w.clean(); later(time.Hour)(w) }, `#1 open 7.4
#2 open 3.20`, "commitHourlyLimit"},

	// The base.
	{"the base has another name", ``, func(w *world) {
		w.must(w.Branch(shop, "trunk", "main"))
		w.must(w.Retarget(shop, 1, "trunk")) // GitHub does so when somebody renames a branch
		w.asAnn(http.MethodPatch, "", `{"default_branch": "trunk"}`)
		w.must(w.Branch(shop, "main", ""))
		release("7.4")(w)
	}, `#1 open 7.4, to trunk`, "docs.github.com: renaming a branch"},
	{"another branch is the default", ``, func(w *world) {
		w.must(w.Branch(shop, "trunk", "main"))
		w.asAnn(http.MethodPatch, "", `{"default_branch": "trunk"}`)
	}, `#1 open 7.2, to trunk`, "baseBranchPatterns"},
	{"two bases", `"baseBranchPatterns": ["main", "production"]`, func(w *world) { w.must(w.Branch(shop, "production", "main")) }, `#1 closed 7.2 - autoclosed
#2 open 7.2, "Update redis Docker tag to v7.2 (main)", main-redis-7.x
#3 open 7.2, "Update redis Docker tag to v7.2 (production)", production-redis-7.x, to production`, "baseBranchPatterns"},
	{"one of two bases goes", `"baseBranchPatterns": ["main", "production"]`, func(w *world) {
		w.must(w.Branch(shop, "production", "main"))
		w.clean()
		reconfigure(`"baseBranchPatterns": ["main"]`)(w)
	}, `#1 open 7.2, told
#2 closed 7.2, "Update redis Docker tag to v7.2 (main) - autoclosed", main-redis-7.x
#3 closed 7.2, "Update redis Docker tag to v7.2 (production) - autoclosed", production-redis-7.x, to production`, "baseBranchPatterns: the names differ then, as in Renovate"},
}

func TestLifeCycle(t *testing.T) {
	for _, x := range turns {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, map[string]string{"renovate.json": configured(x.config), "Dockerfile": "FROM redis:7.0\n"})
			w.tags["alpine"] = []string{"3.19", "3.20"}
			for _, login := range []string{"ada", "grace", "hal", "ann"} {
				w.CreateUser(login)
			}
			w.CreateTeam("acme", "ops")
			w.clean()
			if x.happen != nil {
				x.happen(w)
				w.clean()
			}
			if diff := cmp.Diff(strings.Split(x.want, "\n"), w.story()); diff != "" {
				t.Errorf("%s (%s)", diff, x.source)
			}
			w.quietly()
		})
	}
}

func configured(more string) string {
	for _, limit := range []string{"prHourlyLimit", "prConcurrentLimit"} {
		if !strings.Contains(more, limit) {
			more = strings.TrimSuffix(fmt.Sprintf("%q: 0, %s", limit, more), ", ")
		}
	}
	return "{" + more + "}"
}

// story says what there is of pull requests, a line each: number, state, versions and labels, then whatever is not as usual. A branch
// of ours without a pull request is a line too.
func (w *world) story() []string {
	w.Helper()
	pulls, err := w.Pulls(shop)
	w.must(err)
	var out []string
	heads := make(map[string]string) // "" where an open pull request has it
	for _, p := range pulls {
		if _, seen := heads[p.Branch]; !seen {
			heads[p.Branch] = w.Head(shop, p.Branch)
		}
		if p.State == "open" {
			heads[p.Branch] = ""
		}
	}
	for _, p := range pulls {
		out = append(out, w.tale(p, heads[p.Branch]))
	}
	for _, name := range branchNames(w) {
		if _, told := heads[name]; !told && strings.HasPrefix(name, "renovate/") {
			out = append(out, "no pull request for "+strings.TrimPrefix(name, "renovate/"))
		}
	}
	return out
}

// tale is the line of a pull request; left is where its branch is.
func (w *world) tale(p githubtest.PullRequest, left string) string {
	w.Helper()
	line := fmt.Sprintf("#%d %s", p.Number, p.State)
	if p.Draft {
		line = fmt.Sprintf("#%d draft", p.Number)
	}
	read := func(rev, path string) string {
		text, err := w.ReadFile(shop, rev, path)
		if err != nil {
			return ""
		}
		return text
	}
	usual := ""
	for _, l := range strings.Fields(read(p.Head, "Dockerfile") + read(p.Head, "a/Dockerfile")) {
		image, version, found := strings.Cut(l, ":")
		if !found || version == "7.0" || version == "3.19" {
			continue
		}
		line += " " + version
		usual = fmt.Sprintf("Update %s Docker tag to v%s", image, strings.Replace(version, "8.0", "8", 1))
	}
	if len(p.Labels) > 0 {
		line += fmt.Sprint(" ", p.Labels)
	}
	add := func(yes bool, format string, args ...any) {
		if yes {
			line += fmt.Sprintf(format, args...)
		}
	}
	if p.Title == usual+" - autoclosed" {
		line += " - autoclosed"
	} else {
		add(p.Title != usual, ", %q", p.Title)
	}
	add(read(p.Head, "note") != "", ", ada's note")
	add(read(p.Head, "other") != "", ", other")
	add(p.State == "open" && read(p.Base, "README.md") != read(p.Head, "README.md"), ", behind")
	add(p.Branch != "renovate/redis-7.x" && strings.Contains(p.Branch, "redis-7"), ", %s", strings.TrimPrefix(p.Branch, "renovate/"))
	add(p.Base != "main", ", to %s", p.Base)
	add(strings.HasPrefix(p.Body, "Look"), ", a text of their own")
	add(len(p.Assignees) > 0, ", assigned %s", strings.Join(p.Assignees, " "))
	add(len(p.Reviewers) > 0, ", asked %s", strings.Join(p.Reviewers, " "))
	add(len(p.Comments) > 0 && p.State == "open", ", told")
	add(p.State != "open" && p.Head == left, ", its branch is left")
	return line
}

// What happens to a world.

func (w *world) editOf(number int, f func(*githubtest.PullRequest)) {
	w.Helper()
	pulls, err := w.Pulls(shop)
	w.must(err)
	for _, p := range pulls {
		if p.Number == number {
			f(&p)
			w.must(w.EditPull(shop, p))
			return
		}
	}
	w.Fatalf("there is no pull request %d", number)
}

func (w *world) edit(f func(*githubtest.PullRequest)) {
	w.Helper()
	w.editOf(1, f)
}

func (w *world) commit(files map[string]string) {
	w.Helper()
	_, err := w.CommitAs("ada", shop, "", files, "by hand")
	w.must(err)
}

func (w *world) byAda(branch string) {
	w.Helper()
	_, err := w.CommitAs("ada", shop, "renovate/"+branch, map[string]string{"note": "mine"}, "mine")
	w.must(err)
}

func release(tag string) func(*world) {
	return func(w *world) { w.tags["redis"] = append(w.tags["redis"], tag) }
}

func byHand(tag string) func(*world) {
	return func(w *world) { w.commit(map[string]string{"Dockerfile": "FROM redis:" + tag + "\n"}) }
}

func reconfigure(config string) func(*world) {
	return func(w *world) { w.commit(map[string]string{"renovate.json": configured(config)}) }
}

func checked(conclusion string) func(*world) {
	return func(w *world) { w.must(w.SetCheck(shop, w.Head(shop, "renovate/redis-7.x"), "build", conclusion)) }
}

func later(d time.Duration) func(*world) {
	return func(w *world) { w.now = func() time.Time { return time.Now().Add(d) } }
}

func closed(w *world) { w.edit(func(p *githubtest.PullRequest) { p.State = "closed" }) }

func ahead(w *world) { w.commit(map[string]string{"README.md": "hello"}) }

func conflict(w *world) {
	w.commit(map[string]string{"README.md": "hello", "Dockerfile": "# ours\nFROM redis:7.0\n"})
}

func alpine(w *world) { w.commit(map[string]string{"a/Dockerfile": "FROM alpine:3.19\n"}) }

func merged(w *world) { w.asAnn(http.MethodPut, "pulls/1/merge", `{"merge_method": "squash"}`) }

// Where opening again fails half-way, there is another pull request, and no second one.
func TestReopeningFails(t *testing.T) {
	for _, op := range []string{"git/create-ref", "pulls/update"} {
		w := newWorld(t, map[string]string{"renovate.json": `{}`, "Dockerfile": "FROM redis:7.0\n"})
		w.clean()
		byHand("7.2")(w)
		w.clean()
		byHand("7.0")(w)
		w.Inject(githubtest.Fault{Op: op, Kind: githubtest.Refuse, Status: 422})
		w.once()
		w.clean()
		want := []string{"#1 closed 7.2 - autoclosed", "#2 open 7.2"}
		if op == "git/create-ref" {
			want = []string{"#1 open 7.2, told"} // nothing was done, so that it is tried again
		}
		if diff := cmp.Diff(want, w.story()); diff != "" {
			t.Errorf("%s: %s", op, diff)
		}
		w.quietly()
	}
}

// A renamed repository is the same one: its pull requests go on, whether it is asked for by its old name or its new one.
func TestRenamedRepository(t *testing.T) {
	w := newWorld(t, map[string]string{"renovate.json": `{"dependencyDashboard": true, "labels": ["deps"]}`, "Dockerfile": "FROM redis:7.0\n"})
	w.clean()
	w.must(w.RenameRepo(shop, "store"))
	w.tags["redis"] = append(w.tags["redis"], "7.4")
	for _, name := range []string{shop, shop, "acme/store", "acme/store"} {
		p, stop := w.passer()
		_, effects, err := p.Pass(t.Context(), name)
		stop()
		w.must(err)
		for _, e := range effects {
			w.must(e.Err)
		}
	}
	pulls, err := w.Pulls("acme/store")
	w.must(err)
	issues, err := w.Issues("acme/store")
	w.must(err)
	if len(pulls) != 1 || len(issues) != 1 || pulls[0].Title != "Update redis Docker tag to v7.4" || pulls[0].State != "open" {
		t.Errorf("%+v\n%+v", pulls, issues)
	}
	if text, err := w.ReadFile("acme/store", pulls[0].Head, "Dockerfile"); text != "FROM redis:7.4\n" {
		t.Errorf("%q, %v", text, err)
	}
}
