package spec_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/currant-bot/currant/updater/platform/githubtest"
	"github.com/currant-bot/currant/updater/platform/githubtest/spec"
)

// What a request says wrong is found; plain OpenAPI lets some of it pass.
func TestRequest(t *testing.T) {
	s, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	const pulls = "/repos/acme/shop/pulls"
	for _, c := range []struct{ method, path, query, body, want string }{
		{"POST", pulls, "", `{"title":"t","head":"h","base":"b"}`, ""},
		{"POST", pulls, "", `{"title":"t","head":"h"}`, "base"},
		{"POST", pulls, "", `{"title":"t","head":"h","base":"b","mantainer_can_modify":true}`, "key mantainer_can_modify is not GitHub's"},
		{"GET", pulls, "perpage=100", "", "query parameter perpage is not GitHub's"},
		{"GET", pulls, "state=merged", "", "allowed values"},
		{"PUT", pulls + "/1/merge", "", `{"merge_method":"fast"}`, "allowed values"},
		{"PUT", pulls + "/1/automerge", "", "", "not a GitHub operation"},
		{"POST", "/repos/acme/shop/issues/1/labels", "", `["a"]`, ""},
		{"GET", "/repos/acme/shop/commits/renovate/a/status", "", "", ""},
		{"GET", "/repos/acme/shop/contents/a/b", "ref=x", "", ""},
		{"PATCH", "/repos/acme/shop/git/refs/heads/a/b", "", `{"sha":1}`, "string"},
	} {
		got := strings.Join(s.Request(githubtest.Traffic{Method: c.method, Path: c.path, Query: c.query, Body: []byte(c.body), Header: http.Header{}}), "; ")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s %s?%s %s: got %q, want %q", c.method, c.path, c.query, c.body, got, c.want)
		}
	}
}

// An answer of another shape than GitHub's is found.
func TestResponse(t *testing.T) {
	s, err := spec.Load()
	if err != nil {
		t.Fatal(err)
	}
	x := githubtest.Traffic{Method: "GET", Path: "/repos/acme/shop/labels/a", Op: "issues/get-label", Header: http.Header{}, Status: 200,
		Answer: http.Header{"Content-Type": {"application/json; charset=utf-8"}}}
	const good = `{"id":1,"node_id":"n","url":"http://example.test","name":"a","description":null,"color":"ededed","default":false}`
	for payload, want := range map[string]string{
		good: "",
		strings.Replace(good, `"color":"ededed",`, "", 1): "color",
		strings.Replace(good, `"id":1`, `"id":"1"`, 1):    "integer",
	} {
		x.Payload = []byte(payload)
		got := strings.Join(s.Response(x), "; ")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", payload, got, want)
		}
	}
	x.Status, x.Payload = 418, []byte("{}")
	if s.Response(x) == nil {
		t.Error("an undocumented status passes")
	}
}

func TestQuery(t *testing.T) {
	for query, want := range map[string]string{
		`query($id:ID!){node(id:$id){...on PullRequest{number}}}`:                                              "",
		`{a: repository(owner:"a",name:"b"){defaultBranchRef{target{oid}}}}`:                                   "",
		`mutation{enablePullRequestAutoMerge(input:{pullRequestID:"x"}){clientMutationId}}`:                    "pullRequestId",
		`mutation{enablePullRequestAutoMerge(input:{pullRequestId:"x",mergeMethod:SQUAHS}){clientMutationId}}`: "SQUASH",
		`{repository(owner:"a",name:"b"){pullRequests{nodes{nummer}}}}`:                                        "nummer",
	} {
		got := strings.Join(spec.Query(query), "; ")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
}

// Check makes a test fail for a wrong exchange.
func TestCheck(t *testing.T) {
	s, err := githubtest.New(githubtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rec := &recorder{TB: t}
	spec.Check(rec, s)
	resp, err := http.Get(s.APIURL() + "rate_limits")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 404 || len(rec.said) != 1 {
		t.Errorf("got status %d and %d complaints", resp.StatusCode, len(rec.said))
	}
}

// A recorder keeps what a test would be failed for.
type recorder struct {
	testing.TB
	said []any
}

func (r *recorder) Error(args ...any) { r.said = append(r.said, args...) }
