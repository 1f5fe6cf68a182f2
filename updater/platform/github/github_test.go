package github

import (
	"context"
	"strings"
	"testing"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/githubtest"
	"github.com/currant-bot/currant/updater/platform/githubtest/spec"
	"github.com/currant-bot/currant/updater/platform/platformtest"
)

// newServer starts a GitHub with repository acme/shop.
func newServer(t *testing.T, files map[string]string) *githubtest.Server {
	t.Helper()
	s, err := githubtest.New(githubtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	spec.Check(t, s) // every request that we make must be one that GitHub knows
	s.CreateOrg("acme")
	if err := s.CreateRepo("acme/shop", files); err != nil {
		t.Fatal(err)
	}
	return s
}

func newReader(t *testing.T, s *githubtest.Server, g githubtest.Grant) *Reader {
	t.Helper()
	token := s.Token(g)
	r, err := New(Options{URL: s.APIURL(), Token: func(context.Context, string) (string, error) { return token, nil }, Mirrors: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// describeLabels makes labels with a description: GitHub's published description of its answers does not
// allow for labels without, which are what it makes of an unknown name.
func describeLabels(t *testing.T, r *Reader, name string, labels ...string) {
	t.Helper()
	owner, repo, err := split(name)
	must(t, err)
	for _, l := range labels {
		_, _, err := r.api.Issues.CreateLabel(t.Context(), owner, repo, &gh.Label{Name: &l, Description: &l, Color: gh.String("ededed")})
		must(t, err)
	}
}

// personURL is where a person pushes to, with a token.
func personURL(s *githubtest.Server, name string) string {
	return strings.Replace(s.CloneURL(name), "://", "://x-access-token:"+s.Token(githubtest.Grant{Login: "grace"})+"@", 1)
}

func TestConformance(t *testing.T) {
	platformtest.Run(t, func(t *testing.T) platformtest.World {
		s := newServer(t, platformtest.Files())
		must(t, s.CreateRepo("acme/empty", nil))
		r := newReader(t, s, githubtest.Grant{})
		describeLabels(t, r, "acme/shop", "dependencies", "more")
		return platformtest.World{Reader: r, Writer: r.Writer(), Repo: "acme/shop", Git: s.GitDir("acme/shop"), PersonURL: personURL(s, "acme/shop"),
			Empty: "acme/empty", EmptyGit: s.GitDir("acme/empty"), Committer: "GitHub <noreply@127.0.0.1>",
			Rule: func(t *testing.T, queue bool) {
				rule := githubtest.Protection{Checks: []string{"build"}}
				if queue {
					rule = githubtest.Protection{Queue: true}
				}
				must(t, s.SetRuleset("acme/shop", "main", &rule))
			}}
	})
}

// What an app pushes GitHub commits; what a person's token pushes goes by git.
func TestConformanceOfPushesByGit(t *testing.T) {
	platformtest.RunPushes(t, func(t *testing.T) platformtest.World {
		s := newServer(t, platformtest.Files())
		r := newReader(t, s, githubtest.Grant{Login: "ada"})
		return platformtest.World{Reader: r, Writer: r.Writer(), Repo: "acme/shop", Git: s.GitDir("acme/shop"), PersonURL: personURL(s, "acme/shop")}
	})
}

// Apps and people are asked for in different ways.
func TestWhoami(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	for login, grant := range map[string]githubtest.Grant{"currant[bot]": {}, "ada": {Login: "ada"}} {
		r := newReader(t, s, grant)
		me, err := r.Whoami(t.Context())
		if err != nil || me.Login != login || me.Name == "" || !strings.Contains(me.Email, "@") {
			t.Errorf("%s: %+v, %v", login, me, err)
		}
		s.ResetLog()
		if again, err := r.Whoami(t.Context()); again != me || err != nil || len(s.Log()) != 0 {
			t.Errorf("%s is asked for again: %+v, %v", login, again, err)
		}
		b := platform.Branch{Name: "by/" + strings.Trim(login, "[]"), Base: s.Head("acme/shop", "main"), Message: "m", Changes: platform.Changeset{"a": {Text: login}}}
		b.Name = strings.ReplaceAll(b.Name, "[", "-")
		if _, err := r.Writer().Push(t.Context(), "acme/shop", []platform.Branch{b}); err != nil {
			t.Errorf("%s: %v", login, err)
		}
	}
}
