package source_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/templating/source"
)

func TestOneIdentityForEverySpelling(t *testing.T) {
	for raw, want := range map[string]string{
		"https://git.example.test/acme/base.git":            "git.example.test/acme/base",
		"https://Git.Example.test:443/acme/base.git":        "git.example.test/acme/base",
		"git+https://git.example.test/acme/base":            "git.example.test/acme/base",
		"git+https://git.example.test/acme/base.git":        "git.example.test/acme/base",
		"git+ssh://git@git.example.test/acme/base.git":      "git.example.test/acme/base",
		"ssh://git@git.example.test/acme/base.git":          "git.example.test/acme/base",
		"ssh://git@git.example.test:22/acme/base.git":       "git.example.test/acme/base",
		"git@git.example.test:acme/base.git":                "git.example.test/acme/base",
		"git@git.example.test:acme/base":                    "git.example.test/acme/base",
		"git@git.example.test:/acme/base.git":               "git.example.test/acme/base",
		"deploy@git.example.test:acme/base.git":             "git.example.test/acme/base",
		"git://git.example.test/acme/base.git":              "git.example.test/acme/base",
		"https://bob:s3cret@git.example.test/acme/base.git": "git.example.test/acme/base",
		"https://git.example.test:8443/acme/base.git":       "git.example.test:8443/acme/base",
		"gh:acme/base":      datasources.ForgeHost("github") + "/acme/base",
		"gh:/acme/base.git": datasources.ForgeHost("github") + "/acme/base",
		"gl:group/sub/base": datasources.ForgeHost("gitlab") + "/group/sub/base",
		"https://" + datasources.ForgeHost("github") + "/a/b":  datasources.ForgeHost("github") + "/a/b",
		"git@" + datasources.ForgeHost("github") + ":a/b.git":  datasources.ForgeHost("github") + "/a/b",
		"https://" + datasources.ForgeHost("gitlab") + "/a/b/": "",
	} {
		s, err := source.Parse(raw)
		if want == "" {
			continue // only: no panic
		}
		if err != nil || s.ID != want {
			t.Errorf("Parse(%q) = %q, %v, want %q", raw, s.ID, err, want)
		}
		if strings.Contains(s.String()+s.URL+s.SSH, "s3cret") {
			t.Errorf("Parse(%q) shows the password in %q, %q or %q", raw, s, s.URL, s.SSH)
		}
		if spellings := s.Spellings(); !slices.Contains(spellings, s.Asked) {
			t.Errorf("Spellings of %q lack what Copier asks for, %q", raw, s.Asked)
		}
	}
}

func TestCredentialsAreNoticed(t *testing.T) {
	for raw, want := range map[string]bool{
		"https://bob:s3cret@git.example.test/acme/base.git": true,
		"https://token@git.example.test/acme/base.git":      true,
		"ssh://git@git.example.test/acme/base.git":          false,
		"git@git.example.test:acme/base.git":                false,
		"https://git.example.test/acme/base.git":            false,
	} {
		if s, err := source.Parse(raw); err != nil || s.Secret != want {
			t.Errorf("Parse(%q).Secret = %v, %v, want %v", raw, s.Secret, err, want)
		}
	}
}

func TestWhatHasNoIdentity(t *testing.T) {
	for raw, want := range map[string]error{
		"/home/bob/template":               source.ErrLocal,
		"~/template":                       source.ErrLocal,
		"../template":                      source.ErrLocal,
		"template.bundle":                  source.ErrLocal,
		"file:///home/bob/template.git":    source.ErrLocal,
		"git+file:///home/bob/t":           source.ErrLocal,
		"":                                 source.ErrLocal,
		"https://git.example.test/acme/b":  source.ErrNotGit,
		"http://git.example.test/acme/b":   source.ErrNotGit,
		"git+ext::sh -c touch% /tmp/owned": nil,
		"git+https://git.example.test/":    nil,
		"git+https://bob:s3%zzcret@h/x":    nil,
	} {
		s, err := source.Parse(raw)
		if err == nil || (want != nil && !errors.Is(err, want)) {
			t.Errorf("Parse(%q) = %+v, %v, want error %v", raw, s, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "cret") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("gh:acme/base")
	f.Add("git@git.example.test:acme/base.git")
	f.Add("https://bob:s3cret@git.example.test/acme/base.git")
	f.Fuzz(func(t *testing.T, raw string) {
		s, err := source.Parse(raw)
		if err != nil {
			return
		}
		if s.ID == "" || s.URL == "" || len(s.Spellings()) == 0 {
			t.Errorf("Parse(%q) = %+v", raw, s)
		}
	})
}
