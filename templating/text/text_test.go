package text

import (
	"strings"
	"testing"
)

var fields = map[string]any{
	"depName": "@scope/<pkg>", "newMajor": 5, "isMajor": true, "isMinor": false, "newVersion": "1.2.3", "empty": "",
	"labels":   []string{"a", "b"},
	"upgrades": []map[string]any{{"depName": "x", "to": "1"}, {"depName": "y", "to": "2"}, {"depName": "x", "to": "3"}},
	"env":      map[string]string{"HOME": "/h"},
	"digest":   "sha256:abcdef",
}

func TestRender(t *testing.T) {
	for _, tc := range []struct{ template, want string }{
		{"plain", "plain"},
		{"{{depName}} {{{depName}}} {{&depName}}", "@scope/<pkg> @scope/<pkg> @scope/<pkg>"},
		{"{{unknown}}|{{un.kno.wn}}|{{env.HOME}}|{{newMajor}}", "||/h|5"},
		{"{{#if isMajor}}major{{else}}other{{/if}}", "major"},
		{"{{#if isMinor}}minor{{else if isMajor}}major{{else}}other{{/if}}", "major"},
		{"{{#if isMinor}}a{{else if empty}}b{{else if newMajor}}c{{else}}d{{/if}}!", "c!"},
		{"{{#unless isMinor}}not minor{{/unless}}{{^isMinor}}!{{/isMinor}}", "not minor!"},
		{"{{#if (or isMinor (and isMajor newMajor))}}yes{{/if}}", "yes"},
		{"{{#each labels}}{{@index}}{{this}}{{#unless @last}},{{/unless}}{{/each}}", "0a,1b"},
		{"{{#each upgrades as |u i|}}{{i}}:{{u.depName}}@{{u.to}} {{/each}}", "0:x@1 1:y@2 2:x@3 "},
		{"{{#each upgrades}}{{depName}}-{{../newVersion}} {{/each}}", "x-1.2.3 y-1.2.3 x-1.2.3 "},
		{"{{#each none}}x{{else}}empty{{/each}}", "empty"},
		{"{{#with env}}{{HOME}}{{@root.newVersion}}{{/with}}", "/h1.2.3"},
		{"{{labels}} {{labels.length}} {{labels.[0]}}", "a,b 2 a"},
		{"{{replace '^@([a-z]+)/' '$1-' depName}}", "scope-<pkg>"},
		{"{{replace '[a-z]' '$&$$' 'ab'}}", "a$b$"},
		{"{{lowercase 'ABC'}} {{add newMajor 1}} {{equals newMajor 5}} {{containsString depName 'scope'}}", "abc 6 true true"},
		{"{{#if (includes labels 'b')}}in{{/if}} {{lookup (split 'a-b-c' '-') 1}}", "in b"},
		{"{{distinct (lookupArray upgrades 'depName')}}", "x,y"},
		{"{{encodeURIComponent 'a b/c(d)'}} {{decodeURIComponent 'a%20b'}} {{encodeBase64 'hi'}} {{decodeBase64 'aGk='}}", "a%20b%2Fc(d) a b aGk= hi"},
		{"{{{toJSON (toObject 'a' 1 'b' (toArray 1 'x'))}}}", `{"a":1,"b":[1,"x"]}`},
		{"a {{~newMajor~}} b{{! comment }}{{!-- }} --}}", "a5b"},
		{`\{{not}} {{newMajor}}`, "{{not}} 5"},
		{"a\n{{#if isMajor}}\nb\n{{/if}}\nc", "a\nb\nc"},
		{"{{#labels}}<{{.}}>{{/labels}}", "<a><b>"},
		{"{{#if (equals newVersion \"1.2.3\")}}}{{/if}}", "}"},
	} {
		got, err := Render(tc.template, fields)
		if err != nil || got != tc.want {
			t.Errorf("%s\n got %q, %v\nwant %q", tc.template, got, err, tc.want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, template := range []string{
		"{{", "{{a", "{{{a}}", "{{#if a}}", "{{/if}}", "{{else}}", "{{#if a}}{{/each}}", "{{nohelper 1}}", "{{> partial}}",
		"{{#if a}}{{else}}{{else}}{{/if}}", "{{a b=}}", "{{(}}", "{{replace '(?=x)' '' 'x'}}", "{{#if}}{{/if}}", "{{'a}}", "{{decodeBase64 '!'}}",
		"{{replace '(' '' 'x'}}", "{{{{raw}}}}x{{{{/raw}}}}", "{{!-- x", "{{}}",
		strings.Repeat("{{#if a}}", 1000), "{{" + strings.Repeat("(", 1000) + "}}", strings.Repeat("x", maxTemplate) + "{{a}}",
	} {
		if got, err := Render(template, fields); err == nil {
			t.Errorf("%.60s: no error, but %q", template, got)
		}
	}
}

// A bomb multiplies what is small; it must end in an error, soon.
func TestBombs(t *testing.T) {
	list := make([]any, 1000)
	for i := range list {
		list[i] = "x"
	}
	bomb := map[string]any{"a": list, "s": strings.Repeat("a", 10000)}
	deep := strings.Repeat("{{#each @root.a}}", 10) + "x" + strings.Repeat("{{/each}}", 10)
	nested := "s"
	for range 20 {
		nested = "(replace 'a' 'aa' " + nested + ")"
	}
	for _, template := range []string{deep, "{{" + nested[1:len(nested)-1] + "}}", strings.Repeat("{{s}}", 1000), "{{#each a}}{{@root.s}}{{/each}}"} {
		if got, err := Render(template, bomb); err == nil {
			t.Errorf("%.60s: no error, but %d bytes", template, len(got))
		}
	}
}

func TestRenderNested(t *testing.T) {
	got, err := RenderNested("{{a}}", map[string]any{"a": "x{{b}}", "b": "y"})
	if err != nil || got != "xy" {
		t.Errorf("got %q, %v", got, err)
	}
}

func FuzzRender(f *testing.F) {
	f.Add("{{#if (or a b)}}x{{else if c}}y{{/if}}")
	f.Add("{{#each upgrades as |u|}}{{~u.depName~}}{{/each}}")
	f.Add("{{{replace '[^a]' '$1' depName}}}")
	f.Fuzz(func(t *testing.T, template string) {
		if got, err := Render(template, fields); err == nil && len(got) > maxOutput {
			t.Errorf("%d bytes", len(got))
		}
	})
}

func BenchmarkRender(b *testing.B) {
	const template = "{{{depNameSanitized}}}-{{{newMajor}}}{{#if (or (and separateMinorPatch isPatch) (and separateMultipleMinor isMinor))}}.{{{newMinor}}}{{/if}}.x{{#if isLockfileUpdate}}-lockfile{{/if}}"
	for b.Loop() {
		if _, err := Render(template, fields); err != nil {
			b.Fatal(err)
		}
	}
}
