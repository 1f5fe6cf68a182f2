package hclspan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/hclspan"
)

const sample = `# module "comment" { source = "x" }
/* module "comment" {
*/
module "é" { source = "acme/vpc/aws" } // one line
module "plain" {
  source  = "acme/vpc/aws//sub"
  version = var.version
  names   = ["a}", "${var.b["}"]}", <<-EOT
    module "heredoc" {
      ${jsonencode({ a = "}" })}
    EOT
  , 3]
  object = { k : "v", "quoted" = true, (var.computed) = 1 }
  escaped = "caf\u00e9"
  dollar = "$${x}"
  wrapped = "${var.x}"
  mixed = "${var.x}-y"
  heredoc = <<EOT
1.2.3
EOT
  paren = ("p")
  empty = ""
  nested "label" {
    deep {
      a = "1"
    }
    deep {
      a = "2"
    }
  }
}
locals { x = never parsed }
terraform {
  required_version = "1.0"
}
`

func all(kind string, _ []string) bool { return kind != "other" }

func read(t *testing.T, text string) map[string]hclspan.Block {
	t.Helper()
	blocks, problems := hclspan.Read(managers.File{Path: "f.tf", Text: text}, func(kind string, _ []string) bool { return kind != "locals" })
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	found := make(map[string]hclspan.Block)
	for _, b := range blocks {
		found[strings.TrimSpace(b.Type+" "+b.Label(0))] = b
	}
	return found
}

func TestRead(t *testing.T) {
	text := sample
	blocks := read(t, text)
	if len(blocks) != 3 {
		t.Fatalf("got %d blocks: %v", len(blocks), blocks)
	}
	plain := blocks["module plain"]
	if plain.Line != 5 || plain.Get("source").Line != 6 {
		t.Errorf("the block is at line %d, its source at %d", plain.Line, plain.Get("source").Line)
	}
	deep := plain.Find("nested", "deep")
	for _, c := range []struct {
		v    hclspan.Value
		kind hclspan.Kind
		text string
		ok   bool // it is a field
	}{
		{blocks["module é"].Get("source"), hclspan.String, "acme/vpc/aws", true},
		{plain.Get("source"), hclspan.String, "acme/vpc/aws//sub", true},
		{plain.Get("version"), hclspan.Expression, "${var.version}", false},
		{plain.Get("names").Items()[0], hclspan.String, "a}", true},
		{plain.Get("names").Items()[3], hclspan.Literal, "3", false},
		{plain.Get("object").Get("k"), hclspan.String, "v", true},
		{plain.Get("object").Get("quoted"), hclspan.Literal, "true", false},
		{plain.Get("escaped"), hclspan.String, "café", false},
		{plain.Get("dollar"), hclspan.String, "${x}", false},
		{plain.Get("wrapped"), hclspan.Expression, "${var.x}", true},
		{plain.Get("mixed"), hclspan.Expression, "${var.x}-y", true},
		{plain.Get("heredoc"), hclspan.String, "1.2.3\n", true},
		{plain.Get("paren"), hclspan.String, "p", true},
		{plain.Get("empty"), hclspan.String, "", false},
		{plain.Get("missing"), hclspan.Missing, "", false},
		{deep[1].Get("a"), hclspan.String, "2", true},
		{blocks["terraform"].Get("required_version"), hclspan.String, "1.0", true},
	} {
		f, ok := c.v.Field()
		if c.v.Kind != c.kind || c.v.Text != c.text || ok != c.ok {
			t.Errorf("got kind %d %q, field %v, want kind %d %q, %v", c.v.Kind, c.v.Text, ok, c.kind, c.text, c.ok)
		}
		if ok && text[f.Start:f.End()] != c.text {
			t.Errorf("%q: the file holds %q", c.text, text[f.Start:f.End()])
		}
	}
}

// TestBroken checks that what is broken is reported where it is, and loses nothing else.
func TestBroken(t *testing.T) {
	for name, test := range map[string]struct{ text, blocks, problem string }{
		"template": {"module \"a\" {\n  source = \"s\"\n  {% if x %}\n}\nmodule \"b\" {\n}\n", "[a b]", "f.tf:3: "},
		"quote":    {"module \"a\" {\n  source = \"s\n  version = \"1\"\n}\nmodule \"b\" {\n}\n", "[a b]", "f.tf:2: "},
		"unwanted": {"other {\n  x = {\n}\nmodule \"a\" {\n}\n", "[a]", "f.tf:1: block has no end"},
		"open":     {"module \"a\" {\n  x = 1\n", "[a]", "f.tf:"},
		"between":  {"{{ x }}\nmodule \"a\" {\n}\n}\nmodule \"b\" {\n}\n", "[a b]", ""},
		"deep":     {"x {\na = " + strings.Repeat("(", 5000) + "\n", "[]", "f.tf:1: block is nested too deep"},
		"operators": {"x {\na = " + strings.Repeat("!/**/ ", 5000) + "\n}\nmodule \"a\" {\n}\n", "[a]",
			"f.tf:1: block is nested too deep"},
		"heredoc": {"x {\na = <<E\n${" + strings.Repeat("-", 5000) + "1}\nE\n}\n", "[]", "f.tf:1: block is nested too deep"},
		"strings": {"x {\na = " + strings.Repeat(`"${`, 50000), "[]", "f.tf:1: block is nested too deep"},
		"large":   {"x {\na = \"" + strings.Repeat("a", 2<<20) + "\"\n}\n", "[]", "f.tf:1: block is too large"},
	} {
		t.Run(name, func(t *testing.T) {
			blocks, problems := hclspan.Read(managers.File{Path: "f.tf", Text: test.text}, all)
			names := []string{}
			for _, b := range blocks {
				names = append(names, b.Label(0))
			}
			if diff := cmp.Diff(test.blocks, fmt.Sprint(names)); diff != "" {
				t.Error(diff)
			}
			got := fmt.Sprint(problems)
			if test.problem == "" && len(problems) > 0 || !strings.Contains(got, test.problem) {
				t.Errorf("got %s, want %q", got, test.problem)
			}
		})
	}
}

// TestTime checks that hostile text takes time in proportion to its length.
func TestTime(t *testing.T) {
	for _, unit := range []string{`"${`, "<<E\n", "x {\n", "/*", "\"", "a <<", "${", "x \"", "#", "x <<E\n${"} {
		start := time.Now()
		hclspan.Read(managers.File{Path: "f.tf", Text: strings.Repeat(unit, (1<<20)/len(unit))}, all)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%q takes %v", unit, took)
		}
	}
}

func Fuzz(f *testing.F) {
	f.Add(sample)
	f.Fuzz(func(t *testing.T, text string) {
		blocks, problems := hclspan.Read(managers.File{Path: "f.tf", Text: text}, all)
		lines := 1 + strings.Count(text, "\n")
		for _, p := range problems {
			if p.Line < 1 || p.Line > lines || p.Text == "" {
				t.Errorf("problem %q of %d lines", p, lines)
			}
		}
		for _, b := range blocks {
			check(t, text, b)
		}
	})
}

func check(t *testing.T, text string, b hclspan.Block) {
	for _, a := range b.Attrs {
		if f, ok := a.Value.Field(); ok && text[f.Start:f.End()] != a.Value.Text {
			t.Errorf("%s: %q is not at %d", a.Name, f.Text, f.Start)
		}
	}
	for _, child := range b.Blocks {
		check(t, text, child)
	}
}
