package github

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

const shop = "acme/shop"

// opened pushes a branch and opens a pull request.
func opened(t *testing.T, s *githubtest.Server, r *Reader, branch string) (number int, head string) {
	t.Helper()
	heads, err := r.Writer().Push(t.Context(), shop, []platform.Branch{{
		Name: branch, Base: s.Head(shop, "main"), Message: "Update", Changes: platform.Changeset{"a": {Text: branch}},
	}})
	must(t, err)
	number, err = r.Writer().Open(t.Context(), shop, platform.Proposal{Branch: branch, Base: "main", Head: heads[0], Title: "Update " + branch})
	must(t, err)
	return number, heads[0]
}

func TestMergeIsBlocked(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	r := newReader(t, s, githubtest.Grant{})
	must(t, s.SetProtection(shop, "main", &githubtest.Protection{Checks: []string{"build"}, EnforceAdmins: true}))
	number, head := opened(t, s, r, "renovate/x")
	pulls, err := r.Pulls(t.Context(), shop, "renovate/")
	if err != nil || len(pulls) != 1 || pulls[0].Mergeable != platform.Blocked {
		t.Errorf("%+v, %v", pulls, err)
	}
	m := platform.Merging{Number: number, Head: head, Method: platform.Squash}
	err = r.Writer().Merge(t.Context(), shop, m)
	if !errors.Is(err, platform.ErrBlocked) || !strings.Contains(err.Error(), `Required status check "build" is expected`) {
		t.Errorf("%v", err)
	}
	must(t, s.SetCheck(shop, head, "build", "success"))
	must(t, r.Writer().Merge(t.Context(), shop, m))
}

func TestMergeMethodOfTheRepository(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	must(t, s.CreateRepo("acme/rebase", map[string]string{"a": "1"}, githubtest.Methods("rebase", "merge")))
	r := newReader(t, s, githubtest.Grant{})
	got, err := r.Repository(t.Context(), "acme/rebase")
	must(t, err)
	if diff := cmp.Diff([]platform.Method{platform.MergeCommit, platform.Rebase}, got.MergeMethods); diff != "" {
		t.Error(diff)
	}
	number, head := opened(t, s, r, "renovate/x")
	must(t, r.Writer().Merge(t.Context(), shop, platform.Merging{Number: number, Head: head}))
	if pulls, err := s.Pulls(shop); err != nil || pulls[0].State != "merged" {
		t.Errorf("%+v, %v", pulls, err)
	}
}

func TestHostDeletesMergedBranch(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	must(t, s.CreateRepo("acme/tidy", map[string]string{"a": "1"}, githubtest.DeleteMerged()))
	r := newReader(t, s, githubtest.Grant{})
	heads, err := r.Writer().Push(t.Context(), "acme/tidy", []platform.Branch{{Name: "x", Base: s.Head("acme/tidy", "main"), Message: "m", Changes: platform.Changeset{"a": {Text: "2"}}}})
	must(t, err)
	number, err := r.Writer().Open(t.Context(), "acme/tidy", platform.Proposal{Branch: "x", Base: "main", Title: "X"})
	must(t, err)
	s.ResetLog()
	must(t, r.Writer().Merge(t.Context(), "acme/tidy", platform.Merging{Number: number, Head: heads[0], Branch: "x"}))
	if s.Head("acme/tidy", "x") != "" || slices.ContainsFunc(s.Log(), func(e githubtest.Exchange) bool { return e.Op == "git-receive-pack" }) {
		t.Error("the branch is there, or was deleted by us")
	}
}

// The answer is lost, but what was asked for has happened.
func TestLostAnswers(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	r := newReader(t, s, githubtest.Grant{})
	w := r.Writer()
	branch := []platform.Branch{{Name: "x", Base: s.Head(shop, "main"), Message: "m", Changes: platform.Changeset{"a": {Text: "2"}}}}
	s.Inject(githubtest.Fault{Op: "git-receive-pack", Nth: 2, Kind: githubtest.Lose}) // the first only lists
	_, err := w.Push(t.Context(), shop, branch)
	var retry *platform.RetryError
	if !errors.As(err, &retry) {
		t.Errorf("push: %v", err)
	}
	heads, err := w.Push(t.Context(), shop, branch)
	if err != nil || heads[0] != s.Head(shop, "x") {
		t.Errorf("push again: %v, %v", heads, err)
	}

	s.Inject(githubtest.Fault{Op: "pulls/create", Kind: githubtest.Lose})
	p := platform.Proposal{Branch: "x", Base: "main", Title: "X", Head: heads[0]}
	if _, err = w.Open(t.Context(), shop, p); !errors.As(err, &retry) {
		t.Errorf("open: %v", err)
	}
	number, err := w.Open(t.Context(), shop, p)
	if !errors.Is(err, platform.ErrExists) || number != 1 {
		t.Errorf("open again: %d, %v", number, err)
	}

	s.Inject(githubtest.Fault{Op: "pulls/merge", Kind: githubtest.Lose})
	must(t, w.Merge(t.Context(), shop, platform.Merging{Number: number, Head: heads[0], Branch: "x"}))
	if pulls, err := s.Pulls(shop); err != nil || len(pulls) != 1 || pulls[0].State != "merged" || s.Head(shop, "x") != "" {
		t.Errorf("%+v, %v", pulls, err)
	}
}

func TestClosingCommentsOnce(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	r := newReader(t, s, githubtest.Grant{})
	number, head := opened(t, s, r, "renovate/x")
	c := platform.Closing{Number: number, Head: head, Branch: "renovate/x", Comment: "no longer needed"}
	s.Inject(githubtest.Fault{Op: "pulls/update", Kind: githubtest.Refuse})
	if err := r.Writer().Close(t.Context(), shop, c); err == nil {
		t.Fatal("no error")
	}
	must(t, r.Writer().Close(t.Context(), shop, c))
	if pulls, err := s.Pulls(shop); err != nil || !cmp.Equal(pulls[0].Comments, []string{c.Comment}) || pulls[0].State != "closed" {
		t.Errorf("%+v, %v", pulls, err)
	}
}

// Writes to one repository wait for each other, those to another do not.
func TestWritesTakeTurns(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	must(t, s.CreateRepo("acme/other", map[string]string{"a": "1"}))
	w := newReader(t, s, githubtest.Grant{}).Writer()
	first, second := make(chan struct{}), make(chan error, 1)
	release := make(chan struct{})
	s.Inject(githubtest.Fault{Op: "git-receive-pack", Repo: shop, Kind: githubtest.Slow, Wait: func(context.Context) {
		close(first)
		<-release
	}})
	branch := func(repo, name string) []platform.Branch {
		return []platform.Branch{{Name: name, Base: s.Head(repo, "main"), Message: "m", Changes: platform.Changeset{"a": {Text: name}}}}
	}
	one, two, other := branch(shop, "one"), branch(shop, "two"), branch("acme/other", "x")
	done := make(chan error, 1)
	go func() { _, err := w.Push(t.Context(), shop, one); done <- err }()
	<-first
	go func() { _, err := w.Push(t.Context(), strings.ToUpper(shop), two); second <- err }()
	_, err := w.Push(t.Context(), "acme/other", other)
	must(t, err)
	if s.Head(shop, "two") != "" {
		t.Error("the second write did not wait")
	}
	close(release)
	must(t, <-done)
	must(t, <-second)
}

func TestMergeabilityNotKnownYet(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	r := newReader(t, s, githubtest.Grant{})
	opened(t, s, r, "renovate/x")
	mergeable := func() platform.Mergeable {
		t.Helper()
		pulls, err := r.Pulls(t.Context(), shop, "renovate/")
		must(t, err)
		return pulls[0].Mergeable
	}
	s.Inject(githubtest.Fault{Op: "pulls/get", Kind: githubtest.Unknown})
	if got := mergeable(); got != platform.Unknown {
		t.Errorf("%q", got)
	}
	if got := mergeable(); got != platform.Clean {
		t.Errorf("%q", got)
	}
	_, err := s.Commit(shop, "main", map[string]string{"a": "in conflict"}, "other")
	must(t, err)
	if got := mergeable(); got != platform.Conflicted {
		t.Errorf("%q", got)
	}
}

func TestErrors(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	r := newReader(t, s, githubtest.Grant{})
	read := func() error {
		_, err := r.Repository(t.Context(), shop)
		return err
	}
	var retry *platform.RetryError
	s.Inject(githubtest.Fault{Op: "repos/get", Kind: githubtest.Refuse, Status: 502})
	if err := read(); !errors.As(err, &retry) {
		t.Errorf("502: %v", err)
	}
	s.Inject(githubtest.Fault{Op: "repos/get", Kind: githubtest.Cut, Times: -1}) // net/http itself tries again
	if err := read(); !errors.As(err, &retry) {
		t.Errorf("cut: %v", err)
	}
	s.ClearFaults()
	var auth *platform.AuthError
	s.Inject(githubtest.Fault{Op: "repos/get", Kind: githubtest.Expire})
	if err := read(); !errors.As(err, &auth) || !strings.Contains(err.Error(), "check the token") {
		t.Errorf("expired: %v", err)
	}
	s.ClearFaults()
	s.Inject(githubtest.Fault{Op: "repos/get", Kind: githubtest.Limit, RetryAfter: 90 * time.Second})
	if err := read(); !errors.As(err, &retry) || retry.After != 90*time.Second {
		t.Errorf("secondary limit: %v", err)
	}
	weak := newReader(t, s, githubtest.Grant{Permissions: map[string]string{"contents": "read", "pull_requests": "read"}})
	if _, err := weak.Writer().Open(t.Context(), shop, platform.Proposal{Branch: "main", Base: "main", Title: "x"}); !errors.As(err, &auth) {
		t.Errorf("no permission: %v", err)
	}
	_, err := weak.Writer().Push(t.Context(), shop, []platform.Branch{{Name: "x", Base: s.Head(shop, "main"), Message: "m", Changes: platform.Changeset{"a": {Text: "2"}}}})
	if !errors.As(err, &auth) {
		t.Errorf("no permission to push: %v", err)
	}
}

func TestPrimaryRateLimit(t *testing.T) {
	s, err := githubtest.New(githubtest.Options{RateLimit: 3})
	must(t, err)
	t.Cleanup(func() { s.Close() })
	s.CreateOrg("acme")
	must(t, s.CreateRepo(shop, map[string]string{"a": "1"}))
	r := newReader(t, s, githubtest.Grant{})
	for range 20 {
		if _, err = r.File(t.Context(), shop, "a", ""); err != nil {
			break
		}
	}
	var retry *platform.RetryError
	if !errors.As(err, &retry) || retry.After <= 0 || retry.After > time.Hour+time.Minute {
		t.Errorf("%v", err)
	}
}
