package gitremote

import (
	"testing"
)

func TestWeb(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.test/b/c.git":          "https://a.test/b/c",
		"https://u:p@a.test/b/c/":         "https://a.test/b/c",
		"git@a.test:b/c.git":              "https://a.test/b/c",
		"a.test:b/c":                      "https://a.test/b/c",
		"ssh://git@a.test:2222/b/c.git":   "https://a.test/b/c",
		"git+ssh://git@a.test/b/c.git":    "https://a.test/b/c",
		"git+https://a.test/b/c@v1?x=y#z": "https://a.test/b/c@v1",
		"http://a.test/b":                 "http://a.test/b",
		"/srv/git/b.git":                  "",
		"file:///srv/git/b.git":           "",
		"../b":                            "",
		"":                                "",
	} {
		if got := Web(in); got != want {
			t.Errorf("Web(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	r := Refs{"HEAD": "1", "refs/heads/main": "1", "refs/tags/main": "2", "refs/heads/dev": "3", "refs/tags/v1": "4", "refs/tags/v1^{}": "5"}
	for name, want := range map[string]string{"": "1", "main": "2", "dev": "3", "refs/heads/main": "1", "v1": "4", "x": ""} {
		if got, err := r.Find(name); got != want || (err != nil) != (want == "") {
			t.Errorf("Find(%q) = %q, %v", name, got, err)
		}
	}
	if tags := r.Tags(); len(tags) != 2 {
		t.Errorf("tags are %v", tags)
	}
}

func FuzzWeb(f *testing.F) {
	f.Add("git@a.test:b/c.git")
	f.Fuzz(func(t *testing.T, address string) { Web(address) })
}
