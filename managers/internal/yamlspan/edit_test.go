package yamlspan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

func TestRename(t *testing.T) {
	names := map[string][]string{"a": {"b"}, "name": {"service", "name"}, "port": {"service", "port", "number"}}
	for text, want := range map[string]string{
		"m:\n  a: 1 # why\n  c: 2\n":       "m:\n  b: 1 # why\n  c: 2\n",
		"m:\n  a:\n    a: 1\n":             "m:\n  b:\n    a: 1\n",
		"m:\n  name: x\n  port: 80\n":      "m:\n  service:\n    name: x\n    port:\n      number: 80\n",
		"m:\r\n  port: 80\r\n  name: x":    "m:\r\n  service:\r\n    port:\r\n      number: 80\r\n    name: x",
		"m:\n  name: x\n  a: 1\n":          "m:\n  service:\n    name: x\n  b: 1\n",
		"m:\n  name: x\n  c: 1\n  port: 1": "",
		"m: {name: x}":                     "",
		"x: &x {a: 1}\nm: *x":              "",
		"m: [a]":                           "",
		"m:\n  'a': 1\n":                   "m:\n  'b': 1\n",
		"m:\n  c: 1\n":                     "m:\n  c: 1\n",
	} {
		docs, _ := yamlspan.Documents(managers.NewFile("f.yaml", text, nil))
		edits, ok := docs[0].Get("m").Rename(names)
		got := ""
		if ok {
			got, _ = managers.Apply(text, edits)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: -want +got:\n%s", text, diff)
		}
	}
}

func TestDelete(t *testing.T) {
	for text, want := range map[string]string{
		"m:\n  a: 1\n  c: 2\n":           "m:\n  c: 2\n",
		"m:\n  c: 2\n  a: 1 # why":       "m:\n  c: 2\n",
		"m:\n  a: 1\n":                   "",
		"m:\n  a: [1]\n  c: 2\n":         "",
		"m: {a: 1, c: 2}":                "",
		"m:\n  a: |\n    x\n  c: 1\n":    "",
		"m:\n  c: 2\n":                   "",
		"x: &x 1\nm:\n  a: *x\n  c: 2\n": "",
	} {
		docs, _ := yamlspan.Documents(managers.NewFile("f.yaml", text, nil))
		edit, ok := docs[0].Get("m").Delete("a")
		got := ""
		if ok {
			got, _ = managers.Apply(text, []managers.Edit{edit})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: -want +got:\n%s", text, diff)
		}
	}
	docs, _ := yamlspan.Documents(managers.NewFile("f.yaml", "- a: 1\n  c: 2\n", nil))
	if _, ok := docs[0].Items()[0].Delete("a"); ok {
		t.Error("the first key of a list's element cannot go")
	}
}
