package githubtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform/githubtest"
	"github.com/currant-bot/currant/updater/platform/githubtest/spec"
)

// Nobody can make up an endpoint, and what is not built says so.
func TestUnknownOperation(t *testing.T) {
	s, err := githubtest.New(githubtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	spec.Except(t, s, func(x githubtest.Traffic) bool { return x.Status == 404 || x.Status == 501 })
	w := world{t, s, nil}
	auth := http.Header{"Authorization": {"Bearer " + s.Token(githubtest.Grant{})}}
	for path, want := range map[string]int{"/api/v3/nonsense": 404, "/api/v3/gists/public": 501, "/gists/public": 501, "/api/v3/meta": 200} {
		if got := w.raw("GET", path, auth).StatusCode; got != want {
			t.Errorf("%s: got %d, want %d", path, got, want)
		}
	}
}

// Renovate asks HEAD / first and does not go on without an answer.
func TestRoot(t *testing.T) {
	w := start(t, githubtest.Options{})
	for _, path := range []string{"/", "/api/v3/", "/api/v3"} {
		resp := w.raw("HEAD", path, nil)
		if resp.StatusCode != 200 || resp.Header.Get("X-Github-Enterprise-Version") == "" {
			t.Errorf("HEAD %s: got %d and version %q", path, resp.StatusCode, resp.Header.Get("X-Github-Enterprise-Version"))
		}
	}
}

// The links of lists lead through the repository's number, as GitHub's do.
func TestPagination(t *testing.T) {
	w := start(t, githubtest.Options{})
	for i := range 5 {
		_, _, err := w.gh.Issues.Create(ctx(t), "acme", "shop", &github.IssueRequest{Title: github.String(fmt.Sprint("issue ", i))})
		w.ok(err)
	}
	opts := &github.IssueListByRepoOptions{ListOptions: github.ListOptions{PerPage: 2}}
	var got []int
	for {
		list, resp, err := w.gh.Issues.ListByRepo(ctx(t), "acme", "shop", opts)
		w.ok(err)
		for _, i := range list {
			got = append(got, i.GetNumber())
		}
		if link := resp.Header.Get("Link"); !strings.Contains(link, w.APIURL()+"repositories/") {
			t.Errorf("Link is %s", link)
		}
		if resp.NextPage == 0 {
			break
		}
		opts.Page = resp.NextPage
	}
	if want := []int{5, 4, 3, 2, 1}; !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A link of a page leads somewhere.
func TestFollowLink(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.open("x", "a.txt", "1\n")
	w.open("y", "b.txt", "1\n")
	auth := http.Header{"Authorization": {"Bearer " + w.Token(githubtest.Grant{})}}
	link := w.raw("GET", "/api/v3/repos/acme/shop/pulls?per_page=1", auth).Header.Get("Link")
	next, _, _ := strings.Cut(strings.TrimPrefix(link, "<"), ">")
	if resp := w.raw("GET", strings.TrimPrefix(next, w.URL()), auth); resp.StatusCode != 200 {
		t.Errorf("GET %s: got %d", next, resp.StatusCode)
	}
}

// docs.github.com/rest/using-the-rest-api/best-practices: a conditional request
// that is answered 304 does not count.
func TestConditional(t *testing.T) {
	w := start(t, githubtest.Options{RateLimit: 5000})
	auth := http.Header{"Authorization": {"token " + w.Token(githubtest.Grant{})}}
	first := w.raw("GET", "/api/v3/repos/acme/shop", auth)
	auth["If-None-Match"] = []string{first.Header.Get("Etag")}
	second := w.raw("GET", "/api/v3/repos/acme/shop", auth)
	if second.StatusCode != 304 || second.Header.Get("X-Ratelimit-Used") != "1" {
		t.Errorf("got %d with %s requests used, want 304 with 1", second.StatusCode, second.Header.Get("X-Ratelimit-Used"))
	}
	w.commit("", "new.txt", "1\n")
	w.ok(w.RenameRepo(shop, "store"))
	if third := w.raw("GET", "/api/v3/repos/acme/store", auth); third.StatusCode != 200 {
		t.Errorf("after a change: got %d, want 200", third.StatusCode)
	}
}

// A renamed repository is found by its old name, by redirection to its number.
func TestRenamed(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.ok(w.RenameRepo(shop, "store"))
	r, _, err := w.gh.Repositories.Get(ctx(t), "acme", "shop")
	w.ok(err)
	if r.GetFullName() != "acme/store" {
		t.Errorf("got %s", r.GetFullName())
	}
}

// The database of git objects: blobs, trees on a base, commits, references.
func TestGitData(t *testing.T) {
	w := start(t, githubtest.Options{})
	base := w.Head(shop, "")
	blob, _, err := w.gh.Git.CreateBlob(ctx(t), "acme", "shop", &github.Blob{Content: github.String("aGk="), Encoding: github.String("base64")})
	w.ok(err)
	file := func(path string) *github.TreeEntry {
		return &github.TreeEntry{Path: github.String(path), Mode: github.String("100644"), Type: github.String("blob")}
	}
	hi, text, gone := file("hi"), file("dir/text"), file("app/go.mod")
	hi.SHA, text.Content = blob.SHA, github.String("text\n")
	tree, _, err := w.gh.Git.CreateTree(ctx(t), "acme", "shop", base, []*github.TreeEntry{hi, text, gone})
	w.ok(err)
	c, _, err := w.gh.Git.CreateCommit(ctx(t), "acme", "shop", &github.Commit{Message: github.String("m"), Tree: tree, Parents: []*github.Commit{{SHA: &base}}}, nil)
	w.ok(err)
	if c.GetAuthor().GetName() != "currant[bot]" || c.GetCommitter().GetEmail() != "noreply@127.0.0.1" || !c.GetVerification().GetVerified() {
		t.Errorf("author %v, committer %v, verification %v", c.GetAuthor(), c.GetCommitter(), c.GetVerification())
	}
	ref := &github.Reference{Ref: github.String("refs/heads/renovate/x"), Object: &github.GitObject{SHA: c.SHA}}
	_, _, err = w.gh.Git.CreateRef(ctx(t), "acme", "shop", ref)
	w.ok(err)
	_, _, err = w.gh.Git.CreateRef(ctx(t), "acme", "shop", ref)
	w.refused(err, 422, "Reference already exists")
	all, _, err := w.gh.Git.GetTree(ctx(t), "acme", "shop", "renovate/x", true)
	w.ok(err)
	var paths []string
	for _, e := range all.Entries {
		paths = append(paths, e.GetPath())
	}
	if want := []string{"README.md", "dir", "dir/text", "hi"}; !cmp.Equal(paths, want) {
		t.Errorf("the tree has %v, want %v", paths, want)
	}
	refs, _, err := w.gh.Git.ListMatchingRefs(ctx(t), "acme", "shop", &github.ReferenceListOptions{Ref: "heads/renovate/"})
	w.ok(err)
	if len(refs) != 1 || refs[0].GetRef() != "refs/heads/renovate/x" {
		t.Errorf("matching references are %v", refs)
	}
}

// Moving and deleting references; "update a reference" has the messages.
func TestUpdateRef(t *testing.T) {
	w := start(t, githubtest.Options{})
	first, second := w.Head(shop, ""), w.commit("main", "a.txt", "1\n")
	w.ok(w.Branch(shop, "x", "main"))
	ref := func(name, sha string) *github.Reference {
		return &github.Reference{Ref: github.String("refs/heads/" + name), Object: &github.GitObject{SHA: &sha}}
	}
	_, _, err := w.gh.Git.UpdateRef(ctx(t), "acme", "shop", ref("x", first), false)
	w.refused(err, 422, "Update is not a fast forward")
	_, _, err = w.gh.Git.UpdateRef(ctx(t), "acme", "shop", ref("x", first), true)
	w.ok(err)
	_, _, err = w.gh.Git.UpdateRef(ctx(t), "acme", "shop", ref("nowhere", first), true)
	w.refused(err, 422, "Reference does not exist")
	_, _, err = w.gh.Git.UpdateRef(ctx(t), "acme", "shop", ref("x", strings.Repeat("1", 40)), true)
	w.refused(err, 422, "Object does not exist")
	w.ok(w.SetProtection(shop, "main", &githubtest.Protection{Checks: []string{"ci"}}))
	_, _, err = w.gh.Git.UpdateRef(ctx(t), "acme", "shop", ref("main", first), true)
	w.refused(err, 422, "Cannot force-push to a protected branch")
	_, err = w.gh.Git.DeleteRef(ctx(t), "acme", "shop", "heads/nowhere")
	w.refused(err, 422, "Reference does not exist")
	_, _, err = w.gh.Git.GetRef(ctx(t), "acme", "shop", "heads/nowhere")
	w.refused(err, 404, "Not Found")
	if got := w.Head(shop, "main"); got != second {
		t.Errorf("main is at %s, want %s", got, second)
	}
}

// Files through the contents interface, with the checks of "sha".
func TestContents(t *testing.T) {
	w := start(t, githubtest.Options{})
	repos, opts := w.gh.Repositories, &github.RepositoryContentGetOptions{}
	file, _, _, err := repos.GetContents(ctx(t), "acme", "shop", "app/go.mod", opts)
	w.ok(err)
	if text, err := file.GetContent(); err != nil || text != "module shop\n" {
		t.Errorf("got %q, %v", text, err)
	}
	_, root, _, err := repos.GetContents(ctx(t), "acme", "shop", "", opts)
	w.ok(err)
	if len(root) != 2 || root[1].GetName() != "app" || root[1].GetType() != "dir" {
		t.Errorf("the root has %v", root)
	}
	_, _, _, err = repos.GetContents(ctx(t), "acme", "shop", "none", opts)
	w.refused(err, 404, "Not Found")
	change := &github.RepositoryContentFileOptions{Message: github.String("m"), Content: []byte("new\n"), Branch: github.String("main")}
	_, resp, err := repos.CreateFile(ctx(t), "acme", "shop", "dir/new", change)
	w.ok(err)
	if resp.StatusCode != 201 {
		t.Errorf("creating a file: got %d, want 201", resp.StatusCode)
	}
	_, _, err = repos.UpdateFile(ctx(t), "acme", "shop", "dir/new", change)
	w.refused(err, 422, `"sha" wasn't supplied.`)
	change.SHA = github.String(strings.Repeat("1", 40))
	_, _, err = repos.UpdateFile(ctx(t), "acme", "shop", "dir/new", change)
	w.refused(err, 409, "does not match")
	change.SHA, change.Content = file.SHA, nil
	_, _, err = repos.DeleteFile(ctx(t), "acme", "shop", "app/go.mod", change)
	w.ok(err)
	if _, err := w.ReadFile(shop, "", "app/go.mod"); err == nil {
		t.Error("a deleted file is still there")
	}
}

// Listing commits and comparing them.
func TestCommitsAndCompare(t *testing.T) {
	w := start(t, githubtest.Options{})
	first := w.Head(shop, "")
	w.commit("renovate/x", "a.txt", "1\n")
	w.commit("main", "b.txt", "1\n")
	list, _, err := w.gh.Repositories.ListCommits(ctx(t), "acme", "shop", &github.CommitsListOptions{SHA: "renovate/x"})
	w.ok(err)
	if len(list) != 2 || list[1].GetSHA() != first {
		t.Errorf("commits are %v", list)
	}
	cmp, _, err := w.gh.Repositories.CompareCommits(ctx(t), "acme", "shop", "main", "renovate/x", nil)
	w.ok(err)
	if cmp.GetStatus() != "diverged" || cmp.GetAheadBy() != 1 || cmp.GetBehindBy() != 1 || len(cmp.Files) != 1 || cmp.MergeBaseCommit.GetSHA() != first {
		t.Errorf("comparison is %v", cmp)
	}
	c, _, err := w.gh.Repositories.GetCommit(ctx(t), "acme", "shop", "renovate/x", nil)
	w.ok(err)
	if c.GetStats().GetAdditions() != 1 || len(c.Files) != 1 || c.Files[0].GetPatch() != "@@ -0,0 +1 @@\n+1" {
		t.Errorf("commit is %v", c)
	}
}
