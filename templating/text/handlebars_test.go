package text

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

var handlebarsFile = flag.String("handlebars", "", "make testdata/handlebars.jsonl anew with this handlebars.min.js, of the npm package handlebars 4.7.8")

// An answer is what Handlebars itself makes of a template, without escaping as Renovate has it.
type answer struct {
	Template string
	Result   string `json:",omitempty"`
	Refused  bool   `json:",omitempty"`
}

// prelude has helpers enough to try arguments.
const prelude = `
Handlebars.registerHelper('equals', function (a, b) { return a === b || a == null && b == null })
Handlebars.registerHelper('and', function () { return Array.prototype.slice.call(arguments, 0, -1).every(Boolean) })
Handlebars.registerHelper('or', function () { return Array.prototype.slice.call(arguments, 0, -1).some(Boolean) })
Handlebars.registerHelper('lowercase', function (s) { return s == null ? '' : ('' + s).toLowerCase() })
Handlebars.registerHelper('toArray', function () { return Array.prototype.slice.call(arguments, 0, -1) });
(function (template, fields) { return Handlebars.compile(template, {noEscape: true})(JSON.parse(fields)) })`

// ask has Handlebars render templates.
func ask(t *testing.T, file string, templates []string) []answer {
	library, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	vm := goja.New()
	vm.SetMaxCallStackSize(2000)
	if _, err := vm.RunString(string(library)); err != nil {
		t.Fatal(err)
	}
	f, err := vm.RunString(prelude)
	if err != nil {
		t.Fatal(err)
	}
	render, _ := goja.AssertFunction(f)
	var answers []answer
	for _, template := range templates {
		v, err := render(goja.Undefined(), vm.ToValue(template), vm.ToValue(referenceFields))
		if err != nil {
			answers = append(answers, answer{Template: template, Refused: true})
			continue
		}
		answers = append(answers, answer{Template: template, Result: v.String()})
	}
	return answers
}

// The names are in order, since ours visits them so.
const referenceFields = `{"a": "A b", "elsewhere": "E", "empty": "", "list": ["x", "y"], "n": 5, "no": false, "none": [], "nothing": null,
	"o": {"a b": "sp", "list": [{"v": 1}, {"v": 2}], "p": {"q": "Q"}}, "objects": [{"a": "k", "name": "j"}, {"name": "l"}], "yes": true, "zero": 0}`

// TestAsHandlebars renders templates made at random from Handlebars' grammar, which Handlebars itself
// has rendered: ours gives the same.
func TestAsHandlebars(t *testing.T) {
	const golden = "testdata/handlebars.jsonl"
	if *handlebarsFile != "" {
		g := &grammar{rand.New(rand.NewPCG(3, 14))}
		var templates []string
		for range 1200 {
			templates = append(templates, g.program(2))
		}
		writeAnswers(t, golden, ask(t, *handlebarsFile, templates))
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(referenceFields), &fields); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for line := range strings.Lines(string(data)) {
		var a answer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		got, err := Render(a.Template, fields)
		if a.Refused != (err != nil) || got != a.Result {
			t.Errorf("%q: Handlebars gives %q (refused %v), ours %q, %v", a.Template, a.Result, a.Refused, got, err)
		}
		tried++
	}
	if tried < 1000 {
		t.Errorf("only %d templates", tried)
	}
}

func writeAnswers(t *testing.T, name string, answers []answer) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, a := range answers {
		if err := enc.Encode(a); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A grammar makes templates at random.
type grammar struct{ *rand.Rand }

func (g *grammar) pick(of ...string) string { return of[g.IntN(len(of))] }

func (g *grammar) program(depth int) string {
	var s strings.Builder
	s.WriteString(g.pick("x", "x\n", "x \r\n", "- ")) // JavaScript adds two booleans at the beginning as numbers
	for range 1 + g.IntN(4) {
		s.WriteString(g.piece(depth))
	}
	return s.String()
}

func (g *grammar) piece(depth int) string {
	switch n := g.IntN(12); {
	case n < 3:
		return g.pick("x", " ", "\n", " \n ", "\r\n", " }", "{", "a}}b", "'", "\\ ", `\{{a}} `, `\\{{a}}`, "\t", "é", "~")
	case n < 4:
		return g.pick("{{! c }}", "{{!-- {{a}} --}}", "{{~! c ~}}", "{{!-- c --~}}\n", "\n{{! alone }}\n")
	case n < 8 || depth == 0:
		return g.value()
	}
	return g.block(depth - 1)
}

func (g *grammar) value() string {
	open := g.pick("{{", "{{", "{{", "{{{", "{{&", "{{~", "{{ ")
	end := g.pick("}}", "}}", " }}", "~}}", "\n}}")
	if open == "{{{" {
		end = g.pick("}}}", " }}}")
	}
	return open + g.expression() + end
}

func (g *grammar) expression() string {
	if g.IntN(3) > 0 {
		return g.path()
	}
	return g.helper(2)
}

func (g *grammar) path() string {
	return g.pick("a", "n", "zero", "yes", "no", "empty", "nothing", "unknown", "list", "o.p.q", "o/p/q", "o.[a b]", "o.unknown.more", "this", ".", "../a", "../../a",
		"./a", "this.a", "@index", "@key", "@first", "@last", "@root.a", "list.[0]", "list.length", "name", "v", "item", "item.name", "elsewhere", "objects.[1].name", "..")
}

func (g *grammar) helper(depth int) string {
	switch g.IntN(6) {
	case 0:
		return "equals " + g.operand(depth) + " " + g.operand(depth)
	case 1:
		return "and " + g.operand(depth) + g.pick(" ", "  ", "\n") + g.operand(depth)
	case 2:
		return "or " + g.operand(depth) + " " + g.operand(depth) + " " + g.operand(depth)
	case 3:
		return "lowercase " + g.operand(depth)
	case 4:
		return "lookup " + g.pick("o", "list", "objects") + " " + g.pick("0", "'p'", `"a b"`, "'unknown'")
	}
	return "toArray " + g.operand(depth) + " " + g.operand(depth)
}

func (g *grammar) operand(depth int) string {
	if depth > 0 && g.IntN(4) == 0 {
		return "(" + g.helper(depth-1) + ")"
	}
	if g.IntN(2) == 0 {
		return g.path()
	}
	return g.pick("'A b'", `"A b"`, "5", "-1", "1.5", "true", "false", `"it's"`, `'{{'`, `'}}'`, `'a\'b'`, "''", "null", "undefined")
}

func (g *grammar) block(depth int) string {
	left, right := g.pick("", "", "~"), g.pick("", "", "~")
	name := g.pick("if", "if", "unless", "each", "with", "section", "inverse")
	argument, params := g.operand(1), ""
	switch name {
	case "each":
		argument = g.pick("list", "none", "objects", "o", "o.list", "unknown", "a", "(toArray 1 2)")
		params = g.pick("", "", " as |item|", " as |item i|")
	case "with":
		argument, params = g.pick("o", "o.p", "a", "none", "unknown", "empty"), g.pick("", " as |item|")
	case "section", "inverse":
		path := g.pick("list", "none", "o", "yes", "no", "unknown", "a", "objects", "empty", "zero")
		sigil := map[string]string{"section": "#", "inverse": "^"}[name]
		other := ""
		if name == "section" { // with "^", else and "~" Handlebars trims the wrong part
			other = g.other(depth, false)
		}
		return fmt.Sprintf("{{%s%s%s%s}}%s%s{{%s/%s}}", left, sigil, path, right, g.program(depth), other, left, path)
	}
	return fmt.Sprintf("{{%s#%s %s%s%s}}%s%s{{/%s%s}}", left, name, argument, params, right, g.program(depth), g.other(depth, true), name, right)
}

// other returns what stands from "else" on.
func (g *grammar) other(depth int, chained bool) string {
	switch n := g.IntN(5); {
	case n < 2:
		return g.pick("{{else}}", "{{^}}", "{{~else}}", "{{else~}}", "{{ else }}", "\n{{else}}\n") + g.program(depth)
	case n == 2 && chained:
		// What stands around the last else and the end of a chain is no line of its own here: Handlebars trims one for another then.
		return "{{else " + g.pick("if", "unless") + " " + g.operand(1) + "}}" + g.program(depth) + g.pick("x{{else}}x", "") + "x"
	}
	return ""
}
