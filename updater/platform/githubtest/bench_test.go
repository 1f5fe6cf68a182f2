package githubtest_test

import (
	"fmt"
	"testing"

	"github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// What a test or the demo pays for a request.
func BenchmarkServer(b *testing.B) {
	s, err := githubtest.New(githubtest.Options{RateLimit: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	gh, err := github.NewClient(nil).WithAuthToken(s.Token(githubtest.Grant{})).WithEnterpriseURLs(s.URL(), s.URL())
	if err != nil {
		b.Fatal(err)
	}
	if err := s.CreateRepo(shop, map[string]string{"a": "1"}); err != nil {
		b.Fatal(err)
	}
	for i := range 30 {
		branch := fmt.Sprint("x", i)
		if _, err := s.Commit(shop, branch, map[string]string{branch: "1"}, "m"); err != nil {
			b.Fatal(err)
		}
		if _, _, err := gh.PullRequests.Create(b.Context(), "acme", "shop", &github.NewPullRequest{Title: &branch, Head: &branch, Base: github.String("main")}); err != nil {
			b.Fatal(err)
		}
	}
	for name, f := range map[string]func() error{
		"get":   func() error { _, _, err := gh.PullRequests.Get(b.Context(), "acme", "shop", 1); return err },
		"list":  func() error { _, _, err := gh.PullRequests.List(b.Context(), "acme", "shop", nil); return err },
		"label": func() error { _, _, err := gh.Issues.GetLabel(b.Context(), "acme", "shop", "bug"); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
