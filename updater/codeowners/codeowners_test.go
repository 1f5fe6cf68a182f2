package codeowners_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/currant-bot/currant/updater/codeowners"
)

// The rules are those of docs.github.com, "About code owners".
func TestOf(t *testing.T) {
	const text = `# who owns what
*                @global
*.go             @gopher @acme/go-team # everywhere
/build/logs/     @log
docs/*           writer@example.test
apps/            @octo
/apps/free
**/logs          @logs
/deep/**/end     @deep
[bad             @never
/bad             not-an-owner
/spaced\ name    @space
`
	o := codeowners.Parse(text)
	for path, want := range map[string]string{
		"README.md": "global", "main.go": "gopher,team:acme/go-team", "a/b/c.go": "gopher,team:acme/go-team", "build/logs/x/y": "logs",
		"docs/a.md": "", "docs/sub/a.md": "global", "x/apps/y": "octo", "apps/free": "", "x/logs/y": "logs", "deep/a/b/end": "deep", "bad": "global", "spaced name": "space",
	} {
		if got := strings.Join(o.Of(path), ","); got != want {
			t.Errorf("%s: %q, not %q", path, got, want)
		}
	}
}

func TestRead(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	fsys := fstest.MapFS{"CODEOWNERS": file("* @root"), ".github/CODEOWNERS": file("* @first"), "docs/CODEOWNERS": file("* @docs")}
	if got := codeowners.Read(fsys).Of("x"); !slices.Equal(got, []string{"first"}) {
		t.Errorf("%v", got)
	}
	if got := codeowners.Read(fstest.MapFS{}).Of("x"); got != nil {
		t.Errorf("%v", got)
	}
}

func Fuzz(f *testing.F) {
	f.Add("*.go @a\n/x/**/y @b/c\n\\# d@e.test", "x/y/z.go")
	f.Add("[", "a")
	f.Fuzz(func(t *testing.T, text, path string) {
		start := time.Now()
		codeowners.Parse(text).Of(path)
		if d := time.Since(start); d > 2*time.Second+time.Duration(len(text))*time.Millisecond {
			t.Errorf("it takes %s", d)
		}
	})
}
