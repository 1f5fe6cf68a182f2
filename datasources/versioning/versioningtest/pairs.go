package versioningtest

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/currant-bot/currant/datasources/versioning"
)

// Order checks s against a file of lines such as "1.2 < 1.3", "1.2 = 1.2.0" and `invalid "1.x"`,
// which an ecosystem's own tool made. except returns why s is meant to differ on a version or "".
func Order(t *testing.T, s versioning.Scheme, file string, except func(v string) string) {
	t.Helper()
	signs := map[string]int{"<": -1, "=": 0, ">": 1}
	for n, line := range lines(t, file) {
		if quoted, ok := strings.CutPrefix(line, "invalid "); ok {
			v := unquote(t, quoted)
			if s.Valid(v) != (except(v) != "") {
				t.Errorf("%s:%d: %q: valid is %v, meant to differ: %q", file, n+2, v, s.Valid(v), except(v))
			}
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 3 {
			t.Fatalf("%s:%d: %q is not a pair", file, n+2, line)
		}
		a, b, want := fields[0], fields[2], signs[fields[1]]
		if !s.Valid(a) || !s.Valid(b) {
			if except(a)+except(b) == "" {
				t.Errorf("%s:%d: %q or %q is not valid", file, n+2, a, b)
			}
			continue
		}
		if got := sign(s.Compare(a, b)); got != want || sign(s.Compare(b, a)) != -want {
			t.Errorf("%s:%d: %s: got %d", file, n+2, line, got)
		}
	}
}

// Ranges checks s against a file of lines such as `"^1.2" 1.3.0 yes`, `"^1.2" 2.0.0 no` and `"^" invalid`,
// which an ecosystem's own tool made. except returns why s is meant to differ on a range, and
// what it says instead: "yes", "no", "invalid", or "" where it does not differ.
func Ranges(t *testing.T, s versioning.Scheme, file string, except func(text, v, want string) (says, why string)) {
	t.Helper()
	for n, line := range lines(t, file) {
		end := strings.LastIndexByte(line, '"') + 1
		text := unquote(t, line[:end])
		v, want, ok := strings.Cut(line[end+1:], " ")
		if !ok {
			v, want = "", "invalid"
		}
		says, why := except(text, v, want)
		if says != "" {
			want = says
		}
		if got := answer(s, text, v); got != want && !(v == "" && want != "invalid" && got != "invalid") {
			t.Errorf("%s:%d: %s: got %s, want %s %s", file, n+2, line, got, want, why)
		}
	}
}

func answer(s versioning.Scheme, text, v string) string {
	c, err := s.Constraint(text)
	switch {
	case err != nil:
		return "invalid"
	case c.Matches(v):
		return "yes"
	}
	return "no"
}

// lines returns the lines of a file; the first says where it is from.
func lines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(all) < 500 {
		t.Fatalf("%s has only %d lines", file, len(all))
	}
	return all[1:]
}

func unquote(t *testing.T, quoted string) (text string) {
	t.Helper()
	if err := json.Unmarshal([]byte(quoted), &text); err != nil {
		t.Fatalf("%s: %v", quoted, err)
	}
	return text
}
