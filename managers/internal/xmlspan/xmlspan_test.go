package xmlspan_test

import (
	"strings"
	"testing"

	"github.com/currant-bot/currant/managers/internal/xmlspan"
)

const sample = `<?xml version="1.0" encoding="ISO-8859-1"?>
<!-- a -->
<p:project xmlns="urn:x" xmlns:p="urn:y" a = 'one' b=" t&amp;wo ">
  <version> 1.2.3
  </version>
  <note>1.4<!-- c --></note><cd><![CDATA[ 1.5 ]]></cd><parts>a<b/>c</parts><amp>x&lt;y</amp>
</p:project>`

func TestParse(t *testing.T) {
	root, err := xmlspan.Parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	if root.Name != "project" || root.Space != "urn:x" || root.Line != 3 || sample[root.Start:root.End] != sample[strings.Index(sample, "<p:"):] {
		t.Errorf("root is %+v", root)
	}
	for _, tt := range []struct {
		value    xmlspan.Value
		text     string
		editable bool
	}{
		{root.Get("version").Value(), "1.2.3", true},
		{root.Get("note").Value(), "1.4", true},
		{root.Get("cd").Value(), "1.5", true},
		{root.Get("parts").Value(), "ac", false},
		{root.Get("amp").Value(), "x<y", false},
		{root.Attr("A"), "one", true},
		{root.Attr("b"), "t&wo", false},
		{root.Get("none", "of", "them").Value(), "", false},
		{root.Get("none").Attr("x"), "", false},
	} {
		f, ok := tt.value.Field()
		if tt.value.Text != tt.text || ok != tt.editable || ok && sample[f.Start:f.End()] != tt.text {
			t.Errorf("%q: got %+v, %+v, %v", tt.text, tt.value, f, ok)
		}
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                "line 1: not valid XML: there is no element",
		"text":            "line 1: not valid XML: there is no element",
		"<a>\n<b></a>":    "line 2: not valid XML: end tag </a> closes nothing",
		"<a/>\n<b/>":      "line 2: not valid XML: there is a second root element",
		"<a>\n  <b>":      "line 2: not valid XML: element <b> is not closed",
		"<a>\n&nope;</a>": "line 2: not valid XML: invalid character entity &nope;",
		strings.Repeat("<a>", 101) + strings.Repeat("</a>", 101): "line 1: not valid XML: nested more than 100 deep",
	} {
		if _, err := xmlspan.Parse(text); err == nil || err.Error() != want {
			t.Errorf("%.30q: got %v, want %s", text, err, want)
		}
	}
}

// FuzzParse checks that values are where they say.
func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add(`<a b="1"c='2' d = "&#32;"/>`)
	f.Fuzz(func(t *testing.T, text string) {
		root, err := xmlspan.Parse(text)
		if err != nil {
			return
		}
		check := func(v xmlspan.Value) {
			if f, ok := v.Field(); ok && text[f.Start:f.End()] != f.Text {
				t.Errorf("%q is not at %d", f.Text, f.Start)
			}
		}
		root.Walk(func(e *xmlspan.Element, _ []string) {
			check(e.Value())
			for _, a := range e.Attrs {
				check(a.Value)
			}
		})
	})
}
