package custom_test

import (
	"path"
	"strings"
	"testing"

	"github.com/currant-bot/currant/config/jsonata"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/custom"
	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/templating/text"
)

var tools = custom.Tools{Render: text.Render, Query: func(expression string) (func(any) (any, error), error) {
	q, err := jsonata.Compile(expression)
	return func(input any) (any, error) { return q.Evaluate(input, nil) }, err
}}

// define returns a definition for the files of one base name.
func define(name, kind string, fields map[string]any, expressions ...any) custom.Definition {
	fields["customType"], fields["matchStrings"] = kind, expressions
	return custom.Definition{Origin: "renovate.json:1", Fields: fields, Match: func(p string) bool { return path.Base(p) == name }}
}

const comment = `# renovate: (?:datasource=(?<datasource>\S+) )?depName=(?<depName>\S+)(?: versioning=(?<versioning>\S+))?(?: extractVersion=(?<extractVersion>\S+))?(?: registryUrl=(?<registryUrl>\S+))?\s*\n\w+: "?(?<currentValue>[^\s"@]+)(?:@(?<currentDigest>sha256:[a-f0-9]+))?"?`

var definitions = []custom.Definition{
	define("any.yaml", "regex", map[string]any{}, comment),
	define("combination.txt", "regex", map[string]any{"matchStringsStrategy": "combination", "datasourceTemplate": "github-tags", "depTypeTemplate": "{{lowercase 'TOOL'}}"},
		`name = (?<depName>\S+)`, `value = (?<currentValue>\S+)`),
	define("recursive.json", "regex", map[string]any{"matchStringsStrategy": "recursive", "datasourceTemplate": "npm", "packageNameTemplate": "@acme/{{depName}}"},
		`"chains": \{.*?\}\}`, `\{"dep": "(?<depName>\w+)", "v": "[^"]+"\}`, `"dep": "{{depName}}", "v": "(?<currentValue>[^"]+)"`),
	define("replaced.txt", "regex", map[string]any{
		"datasourceTemplate":        "docker",
		"autoReplaceStringTemplate": "{{{indentation}}}image: {{{depName}}}:{{{newValue}}}{{#if newDigest}}@{{{newDigest}}}{{/if}}",
	}, `(?<indentation>\s*)image: (?<depName>[^:\s]+):(?<currentValue>[^@\s]+)(?:@(?<currentDigest>sha256:\w+))?`),
	define("composed.txt", "regex", map[string]any{"datasourceTemplate": "npm", "depNameTemplate": "c", "currentValueTemplate": "{{major}}.{{minor}}"}, `major=(?<major>\d+) minor=(?<minor>\d+)`),
	define("located.txt", "regex", map[string]any{"datasourceTemplate": "npm", "depNameTemplate": "l", "currentValueTemplate": "{{replace '^v' '' tag}}"}, `release-(?<tag>v[\d.]+\d)`),
	define("query.json", "jsonata", map[string]any{"fileFormat": "json", "datasourceTemplate": "npm"}, `packages.{"depName": name, "currentValue": version}`),
	define("query.yaml", "jsonata", map[string]any{"fileFormat": "yaml", "datasourceTemplate": "npm"}, `tools.$each(function($v, $k) { {"depName": $k, "currentValue": $v} })`),
	define("query.toml", "jsonata", map[string]any{"fileFormat": "toml", "datasourceTemplate": "npm"}, `{"depName": "node", "currentValue": tools.node, "depType": "tool"}`),
	define("broken.toml", "jsonata", map[string]any{"fileFormat": "toml", "datasourceTemplate": "npm"}, `x`),
}

// both unites the managers of both kinds, as a test wants one.
func both(t testing.TB) *managers.Manager {
	regex, errs := custom.Manager("regex", definitions, tools)
	query, errs2 := custom.Manager("jsonata", definitions, tools)
	if len(errs)+len(errs2) > 0 {
		t.Fatal(errs, errs2)
	}
	return &managers.Manager{Name: "custom", Doc: "test", Extract: func(f managers.File) managers.Result {
		a, b := regex.Extract(f), query.Extract(f)
		return managers.Result{Deps: append(a.Deps, b.Deps...), Problems: append(a.Problems, b.Problems...)}
	}}
}

func Test(t *testing.T) { managertest.Run(t, both(t)) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, both(f)) }

func TestRewrite(t *testing.T) {
	m := both(t)
	src := "a\n  image: acme/app:1.2.3\n"
	d := m.Extract(managers.NewFile("replaced.txt", src, nil)).Deps[0]
	for _, c := range []struct {
		pieces []managers.Piece
		want   string
	}{
		{d.Rewrite, "a\n  image: acme/app:2.0.0\n"},
		{d.Pin, "a\n  image: acme/app:2.0.0@sha256:1\n"},
	} {
		var edits []managers.Edit
		for _, p := range c.pieces {
			edits = append(edits, p.Edit("2.0.0", "sha256:1"))
		}
		if got, err := managers.Apply(src, edits); err != nil || got != c.want {
			t.Errorf("got %q, %v, want %q", got, err, c.want)
		}
	}
}

func TestDefinitionErrors(t *testing.T) {
	for want, def := range map[string]custom.Definition{
		"perl":           define("f", "regex", map[string]any{}, `(?=x)`),
		"strategy":       define("f", "regex", map[string]any{"matchStringsStrategy": "all"}, `x`),
		"at character":   define("f", "jsonata", map[string]any{"fileFormat": "json"}, `a.(`),
		"renovate.json:": define("f", "regex", map[string]any{}, `(`),
	} {
		m, errs := custom.Manager(def.Fields["customType"].(string), []custom.Definition{def}, tools)
		if m != nil || len(errs) != 1 || !strings.Contains(strings.ToLower(errs[0].Error()), want) {
			t.Errorf("want %q, got %v", want, errs)
		}
	}
}

func TestVariant(t *testing.T) {
	a, _ := custom.Manager("regex", definitions[:1], tools)
	b, _ := custom.Manager("regex", definitions[:2], tools)
	again, _ := custom.Manager("regex", definitions[:1], tools)
	if a.Variant == b.Variant || a.Variant != again.Variant {
		t.Error("variants do not tell definitions apart")
	}
	if m, errs := custom.Manager("regex", nil, tools); m != nil || errs != nil {
		t.Error("a manager out of nothing")
	}
}
