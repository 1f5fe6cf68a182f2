package github

import (
	"slices"
	"testing"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// Whose text only people with rights can have written may be taken over
// (docs.github.com/en/rest/issues/issues: author_association).
func TestIssuesOfOthers(t *testing.T) {
	const title = "Dependency Dashboard"
	s := newServer(t, map[string]string{"a": "1"})
	r := newReader(t, s, githubtest.Grant{})
	s.Stranger("mallory")
	for _, x := range []githubtest.Issue{
		{Title: title, Author: "mallory", Open: true, Body: "a stranger's"},
		{Title: title, Author: "renovate[bot]", Open: true, Body: "Renovate's\r\n"},
		{Title: title, Author: "renovate[bot]", Body: "closed"},
		{Title: title, Author: "ada", Open: true, Body: "a member's"},
		{Title: "another", Author: "renovate[bot]", Open: true},
	} {
		_, err := s.PutIssue(shop, x)
		must(t, err)
	}
	bodies := func(titles ...string) (out []string) {
		t.Helper()
		all, err := r.Issues(t.Context(), shop, titles)
		must(t, err)
		for _, i := range all {
			out = append(out, i.Body)
		}
		return out
	}
	if got := bodies(title); !slices.Equal(got, []string{"a member's", "Renovate's\n"}) {
		t.Errorf("%q", got)
	}
	if got := bodies(); len(got) != 0 {
		t.Errorf("without a title: %q", got)
	}
	own, body := title, "ours"
	_, err := r.Writer().Note(t.Context(), shop, platform.Notice{Title: &own, Body: &body})
	must(t, err)
	if got := bodies(title); !slices.Equal(got, []string{"ours"}) {
		t.Errorf("%q", got)
	}
}

func TestNoIssuesHere(t *testing.T) {
	s := newServer(t, map[string]string{"a": "1"})
	must(t, s.CreateRepo("acme/quiet", map[string]string{"a": "1"}, githubtest.NoIssues()))
	r := newReader(t, s, githubtest.Grant{})
	settings, err := r.Repository(t.Context(), "acme/quiet")
	if err != nil || !settings.NoIssues {
		t.Errorf("%+v, %v", settings, err)
	}
	if got, err := r.Issues(t.Context(), "acme/quiet", []string{"x"}); len(got) > 0 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}
