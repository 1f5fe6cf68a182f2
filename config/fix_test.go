package config

import (
	"strings"
	"testing"
)

// Each text has old spellings; what is written for them is all that changes.
func TestFix(t *testing.T) {
	for _, test := range []struct{ name, old, now string }{
		{"a name in a list", `{"extends": ["config:base"]}`, `{"extends": ["config:recommended"]}`},
		{"one text for a list", `{extends: 'config:base', // base
}`, `{extends: 'config:recommended', // base
}`},
		{"a key", "{\r\n\t\"masterIssue\": true\r\n}\r\n", "{\r\n\t\"dependencyDashboard\": true\r\n}\r\n"},
		{"a key without quotes", `{masterIssue: true}`, `{dependencyDashboard: true}`},
		{"a number", `{"stabilityDays": 3 /* days */}`, `{"minimumReleaseAge": "3 days" /* days */}`},
		{"gone, first", `{"gitFs": "x", "labels": ["a"]}`, `{ "labels": ["a"]}`},
		{"gone, last", `{"labels": ["a"], "gitFs": "x"}`, `{"labels": ["a"]}`},
		{"gone, last, with its comma", "{\n  \"labels\": [\"a\"],\n  \"gitFs\": \"x\",\n}", "{\n  \"labels\": [\"a\"],\n}"},
		{"gone, and its comments stay", "{\n  // why\n  \"gitFs\": \"x\",\n  \"labels\": [\"a\"]\n}", "{\n  // why\n  \"labels\": [\"a\"]\n}"},
		{"an item gone", `{"extends": ["config:base", ":enableGradle"]}`, `{"extends": ["config:recommended"]}`},
		{"two into one", `{"packageRules": [{"matchPackageNames": ["a"], "matchPackagePatterns": ["^b"], "enabled": false}]}`, `{"packageRules": [{"matchPackageNames": ["a", "/^b/"], "enabled": false}]}`},
		{"moved into rules", "{\n    \"packages\": [\n        {\n            // ours\n            \"packageNames\": [\"a\"],\n            \"automerge\": true\n        }\n    ]\n}", "{\n    \"packageRules\": [\n        {\n            // ours\n            \"matchPackageNames\": [\"a\"],\n            \"automerge\": true\n        }\n    ]\n}"},
		{"one into two", `{"semanticPrefix": "fix(deps): "}`, `{"semanticCommitType": "fix", "semanticCommitScope": "deps"}`},
		{"other text stays odd", "{ \"a\\u0062c\" : 1e0,\"masterIssue\":true , }", "{ \"a\\u0062c\" : 1e0,\"dependencyDashboard\":true , }"},
		{"shorthands stay", `{"labels": "a", "lockFileMaintenance": true, "automerge": "true", "masterIssue": false}`, `{"labels": "a", "lockFileMaintenance": true, "automerge": "true", "dependencyDashboard": false}`},
		{"a byte order mark stays", "\ufeff{\"masterIssue\": true}", "\ufeff{\"dependencyDashboard\": true}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, notes, err := Fix("renovate.json5", test.old)
			if err != nil || got != test.now {
				t.Errorf("got  %q, %v\nwant %q", got, err, test.now)
			}
			if len(notes) == 0 {
				t.Error("nothing is said of it")
			}
			if again, _, err := Fix("renovate.json5", got); again != got || err != nil {
				t.Errorf("again: %q, %v", again, err)
			}
		})
	}
}

func TestFixLeavesAlone(t *testing.T) {
	for _, text := range []string{`{}`, `{"labels": ["a",],}`, "{\n // nothing old\n}"} {
		if got, notes, err := Fix("renovate.json", text); got != text || notes != nil || err != nil {
			t.Errorf("%q: %q, %v, %v", text, got, notes, err)
		}
	}
	for _, text := range []string{``, `{`, `[]`, `{"a": }`} {
		if got, _, err := Fix("renovate.json", text); got != text || err == nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	whole := `{"renovate": {"masterIssue": true}, "masterIssue": true}`
	if got, _, err := Fix("web/package.json", whole); got != `{"renovate": {"dependencyDashboard": true}, "masterIssue": true}` || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// Whatever the text, the result means the same and has no old spelling left, or the text stays.
func FuzzFix(f *testing.F) {
	f.Add(`{"extends": ["config:base"], "packages": [{"packageNames": "a"}], /* c */ "gitFs": 1,}`)
	f.Add("{semanticPrefix: 'fix(x):', automergeMajor: true, automergeMinor: false // x\n}")
	f.Add(`{"automerge": "minor", "patch": {"automerge": 1}, "matchLanguages": [], "docker": true}`)
	f.Add(`{"baseBranch": "a", "baseBranches": ["b"], "pathRules": [{"paths": ["x/"]}], "packageRules": {}}`)
	f.Fuzz(func(t *testing.T, text string) {
		got, _, err := Fix("renovate.json5", text)
		if err != nil {
			if got != text {
				t.Errorf("changed to %q in spite of %v", got, err)
			}
			return
		}
		if again, _, err := Fix("renovate.json5", got); err != nil || again != got {
			t.Errorf("%q\nthen %q\nthen %q, %v", text, got, again, err)
		}
	})
}

func TestShowHidesSecrets(t *testing.T) {
	in := input(`{
		"npmrc": "//registry.example.test/:_authToken=hunter2",
		"encrypted": {"npmToken": "hunter2"},
		"hostRules": [{"matchHost": "a.example.test", "password": "hunter2", "headers": {"X-Key": "hunter2"}}, {"matchHost": "b.example.test", "token": "{{ secrets.TOKEN }}"}],
		"registryAliases": {"hub": "https://bot:hunter2@registry.example.test/x"},
		"labels": ["{{ secrets.TOKEN }}"],
		"npm": {"registryUrls": ["https://bot:hunter2@npm.example.test"]}
	}`)
	in.Global = []byte(`{"secrets": {"TOKEN": "hunter2"}}`)
	c, _ := resolve(t, in)
	shown := 0
	for _, s := range c.Show(true) {
		text := strings.ToLower(strings.Join(texts(s.Value), " "))
		if strings.Contains(text, "hunter2") {
			t.Errorf("%s shows %v", s.Option, s.Value)
		}
		if strings.Contains(text, "[secret]") {
			shown++
		}
	}
	if shown < 5 {
		t.Errorf("only %d secrets are hinted at", shown)
	}
}

// texts returns all strings in a value.
func texts(x any) []string {
	switch x := x.(type) {
	case string:
		return []string{x}
	case []any:
		var out []string
		for _, item := range x {
			out = append(out, texts(item)...)
		}
		return out
	case map[string]any:
		var out []string
		for _, item := range x {
			out = append(out, texts(item)...)
		}
		return out
	}
	return nil
}
