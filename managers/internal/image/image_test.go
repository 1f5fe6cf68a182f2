package image_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
)

const sha = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestDep(t *testing.T) {
	for ref, want := range map[string]string{
		"nginx":                             "nginx",
		"nginx:1.27":                        "nginx 1.27",
		"nginx:1.27@" + sha:                 "nginx 1.27 " + sha,
		"nginx@" + sha:                      "nginx " + sha,
		"localhost:5000/nginx":              "localhost:5000/nginx",
		"localhost:5000/nginx:1":            "localhost:5000/nginx 1",
		"library/nginx:1":                   "nginx [library/nginx] 1",
		"docker.io/library/nginx:1":         "docker.io/library/nginx 1",
		"arm64/ubuntu:24.04":                "ubuntu [arm64/ubuntu] 24.04 (ubuntu)",
		"example.test/mirror/debian:trixie": "example.test/mirror/debian trixie (debian)",
		"library/:1":                        "library/ 1",
		"library/team/nginx:1":              "library/team/nginx 1",
		":1":                                "1 skip invalid-name",
		"nginx:":                            "nginx",
		"nginx:1@":                          "nginx 1",
		"${BASE}":                           "skip contains-variable",
		"$BASE:1":                           "skip contains-variable",
		"nginx:${TAG:-1}":                   "skip contains-variable",
		"${BASE:-nginx:1}":                  "nginx 1",
		`${BASE:-"nginx:1"}`:                "nginx 1",
		"${BASE:-${OTHER:-nginx:1}}":        "nginx 1",
		"${BASE:-nginx:${TAG}}":             "skip contains-variable",
		"${BASE:-example.test:5000/nginx@" + sha + "}": "example.test:5000/nginx " + sha,
		"${A}${B:-nginx}": "skip contains-variable",
	} {
		text := "FROM " + ref + " AS x"
		d := image.Dep(managers.Field{Text: ref, Start: len("FROM ")})
		for _, f := range []managers.Field{d.Value, d.Digest} {
			if !strings.HasPrefix(text[f.Start:], f.Text) {
				t.Errorf("%s: field %q is not at byte %d", ref, f.Text, f.Start)
			}
		}
		if diff := cmp.Diff(want, describe(d)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", ref, diff)
		}
		checkPin(t, ref, d)
	}
}

// checkPin checks that a dependency is the same but for its digest when it is pinned.
func checkPin(t *testing.T, ref string, d managers.Dep) {
	t.Helper()
	if d.Skip != "" || !d.Digest.IsZero() || strings.HasSuffix(ref, ":") || strings.HasSuffix(ref, "@") {
		return
	}
	pad := strings.Repeat(" ", len("FROM "))
	text, err := managers.Apply(pad+ref, []managers.Edit{d.Pin[0].Edit(d.Value.Text, sha)})
	if err != nil {
		t.Fatal(err)
	}
	want := d
	want.Digest.Text = sha
	if diff := cmp.Diff(describe(want), describe(image.Dep(managers.Field{Text: text[len(pad):]}))); diff != "" {
		t.Errorf("%s, pinned: -want +got:\n%s", ref, diff)
	}
}

func describe(d managers.Dep) string {
	words := []string{d.Name}
	if d.Package != "" {
		words = append(words, "["+d.Package+"]")
	}
	words = append(words, d.Value.Text, d.Digest.Text)
	if d.Versioning != "" {
		words = append(words, "("+d.Versioning+")")
	}
	if d.Skip != "" {
		words = append(words, "skip "+string(d.Skip))
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

func TestPattern(t *testing.T) {
	whole := regexp.MustCompile(`^` + image.Pattern + `$`)
	for ref, want := range map[string]bool{
		"nginx": true, "nginx:1": true, "a/b/c_d__e-f.g:V1@" + sha: true, "localhost:5000/x": true, "Example.test/x@" + sha: true,
		"": false, "nginx:": false, "Nginx": false, "a//b": false, "a:1:2": false, "a:-1": false, "a@sha256:12": false, "$a": false, "a b": false,
	} {
		if got := whole.MatchString(ref); got != want {
			t.Errorf("%q: got %v, want %v", ref, got, want)
		}
	}
}

func Fuzz(f *testing.F) {
	for _, ref := range []string{"a:1@" + sha, "${A:-b:1}", "${A:-\"\"}", "library/debian", "@:/"} {
		f.Add(ref)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		d := image.Dep(managers.Field{Text: ref, Start: 3})
		text := "xxx" + ref
		for _, f := range []managers.Field{d.Value, d.Digest} {
			if f.End() > len(text) || text[f.Start:f.End()] != f.Text {
				t.Errorf("field %q is not at byte %d", f.Text, f.Start)
			}
		}
	})
}
