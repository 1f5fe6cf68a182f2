package githubtest_test

import (
	"testing"

	"github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// The head of a pull request is its branch's, at each read; a mistake of fakes
// that keep what they were told.
func TestHeadFollowsBranch(t *testing.T) {
	w := start(t, githubtest.Options{})
	p := w.open("renovate/x", "a.txt", "1\n")
	sha := w.commit("renovate/x", "a.txt", "2\n")
	if got := w.get(p).GetHead().GetSHA(); got != sha {
		t.Errorf("head is %s, want the branch's %s", got, sha)
	}
}

// mergeable_state is documented at
// docs.github.com/graphql/reference/enums#mergestatestatus.
func TestMergeableState(t *testing.T) {
	w := start(t, githubtest.Options{})
	p := w.open("x", "README.md", "# Mine\n")
	expect := func(state string, mergeable bool) {
		t.Helper()
		got := w.get(p)
		if got.GetMergeableState() != state || got.GetMergeable() != mergeable {
			t.Errorf("got %s, mergeable %v; want %s, %v", got.GetMergeableState(), got.GetMergeable(), state, mergeable)
		}
	}
	expect("clean", true)
	head := p.GetHead().GetSHA()
	w.ok(w.SetCheck(shop, head, "lint", "failure"))
	expect("unstable", true)
	w.ok(w.SetCheck(shop, head, "lint", "success"))
	w.ok(w.SetProtection(shop, "main", &githubtest.Protection{Checks: []string{"ci"}, Strict: true}))
	expect("blocked", true)
	w.ok(w.SetStatus(shop, head, "ci", "success"))
	expect("clean", true)
	w.commit("main", "other.txt", "1\n")
	expect("behind", true)
	w.commit("main", "README.md", "# Theirs\n")
	expect("dirty", false)
}

// Merging two pull requests from the same base keeps both changes: a merge is
// three-way.
func TestMergeKeepsBoth(t *testing.T) {
	w := start(t, githubtest.Options{})
	for _, p := range []*github.PullRequest{w.open("a", "a.txt", "a\n"), w.open("b", "b.txt", "b\n")} {
		if _, err := w.merge(p, nil); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{"a.txt": "a\n", "b.txt": "b\n", "README.md": "# Shop\n"} {
		if got, err := w.ReadFile(shop, "", path); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", path, got, err, want)
		}
	}
}

// docs.github.com/repositories/.../about-merge-methods-on-github
func TestMergeMethods(t *testing.T) {
	for method, want := range map[string]struct {
		parents int
		subject string
	}{
		"merge":  {2, "Merge pull request #1 from acme/x"},
		"squash": {1, "change a.txt (#1)"},
		"rebase": {1, "change a.txt"},
	} {
		t.Run(method, func(t *testing.T) {
			w := start(t, githubtest.Options{})
			p := w.open("x", "a.txt", "a\n")
			w.commit("main", "main.txt", "1\n")
			r, err := w.merge(p, &github.PullRequestOptions{MergeMethod: method})
			w.ok(err)
			c, _, err := w.gh.Git.GetCommit(ctx(t), "acme", "shop", r.GetSHA())
			w.ok(err)
			subject, _, _ := cut(c.GetMessage())
			if len(c.Parents) != want.parents || subject != want.subject {
				t.Errorf("got %d parents and %q, want %v", len(c.Parents), subject, want)
			}
			if got, err := w.ReadFile(shop, "", "a.txt"); err != nil || got != "a\n" {
				t.Errorf("a.txt is %q, %v", got, err)
			}
			if got, err := w.ReadFile(shop, "", "main.txt"); err != nil || got != "1\n" {
				t.Errorf("main.txt is %q, %v", got, err)
			}
			if got := w.get(p); !got.GetMerged() || got.GetState() != "closed" || got.GetMergedBy().GetLogin() != "currant[bot]" {
				t.Errorf("pull request is %v", got)
			}
		})
	}
}

func cut(message string) (subject, body string, found bool) {
	for i, r := range message {
		if r == '\n' {
			return message[:i], message[i:], true
		}
	}
	return message, "", false
}

// The refusals of "merge a pull request": 405 with the reason, 409 for another
// head. Renovate waits on `Required status check ".+" is expected.`.
func TestMergeRefused(t *testing.T) {
	w := start(t, githubtest.Options{}, githubtest.Methods("squash"))
	p := w.open("x", "README.md", "# Mine\n")
	_, err := w.merge(p, &github.PullRequestOptions{MergeMethod: "merge"})
	w.refused(err, 405, "Merge commits are not allowed on this repository.")
	squash := &github.PullRequestOptions{MergeMethod: "squash"}
	w.ok(w.SetProtection(shop, "main", &githubtest.Protection{Checks: []string{"ci"}}))
	_, err = w.merge(p, squash)
	w.refused(err, 405, `Required status check "ci" is expected.`)
	w.ok(w.SetCheck(shop, p.GetHead().GetSHA(), "ci", "failure"))
	_, err = w.merge(p, squash)
	w.refused(err, 405, `Required status check "ci" is failing.`)
	w.ok(w.SetProtection(shop, "main", &githubtest.Protection{Reviews: 1}))
	_, err = w.merge(p, squash)
	w.refused(err, 405, "At least 1 approving review is required")
	w.ok(w.SetProtection(shop, "main", nil))
	_, err = w.merge(p, &github.PullRequestOptions{MergeMethod: "squash", SHA: w.Head(shop, "main")})
	w.refused(err, 409, "Head branch was modified. Review and try the merge again.")
	w.commit("main", "README.md", "# Theirs\n")
	_, err = w.merge(p, squash)
	w.refused(err, 405, "Pull Request is not mergeable")
	if w.get(p).GetState() != "open" {
		t.Error("a refused merge closed the pull request")
	}
}

// A merge that conflicts leaves the base where it was.
func TestRebaseConflict(t *testing.T) {
	w := start(t, githubtest.Options{})
	p := w.open("x", "README.md", "# Mine\n")
	theirs := w.commit("main", "README.md", "# Theirs\n")
	_, err := w.merge(p, &github.PullRequestOptions{MergeMethod: "rebase"})
	w.refused(err, 405, "")
	if got := w.Head(shop, "main"); got != theirs {
		t.Errorf("main is at %s, want %s", got, theirs)
	}
}

// The 422s of "create a pull request", as recorded by others.
func TestCreateRefused(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.open("x", "a.txt", "1\n")
	w.ok(w.Branch(shop, "same", "main"))
	for _, c := range []struct{ head, base, want string }{
		{"x", "main", "custom A pull request already exists for acme:x."},
		{"nowhere", "main", "PullRequest.head invalid"},
		{"x", "nowhere", "PullRequest.base invalid"},
		{"same", "main", "custom No commits between main and same"},
	} {
		_, _, err := w.gh.PullRequests.Create(ctx(t), "acme", "shop", &github.NewPullRequest{Title: github.String("t"), Head: &c.head, Base: &c.base})
		w.refused(err, 422, c.want)
	}
}

// docs.github.com: deleting a branch closes its pull requests; a merged branch
// is deleted where the repository says so.
func TestBranchGone(t *testing.T) {
	w := start(t, githubtest.Options{}, githubtest.DeleteMerged())
	p, q := w.open("x", "a.txt", "1\n"), w.open("y", "b.txt", "1\n")
	_, err := w.gh.Git.DeleteRef(ctx(t), "acme", "shop", "heads/x")
	w.ok(err)
	if got := w.get(p); got.GetState() != "closed" || got.GetMerged() || got.GetHead().GetSHA() != p.GetHead().GetSHA() {
		t.Errorf("after its branch was deleted the pull request is %v", got)
	}
	_, _, err = w.gh.PullRequests.Edit(ctx(t), "acme", "shop", p.GetNumber(), &github.PullRequest{State: github.String("open")})
	w.refused(err, 422, "state cannot be changed. The x branch has been deleted.")
	if _, err := w.merge(q, nil); err != nil {
		t.Fatal(err)
	}
	if w.Head(shop, "y") != "" || w.get(q).GetHead().GetSHA() != q.GetHead().GetSHA() {
		t.Error("the merged branch is still there, or the pull request lost its head")
	}
}

// A pull request whose commits are pushed to its base counts as merged; one
// whose branch is reset to its base is closed.
func TestReachedByPush(t *testing.T) {
	w := start(t, githubtest.Options{})
	p, q := w.open("x", "a.txt", "1\n"), w.open("y", "b.txt", "1\n")
	w.ok(w.Branch(shop, "main", "x"))
	if got := w.get(p); !got.GetMerged() {
		t.Errorf("pull request is %s, want merged", got.GetState())
	}
	w.ok(w.Branch(shop, "y", "main"))
	if got := w.get(q); got.GetMerged() || got.GetState() != "closed" {
		t.Errorf("pull request is %s, want closed", got.GetState())
	}
}

// Files and commits of a pull request are git's.
func TestFilesAndCommits(t *testing.T) {
	w := start(t, githubtest.Options{})
	p := w.open("x", "README.md", "# Shop\nmore\n")
	_, err := w.Commit(shop, "x", map[string]string{"app/go.mod": githubtest.Delete, "app/mod": "module shop\n", "bin": "\x00\x01"}, "second")
	w.ok(err)
	w.commit("main", "unrelated.txt", "1\n")
	files, _, err := w.gh.PullRequests.ListFiles(ctx(t), "acme", "shop", p.GetNumber(), nil)
	w.ok(err)
	got := map[string]string{}
	for _, f := range files {
		got[f.GetFilename()] = f.GetStatus()
	}
	want := map[string]string{"README.md": "modified", "app/mod": "renamed", "bin": "added"}
	for path, status := range want {
		if got[path] != status {
			t.Errorf("%s is %q, want %q", path, got[path], status)
		}
	}
	if len(got) != len(want) {
		t.Errorf("files are %v", got)
	}
	commits, _, err := w.gh.PullRequests.ListCommits(ctx(t), "acme", "shop", p.GetNumber(), nil)
	w.ok(err)
	if len(commits) != 2 || commits[0].GetCommit().GetMessage() != "change README.md" {
		t.Errorf("commits are %v", commits)
	}
	if full := w.get(p); full.GetChangedFiles() != 3 || full.GetCommits() != 2 || full.GetAdditions() != 1 {
		t.Errorf("got %d files, %d commits, %d additions", full.GetChangedFiles(), full.GetCommits(), full.GetAdditions())
	}
}

// Updating a branch merges its base into it.
func TestUpdateBranch(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.ok(w.SetProtection(shop, "main", &githubtest.Protection{Strict: true}))
	p := w.open("x", "a.txt", "1\n")
	w.commit("main", "b.txt", "1\n")
	_, err := w.merge(p, nil)
	w.refused(err, 405, "out of date")
	if _, _, err := w.gh.PullRequests.UpdateBranch(ctx(t), "acme", "shop", p.GetNumber(), nil); err != nil {
		if _, accepted := err.(*github.AcceptedError); !accepted {
			t.Fatal(err)
		}
	}
	if _, err := w.merge(p, nil); err != nil {
		t.Errorf("merging after the update: %v", err)
	}
}

// Reviewers, a review that approves, and that nobody approves his own.
func TestReviews(t *testing.T) {
	w := start(t, githubtest.Options{})
	ann := w.client(githubtest.Grant{Login: "ann"})
	w.ok(w.SetProtection(shop, "main", &githubtest.Protection{Reviews: 1}))
	p := w.open("x", "a.txt", "1\n")
	n := p.GetNumber()
	_, _, err := w.gh.PullRequests.RequestReviewers(ctx(t), "acme", "shop", n, github.ReviewersRequest{Reviewers: []string{"nobody"}})
	w.refused(err, 422, "Reviews may only be requested from collaborators.")
	_, _, err = w.gh.PullRequests.RequestReviewers(ctx(t), "acme", "shop", n, github.ReviewersRequest{Reviewers: []string{"ann"}})
	w.ok(err)
	if got := w.get(p); len(got.RequestedReviewers) != 1 || got.GetMergeableState() != "blocked" {
		t.Errorf("got reviewers %v and state %s", got.RequestedReviewers, got.GetMergeableState())
	}
	review := &github.PullRequestReviewRequest{Event: github.String("APPROVE")}
	if _, _, err := w.gh.PullRequests.CreateReview(ctx(t), "acme", "shop", n, review); err == nil {
		t.Error("the author approved the pull request")
	}
	_, _, err = ann.PullRequests.CreateReview(ctx(t), "acme", "shop", n, review)
	w.ok(err)
	reviews, _, err := w.gh.PullRequests.ListReviews(ctx(t), "acme", "shop", n, nil)
	w.ok(err)
	if len(reviews) != 1 || reviews[0].GetState() != "APPROVED" || w.get(p).GetMergeableState() != "clean" {
		t.Errorf("got reviews %v and state %s", reviews, w.get(p).GetMergeableState())
	}
}
