package githubtest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// The answers of operations that no other test is about have GitHub's shape
// (start validates them) and say what was put in.
func TestShapes(t *testing.T) {
	w := start(t, githubtest.Options{RateLimit: 5000})
	p := w.open("x", "a.txt", "1\n")
	sha := p.GetHead().GetSHA()
	w.ok(w.Tag(shop, "v1", "main"))
	w.ok(w.SetCheck(shop, sha, "ci", "success"))
	w.ok(w.SetStatus(shop, sha, "scan", "success"))
	w.ok(w.Approve(shop, 1, "ann"))
	w.ok(w.SetProtection(shop, "main", &githubtest.Protection{Checks: []string{"ci"}, Reviews: 1}))
	w.ok(w.SetAlerts(shop,
		githubtest.Alert{Ecosystem: "npm", Package: "x", Manifest: "package.json", GHSA: "GHSA-1111-2222-3333", CVE: "CVE-2026-1", Range: "< 1.2.3", Fixed: "1.2.3", References: []string{"https://example.test/"}},
		githubtest.Alert{Ecosystem: "pip", Package: "y", GHSA: "GHSA-4444-5555-6666", Range: ">= 0", Malware: true, State: "dismissed", Dismissed: "not_used"}))
	w.ok(w.SetRuleset(shop, "main", &githubtest.Protection{Reviews: 1}))
	tokens := map[string]string{"app": w.Token(githubtest.Grant{}), "ann": w.Token(githubtest.Grant{Login: "ann"})}
	const repo = "/repos/acme/shop"
	for _, c := range []struct{ who, method, path, body, want string }{
		{"app", "POST", repo + "/releases", `{"tag_name":"v1"}`, `"tag_name":"v1"`},
		{"app", "GET", repo + "/releases", "", `"tag_name":"v1"`},
		{"app", "GET", repo + "/releases/tags/v1", "", `"tag_name":"v1"`},
		{"app", "GET", repo + "/commits/x/statuses", "", `"context":"scan"`},
		{"app", "GET", repo + "/commits/" + sha + "/pulls", "", `"number":1`},
		{"app", "GET", repo + "/branches", "", `"name":"x"`},
		{"app", "GET", repo + "/branches?protected=true", "", `"name":"main"`},
		{"app", "GET", repo + "/branches/main/protection/required_status_checks", "", `"ci"`},
		{"app", "GET", repo + "/rulesets", "", `"enforcement":"active"`},
		{"app", "GET", repo + "/issues/1", "", `"pull_request"`},
		{"app", "POST", repo + "/issues/1/comments", `{"body":"hi"}`, `"hi"`},
		{"app", "GET", repo + "/issues/comments", "", `"hi"`},
		{"app", "PUT", repo + "/issues/1/labels", `{"labels":["bug"]}`, `"bug"`},
		{"app", "GET", repo + "/issues/1/labels", "", `"bug"`},
		{"app", "GET", repo + "/labels", "", `"bug"`},
		{"app", "PATCH", repo + "/labels/bug", `{"new_name":"fault"}`, `"fault"`},
		{"app", "GET", repo + "/issues/1/labels", "", `"fault"`},
		{"app", "GET", repo + "/milestones", "", `[]`},
		{"app", "GET", repo + "/assignees", "", `"ann"`},
		{"app", "POST", repo + "/issues/1/assignees", `{"assignees":["ann"]}`, `"ann"`},
		{"app", "DELETE", repo + "/issues/1/assignees", `{"assignees":["ann"]}`, `"assignees":[]`},
		{"app", "GET", repo + "/collaborators", "", `"ann"`},
		{"app", "GET", repo + "/collaborators/ann/permission", "", `"write"`},
		{"app", "GET", repo + "/pulls/1/requested_reviewers", "", `"users":[]`},
		{"app", "GET", repo + "/pulls/1/reviews", "", `"APPROVED"`},
		{"app", "GET", repo + "/dependabot/alerts?state=open", "", `"first_patched_version":{"identifier":"1.2.3"}`},
		{"app", "GET", repo + "/dependabot/alerts?state=fixed,dismissed", "", `"dismissed_reason":"not_used"`},
		{"app", "GET", repo + "/dependabot/alerts?per_page=1&after=MQ==", "", `"GHSA-1111-2222-3333"`},
		{"app", "POST", repo + "/git/tags", fmt.Sprintf(`{"tag":"v2","message":"m","object":%q,"type":"commit"}`, sha), `"v2"`},
		{"app", "GET", "/orgs/acme", "", `"acme"`},
		{"app", "GET", "/users/ann", "", `"ann"`},
		{"app", "POST", "/orgs/acme/repos", `{"name":"new"}`, `"acme/new"`},
		{"app", "GET", "/rate_limit", "", `"core"`},
		{"ann", "GET", "/user/orgs", "", `"acme"`},
		{"ann", "GET", "/user/emails", "", `"primary":true`},
	} {
		status, text := w.send(tokens[c.who], c.method, c.path, c.body)
		if status >= 300 || !strings.Contains(text, c.want) {
			t.Errorf("%s %s: got %d %.300s, want %s", c.method, c.path, status, text, c.want)
		}
	}
	for path, want := range map[string]int{"/issues/1/labels": 204, "/branches/main/protection": 204, "/labels/fault": 204, "/labels/none": 404} {
		if status, text := w.send(tokens["app"], "DELETE", repo+path, ""); status != want {
			t.Errorf("DELETE %s: got %d %s, want %d", path, status, text, want)
		}
	}
	if status, _ := w.send(tokens["app"], "GET", repo+"/pulls/1/merge", ""); status != 404 {
		t.Errorf("an open pull request is merged: %d", status)
	}
	w.Revoke(tokens["app"])
	if status, _ := w.send(tokens["app"], "GET", repo, ""); status != 401 {
		t.Errorf("a revoked token: got %d", status)
	}
}

// send makes a request and returns the answer.
func (w world) send(token, method, path, body string) (status int, text string) {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), method, w.URL()+"/api/v3"+path, strings.NewReader(body))
	w.ok(err)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	w.ok(err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	w.ok(err)
	return resp.StatusCode, string(raw)
}

// Files, references and single items by GraphQL.
func TestGraphObjects(t *testing.T) {
	w := start(t, githubtest.Options{})
	w.ok(w.Tag(shop, "v1", "main"))
	w.ok(w.SetProtection(shop, "main", &githubtest.Protection{Reviews: 1}))
	p := w.open("x", "a.txt", "1\n")
	data, problems := w.graphql(`query($id:ID!){
		node(id:$id){...on PullRequest{number reviewDecision mergeStateStatus labels(first:5){nodes{name}}}}
		repository(owner:"acme",name:"shop"){
			file: object(expression:"HEAD:README.md"){...on Blob{text isBinary}}
			none: object(expression:"HEAD:none"){...on Blob{text}}
			refs(refPrefix:"refs/tags/",first:10){nodes{name target{... on Tag{target{oid}}}}}
			ref(qualifiedName:"refs/heads/x"){target{oid}}
			pullRequest(number:1){headRefOid commits(first:1){totalCount}}
			pullRequests(first:5,states:OPEN,headRefName:"x"){totalCount}
		}}`, map[string]any{"id": p.GetNodeID()})
	if problems != nil {
		t.Fatal(problems)
	}
	repo := at(data, "repository")
	for what, c := range map[string]struct{ got, want any }{
		"decision": {at(data, "node", "reviewDecision"), "REVIEW_REQUIRED"},
		"state":    {at(data, "node", "mergeStateStatus"), "BLOCKED"},
		"file":     {at(repo, "file", "text"), "# Shop\n"},
		"none":     {at(repo, "none"), nil},
		"tag":      {at(repo, "refs", "nodes", 0, "target", "target", "oid"), w.Head(shop, "main")},
		"ref":      {at(repo, "ref", "target", "oid"), w.Head(shop, "x")},
		"pull":     {at(repo, "pullRequest", "headRefOid"), w.Head(shop, "x")},
		"pulls":    {at(repo, "pullRequests", "totalCount"), 1.0},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %v, want %v", what, c.got, c.want)
		}
	}
}
