package yamlspan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// scalars lists what the nodes at key "v" say of themselves, in all documents.
func scalars(t *testing.T, text string) (got []string) {
	t.Helper()
	docs, problems := yamlspan.Documents(managers.NewFile("f.yaml", text, nil))
	for _, d := range docs {
		v := d.Get("v")
		f := v.Field()
		if !strings.HasPrefix(text[f.Start:], f.Text) {
			t.Errorf("field %q is not at byte %d of %q", f.Text, f.Start, text)
		}
		got = append(got, fmt.Sprintf("%s=%s@%d:%d", v, f.Text, v.Line(), f.Start))
	}
	for _, p := range problems {
		got = append(got, p.String())
	}
	return got
}

func TestField(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"plain":           {"v: 1.10 # note\n", []string{"1.10=1.10@1:3"}},
		"null":            {"v: ~\n", []string{"=@1:0"}},
		"missing":         {"w: 1\n", []string{"=@0:0"}},
		"runes":           {"é: ü\nk: {ö: 1, v: 2}\n\"v\": 3", []string{"3=3@3:29"}},
		"rune columns":    {"{ö: 1, v: 2}", []string{"2=2@1:11"}},
		"crlf":            {"a: b\r\nv: c\r\n", []string{"c=c@2:9"}},
		"cr alone":        {"a: b\rv: c\r", []string{"c=c@1:8"}},
		"line separator":  {"a: b\u2028v: c\n", []string{"c=c@1:10"}},
		"single quotes":   {"v: 'a b'\n", []string{"a b=a b@1:4"}},
		"double quotes":   {"v: \"a b\"\n", []string{"a b=a b@1:4"}},
		"escapes":         {"v: \"a\\x62\"\n", []string{"ab=@1:0"}},
		"escaped quote":   {"v: 'a'''\n", []string{"a'=@1:0"}},
		"folded quotes":   {"v: 'a\n  b'\n", []string{"a b=@1:0"}},
		"folded plain":    {"v: a\n  b\n", []string{"a b=@1:0"}},
		"block":           {"v: |\n  a\n", []string{"a\n=@1:0"}},
		"block, strip":    {"v: >-\n  a\n", []string{"a=@1:0"}},
		"anchor":          {"v: &x a\n", []string{"a=a@1:6"}},
		"anchor, tag":     {"v: &x !!str '1'\n", []string{"1=1@1:13"}},
		"tag, anchor":     {"v: !!str &x 1\n", []string{"1=1@1:12"}},
		"alias":           {"k: &x a\nv: *x\n", []string{"a=a@2:6"}},
		"next line":       {"v:\n  a\n", []string{"a=a@2:5"}},
		"flow":            {"{k: [1], \"v\": a}", []string{"a=a@1:14"}},
		"json":            {"{\"k\": 1,\n\t\"v\": \"a\"}", []string{"a=a@2:16"}},
		"twice":           {"v: a\nv: b\n", []string{"b=b@2:8"}},
		"merged":          {"k: &x {v: a}\n<<: *x\n", []string{"a=a@1:10"}},
		"big anchored":    {"k: &x\n" + strings.Repeat("  a: 1\n", 99) + "  v: 1\n  v: 2\n  <<: {w: 3}\n<<: *x\n", []string{"2=2@102:711"}},
		"documents":       {"---\nv: a\n---\nv: b\n...\n# c\n%YAML 1.1\n---\nv: c\n--- {v: d}\n", []string{"a=a@2:7", "b=b@4:16", "c=c@9:43", "d=d@10:53"}},
		"marker in block": {"v: |\n a\n---\nv: b\n", []string{"a\n=@1:0", "b=b@4:15"}},
		"one broken": {"v: a\n---\nv: [\n---\nv: c\n",
			[]string{"a=a@1:3", "c=c@5:21", "f.yaml:3: document is not valid YAML: did not find expected node content"}},
		"template lines":  {"{{ if .x }}\nv: a\n{{- end }}\n", []string{"a=a@2:15"}},
		"template before": {"k: [{{ é }}]\n{% if %}v: a{% endif %}\n", []string{"a=a@2:25"}},
		"template inside": {"{{ if .x }}\nv: a{{ b }}c\n", []string{"ac=@2:0"}},
		"template after":  {"{{ if .x }}\nv: a{{ b }}\n---\n{{ if .x }}\nv: a{{- end }}\n", []string{"a=@2:0", "a=a@5:43"}},
		"template filled": {"{{ if .x }}\nv: a:{{ b }}\nw: {{ c }}\n", []string{"a:$=@2:0"}},
		"template open":   {"v: {{ a\n---\nv: b\n", []string{"=@0:0", "b=b@3:15"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, scalars(t, test.text)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestInsertAfter(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"plain":    {"a:\n  v: 1\n  w: 2\n", "a:\n  v: 1\n  d: x\n  w: 2\n"},
		"comment":  {"a:\n  v: '1' # one\n", "a:\n  v: '1' # one\n  d: x\n"},
		"crlf":     {"a:\r\n  v: 1\r\n", "a:\r\n  v: 1\r\n  d: x\r\n"},
		"no break": {"a:\n  v: 1", "a:\n  v: 1\n  d: x"},
		"in list":  {"a: \n- - v: 1\n", "a: \n- - v: 1\n    d: x\n"},
		"flow":     {"a: {v: 1}\n", ""},
		"alias":    {"a:\n  b: &x 1\n  v: *x\n", ""},
		"block":    {"a:\n  v: |\n    1\n", ""},
		"anchored": {"a: &x\n  v: 1\n", "a: &x\n  v: 1\n  d: x\n"},
	} {
		t.Run(name, func(t *testing.T) {
			docs, _ := yamlspan.Documents(managers.File{Text: test.text})
			got := ""
			for n := range docs[0].Walk() {
				if n.Get("v").IsZero() {
					continue
				}
				if piece, ok := n.InsertAfter("v", "d", "x"); ok {
					var err error
					if got, err = managers.Apply(test.text, []managers.Edit{piece.Edit("", "")}); err != nil {
						t.Fatal(err)
					}
				}
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestRest(t *testing.T) {
	docs, _ := yamlspan.Documents(managers.File{Text: "v: 'a' # é\r\n"})
	want := managers.Field{Text: " # é", Start: 6}
	if got := docs[0].Get("v").Rest(); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestHostile checks that reading takes a bounded time whatever the file is.
func TestHostile(t *testing.T) {
	bomb := "a: &a [x, x]\n"
	for c := 'b'; c <= 'z'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c, *%c]\n", c, c, c-1, c-1, c-1)
	}
	merges := "a: &a {k: 1}\n"
	for c := 'b'; c <= 'z'; c++ {
		merges += fmt.Sprintf("%c: &%c {<<: [*%c, *%c, *%c]}\n", c, c, c-1, c-1, c-1)
	}
	for name, text := range map[string]string{
		"alias bomb":   bomb,
		"merge bomb":   merges + "<<: *z\n",
		"cycle":        "a: &a {<<: *a, b: *a}\nv: *a\n<<: *a\n",
		"deep list":    strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"deeper list":  strings.Repeat("[", 500000),
		"deep dashes":  strings.Repeat("- ", 9000),
		"deep map":     strings.Repeat("{a: ", 9000),
		"many dashes":  strings.Repeat("---\n", 20000),
		"many errors":  strings.Repeat("---\n[\n", 20000),
		"many tags":    strings.Repeat("{{ {", 100000),
		"many commas":  strings.Repeat("é,", 5<<20),
		"big aliases":  "a: &a\n" + strings.Repeat("  k: 1\n", 50000) + "b:\n" + strings.Repeat("- *a\n", 50000),
		"one line":     "[" + strings.Repeat("é,", 100000) + "]",
		"big":          strings.Repeat("v: 1\n", yamlspan.MaxSize/4),
		"comments":     strings.Repeat("# c\n", 200000),
		"odd comments": strings.Repeat("- a # c\n# d\n\n", 50000),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			docs, problems := yamlspan.Documents(managers.File{Path: "f", Text: text})
			nodes := 0
			for _, d := range docs {
				d.Get("v", "v").Field()
				for n := range d.Walk() {
					n.Get("missing")
					nodes += len(n.Field().Text) + n.Line()
				}
			}
			if told := slices.ContainsFunc(problems, func(p managers.Problem) bool { return strings.Contains(p.Text, "aliases") }); told != strings.Contains(name, "bomb") && name != "big aliases" {
				t.Errorf("problems %v", problems)
			}
			t.Logf("%d bytes, %d documents, %d problems, %v", len(text), len(docs), len(problems), time.Since(start))
			if took := time.Since(start); took > time.Minute {
				t.Errorf("took %v", took)
			}
		})
	}
}

func Fuzz(f *testing.F) {
	for _, text := range []string{
		"v: &x !!str 'a' # b\n", "{{ if }}\nv: \"a\"\n---\n- é: |\n  x\r\n", "a: *b\n<<: [*c]\n", "%YAML 1.1\n---\n\u2028v: 'it''s'\n...\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "?")
		docs, problems := yamlspan.Documents(managers.File{Text: text})
		for _, p := range problems {
			if p.Line < 0 || p.Line > 1+strings.Count(text, "\n") {
				t.Errorf("problem in line %d", p.Line)
			}
		}
		for _, d := range docs {
			d.Get("a", "b")
			for n := range d.Walk() {
				checkField(t, text, n)
			}
		}
	})
}

// checkField checks that replacing a field by a word changes that scalar's value to the
// word, and the file's other values not at all.
func checkField(t *testing.T, text string, n yamlspan.Node) {
	f := n.Field()
	if n.IsAlias() || f.IsZero() {
		return
	}
	if !strings.HasPrefix(text[f.Start:], f.Text) || f.Text != n.String() {
		t.Fatalf("field %q of %q is not at byte %d", f.Text, n, f.Start)
	}
	const word = "x9x"
	changed, err := managers.Apply(text, []managers.Edit{f.Replace(word)})
	if err != nil {
		t.Fatal(err)
	}
	want, got := values(text), values(changed)
	i := slices.Index(got, word)
	if len(got) != len(want) || i < 0 {
		t.Fatalf("replacing %q at %d changed %q to %q", f.Text, f.Start, want, got)
	}
	if !slices.Contains(want, word) {
		got[i] = f.Text
		if !slices.Equal(got, want) {
			t.Fatalf("replacing %q at %d changed %q to %q", f.Text, f.Start, want, got)
		}
	}
}

func values(text string) (all []string) {
	docs, _ := yamlspan.Documents(managers.File{Text: text})
	for _, d := range docs {
		for n := range d.Walk() {
			if n.IsScalar() && !n.IsAlias() {
				all = append(all, n.String())
			}
		}
	}
	return all
}

func BenchmarkDocuments(b *testing.B) {
	var text strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&text, "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-%d\nspec:\n  template:\n    spec:\n      containers:\n      - name: main\n        image: registry.example.test/team/app:1.2.%d\n", i, i)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		docs, _ := yamlspan.Documents(managers.File{Text: text.String()})
		if len(docs) != 2000 {
			b.Fatal(len(docs))
		}
	}
}

func TestVerbatim(t *testing.T) {
	for text, want := range map[string]string{
		"v: plain # x\n":                        "plain",
		"v: 'quoted'\n":                         "quoted",
		"v: \"esc\\n\"\n":                       "",
		"v: |\n  a\n\n  b\nw: c\n":              "  a\n\n  b\n",
		"v: >-\n  a\n   b":                      "  a\n   b",
		"x: 1\nv: |\n":                          "",
		"v: |":                                  "",
		"v: {a: b}\n":                           "",
		"{{ tag }}\nv: |\n  a: {{ b }}\nw: [\n": "",
	} {
		docs, _ := yamlspan.Documents(managers.NewFile("f.yaml", text, nil))
		var got managers.Field
		if len(docs) > 0 {
			got = docs[0].Get("v").Verbatim()
		}
		if got.Text != want || !strings.HasPrefix(text[got.Start:], got.Text) {
			t.Errorf("%q: got %q at byte %d, want %q", text, got.Text, got.Start, want)
		}
	}
	const list = "- v: |\n    a\n  w: b\n"
	docs, _ := yamlspan.Documents(managers.NewFile("f.yaml", list, nil))
	if got := docs[0].Items()[0].Get("v").Verbatim(); got.Text != "    a\n" {
		t.Errorf("in a list: got %q", got.Text)
	}
}
