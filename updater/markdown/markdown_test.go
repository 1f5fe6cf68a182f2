package markdown

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

func linkable(url string) bool { return strings.HasPrefix(url, "https://docs.example.test/") }

func TestQuiet(t *testing.T) {
	for _, tc := range []struct{ name, src, want string }{
		{"plain", "Two words.", "Two words."},
		{"headings go down", "# A\n\ntext\n\n#### B", "#### A\n\ntext\n\n###### B"},
		{"lists", "- a\n- b\n  - c\n\n1. x\n2. y", "- a\n- b\n  - c\n\n1. x\n2. y"},
		{"loose lists", "* a\n\n* b\n\n  more", "- a\n\n- b\n\n  more"},
		{"emphasis", "**bold** and *thin* and ~~gone~~", "**bold** and *thin* and ~~gone~~"},
		{"code", "Use `a @b #1` and\n\n```go\nx := \"@y\"\n```", "Use `a @b #1` and\n\n```go\nx := \"@y\"\n```"},
		{"code that is drawn", "```mermaid\ngraph\n```", "```\ngraph\n```"},
		{"backticks in code", "````\n```\n````", "````\n```\n````"},
		{"mentions", "Thanks @octo and @acme/team, a@b.example", "Thanks @\u200bocto and @\u200bacme/team, `a@b.example`"},
		{"issues", "Fixes #12, acme/shop#3 and GH-4; C# is fine", "Fixes #\u200b12, acme/shop#\u200b3 and GH-\u200b4; C# is fine"},
		{"links to issues", "[#12](https://github.example.test/a/b/issues/12)", "#\u200b12"},
		{"links", "See [the docs](https://docs.example.test/x).", "See [the docs](https://docs.example.test/x)."},
		{"addresses", "https://docs.example.test/x and https://github.example.test/a/b/pull/1", "<https://docs.example.test/x> and `https://github.example.test/a/b/pull/1`"},
		{"pictures", "![a cat](https://cdn.example.test/cat.png) [![badge](https://b.example.test/x.svg)](https://docs.example.test/x)", "a cat [badge](https://docs.example.test/x)"},
		{"pictures by trick", `\![x](https://docs.example.test/p.png)`, `\![x](https://docs.example.test/p.png)`},
		{"HTML", "<img src=\"https://b.example.test/x.svg\"> <b>fat</b><br>line <!-- hidden @x -->", "fat\nline"},
		{"an HTML block", "<details>\n<summary>More</summary>\n\n- a @b\n\n</details>\n\n<script>alert(1)</script>\n", "More\n\n- a @\u200bb"},
		{"escaped HTML", "&lt;img src=x&gt; &amp;lt; &commat;all \\<b>", "&lt;img src=x> \\&lt; @\u200ball &lt;b>"},
		{"boxes", "- [ ] <!-- rebase-check -->tick\n- [x] done", "- ☐ tick\n- ☑ done"},
		{"tables", "| a | b |\n|---|:-:|\n| 1 | `x\\|y` @z |", "| a | b |\n|---|---|\n| 1 | `x\\|y` @\u200bz |"},
		{"quotes", "> one\n> two\n\n> [!NOTE]\n> three", "> one\n> two\n\n> \\[!NOTE\\]\n> three"},
		{"lines that begin nothing", "a\n\\# b\n1\\. c\n\\- d\n\\+ e", "a\n\\# b\n1\\. c\n\\- d\n\\+ e"},
		{"references", "[x][1] and [y]\n\n[1]: https://docs.example.test/1\n[y]: javascript:alert(1)", "[x](https://docs.example.test/1) and y"},
		{"names with underscores", "snake_case_name and 2*3*4", `snake\_case\_name and 2*3*4`},
	} {
		got := Quiet(tc.src, Options{Heading: 3, Linkable: linkable})
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", tc.name, diff)
		}
	}
}

var loud = regexp.MustCompile(`@\w|#\d|(?i:\bgh-\d)|://|(?i:\bwww\.)`)

// harmless checks that a host that reads out finds nothing that acts.
func harmless(t *testing.T, src, out string) {
	t.Helper()
	data := []byte(out)
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote)).Parser().Parse(text.NewReader(data))
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML, *ast.Image:
			t.Errorf("%q becomes %q, with %s", src, out, n.Kind())
		case *ast.Link:
			if !linkable(string(n.Destination)) {
				t.Errorf("%q becomes %q, with a link to %s", src, out, n.Destination)
			}
		case *ast.AutoLink:
			if url := string(n.URL(data)); n.AutoLinkType == ast.AutoLinkURL && !linkable(url) {
				t.Errorf("%q becomes %q, with the address %s", src, out, url)
			}
			return ast.WalkSkipChildren, nil
		case *ast.CodeSpan:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			if s := string(n.Value(data)); loud.MatchString(s) {
				t.Errorf("%q becomes %q, with the text %q", src, out, s)
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzQuiet(f *testing.F) {
	for _, s := range []string{
		"a @b #1 <img src=x> ![x](y) `c` **d**", "> - 1. a\n\n    code\n", "| a |\n|---|\n| `b|c` |", "\\![x](https://docs.example.test/p.png)",
		"- ```\n  a\nb @c", "*a*b*", "**[x](https://docs.example.test/)**", "[a]: b\n\n[a] ![a]", "&#64;x &commat;y", "<https://a.example.test/@b>", "~~~\n```\n@a", "a\n===\nb\n---",
		"!**[ x](https://docs.example.test/a)**", "# \n#", "``a` @b", "<div>\n@a", "https://docs.example.test/a_b*c", "[^1]: x\n\n[^1]",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		harmless(t, src, Quiet(src, Options{Heading: 3, Linkable: linkable}))
	})
}
