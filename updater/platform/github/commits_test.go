package github

import (
	"context"
	"errors"
	"strings"
	"testing"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// verified reports whether GitHub shows a commit as verified.
func verified(t *testing.T, r *Reader, sha string) bool {
	t.Helper()
	var got gh.RepositoryCommit
	_, err := r.get(t.Context(), "repos/"+shop+"/commits/"+sha, &got)
	must(t, err)
	return got.GetCommit().GetVerification().GetVerified()
}

func count(s *githubtest.Server, op string) (n int) {
	for _, e := range s.Log() {
		if e.Op == op {
			n++
		}
	}
	return n
}

func TestCommitsThatGitHubMakes(t *testing.T) {
	for _, tc := range []struct {
		name  string
		grant githubtest.Grant
		via   platform.Via
		api   bool
		want  bool // verified
	}{
		{"an app", githubtest.Grant{}, platform.Auto, true, true},
		{"an app that is to push", githubtest.Grant{}, platform.ByPushes, false, false},
		{"a person", githubtest.Grant{Login: "ada"}, platform.Auto, false, false},
		{"a person, told to", githubtest.Grant{Login: "ada"}, platform.ByHost, true, false},
	} {
		s := newServer(t, map[string]string{"a": "1", "dir/b": "2"})
		r := newReader(t, s, tc.grant)
		binary, long := "\x00\x01\xff", strings.Repeat("long ü\n", 300_000)
		heads, err := r.Writer().Push(t.Context(), shop, []platform.Branch{
			{Name: "x", Base: s.Head(shop, "main"), Message: "X\n\nWhy", Via: tc.via, Changes: platform.Changeset{
				"binary": {Text: binary}, "long": {Text: long}, "empty": {}, "dir/b": nil, "run": {Text: "#!/bin/sh\n", Mode: platform.Executable}, "link": {Text: "a", Mode: platform.Symlink},
			}},
			{Name: "y", Base: s.Head(shop, "main"), Message: "Y", Via: tc.via, Changes: platform.Changeset{"a": {Text: "2"}}},
		})
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		for path, want := range map[string]string{"binary": binary, "long": long, "empty": "", "run": "#!/bin/sh\n", "a": "1"} {
			if got, err := s.ReadFile(shop, "x", path); err != nil || got != want {
				t.Errorf("%s: %s is %.20q, %v", tc.name, path, got, err)
			}
		}
		if _, err := s.ReadFile(shop, "x", "dir/b"); err == nil {
			t.Errorf("%s: dir/b is still there", tc.name)
		}
		if got := count(s, "git/create-commit"); (got == 2) != tc.api || count(s, "git-receive-pack") != 2 {
			t.Errorf("%s: %d commits by the interface, %d pushes", tc.name, got, count(s, "git-receive-pack"))
		}
		if got := verified(t, r, heads[0]); got != tc.want {
			t.Errorf("%s: verified is %v", tc.name, got)
		}
	}
}

// A commit on a folder with a submodule leaves that as it is, and one of the submodule moves it.
func TestSubmodules(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	r := newReader(t, s, githubtest.Grant{})
	link := strings.Repeat("1", 40)
	base := s.Head(shop, "main")
	tree, _, err := r.api.Git.CreateTree(t.Context(), "acme", "shop", base, []*gh.TreeEntry{{Path: gh.String("sub"), Mode: gh.String("160000"), Type: gh.String("commit"), SHA: &link}})
	must(t, err)
	c, _, err := r.api.Git.CreateCommit(t.Context(), "acme", "shop", &gh.Commit{Message: gh.String("Submodule"), Tree: tree, Parents: []*gh.Commit{{SHA: &base}}}, nil)
	must(t, err)
	_, _, err = r.api.Git.UpdateRef(t.Context(), "acme", "shop", &gh.Reference{Ref: gh.String("refs/heads/main"), Object: &gh.GitObject{SHA: c.SHA}}, false)
	must(t, err)
	moved := strings.Repeat("2", 40)
	heads, err := r.Writer().Push(t.Context(), shop, []platform.Branch{
		{Name: "x", Base: c.GetSHA(), Message: "X", Changes: platform.Changeset{"a": {Text: "2"}}},
		{Name: "y", Base: c.GetSHA(), Message: "Y", Changes: platform.Changeset{"sub": {Text: moved, Mode: platform.Submodule}}},
	})
	must(t, err)
	other, _, err := r.api.Git.GetTree(t.Context(), "acme", "shop", heads[1], false)
	must(t, err)
	for _, e := range other.Entries {
		if e.GetPath() == "sub" && (e.GetSHA() != moved || e.GetMode() != "160000") {
			t.Errorf("the submodule became %v instead of %s", e, moved)
		}
	}
	got, _, err := r.api.Git.GetTree(t.Context(), "acme", "shop", heads[0], false)
	must(t, err)
	for _, e := range got.Entries {
		if e.GetPath() == "sub" && (e.GetSHA() != link || e.GetMode() != "160000") {
			t.Errorf("the submodule became %v", e)
		}
	}
	if len(got.Entries) != 2 {
		t.Errorf("%d entries", len(got.Entries))
	}
}

// Whether workflows may be changed is known before anything is pushed, as far as GitHub tells.
func TestNoWorkflows(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	for _, tc := range []struct {
		name    string
		grant   githubtest.Grant
		granted map[string]string
		want    string
	}{
		{"an app", githubtest.Grant{}, map[string]string{"workflows": "write"}, ""},
		{"an app without", githubtest.Grant{}, map[string]string{"contents": "write"}, "acme has not granted the GitHub App"},
		{"a token", githubtest.Grant{Login: "ada"}, nil, ""},
		{"a token without", githubtest.Grant{Login: "ada", Scopes: []string{"repo"}}, nil, `not the scope "workflow"`},
		{"a token with permissions", githubtest.Grant{Login: "ada", Permissions: map[string]string{"contents": "write", "metadata": "read"}}, nil, ""},
	} {
		r := newReader(t, s, tc.grant)
		if tc.granted != nil {
			r.opts.Granted = func(_ context.Context, owner string) (map[string]string, error) { return tc.granted, nil }
		}
		got, err := r.Repository(t.Context(), shop)
		must(t, err)
		if (got.NoWorkflows == "") != (tc.want == "") || !strings.Contains(got.NoWorkflows, tc.want) {
			t.Errorf("%s: %q", tc.name, got.NoWorkflows)
		}
	}
}

// Where GitHub does not tell, it refuses the branch that changes a workflow, and that one alone can be left out.
func TestRefusedWorkflow(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	for _, grant := range []githubtest.Grant{{Permissions: map[string]string{"contents": "write"}}, {Login: "ada", Permissions: map[string]string{"contents": "write"}}} {
		r := newReader(t, s, grant)
		b := platform.Branch{Name: "x", Base: s.Head(shop, "main"), Message: "X", Changes: platform.Changeset{".github/workflows/ci.yml": {Text: "on: push\n"}}}
		if _, err := r.Writer().Push(t.Context(), shop, []platform.Branch{b}); !errors.Is(err, platform.ErrBlocked) || !strings.Contains(err.Error(), "workflow") {
			t.Errorf("%v", err)
		}
	}
}
