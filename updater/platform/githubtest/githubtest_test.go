package githubtest_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform/githubtest"
	"github.com/currant-bot/currant/updater/platform/githubtest/spec"
)

const shop = "acme/shop"

// A world is a server with the repository acme/shop and a client of it.
type world struct {
	*testing.T
	*githubtest.Server
	gh *github.Client
}

// start starts a world in which every exchange is validated.
func start(t *testing.T, o githubtest.Options, settings ...githubtest.Setting) world {
	t.Helper()
	s, err := githubtest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	spec.Check(t, s)
	w := world{t, s, nil}
	w.ok(s.CreateRepo(shop, map[string]string{"README.md": "# Shop\n", "app/go.mod": "module shop\n"}, settings...))
	w.gh = w.client(githubtest.Grant{})
	return w
}

// client returns a go-github client that is used as for a GitHub Enterprise Server.
func (w world) client(g githubtest.Grant) *github.Client {
	w.Helper()
	c, err := github.NewClient(nil).WithAuthToken(w.Token(g)).WithEnterpriseURLs(w.URL(), w.URL())
	w.ok(err)
	return c
}

func (w world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// commit changes one file on a branch and returns the commit.
func (w world) commit(branch, path, text string) string {
	w.Helper()
	sha, err := w.Commit(shop, branch, map[string]string{path: text}, "change "+path)
	w.ok(err)
	return sha
}

// open opens a pull request for a branch with one changed file.
func (w world) open(branch, path, text string) *github.PullRequest {
	w.Helper()
	w.commit(branch, path, text)
	p, _, err := w.gh.PullRequests.Create(ctx(w.T), "acme", "shop", &github.NewPullRequest{
		Title: github.String("Update " + path), Head: github.String(branch), Base: github.String("main"), Body: github.String("Because."),
	})
	w.ok(err)
	return p
}

// get reads a pull request again.
func (w world) get(p *github.PullRequest) *github.PullRequest {
	w.Helper()
	p, _, err := w.gh.PullRequests.Get(ctx(w.T), "acme", "shop", p.GetNumber())
	w.ok(err)
	return p
}

// merge merges a pull request.
func (w world) merge(p *github.PullRequest, o *github.PullRequestOptions) (*github.PullRequestMergeResult, error) {
	r, _, err := w.gh.PullRequests.Merge(ctx(w.T), "acme", "shop", p.GetNumber(), "", o)
	return r, err
}

// refused fails the test unless err is GitHub's refusal with a status and a
// message that contains text, among the details too.
func (w world) refused(err error, status int, text string) {
	w.Helper()
	var e *github.ErrorResponse
	if !errors.As(err, &e) {
		w.Fatalf("got %v, want status %d", err, status)
	}
	said := e.Message
	for _, d := range e.Errors {
		said += " " + d.Resource + "." + d.Field + " " + d.Code + " " + d.Message
	}
	if e.Response.StatusCode != status || !strings.Contains(said, text) {
		w.Errorf("got %d %q, want %d %q", e.Response.StatusCode, said, status, text)
	}
}

func ctx(t *testing.T) context.Context { return t.Context() }

// raw makes a request without go-github.
func (w world) raw(method, path string, header http.Header) *http.Response {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), method, w.URL()+path, nil)
	w.ok(err)
	for k, v := range header {
		req.Header[k] = v
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	w.ok(err)
	w.Cleanup(func() { resp.Body.Close() })
	return resp
}
