package githubtest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// Check runs: the newest of a name counts, and a conclusion completes it.
func TestCheckRuns(t *testing.T) {
	w := start(t, githubtest.Options{})
	sha := w.Head(shop, "")
	run, _, err := w.gh.Checks.CreateCheckRun(ctx(t), "acme", "shop", github.CreateCheckRunOptions{Name: "ci", HeadSHA: sha, Status: github.String("in_progress")})
	w.ok(err)
	_, _, err = w.gh.Checks.UpdateCheckRun(ctx(t), "acme", "shop", run.GetID(), github.UpdateCheckRunOptions{Name: "ci", Conclusion: github.String("failure"),
		Output: &github.CheckRunOutput{Title: github.String("t"), Summary: github.String("s")}})
	w.ok(err)
	app := run.GetApp().GetSlug() + "[bot]"
	w.ok(w.SetCheckBy("other[bot]", shop, sha, "build", "success"))
	w.ok(w.SetCheckBy(app, shop, sha, "ci", "success"))
	w.ok(w.SetCheckBy(app, shop, sha, "lint", ""))
	list, _, err := w.gh.Checks.ListCheckRunsForRef(ctx(t), "acme", "shop", "main", nil)
	w.ok(err)
	got := map[string]string{}
	for _, r := range list.CheckRuns {
		got[r.GetName()] = r.GetStatus() + " " + r.GetConclusion()
	}
	if want := map[string]string{"ci": "completed success", "build": "completed success", "lint": "in_progress "}; !cmp.Equal(got, want) {
		t.Errorf("check runs are %v, want %v", got, want)
	}
	suites, _, err := w.gh.Checks.ListCheckSuitesForRef(ctx(t), "acme", "shop", "main", nil)
	w.ok(err)
	if len(suites.CheckSuites) != 2 || suites.CheckSuites[0].GetStatus() != "in_progress" || suites.CheckSuites[1].GetConclusion() != "success" {
		t.Errorf("check suites are %v", suites.CheckSuites)
	}
}

// docs.github.com/rest/commits/statuses: failure if any failed, pending if
// there are none.
func TestCombinedStatus(t *testing.T) {
	w := start(t, githubtest.Options{})
	sha := w.commit("renovate/x", "a.txt", "1\n")
	set := func(context, state string) {
		t.Helper()
		_, _, err := w.gh.Repositories.CreateStatus(ctx(t), "acme", "shop", sha, &github.RepoStatus{State: &state, Context: &context})
		w.ok(err)
	}
	expect := func(want string, n int) {
		t.Helper()
		got, _, err := w.gh.Repositories.GetCombinedStatus(ctx(t), "acme", "shop", "renovate/x", nil)
		w.ok(err)
		if got.GetState() != want || got.GetTotalCount() != n {
			t.Errorf("got %s of %d, want %s of %d", got.GetState(), got.GetTotalCount(), want, n)
		}
	}
	expect("pending", 0)
	set("ci", "pending")
	set("lint", "success")
	expect("pending", 2)
	set("ci", "error")
	expect("failure", 2)
	set("ci", "success")
	expect("success", 2)
	_, _, err := w.gh.Repositories.CreateStatus(ctx(t), "acme", "shop", sha, &github.RepoStatus{State: github.String("success"), Context: github.String("x")})
	w.ok(err)
}

// Protection and rulesets are shown in different places and both hold.
func TestProtection(t *testing.T) {
	w := start(t, githubtest.Options{})
	_, _, err := w.gh.Repositories.GetBranchProtection(ctx(t), "acme", "shop", "main")
	if err != github.ErrBranchNotProtected {
		t.Errorf("got %v, want that the branch is not protected", err)
	}
	_, _, err = w.gh.Repositories.UpdateBranchProtection(ctx(t), "acme", "shop", "main", &github.ProtectionRequest{
		RequiredStatusChecks: &github.RequiredStatusChecks{Strict: true, Contexts: &[]string{"ci"}}})
	w.ok(err)
	w.ok(w.SetRuleset(shop, "main", &githubtest.Protection{Checks: []string{"scan"}}))
	p, _, err := w.gh.Repositories.GetBranchProtection(ctx(t), "acme", "shop", "main")
	w.ok(err)
	if c := p.GetRequiredStatusChecks(); !c.Strict || !cmp.Equal(*c.Contexts, []string{"ci"}) {
		t.Errorf("required checks are %v", c)
	}
	rules, _, err := w.gh.Repositories.GetRulesForBranch(ctx(t), "acme", "shop", "main")
	w.ok(err)
	if len(rules) != 3 || rules[2].Type != "required_status_checks" {
		t.Errorf("rules are %v", rules)
	}
	b, _, err := w.gh.Repositories.GetBranch(ctx(t), "acme", "shop", "main", 0)
	w.ok(err)
	if !b.GetProtected() || !cmp.Equal(*b.GetProtection().RequiredStatusChecks.Contexts, []string{"ci", "scan"}) {
		t.Errorf("branch is %v", b.GetProtection())
	}
}

func TestLabels(t *testing.T) {
	w := start(t, githubtest.Options{})
	_, _, err := w.gh.Issues.CreateLabel(ctx(t), "acme", "shop", &github.Label{Name: github.String("deps"), Color: github.String("ff0000")})
	w.ok(err)
	_, _, err = w.gh.Issues.CreateLabel(ctx(t), "acme", "shop", &github.Label{Name: github.String("Deps")})
	w.refused(err, 422, "Label.name already_exists")
	n := w.open("x", "a.txt", "1\n").GetNumber()
	_, _, err = w.gh.Issues.AddLabelsToIssue(ctx(t), "acme", "shop", n, []string{"deps", "unseen"})
	w.ok(err)
	_, err = w.gh.Issues.RemoveLabelForIssue(ctx(t), "acme", "shop", n, "deps")
	w.ok(err)
	_, err = w.gh.Issues.RemoveLabelForIssue(ctx(t), "acme", "shop", n, "deps")
	w.refused(err, 404, "Label does not exist")
	_, _, err = w.gh.Issues.GetLabel(ctx(t), "acme", "shop", "unseen")
	w.ok(err)
	pulls, err := w.Pulls(shop)
	w.ok(err)
	if !cmp.Equal(pulls[0].Labels, []string{"unseen"}) {
		t.Errorf("labels are %v", pulls[0].Labels)
	}
}

// Issues, comments, assignees and milestones; a pull request is an issue too.
func TestIssues(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.client(githubtest.Grant{Login: "ann"})
	gh := w.gh.Issues
	i, _, err := gh.Create(ctx(t), "acme", "shop", &github.IssueRequest{Title: github.String("Dashboard"), Body: github.String("b"), Labels: &[]string{"bug"}})
	w.ok(err)
	m, _, err := gh.CreateMilestone(ctx(t), "acme", "shop", &github.Milestone{Title: github.String("v1")})
	w.ok(err)
	i, _, err = gh.Edit(ctx(t), "acme", "shop", i.GetNumber(), &github.IssueRequest{State: github.String("closed"), Milestone: m.Number})
	w.ok(err)
	if i.GetState() != "closed" || i.GetStateReason() != "completed" || i.GetMilestone().GetTitle() != "v1" || i.GetUser().GetLogin() != "currant[bot]" {
		t.Errorf("issue is %v", i)
	}
	i, _, err = gh.AddAssignees(ctx(t), "acme", "shop", i.GetNumber(), []string{"ann", "nobody"})
	w.ok(err)
	if len(i.Assignees) != 1 {
		t.Errorf("assignees are %v", i.Assignees)
	}
	c, _, err := gh.CreateComment(ctx(t), "acme", "shop", i.GetNumber(), &github.IssueComment{Body: github.String("one")})
	w.ok(err)
	_, _, err = gh.EditComment(ctx(t), "acme", "shop", c.GetID(), &github.IssueComment{Body: github.String("two")})
	w.ok(err)
	list, _, err := gh.ListComments(ctx(t), "acme", "shop", i.GetNumber(), nil)
	w.ok(err)
	if len(list) != 1 || list[0].GetBody() != "two" {
		t.Errorf("comments are %v", list)
	}
	_, err = gh.DeleteComment(ctx(t), "acme", "shop", c.GetID())
	w.ok(err)
	p := w.open("x", "a.txt", "1\n")
	open, _, err := gh.ListByRepo(ctx(t), "acme", "shop", nil)
	w.ok(err)
	if len(open) != 1 || open[0].GetNumber() != p.GetNumber() || !open[0].IsPullRequest() {
		t.Errorf("open issues are %v", open)
	}
}

func TestReleasesAndTags(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.ok(w.Tag(shop, "v1.0.0", "main"))
	second := w.commit("main", "a.txt", "1\n")
	_, _, err := w.gh.Repositories.CreateRelease(ctx(t), "acme", "shop", &github.RepositoryRelease{TagName: github.String("v1.1.0"), Name: github.String("1.1"), Body: github.String("notes")})
	w.ok(err)
	tags, _, err := w.gh.Repositories.ListTags(ctx(t), "acme", "shop", nil)
	w.ok(err)
	if len(tags) != 2 || tags[0].GetName() != "v1.1.0" || tags[0].GetCommit().GetSHA() != second {
		t.Errorf("tags are %v", tags)
	}
	r, _, err := w.gh.Repositories.GetLatestRelease(ctx(t), "acme", "shop")
	w.ok(err)
	if r.GetTagName() != "v1.1.0" || r.GetBody() != "notes" {
		t.Errorf("latest release is %v", r)
	}
	ref, _, err := w.gh.Git.GetRef(ctx(t), "acme", "shop", "tags/v1.0.0")
	w.ok(err)
	tag, _, err := w.gh.Git.GetTag(ctx(t), "acme", "shop", ref.GetObject().GetSHA())
	w.ok(err)
	if tag.GetTag() != "v1.0.0" || tag.GetObject().GetType() != "commit" {
		t.Errorf("tag is %v", tag)
	}
}

// Lists of repositories for an installation, an organisation and a person.
func TestListRepositories(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.ok(w.CreateRepo("acme/base", nil))
	w.ok(w.CreateRepo("other/open", map[string]string{"a": "1"}, githubtest.Public(), githubtest.Default("trunk")))
	apps, _, err := w.client(githubtest.Grant{Repositories: []string{shop}}).Apps.ListRepos(ctx(t), nil)
	w.ok(err)
	if apps.GetTotalCount() != 1 || apps.Repositories[0].GetFullName() != shop {
		t.Errorf("the installation has %v", apps.Repositories)
	}
	org, _, err := w.gh.Repositories.ListByOrg(ctx(t), "acme", nil)
	w.ok(err)
	if len(org) != 2 || org[0].GetName() != "base" {
		t.Errorf("the organisation has %v", org)
	}
	ann := w.client(githubtest.Grant{Login: "ann"})
	mine, _, err := ann.Repositories.ListByAuthenticatedUser(ctx(t), nil)
	w.ok(err)
	if len(mine) != 3 || mine[2].GetDefaultBranch() != "trunk" {
		t.Errorf("the person has %v", mine)
	}
	user, _, err := ann.Users.Get(ctx(t), "")
	w.ok(err)
	if user.GetLogin() != "ann" {
		t.Errorf("the person is %v", user)
	}
	_, _, err = w.gh.Users.Get(ctx(t), "")
	w.refused(err, 403, "Resource not accessible by integration")
}

func TestSearch(t *testing.T) {
	w := start(t, githubtest.Options{})
	p := w.open("renovate/x", "a.txt", "1\n")
	w.open("feature", "b.txt", "1\n")
	_, err := w.merge(p, nil)
	w.ok(err)
	for q, want := range map[string]int{
		"is:pr repo:acme/shop": 2, "is:pr is:open org:acme": 1, "is:pr head:renovate/": 1, "is:pr is:merged author:app/currant": 1,
		"is:issue repo:acme/shop": 0, `is:pr "update b.txt" in:title`: 1, "is:pr -is:merged": 1, "repo:acme/none is:pr": 0,
	} {
		got, _, err := w.gh.Search.Issues(ctx(t), q, nil)
		w.ok(err)
		if got.GetTotal() != want {
			t.Errorf("%s: found %d, want %d", q, got.GetTotal(), want)
		}
	}
}
