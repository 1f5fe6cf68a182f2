package pattern

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, tc := range []struct {
		pattern string
		yes, no string // separated by spaces
	}{
		{"*", "a a/b .x", ""},
		{"react", "react React", "react-dom a/react"},
		{"react*", "react react-dom React-DOM", "react/x a/react"},
		{"react**", "react react-dom", "react/x"},
		{"@types/**", "@types/node @TYPES/a/b", "types/node @type/x"},
		{"@types{/,}**", "@types/node @types-x", "types"},
		{"**/node_modules/**", "node_modules/a a/node_modules/b a/b/node_modules/c/d", "node_modules a/node_modulesx/b"},
		{"*.json", "a.json .json", "a/b.json a.json5"},
		{"**/*.json", "a.json a/b/c.json a/.b.json", "a.jsonx"},
		{"a/*", "a/b a/.b", "a/ a/b/c a"},
		{"a?c", "abc aXc", "ac a/c"},
		{"[a-c]x", "ax bx", "dx"},
		{"[!a-c]x", "dx", "ax /x"},
		{"{a,b}/c", "a/c b/c", "c/c {a,b}/c"},
		{"v{1..3}", "v1 v2 v3", "v4"},
		{"@(a|b)-c", "a-c b-c", "ab-c c"},
		{"+(ab).x", "ab.x abab.x", ".x"},
		{"*(a|b)c", "c aabc", "dc"},
		{"x?(y)z", "xz xyz", "xyyz"},
		{"!(foo)", "bar foobar", "foo"},
		{"a/!(b|c).txt", "a/d.txt", "a/b.txt a/c.txt"},
		{`\*x`, "*x", "ax"},
		{"https://github.com/foo/**", "https://github.com/foo/bar HTTPS://github.com/foo/", "https://github.com/foobar/x"},
		{"/^react/", "react-dom", "preact React"},
		{"/^react$/i", "React", "reacts"},
		{"/(^|/)Dockerfile$/", "Dockerfile a/Dockerfile", "Dockerfile.x"},
		{"!react", "vue", "react React"},
		{"!/^re/", "vue", "react"},
		{"/foo", "/foo", "foo"},
		{"a*(b", "axx(b", "ab"},
		{"x{1..99999999999999999999}", "x{1..99999999999999999999}", "x1"},
	} {
		m, err := Compile(tc.pattern, Fold)
		if err != nil {
			t.Errorf("%s: %v", tc.pattern, err)
			continue
		}
		for _, s := range strings.Fields(tc.yes) {
			if !m.Match(s) {
				t.Errorf("%s should match %s", tc.pattern, s)
			}
		}
		for _, s := range strings.Fields(tc.no) {
			if m.Match(s) {
				t.Errorf("%s should not match %s", tc.pattern, s)
			}
		}
	}
}

func TestExact(t *testing.T) {
	m, err := Compile("Docs/**", Exact)
	if err != nil || !m.Match("Docs/a") || m.Match("docs/a") {
		t.Errorf("case: %v", err)
	}
}

func TestList(t *testing.T) {
	for _, tc := range []struct{ list, yes, no string }{
		{"a b", "a b", "c"},
		{"!a", "b", "a"},
		{"a* !ab", "a ac", "ab b"},
		{"", "", "a"},
	} {
		l := LazyList(strings.Fields(tc.list), Fold)
		for _, s := range strings.Fields(tc.yes) {
			if !l.Match(s) {
				t.Errorf("[%s] should match %s", tc.list, s)
			}
		}
		for _, s := range strings.Fields(tc.no) {
			if l.Match(s) {
				t.Errorf("[%s] should not match %s", tc.list, s)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"/a(?!b)/":                  "looks around",
		"/(/":                       "missing closing",
		strings.Repeat("x", 20_000): "too long",
		strings.Repeat("{a,b}", 20): "too many patterns",
	} {
		if _, err := Compile(text, Fold); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30s: %v", text, err)
		}
	}
}

// FuzzCompile compares patterns that need no expression with the expression
// that they stand for.
func FuzzCompile(f *testing.F) {
	f.Add("a/**", "a/b")
	f.Add("{a,!(b)}*[c-d]?", "xc")
	f.Add("@types/*", "@types/x")
	f.Fuzz(func(t *testing.T, text, s string) {
		m, err := Compile(text, Exact)
		if err != nil {
			return
		}
		got := m.Hit(s)
		if m.form == prefix || m.form == tree {
			re, _, err := compileGlob(strings.TrimPrefix(text, "!"), Exact)
			if err == nil && re.MatchString(collapse(s)) != got {
				t.Errorf("%q on %q: %v, the glob says otherwise", text, s, got)
			}
		}
	})
}
