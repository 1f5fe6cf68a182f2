package githubtest_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// Many clients at once lose nothing: every change of every merge is kept, and
// of those who create the same branch one succeeds.
func TestConcurrent(t *testing.T) {
	w := start(t, githubtest.Options{})
	const n = 6
	pulls := make([]*github.PullRequest, n)
	for i := range pulls {
		pulls[i] = w.open(fmt.Sprint("x", i), fmt.Sprint(i, ".txt"), "1\n")
	}
	head := w.Head(shop, "main")
	var wg sync.WaitGroup
	var mu sync.Mutex
	created := 0
	for _, p := range pulls {
		wg.Go(func() {
			if _, err := w.merge(p, nil); err != nil {
				t.Error(err)
			}
			ref := &github.Reference{Ref: github.String("refs/heads/same"), Object: &github.GitObject{SHA: &head}}
			if _, _, err := w.gh.Git.CreateRef(ctx(t), "acme", "shop", ref); err == nil {
				mu.Lock()
				created++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if created != 1 {
		t.Errorf("the branch was created %d times", created)
	}
	for i := range pulls {
		if _, err := w.ReadFile(shop, "", fmt.Sprint(i, ".txt")); err != nil {
			t.Error(err)
		}
	}
}
