package jsonata_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/config/jsonata"
)

func eval(t *testing.T, expression, input string) (any, error) {
	t.Helper()
	q, err := jsonata.Compile(expression)
	if err != nil {
		return nil, err
	}
	return q.EvaluateJSON([]byte(input), jsonata.Functions{"detectPlatform": func(string) string { return "github" }})
}

func TestEvaluate(t *testing.T) {
	for _, c := range []struct{ expression, input, want string }{
		{`depName = "a"`, `{"depName": "a"}`, `true`},
		{`$exists(x)`, `{}`, `false`},
		{`x`, `{}`, `null`},
		{`$detectPlatform() = "github"`, `{}`, `true`},
		{`{"releases": versions.{"version": $}}`, `{"versions": ["1", "2"]}`, `{"releases": [{"version": "1"}, {"version": "2"}]}`},
		{`releases[$contains(version, /^v?\d+\.\d+$/)].version`, `{"releases": [{"version": "v1.2"}, {"version": "x"}]}`, `"v1.2"`},
		{`$replace("aXbX", /x/i, "-")`, `{}`, `"a-b-"`},
		{`$split("a1b22c", /\d+/)`, `{}`, `["a", "b", "c"]`},
		{`$match("ä😀v12", /v(\d)(\d)/).[index, $join(groups)]`, `{}`, `[3, "12"]`},
		{`$map([1..3], function($x) { $x * 2 })`, `{}`, `[2, 4, 6]`},
		{`$toMillis("2026-01-02T03:04:05Z")`, `{}`, `1767323045000`},
		{`$keys(a) ~> $sort`, `{"a": {"y": 1, "x": 2}}`, `["x", "y"]`},
		{`$pad("x", 3, "-")`, `{}`, `"x--"`},
	} {
		got, err := eval(t, c.expression, c.input)
		if err != nil {
			t.Errorf("%s: %v", c.expression, err)
			continue
		}
		var want any
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", c.expression, d)
		}
	}
}

func TestErrors(t *testing.T) {
	for expression, want := range map[string]string{
		`a.(`:                  "at character",
		`$nothing()`:           "non-function",
		`$match("a", /(?=a)/)`: "RE2",
		`$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /(a*)*\1$/)`: "RE2",
		`($f := function($n) { $f($n + 1) }; $f(0))`:          "longer than", // a tail call: no stack
		`($f := function($n) { 1 + $f($n + 1) }; $f(0))`:      "",
		`[1..9999999]`:         "range",
		`$pad("x", 900000000)`: "too large",
		`($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $f("xxxxxxxx", 60))`: "too large",
		strings.Repeat("(", 30000): "",
		strings.Repeat("x", 70000): "too long",
		`$error("no")`:             "no",
	} {
		got, err := eval(t, expression, `{}`)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, %v, want %q", expression, got, err, want)
		}
	}
	if _, err := eval(t, `1`, `"`+strings.Repeat("x", 17<<20)+`"`); err == nil {
		t.Error("an input of 17 MB is taken")
	}
	if got, err := eval(t, `1 + 1`, `{}`); err != nil || got != 2.0 {
		t.Errorf("after all these: %v, %v", got, err)
	}
}

func TestNoWorld(t *testing.T) {
	for _, expression := range []string{`$require("fs")`, `$$.constructor.constructor("return 1")()`, `$eval("process")`} {
		if got, err := eval(t, expression, `{"a": 1}`); err == nil && got != nil {
			t.Errorf("%s: %v", expression, got)
		}
	}
}

func TestConcurrent(t *testing.T) {
	q, err := jsonata.Compile(`a + 1`)
	if err != nil {
		t.Fatal(err)
	}
	var g sync.WaitGroup
	for i := range 8 {
		g.Go(func() {
			for range 20 {
				if got, err := q.Evaluate(map[string]any{"a": i}, nil); err != nil || got != float64(i+1) {
					t.Errorf("%v, %v", got, err)
				}
			}
		})
	}
	g.Wait()
}

func FuzzEvaluate(f *testing.F) {
	f.Add(`{"releases": versions.{"version": $}}`, `{"versions": ["1"]}`)
	f.Add(`$match(a, /v(\d)/)`, `{"a": "v1"}`)
	f.Fuzz(func(t *testing.T, expression, input string) {
		q, err := jsonata.Compile(expression)
		if err != nil || !json.Valid([]byte(input)) {
			return
		}
		_, _ = q.EvaluateJSON([]byte(input), nil)
	})
}

func BenchmarkEvaluate(b *testing.B) {
	q, err := jsonata.Compile(`depName = "a" and $contains(packageName, /x/)`)
	if err != nil {
		b.Fatal(err)
	}
	in := map[string]any{"depName": "a", "packageName": "xyz"}
	for b.Loop() {
		if _, err := q.Evaluate(in, nil); err != nil {
			b.Fatal(err)
		}
	}
}
