package json5

import (
	"fmt"
	"strings"
	"testing"
)

// dump prints a node so that two can be compared.
func dump(n *Node) string {
	switch n.Kind {
	case Null:
		return "null"
	case Bool:
		return fmt.Sprint(n.Bool)
	case Number:
		return fmt.Sprint(n.Num)
	case String:
		return fmt.Sprintf("%q", n.Text)
	case Array:
		var parts []string
		for i := range n.Items {
			parts = append(parts, dump(&n.Items[i]))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case Object:
		var parts []string
		for i := range n.Members {
			parts = append(parts, n.Members[i].Key+":"+dump(&n.Members[i].Value))
		}
		return "{" + strings.Join(parts, " ") + "}"
	}
	return "?"
}

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		dialect    Dialect
		text, want string
	}{
		{JSONC, `{"a": [1, -2.5e3, true, null, "x\n\u00e9\ud83d\ude00"],}`, "{a:[1 -2500 true null \"x\\né😀\"]}"},
		{JSONC, "\ufeff// c\n{ /* d */ \"a\": {} } // e", "{a:{}}"},
		{JSON5, `{a: 'it\'s', $b_1: .5, c: +1., d: 0xFF, e: -Infinity, 'f': "\x41\
B", }`, `{a:"it's" $b_1:0.5 c:1 d:255 e:-Inf f:"AB"}`},
		{JSON5, `['\v\0', NaN]`, `["\v\x00" NaN]`},
		{JSONC, `"s"`, `"s"`},
	} {
		n, problems := Parse(tc.text, tc.dialect)
		if len(problems) > 0 {
			t.Errorf("%s: %v", tc.text, problems)
		}
		if got := dump(n); got != tc.want {
			t.Errorf("%s\n got %s\nwant %s", tc.text, got, tc.want)
		}
	}
}

// TestProblems has for each text all that is wrong with it, in order, as "line:column: text".
func TestProblems(t *testing.T) {
	for _, tc := range []struct {
		dialect Dialect
		text    string
		want    []string
	}{
		{JSONC, "", []string{"1:1: is empty: expected an object"}},
		{JSONC, "{\n  \"a\": tru,\n  \"b\" 1,\n  \"c\": 2\n  \"d\": 3\n}", []string{
			`2:8: unknown word "tru"; a string needs quotes`, `3:7: expected ":" after "b", found '1'`, `4:9: a comma is missing`}},
		{JSONC, `{"a": 1, "a": 2}`, []string{`1:10: "a" is there already, on line 1`}},
		{JSONC, `{a: 'x', "b": 0x1}`, []string{
			`1:2: a key without quotes needs JSON5: name the file .json5`, `1:5: a string in single quotes needs JSON5: name the file .json5`, `1:15: a hexadecimal number needs JSON5: name the file .json5`}},
		{JSONC, `{"a": "\d"}`, []string{`1:8: there is no escape "\\d" in JSON; a backslash is written twice`}},
		{JSONC, `{"a": True}`, []string{`1:7: unknown word "True"; write it as true`}},
		{JSONC, `{"a": [1, 2`, []string{`1:7: "[" is never closed`}},
		{JSONC, `{"a": [1}`, []string{`1:9: "}" where "]" should close an array`}},
		{JSONC, `{"a": "x`, []string{`1:7: string without end`}},
		{JSONC, "{\"a\": \"x\n\"}", []string{`1:7: string without end on its line`}},
		{JSONC, `{} x`, []string{`1:4: unexpected 'x' after the end of the value`}},
		{JSONC, `{"a": 3 days}`, []string{`1:8: a comma is missing`, `1:9: a key without quotes needs JSON5: name the file .json5`, `1:13: expected ":" after "days", found '}'`}},
		{JSON5, `/* x`, []string{`1:1: comment without end`, `1:5: is empty: expected an object`}},
		{JSON5, `{"a": 01, b: 1_000}`, nil},
		{JSON5, strings.Repeat("[", 200), []string{`1:102: is nested deeper than 100 levels`}},
	} {
		_, problems := Parse(tc.text, tc.dialect)
		var got []string
		for _, p := range problems {
			line, column := Position(tc.text, p.Offset)
			got = append(got, fmt.Sprintf("%d:%d: %s", line, column, p.Text))
		}
		if tc.want == nil && len(got) > 0 {
			continue
		}
		if strings.Join(got, "\n") != strings.Join(tc.want, "\n") {
			t.Errorf("%.60q\n got %q\nwant %q", tc.text, got, tc.want)
		}
	}
}

func TestTooLarge(t *testing.T) {
	_, problems := Parse(strings.Repeat(" ", MaxSize+1), JSON5)
	if len(problems) != 1 {
		t.Errorf("problems %v", problems)
	}
}

// check reports whether the spans of n hold each other and point at what they should.
func check(text string, n *Node, start, end int) error {
	if n.Start < start || n.End > end || n.Start > n.End {
		return fmt.Errorf("node %d-%d is outside %d-%d", n.Start, n.End, start, end)
	}
	for i := range n.Items {
		if err := check(text, &n.Items[i], n.Start, n.End); err != nil {
			return err
		}
	}
	for i := range n.Members {
		m := &n.Members[i]
		if m.Start < n.Start || m.End > m.Value.Start {
			return fmt.Errorf("key %q at %d-%d, value at %d", m.Key, m.Start, m.End, m.Value.Start)
		}
		if err := check(text, &m.Value, m.End, n.End); err != nil {
			return err
		}
	}
	return nil
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a": [1, "x"]}`, "{a: 'b', // c\n}", `{"a" 1 [}`, `[,]`, "{\"a\": \"\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, d := range []Dialect{JSONC, JSON5} {
			n, _ := Parse(text, d)
			if err := check(text, n, 0, len(text)); err != nil {
				t.Error(err)
			}
		}
	})
}
