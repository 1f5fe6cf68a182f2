package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// unsealed opens messages that hold themselves.
func unsealed(message string) (string, error) {
	if strings.HasPrefix(message, "{") {
		return message, nil
	}
	return "", errors.New("it cannot be opened")
}

func TestEncrypted(t *testing.T) {
	for _, tt := range []struct{ message, want string }{
		{`{"o": "acme", "v": "hunter2"}`, ""},
		{`{"o": "ACME", "r": "Shop", "v": "hunter2"}`, ""},
		{`{"o": "umbrella, acme", "v": "hunter2"}`, ""},
		{`{"o": "acme/shop", "v": "hunter2"}`, "it was encrypted for acme/shop/ and not for acme/shop"},
		{`{"o": "ac", "v": "hunter2"}`, "it was encrypted for ac/ and not for acme/shop"},
		{`{"o": "umbrella,acne", "v": "hunter2"}`, "it was encrypted for umbrella/ and acne/ and not for acme/shop"},
		{`{"o": "acme", "r": "other", "v": "hunter2"}`, "it was encrypted for acme/other and not for acme/shop"},
		{`{"v": "hunter2"}`, "which organisation"},
		{`{"o": ",", "v": "hunter2"}`, "encrypt it for this one"},
		{`{"o": "acme"}`, "there is no value in it"},
		{`{"o": "acme", "v": `, "is not of the form"},
		{`hunter2`, "cannot be opened"},
	} {
		in := input(fmt.Sprintf("{\"hostRules\": [{\"matchHost\": \"r.example.test\",\n\"encrypted\": {\"token\": %q}}]}", tt.message))
		var told []string
		in.Open, in.Opened = unsealed, func(secret string) { told = append(told, secret) }
		c, diags := resolve(t, in)
		if tt.want != "" {
			if len(diags) != 1 || diags[0].Severity != Error || diags[0].Line != 2 || !strings.Contains(diags[0].Text, tt.want) || strings.Contains(diags[0].Text, "hunter2") {
				t.Errorf("%s: %v, want %q", tt.message, diags, tt.want)
			}
			if len(c.HostRules()) != 1 || c.HostRules()[0].Token != "" || told != nil {
				t.Errorf("%s: it was used", tt.message)
			}
			continue
		}
		noErrors(t, diags)
		if got := c.HostRules()[0].Token.Reveal(); got != "hunter2" || len(told) != 1 || told[0] != "hunter2" {
			t.Errorf("%s: %q, told %q", tt.message, got, told)
		}
	}
}

// Encrypted values may stand wherever a text may, also in presets; they are what a plain one beside them is not.
func TestEncryptedPlaces(t *testing.T) {
	in := input(`{"extends": ["local>p/q"], "npmToken": "plain", "encrypted": {"npmToken": "{\"o\": \"acme\", \"v\": \"hunter2\\n\"}"},
		"packageRules": [{"matchPackageNames": ["x"], "encrypted": {"groupName": "{\"o\": \"acme\", \"v\": \"hunter3\"}"}}]}`)
	in.Presets = memory{"local>p/q//default.json": `{"encrypted": {"npmrc": "{\"o\": \"acme\", \"v\": \"hunter4\"}", "npmToken": "{\"o\": \"acme\", \"v\": \"below\"}"}}`}
	in.Open = unsealed
	c, diags := resolve(t, in)
	noErrors(t, diags)
	s := c.For(Subject{Manager: "npm", PackageName: "x"})
	got := []string{c.Top().String("npmToken"), s.String("groupName"), c.Top().String("npmrc")}
	if diff := cmp.Diff([]string{"hunter2", "hunter3", "hunter4"}, got); diff != "" {
		t.Error(diff)
	}
	if c.Top().Value("encrypted") != nil {
		t.Errorf("encrypted is still there: %v", c.Top().Value("encrypted"))
	}
	for _, shown := range c.Show(true) {
		if text := fmt.Sprint(shown.Value); strings.Contains(text, "hunter") || strings.Contains(text, "below") {
			t.Errorf("%s shows %s", shown.Option, text)
		}
	}
	if text := fmt.Sprint(s.Show("groupName")); text != "[secret]" {
		t.Errorf("it shows %s", text)
	}
}

func TestEncryptedMistakes(t *testing.T) {
	value := `"{\"o\": \"acme\", \"v\": \"hunter2\"}"`
	for encrypted, want := range map[string]string{
		`{"nmpToken": ` + value + `}`:   `renovate.json:1:16: encrypted "nmpToken": there is no such option`,
		`{"automerge": ` + value + `}`:  `only a text can be encrypted, and it should be`,
		`{"privateKey": ` + value + `}`: `it is for operators only`,
		`{"token": ` + value + `}`:      `it is for operators only`,
		`{"npmToken": 5}`:               `expected a text, found`,
	} {
		in := input(`{"encrypted": ` + encrypted + `}`)
		in.Open = unsealed
		if _, diags := resolve(t, in); len(diags) != 1 || diags[0].Severity != Error || !strings.Contains(diags[0].String(), want) {
			t.Errorf("%s: %v, want %q", encrypted, diags, want)
		}
	}
	in := input(`{"encrypted": {"npmToken": ` + value + `}}`)
	warned := func(want string) {
		t.Helper()
		c, diags := resolve(t, in)
		if len(diags) != 1 || diags[0].Severity != Warning || !strings.Contains(diags[0].Text, want) {
			t.Errorf("%v, want a warning with %q", diags, want)
		}
		if c.Top().Has("encrypted") {
			t.Error("encrypted is still there")
		}
	}
	warned("no privateKey")
	in.Open = unsealed
	in.Global = []byte(`{"encryptedWarning": "ask the platform team"}`)
	warned("ask the platform team")
	in.Global, in.Repository = nil, "shop"
	warned("a folder is of no organisation")
	in = input(`{}`)
	in.Global = []byte(`{"encrypted": {"npmToken": "x"}}`)
	warned("has no effect here")
}
