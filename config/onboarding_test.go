package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// requireConfig: ignored is the operator's word that no file of a repository counts.
func TestConfigurationIgnored(t *testing.T) {
	for global, want := range map[string]string{
		`{}`:                            "renovate.json",
		`{"requireConfig": "optional"}`: "renovate.json",
		`{"requireConfig": "ignored"}`:  "",
		`{"force": {"requireConfig": "ignored"}}`: "",
	} {
		in := input(`{"enabled": false}`)
		in.Global, in.Over = []byte(global), files{"renovate.json": `{"enabled": false}`}.read
		c, diags := resolve(t, in)
		noErrors(t, diags)
		if c.File() != want || c.Top().Bool("enabled") != (want == "") {
			t.Errorf("%s: %q, enabled %t", global, c.File(), c.Top().Bool("enabled"))
		}
	}
}

// onboardingConfig is text for a file: nothing in it is resolved, and its order stays.
func TestOnboardingConfig(t *testing.T) {
	in := input(`{}`)
	in.Global = []byte(`{onboardingConfig: {extends: ["config:recommended"], automerge: true, packageRules: [{matchPackageNames: ["<a>"], enabled: false}], labels: []}}`)
	c, diags := resolve(t, in)
	noErrors(t, diags)
	want := `{
  "$schema": "https://docs.renovatebot.com/renovate-schema.json",
  "extends": [
    "config:recommended"
  ],
  "automerge": true,
  "packageRules": [
    {
      "matchPackageNames": [
        "<a>"
      ],
      "enabled": false
    }
  ],
  "labels": []
}
`
	if diff := cmp.Diff(want, c.Top().JSON("onboardingConfig")); diff != "" {
		t.Error(diff)
	}
	if c.Top().Bool("dependencyDashboard") || c.Top().Bool("automerge") {
		t.Error("what is proposed holds already")
	}
	if got := c.Top().JSON("nothing"); got != "null\n" {
		t.Errorf("%q", got)
	}
}

// An organisation may be less patient than the operator, and not more.
func TestOnboardingAutoCloseAge(t *testing.T) {
	for _, tt := range []struct {
		global, inherited string
		want              int
	}{
		{`{}`, `{"onboardingAutoCloseAge": 9}`, 9},
		{`{"onboardingAutoCloseAge": 5}`, `{"onboardingAutoCloseAge": 3}`, 3},
		{`{"onboardingAutoCloseAge": 5}`, `{"onboardingAutoCloseAge": 9}`, 5},
		{`{"onboardingAutoCloseAge": 5}`, `{"onboardingAutoCloseAge": null}`, 5},
	} {
		in := input(`{}`)
		in.Global, in.Inherited = []byte(tt.global), []byte(tt.inherited)
		c, diags := resolve(t, in)
		noErrors(t, diags)
		if got := c.Top().Int("onboardingAutoCloseAge"); got != tt.want {
			t.Errorf("%s, %s: %d", tt.global, tt.inherited, got)
		}
		if warned := len(diags) == 1 && strings.Contains(diags[0].Text, "at most"); warned != (tt.want == 5) {
			t.Errorf("%s, %s: %v", tt.global, tt.inherited, diags)
		}
	}
}
