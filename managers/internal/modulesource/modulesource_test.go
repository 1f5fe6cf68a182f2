package modulesource_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/currant-bot/currant/managers/internal/modulesource"
)

func TestParse(t *testing.T) {
	kinds := map[modulesource.Kind]string{modulesource.Unknown: "?", modulesource.Local: "local", modulesource.Registry: "registry", modulesource.Git: "git", modulesource.OCI: "oci"}
	for address, want := range map[string]string{
		"./a": "local", "..": "local", "/a/b/c": "local", `..\a`: "local", `C:\a`: "local", "./a?ref=v1": "local",
		"acme/net/aws":                "registry  acme/net/aws",
		"acme/net/aws//sub/dir":       "registry  acme/net/aws",
		"tf.example.test/a/b/c":       "registry tf.example.test a/b/c",
		"tf.example.test:84/a/b/c//d": "registry tf.example.test:84 a/b/c",
		"a/b":                         "?",
		"a b/c/d":                     "?",
		"github.com/acme/net":         "registry github.com acme/net",
		"github.com/acme/net?ref=v1":  "git github.com acme/net v1 https://github.com/acme/net",
		"github.com/acme/net.git//a?depth=1&ref=v1&x=y":            "git github.com acme/net v1 https://github.com/acme/net",
		"git::https://u:p@git.example.test/a/b.git//c?ref=v1":      "git git.example.test a/b v1 https://git.example.test/a/b",
		"git::ssh://git@git.example.test:7/a/b.git?ref=v1":         "git git.example.test:7 a/b v1 ssh://git@git.example.test:7/a/b",
		"git::ssh://git:p@git.example.test/a/b?ref=v1":             "git git.example.test a/b v1 ssh://git@git.example.test/a/b",
		"git@git.example.test:a/b.git//c?ref=v1":                   "git git.example.test a/b v1 git@git.example.test:a/b",
		"git::git@git.example.test:a/b.git":                        "git git.example.test a/b  git@git.example.test:a/b",
		"https://git.example.test/a/b?ref=v1":                      "git git.example.test a/b v1 https://git.example.test/a/b",
		"https://example.test/a.zip":                               "?",
		"s3::https://s3.example.test/a.zip":                        "?",
		"hg::http://example.test/a?rev=1":                          "?",
		"git::codecommit::eu-west-1://a?ref=v1":                    "?",
		"git::file:///a/b?ref=v1":                                  "?",
		"oci://reg.example.test/a/b//c?tag=1.0":                    "oci reg.example.test a/b",
		"${get_repo_root()}/a/b":                                   "registry  ${get_repo_root()}/a/b",
		"${x ? \"a\" : \"b\"}/c/d":                                 "?",
		"git::https://git.example.test/a/${local.b}.git//c?ref=v1": "git git.example.test a/${local.b} v1 https://git.example.test/a/${local.b}",
		"": "?",
	} {
		s := modulesource.Parse(address)
		got := kinds[s.Kind]
		if s.Kind > modulesource.Local {
			got += " " + s.Host + " " + s.Path
		}
		if s.Kind == modulesource.Git {
			got += fmt.Sprintf(" %s %s", s.Param("ref").Text, s.URL())
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", address, got, want)
		}
	}
}

func Fuzz(f *testing.F) {
	f.Add("git::https://u:p@git.example.test/a/b.git//c?depth=1&ref=v1")
	f.Add("git@git.example.test:a/b.git//c?ref=v1")
	f.Fuzz(func(t *testing.T, address string) {
		s := modulesource.Parse(address)
		for _, name := range []string{"ref", "tag", "digest", "version"} {
			if p := s.Param(name); !strings.HasPrefix(address[p.Start:], p.Text) {
				t.Errorf("%q: %q is not at %d", address, p.Text, p.Start)
			}
		}
	})
}
