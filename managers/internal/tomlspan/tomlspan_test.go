package tomlspan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/tomlspan"
)

const sample = `# é
[project]
name = "demo" # comment
requires."a.b" = 'x'
deps = [
  "one>=1", # why
  'two',
]
escaped = "caf\u00e9"
text = """
first"""

[[index]]
url = "u1"
[[index]]
url = "u2"
[index.sub]
inline = {path = "p", list = [{x = 1.5}]}
`

func TestParse(t *testing.T) {
	v, err := tomlspan.Parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		v    *tomlspan.Value
		want string
	}{
		{v.Get("project", "name"), "demo"},
		{v.Get("project", "requires", "a.b"), "x"},
		{v.Get("project", "deps").Items()[0], "one>=1"},
		{v.Get("project", "deps").Items()[1], "two"},
		{v.Get("project", "text"), "first"},
		{v.Get("index").Items()[1].Get("url"), "u2"},
		{v.Get("index").Items()[1].Get("sub", "inline", "path"), "p"},
	} {
		f, ok := c.v.Field()
		if !ok || f.Text != c.want || sample[f.Start:f.End()] != c.want {
			t.Errorf("got %+v, %v, want %q", f, ok, c.want)
		}
	}
	if e := v.Get("project", "escaped"); e.Text != "café" {
		t.Errorf("escaped text is %q", e.Text)
	} else if _, ok := e.Field(); ok {
		t.Error("a string with escapes must not be a field")
	}
	if x := v.Get("index").Items()[1].Get("sub", "inline", "list").Items()[0].Get("x"); x.Kind != tomlspan.Literal || x.Text != "1.5" || x.Line != 18 {
		t.Errorf("x is %+v", x)
	}
	if got := v.Get("project", "name", "deeper"); got.Kind != tomlspan.Missing {
		t.Errorf("a missing key is %+v", got)
	}
	var keys []string
	for key := range v.Get("project").Members() {
		keys = append(keys, key.Text)
	}
	if got := strings.Join(keys, " "); got != "name requires deps escaped text" {
		t.Errorf("keys are %q", got)
	}
}

// TestLarge checks that a table is found through as well when it has many keys.
func TestLarge(t *testing.T) {
	var text strings.Builder
	for i := range 100 {
		fmt.Fprintf(&text, "k%d = \"v%d\"\n", i, i)
		v, err := tomlspan.Parse(text.String())
		if err != nil {
			t.Fatal(err)
		}
		for j := range i + 2 {
			if got := v.Get(fmt.Sprintf("k%d", j)); (got.Text == fmt.Sprintf("v%d", j)) != (j <= i) {
				t.Fatalf("of %d keys, k%d is %q", i+1, j, got.Text)
			}
		}
		if _, err := tomlspan.Parse(text.String() + "k0 = 1\n"); err == nil || err.Line != i+2 {
			t.Fatalf("of %d keys, a second k0 gave %v", i+1, err)
		}
	}
}

func TestSub(t *testing.T) {
	const text = `v = "pkg>=1.0"`
	v, _ := tomlspan.Parse(text)
	f, ok := v.Get("v").Sub(3, 8)
	if want := (managers.Field{Text: ">=1.0", Start: 8}); !ok || f != want {
		t.Errorf("got %+v, want %+v", f, want)
	}
	v, _ = tomlspan.Parse(`v = "pkg>=1.0; x < \"3\""` + "\nw = '\\x'\n")
	if f, ok := v.Get("v").Sub(3, 8); !ok || f != (managers.Field{Text: ">=1.0", Start: 8}) {
		t.Errorf("before an escape: got %+v, %v", f, ok)
	}
	if f, ok := v.Get("v").Sub(3, 16); ok {
		t.Errorf("over an escape: got %+v", f)
	}
	if f, ok := v.Get("w").Field(); !ok || f.Text != `\x` {
		t.Errorf("a literal string is %+v, %v", f, ok)
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"a = 1\nb = \n":      "line 2",
		"a = 1\n\na = 2":     `line 3: not valid TOML: key "a" is defined twice`,
		"a = 1\n[a]":         `line 2: not valid TOML: key "a" is defined twice`,
		"a = {b = 1}\n[a.c]": `line 2: not valid TOML: key "a" is defined twice`,
		"a = [1]\n[[a]]":     `line 2: not valid TOML: key "a" is defined twice`,
		"a = \"x":            "line 1",
		"a = " + strings.Repeat("[", 500) + strings.Repeat("]", 500): "line 1: not valid TOML: nested more than 100 deep",
		"a" + strings.Repeat(".a", 500) + " = 1":                     "line 1: not valid TOML: a key has more than 100 parts",
		"a = [" + strings.Repeat("1,", 1<<21) + "]":                  "line 1: file may hold more than 1048576 values",
		strings.Repeat("#", 9<<20):                                   "line 1: file is larger than 8 MiB",
	} {
		if _, err := tomlspan.Parse(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.20q: got %v, want %s", text, err, want)
		}
	}
}

func TestRead(t *testing.T) {
	f := managers.NewFile("a.toml", "\n]", nil)
	v, problems := tomlspan.Read(f)
	if v.Kind != tomlspan.Missing || len(problems) != 1 || problems[0].Line != 2 || problems[0].Path != "a.toml" {
		t.Errorf("got %+v, %v", v, problems)
	}
}

// FuzzParse checks that what the library decodes is read, and that every
// field stands where it says.
func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add("a.b = {c = [{}, ['''x''']], \"d\" = 1979-05-27}\r\n[a]\n")
	f.Fuzz(func(t *testing.T, text string) {
		v, err := tomlspan.Parse(text)
		if err != nil {
			var m map[string]any
			if strings.Contains(err.Text, "twice") && toml.Unmarshal([]byte(text), &m) == nil {
				t.Fatalf("valid TOML gave %v", err)
			}
			return
		}
		check(t, text, v)
	})
}

func check(t *testing.T, text string, v *tomlspan.Value) {
	if f, ok := v.Field(); ok && text[f.Start:f.End()] != f.Text {
		t.Fatalf("%q is not at byte %d", f.Text, f.Start)
	}
	for key, value := range v.Members() {
		check(t, text, key)
		check(t, text, value)
	}
	for _, item := range v.Items() {
		check(t, text, item)
	}
}

func BenchmarkParse(b *testing.B) {
	text := strings.Repeat("[[package]]\nname = \"left-pad\"\nversion = \"1.3.0\"\ndeps = [{name = \"x\"}]\n", 5000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := tomlspan.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
