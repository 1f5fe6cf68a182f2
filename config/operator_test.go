package config

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	schemes "github.com/currant-bot/currant/datasources/versioning/all"
)

// The operator's configFileNames come before the usual places, those of the organisation too, and also on another branch.
func TestConfigFileNames(t *testing.T) {
	in := input(`{"labels": ["usual"]}`)
	repo := files{"renovate.json": `{"labels": ["usual"]}`, "ci/bot.json5": `{labels: ['own']}`, "other.json": `{"labels": ["other"]}`}
	in.Files = repo.read
	for _, tt := range []struct{ global, inherited, want, file string }{
		{``, ``, "usual", "renovate.json"},
		{`{"configFileNames": ["absent.json", "ci/bot.json5"]}`, ``, "own", "ci/bot.json5"},
		{`{"configFileNames": ["ci/bot.json5"]}`, `{"configFileNames": ["other.json"]}`, "other", "other.json"},
	} {
		in.Global, in.Inherited = []byte(tt.global), []byte(tt.inherited)
		c, diags := resolve(t, in)
		noErrors(t, diags)
		if got := c.Top().Strings("labels"); len(got) != 1 || got[0] != tt.want || c.File() != tt.file {
			t.Errorf("%s %s: %q of %s", tt.global, tt.inherited, got, c.File())
		}
	}
	in.Global, in.Inherited = []byte(`{"configFileNames": ["ci/bot.json5"]}`), nil
	in.Over, in.OverName = files{"ci/bot.json5": `{labels: ['branch']}`}.read, "release"
	c, diags := resolve(t, in)
	noErrors(t, diags)
	if diff := cmp.Diff([]string{"branch"}, c.Top().Strings("labels")); diff != "" {
		t.Error(diff)
	}
}

// aged has old copies only.
type aged struct{}

func (aged) Preset(context.Context, Ref) ([]byte, string, error) {
	return []byte(`{}`), "", &StaleError{errors.New("it is gone")}
}

func TestConfigValidationError(t *testing.T) {
	in := input(`{"extends": ["local>p/q"], "rangeStrategy": "newest", "token": "x"}`)
	in.Presets = aged{}
	severities := func() string {
		_, diags := resolve(t, in)
		var out []string
		for _, d := range diags {
			out = append(out, string(d.Severity)+" "+strings.Fields(d.Text)[0])
		}
		return strings.Join(out, ", ")
	}
	for global, want := range map[string]string{
		``:                                `warning preset, warning "newest", warning "token"`,
		`{"configValidationError": true}`: `warning preset, error "newest", error "token"`,
	} {
		in.Global = []byte(global)
		if got := severities(); got != want {
			t.Errorf("%s: %s, want %s", global, got, want)
		}
	}
	in.Global, in.Inherited = []byte(`{"configValidationError": true}`), []byte(`{"configValidationError": false}`)
	if got := severities(); strings.Contains(got, "error") {
		t.Errorf("the organisation switches it off: %s", got)
	}
}

func TestAllowedHeaders(t *testing.T) {
	for allowed, want := range map[string]string{
		``: "x-team",
		`"allowedHeaders": ["Accept", "/^Authorization$/"], `: "Accept,Authorization",
		`"allowedHeaders": [], `:                              "",
	} {
		in := input("{\"hostRules\": [{\"matchHost\": \"r.example.test\", \"headers\": {\n\"x-team\": \"hunter2\", \"Accept\": \"hunter2\", \"Authorization\": \"hunter2\"}}]}")
		in.Global = []byte(`{` + allowed + `"enabled": true}`)
		c, diags := resolve(t, in)
		var sent, refused []string
		for _, name := range []string{"x-team", "Accept", "Authorization"} {
			if _, ok := c.HostRules()[0].Headers[name]; ok {
				sent = append(sent, name)
			}
		}
		for _, d := range diags {
			if d.Severity != Error || d.Line != 2 || !strings.Contains(d.Text, "allowedHeaders does not admit it") || strings.Contains(d.Text, "hunter2") {
				t.Errorf("%s", d)
			}
			refused = append(refused, d.Text)
		}
		if strings.Join(sent, ",") != want || len(sent)+len(refused) != 3 {
			t.Errorf("%s: it sends %v; %v", allowed, sent, refused)
		}
	}
}

func TestConstraints(t *testing.T) {
	in := input("{\"constraints\": {\"node\": 18, \"python\": \"3.12\"},\n\"constraintsVersioning\": {\"a\": \"npm\", \"b\": \"nosuch\", \"c\": []}}")
	in.Schemes = schemes.Schemes
	_, diags := resolve(t, in)
	var got []string
	for _, d := range diags {
		got = append(got, string(d.Severity)+" "+d.String())
	}
	want := []string{
		`error renovate.json:1:26: "node" in "constraints" should be a string, found a number`,
		`error renovate.json:2:44: there is no versioning "nosuch"`,
		`error renovate.json:2:59: "c" in "constraintsVersioning" should be a string, found an array`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
