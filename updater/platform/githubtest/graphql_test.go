package githubtest_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// graphql sends a query and returns "data" and the messages of "errors".
func (w world) graphql(query string, variables map[string]any) (data map[string]any, problems []string) {
	w.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	w.ok(err)
	req, err := http.NewRequestWithContext(w.Context(), "POST", w.URL()+"/api/graphql", bytes.NewReader(body))
	w.ok(err)
	req.Header.Set("Authorization", "bearer "+w.Token(githubtest.Grant{}))
	resp, err := http.DefaultClient.Do(req)
	w.ok(err)
	defer resp.Body.Close()
	var out struct {
		Data   map[string]any
		Errors []struct{ Message, Type string }
	}
	w.ok(json.NewDecoder(resp.Body).Decode(&out))
	for _, e := range out.Errors {
		problems = append(problems, e.Type+": "+e.Message)
	}
	return out.Data, problems
}

// at follows keys into data.
func at(v any, keys ...any) any {
	for _, k := range keys {
		switch k := k.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[k]
		case int:
			l, _ := v.([]any)
			if k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}

// Heads of many repositories in one request; one that is not there is null and
// an error, the others are answered.
func TestBatchedHeads(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.ok(w.CreateRepo("acme/empty", nil))
	data, problems := w.graphql(`query($o:String!){
		a: repository(owner:$o, name:"shop"){...head}
		b: repository(owner:$o, name:"none"){...head}
		c: repository(owner:$o, name:"empty"){...head}
	} fragment head on Repository { nameWithOwner defaultBranchRef { name target { oid } } }`, map[string]any{"o": "acme"})
	if got := at(data, "a", "defaultBranchRef", "target", "oid"); got != w.Head(shop, "") {
		t.Errorf("head is %v", got)
	}
	if b := at(data, "b"); b != nil || at(data, "c", "nameWithOwner") != "acme/empty" || at(data, "c", "defaultBranchRef") != nil {
		t.Errorf("data is %v", data)
	}
	if want := []string{"NOT_FOUND: Could not resolve to a Repository with the name 'acme/none'."}; !cmp.Equal(problems, want) {
		t.Errorf("errors are %q", problems)
	}
}

// An annotated tag says who made it and when, as those who look for releases ask.
func TestTagQuery(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.ok(w.Tag(shop, "v1.0.0", "main"))
	data, problems := w.graphql(`{repository(owner:"acme",name:"shop"){refs(first:9,refPrefix:"refs/tags/"){nodes{name target{...on Tag{tagger{date} target{oid}}}}}}}`, nil)
	tag := at(data, "repository", "refs", "nodes", 0)
	if len(problems) > 0 || at(tag, "target", "target", "oid") != w.Head(shop, "main") || at(tag, "target", "tagger", "date") == nil {
		t.Errorf("got %v, errors %v", data, problems)
	}
}

// The releases of a repository, newest first.
func TestReleasesQuery(t *testing.T) {
	w := start(t, githubtest.Options{})
	for _, tag := range []string{"v1.0.0", "v1.1.0"} {
		if _, _, err := w.gh.Repositories.CreateRelease(t.Context(), "acme", "shop", &github.RepositoryRelease{TagName: &tag}); err != nil {
			t.Fatal(err)
		}
	}
	data, problems := w.graphql(`{repository(owner:"acme",name:"shop"){releases(first:9,orderBy:{field:CREATED_AT,direction:DESC}){nodes{tagName isLatest publishedAt}}}}`, nil)
	first := at(data, "repository", "releases", "nodes", 0)
	if len(problems) > 0 || at(first, "tagName") != "v1.1.0" || at(first, "isLatest") != true || at(first, "publishedAt") == nil {
		t.Errorf("got %v, errors %v", data, problems)
	}
}

// A field that GitHub does not have gives no data at all; a connection wants to
// know how many.
func TestWrongQuery(t *testing.T) {
	s, err := githubtest.New(githubtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w := world{t, s, nil}
	w.ok(s.CreateRepo(shop, nil))
	for query, want := range map[string]string{
		`{viewer{logn}}`: "Field 'logn' doesn't exist on type 'Bot'",
		`{repository(owner:"acme",name:"shop"){pullRequests{totalCount}}}`:            "MISSING_PAGINATION_BOUNDARIES",
		`{repository(owner:"acme",name:"shop"){pullRequests(first:101){totalCount}}}`: "EXCESSIVE_PAGINATION",
		`{`: "Parse error",
	} {
		if _, problems := w.graphql(query, nil); len(problems) != 1 || !strings.Contains(problems[0], want) {
			t.Errorf("%s: errors are %q, want %q", query, problems, want)
		}
	}
}

// Pull requests of a whole organisation with their checks, page by page.
func TestSearchQuery(t *testing.T) {
	w := start(t, githubtest.Options{})
	p := w.open("renovate/x", "a.txt", "1\n")
	w.open("renovate/y", "b.txt", "1\n")
	w.ok(w.SetCheck(shop, p.GetHead().GetSHA(), "ci", "failure"))
	const query = `query($after:String){search(type:ISSUE, query:"is:pr is:open org:acme", first:1, after:$after){issueCount pageInfo{hasNextPage endCursor} nodes{
		...on PullRequest{number headRefName headRefOid mergeStateStatus repository{nameWithOwner} author{login}
			commits(last:1){nodes{commit{statusCheckRollup{state contexts(first:10){nodes{__typename ...on CheckRun{name conclusion} ...on StatusContext{context state}}}}}}}}}}}`
	first, problems := w.graphql(query, nil)
	second, more := w.graphql(query, map[string]any{"after": at(first, "search", "pageInfo", "endCursor")})
	if len(problems)+len(more) > 0 || at(first, "search", "issueCount") != 2.0 || at(second, "search", "pageInfo", "hasNextPage") != false {
		t.Fatalf("got %v %v, errors %v", first, second, problems)
	}
	pull := at(second, "search", "nodes", 0)
	if at(pull, "headRefOid") != p.GetHead().GetSHA() || at(pull, "mergeStateStatus") != "UNSTABLE" {
		pull = at(first, "search", "nodes", 0)
	}
	rollup := at(pull, "commits", "nodes", 0, "commit", "statusCheckRollup")
	if at(rollup, "state") != "FAILURE" || at(rollup, "contexts", "nodes", 0, "conclusion") != "FAILURE" || at(pull, "author", "login") != "currant[bot]" {
		t.Errorf("pull request is %v", pull)
	}
}

const enable = `mutation($id:ID!,$m:PullRequestMergeMethod!){enablePullRequestAutoMerge(input:{pullRequestId:$id,mergeMethod:$m}){pullRequest{number autoMergeRequest{mergeMethod}}}}`

// Auto-merge waits for the last required check, then merges.
func TestAutoMerge(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.ok(w.SetProtection(shop, "main", &githubtest.Protection{Checks: []string{"ci", "scan"}}))
	var merges []githubtest.Merge
	w.OnMerge(func(m githubtest.Merge) {
		merges = append(merges, m)
		w.ok(w.Tag(m.Repo, "v1", m.Commit)) // a callback may call the server
	})
	p := w.open("x", "a.txt", "1\n")
	_, problems := w.graphql(enable, map[string]any{"id": p.GetNodeID(), "m": "SQUASH"})
	if problems != nil {
		t.Fatal(problems)
	}
	head := p.GetHead().GetSHA()
	w.ok(w.SetCheck(shop, head, "ci", "success"))
	if got := w.get(p); got.GetMerged() || got.GetAutoMerge().GetMergeMethod() != "squash" {
		t.Errorf("after the first check: merged %v, auto-merge %v", got.GetMerged(), got.GetAutoMerge())
	}
	w.ok(w.SetStatus(shop, head, "scan", "success"))
	got := w.get(p)
	if !got.GetMerged() || len(merges) != 1 || merges[0].Commit != w.Head(shop, "main") || merges[0].Head != head {
		t.Errorf("after the last check: merged %v, told of %v", got.GetMerged(), merges)
	}
}

// GitHub's refusals of auto-merge.
func TestAutoMergeRefused(t *testing.T) {
	w := start(t, githubtest.Options{}, githubtest.NoAutoMerge(), githubtest.Methods("merge"))
	p := w.open("x", "a.txt", "1\n")
	refused := func(method, want string) {
		t.Helper()
		_, problems := w.graphql(enable, map[string]any{"id": p.GetNodeID(), "m": method})
		if want := []string{"UNPROCESSABLE: Pull request " + want}; !cmp.Equal(problems, want) {
			t.Errorf("got %q, want %q", problems, want)
		}
	}
	refused("MERGE", "Auto merge is not allowed for this repository")
	yes := true
	_, _, err := w.gh.Repositories.Edit(ctx(t), "acme", "shop", repository(&yes))
	w.ok(err)
	refused("SQUASH", "Merge method squash merging is not allowed on this repository")
	refused("MERGE", "Protected branch rules not configured for this branch")
	w.ok(w.SetProtection(shop, "main", &githubtest.Protection{}))
	refused("MERGE", "Pull request is in clean status")
}

const commitOn = `mutation($b:String!,$oid:GitObjectID!){createCommitOnBranch(input:{branch:{repositoryNameWithOwner:"acme/shop",branchName:$b},expectedHeadOid:$oid,
	message:{headline:"h",body:"b"},fileChanges:{additions:[{path:"new",contents:"aGk="}],deletions:[{path:"README.md"}]}}){commit{oid message author{name}}}}`

// A commit by GraphQL is made on the expected head or not at all.
func TestCommitOnBranch(t *testing.T) {
	w := start(t, githubtest.Options{})
	first := w.Head(shop, "")
	data, problems := w.graphql(commitOn, map[string]any{"b": "main", "oid": first})
	if problems != nil || at(data, "createCommitOnBranch", "commit", "oid") != w.Head(shop, "") || w.Head(shop, "") == first {
		t.Fatalf("got %v, %v", data, problems)
	}
	if text, err := w.ReadFile(shop, "", "new"); err != nil || text != "hi" {
		t.Errorf("new is %q, %v", text, err)
	}
	if _, problems := w.graphql(commitOn, map[string]any{"b": "main", "oid": first}); len(problems) != 1 || !strings.HasPrefix(problems[0], "STALE_DATA") {
		t.Errorf("on a stale head: %q", problems)
	}
}

// repository is a change of one setting.
func repository(auto *bool) *github.Repository { return &github.Repository{AllowAutoMerge: auto} }
