package jsonspan_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/jsonspan"
)

const sample = `// a comment
{
  "name": "demo", /* another */
  "é\u0041": "caf\u00e9",
  "list": ["a", {"b": 1.5e3,},],
  "name": "last",
}
`

func TestParse(t *testing.T) {
	v, err := jsonspan.Parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	name, ok := v.Get("name").Field()
	if !ok || name.Text != "last" || sample[name.Start:name.End()] != "last" {
		t.Errorf("name is %+v, %v", name, ok)
	}
	if e := v.Get("éA"); e.Text != "café" {
		t.Errorf("escaped text is %q", e.Text)
	} else if _, ok := e.Field(); ok {
		t.Error("a string with escapes must not be a field")
	}
	if got := v.Get("list").Items()[1].Get("b"); got.Kind != jsonspan.Literal || got.Text != "1.5e3" || got.Line != 5 {
		t.Errorf("b is %+v", got)
	}
	if got := v.Get("name", "deeper"); got.Kind != jsonspan.Missing {
		t.Errorf("a missing key is %+v", got)
	}
	keys := ""
	for k := range v.Members() {
		keys += k.Text + " "
	}
	if keys != "éA list name " {
		t.Errorf("keys are %q", keys)
	}
}

func TestSub(t *testing.T) {
	v, _ := jsonspan.Parse(`"pnpm@9.1.0"`)
	f, ok := v.Sub(5, 10)
	if want := (managers.Field{Text: "9.1.0", Start: 6}); !ok || f != want {
		t.Errorf("got %+v, want %+v", f, want)
	}
	v, _ = jsonspan.Parse(`"ab\u00e9cd"`)
	if f, ok := v.Sub(0, 2); !ok || f != (managers.Field{Text: "ab", Start: 1}) {
		t.Errorf("before an escape: got %+v, %v", f, ok)
	}
	if f, ok := v.Sub(4, 6); ok {
		t.Errorf("behind an escape: got %+v", f)
	}
	if v, _ = jsonspan.Parse(`"\\x"`); v.Text != `\x` {
		t.Errorf("text is %q", v.Text)
	} else if f, ok := v.Sub(0, 1); ok {
		t.Errorf("half an escape: got %+v", f)
	}
	if _, ok := v.Sub(5, 5); ok {
		t.Error("an empty piece must not be a field")
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "line 1: not valid JSON: value is missing",
		"{\n\"a\" 1}":                            "line 2: not valid JSON: expected a colon after the key",
		"{\n\n\"a\": 1 \"b\": 2}":                "line 3: not valid JSON: expected a comma or '}'",
		"[1,,2]":                                 "line 1: not valid JSON: expected a value",
		"{\"a\": \"x\n\"}":                       "line 1: not valid JSON: string has no closing quote",
		"\"\\q\"":                                "line 1: not valid JSON: string has a wrong escape",
		"{} {}":                                  "line 1: not valid JSON: text after the end of the value",
		"/* {}":                                  "line 1: not valid JSON: comment has no end",
		"{a: 1}":                                 "line 1: not valid JSON: expected a key in quotes",
		"nil":                                    "line 1: not valid JSON: expected a value",
		strings.Repeat("[", 1000):                "line 1: not valid JSON: nested more than 200 deep",
		"[" + strings.Repeat("1,", 1<<21) + "1]": "line 1: file may hold more than 1048576 values",
		strings.Repeat(" ", 33<<20):              "line 1: file is larger than 32 MiB",
	} {
		if _, err := jsonspan.Parse(text); err == nil || err.Error() != want {
			t.Errorf("%.20q: got %v, want %s", text, err, want)
		}
	}
}

func TestRead(t *testing.T) {
	f := managers.NewFile("a.json", "{\n}}", nil)
	v, problems := jsonspan.Read(f)
	if v.Kind != jsonspan.Missing || len(problems) != 1 || problems[0].String() != "a.json:2: not valid JSON: text after the end of the value" {
		t.Errorf("got %+v, %v", v, problems)
	}
}

// FuzzParse checks that what the standard library reads is read alike, and
// that every field stands where it says.
func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add(`{"a":[1,true,null,"x\\",{}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := jsonspan.Parse(text)
		if err != nil {
			if json.Valid([]byte(text)) && !strings.Contains(err.Text, "more than") {
				t.Fatalf("valid JSON gave %v", err)
			}
			return
		}
		check(t, text, v)
	})
}

func check(t *testing.T, text string, v jsonspan.Value) {
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
	text := "[" + strings.Repeat(`{"name": "left-pad", "version": "^1.3.0"},`, 10000) + "]"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := jsonspan.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

func TestParse5(t *testing.T) {
	const text = "{a: 'b\\'c', $d_1: [+1, .5, 0xFf, -Infinity, 1.,], \"e\": 'f', // why\n ü: 'go\\\r\non',}"
	v, err := jsonspan.Parse5(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Get("e"); got.Text != "f" || text[got.Start:got.End] != "f" || len(v.Get("$d_1").Items()) != 5 || v.Get("a").Kind != jsonspan.String {
		t.Errorf("%+v", v)
	}
	for _, bad := range []string{"{'a\": 1}", "{: 1}", "{a}", "[a]", "'a\n'", "{-: 1}"} {
		if _, err := jsonspan.Parse5(bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
	if _, err := jsonspan.Parse("{a: 1}"); err == nil {
		t.Error("JSON5 is read as JSON")
	}
}

func FuzzParse5(f *testing.F) {
	f.Add("{a: 'b', c: [.5, 0x1], }")
	f.Fuzz(func(t *testing.T, text string) {
		v, err := jsonspan.Parse5(text)
		if err == nil && (v.Start > v.End || v.End > len(text)) {
			t.Error(v)
		}
		if _, strict := jsonspan.Parse(text); strict == nil && err != nil {
			t.Errorf("JSON is no JSON5: %v", err)
		}
	})
}
