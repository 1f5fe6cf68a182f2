package github

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/githubtest"
	"github.com/currant-bot/currant/updater/platform/githubtest/spec"
)

// GitHub refuses a merge while the base moves, which it does for a moment after each merge: that is tried again, and not for ever.
func TestMergeWhileTheBaseMoves(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	token, left := s.Token(githubtest.Grant{}), 0
	r, err := New(Options{
		URL: s.APIURL(), Token: func(context.Context, string) (string, error) { return token, nil }, Mirrors: t.TempDir(),
		Client: &http.Client{Transport: tripper(func(req *http.Request) (*http.Response, error) {
			if left == 0 || req.Method != http.MethodPut || !strings.HasSuffix(req.URL.Path, "/merge") {
				return http.DefaultTransport.RoundTrip(req)
			}
			left--
			return &http.Response{
				StatusCode: http.StatusMethodNotAllowed, Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
				Body: io.NopCloser(strings.NewReader(`{"message": "Base branch was modified. Review and try the merge again."}`)),
			}, nil
		})},
	})
	must(t, err)
	number, head := opened(t, s, r, "renovate/x")
	m := platform.Merging{Number: number, Head: head, Method: platform.Squash, Base: "main", Onto: s.Head(shop, "main"), Paths: []string{"a"}}
	left = 3
	if err := r.Writer().Merge(t.Context(), shop, m); !errors.Is(err, platform.ErrBlocked) || left != 0 {
		t.Errorf("it moves on and on: %v", err)
	}
	left = 2
	must(t, r.Writer().Merge(t.Context(), shop, m))
}

// What GitHub is told by GraphQL fits its schema.
func TestMergeQueries(t *testing.T) {
	for _, text := range []string{pullQuery, whenMetText, unarmText, queueText, unqueueText} {
		if problems := spec.Query(text); len(problems) > 0 {
			t.Errorf("%s: %s", text, problems)
		}
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
