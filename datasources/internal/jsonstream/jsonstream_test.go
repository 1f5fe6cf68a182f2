package jsonstream

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestObject(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": [1, {"b": [2]}], "c": "x", "d": null}`: "a c d",
		`{}`:        "",
		`null`:      "",
		`{"a": 1`:   "a!",
		`{"a": [1`:  "a!",
		`[1]`:       "!",
		`"text"`:    "!",
		`{"a" "b"}`: "a!",
		``:          "!",
	} {
		d := json.NewDecoder(strings.NewReader(text))
		var keys []string
		err := Object(d, func(key string) error {
			keys = append(keys, key)
			return Skip(d)
		})
		got := strings.Join(keys, " ")
		if err != nil {
			got += "!"
		}
		if got != want {
			t.Errorf("%s: %s (%v), want %s", text, got, err, want)
		}
	}
}

func Fuzz(f *testing.F) {
	f.Add(`{"a": [1, {"b": null}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		d := json.NewDecoder(strings.NewReader(text))
		err := Object(d, func(string) error { return Skip(d) })
		if json.Valid([]byte(text)) && strings.HasPrefix(strings.TrimSpace(text), "{") && err != nil {
			t.Error(err)
		}
	})
}
