package forge

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
)

func TestTags(t *testing.T) {
	for address, want := range map[string][]string{
		"https://github.com/a/b":                       {"github-tags", "a/b", "https://github.com"},
		"https://github.com/a/b.git/":                  {"github-tags", "a/b", "https://github.com"},
		"git@github.com:a/b.git":                       {"github-tags", "a/b", "https://github.com"},
		"ssh://git@github.com/a/b":                     {"github-tags", "a/b", "https://github.com"},
		"git+https://github.com/a/b@v1":                {"github-tags", "a/b@v1", "https://github.com"},
		"https://github.corp.example.test/a/b":         {"github-tags", "a/b", "https://github.corp.example.test"},
		"https://user:pw@gitlab.com/a/b/":              {"gitlab-tags", "a/b", "https://gitlab.com"},
		"ssh://git@gitlab.example.test:2222/g/s/b.git": {"gitlab-tags", "g/s/b", "https://gitlab.example.test:2222"},
		"https://user:pw@git.example.test/a/b.git":     {"git-tags", "https://git.example.test/a/b.git"},
		"https://github.com/a":                         {"git-tags", "https://github.com/a"},
		"https://codeberg.org/a/b":                     {"git-tags", "https://codeberg.org/a/b"},
		"../b":                                         {"git-tags", "../b"},
	} {
		d := Tags(managers.Dep{}, address)
		if diff := cmp.Diff(want, append([]string{d.Datasource, d.Package}, d.Registries...)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", address, diff)
		}
	}
}

func TestKind(t *testing.T) {
	for address, want := range map[string]string{
		"https://codeberg.org/a/b": "forgejo", "https://gitea.com/a/b": "gitea", "https://example.test/github/b": "", "C:\\a": "", "": "",
	} {
		if got := Parse(address).Kind(); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("ssh://git@github.com/a/b")
	f.Fuzz(func(t *testing.T, address string) { Tags(managers.Dep{}, address) })
}
