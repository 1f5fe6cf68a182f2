package config

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	schemes "github.com/currant-bot/currant/datasources/versioning/all"
)

func TestOptionTable(t *testing.T) {
	theirs := 0
	for _, o := range Options() {
		if !o.Own {
			theirs++
		}
		if kinds[o.Type] == 0 || o.Doc == "" || o.Support != Supported && o.Support != NotYet && o.Support != Pointless {
			t.Errorf("option %+v is incomplete", o)
		}
		if o.value != nil && !o.value.isNull() && o.value.kind != kinds[o.Type] {
			t.Errorf("option %s: default %v is no %s", o.Name, o.Default, o.Type)
		}
	}
	if theirs != 367 {
		t.Errorf("%d options of Renovate, want 367", theirs)
	}
}

// TestBuiltin resolves each built-in preset as if a person had written its
// text, so that every rule for configuration holds for it too.
func TestBuiltin(t *testing.T) {
	for _, name := range builtinNames() {
		node := presets()[name]
		arg := "packages:react"
		switch name {
		case "default:timezone":
			arg = "Europe/Berlin"
		case "default:disableHost":
			arg = "packages.example.test"
		}
		text := strings.NewReplacer("{{arg0}}", arg, "{{arg1}}", "main").Replace(presetsText[node.Start:node.End])
		in := input("")
		in.Files = files{"renovate.json5": text}.read
		in.Managers = nil
		if strings.HasPrefix(name, "global:") || name == "default:githubComToken" {
			continue
		}
		c, diags := resolve(t, in)
		for _, d := range diags {
			if d.Severity == Unsupported || strings.HasPrefix(name, "packages:") && d.Severity == Warning {
				continue
			}
			t.Errorf("%s: %s", name, d)
		}
		if why, stale := c.Stale(); stale {
			t.Errorf("%s: %v", name, why)
		}
		for _, e := range c.Top().List("customManagers") {
			for _, expr := range e.Fields["matchStrings"].([]any) {
				if _, err := regexp.Compile(expr.(string)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	}
}

func TestRecommended(t *testing.T) {
	in := input(`{"extends": ["config:best-practices"]}`)
	in.Schemes = schemes.Schemes
	c, diags := resolve(t, in)
	noErrors(t, diags)
	for _, tc := range []struct {
		s            Subject
		option, want string
	}{
		{Subject{Manager: "npm", Datasource: "npm", DepName: "a", DepType: "dependencies"}, "semanticCommitType", "fix"},
		{Subject{Manager: "npm", Datasource: "npm", DepName: "a", DepType: "devDependencies"}, "semanticCommitType", "chore"},
		{Subject{Manager: "npm", Datasource: "npm", DepName: "a", DepType: "devDependencies"}, "rangeStrategy", "pin"},
		{Subject{Manager: "npm", Datasource: "npm", DepName: "a"}, "minimumReleaseAge", "3 days"},
		{Subject{Manager: "npm", Datasource: "npm", DepName: "a", UpdateType: "pin"}, "minimumReleaseAge", ""},
		{Subject{Manager: "dockerfile", Datasource: "docker", DepName: "alpine"}, "versioning", ""},
		{Subject{Manager: "dockerfile", Datasource: "docker", DepName: "docker.io/library/node"}, "versioning", "node"},
		{Subject{Manager: "dockerfile", Datasource: "docker", DepName: "node", UpdateType: "minor"}, "commitMessageTopic", "Node.js"},
		{Subject{Manager: "github-actions", Datasource: "github-tags", DepName: "actions/upload-artifact", UpdateType: "major"}, "groupName", "GitHub Artifact Actions"},
		{Subject{Manager: "npm", Datasource: "npm", DepName: "jade", UpdateType: "replacement"}, "replacementName", "pug"},
	} {
		if got := c.For(tc.s).String(tc.option); got != tc.want {
			t.Errorf("%+v: %s is %q, want %q", tc.s, tc.option, got, tc.want)
		}
	}
	if !c.For(Subject{Manager: "dockerfile", Datasource: "docker", DepName: "a"}).Bool("pinDigests") || !c.For(Subject{DepType: "action", DepName: "a"}).Bool("pinDigests") {
		t.Error("digests are not pinned")
	}
	if _, ok := c.Ignores("a/tests/package.json"); !ok {
		t.Error("tests are not ignored")
	}
}

func TestMonorepo(t *testing.T) {
	for _, tc := range []struct{ url, name, want string }{
		{"https://github.com/kubernetes/api", "k8s.io/api", "kubernetes"},
		{"git@github.com:babel/babel.git", "@babel/core", "babel"},
		{"https://github.com/vitest-dev/vitest/tree/main/packages/x", "vitest", "vitest"},
		{"https://git.example.test/fork/kroki", "x", "kroki"},
		{"https://github.com/acme/shop", "x", ""},
		{"", "lodash.merge", "lodash"},
		{"x", "", ""},
	} {
		if got := Monorepo(tc.url, tc.name); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.url, got, tc.want)
		}
	}
	if !slices.Contains(sortedKeys(monorepos().names), "testing-library") {
		t.Error("names are missing")
	}
}

func FuzzResolve(f *testing.F) {
	f.Add(`{"extends": ["config:recommended", ":label(x)"], "packageRules": [{"matchPackageNames": ["/x/"], "major": {"enabled": false}}]}`)
	f.Add(`{"regexManagers": [{"fileMatch": ["x"], "matchStrings": ["(?<a>"]}], "hostRules": [{"host": "x", "token": "{{ secrets.X }}"}]}`)
	f.Add(`{"packageRules": [{"packageRules": [{"extends": ["monorepo:babel(a"]}], "excludePackagePrefixes": ["a"]}], "automerge": "minor", "docker": true}`)
	f.Fuzz(func(t *testing.T, text string) {
		in := input(text)
		in.Presets = memory{"local>a/b//default.json": text}
		c, diags, err := Resolve(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range diags {
			if d.Text == "" || strings.Contains(d.Text, "%!") {
				t.Errorf("diagnostic %+v", d)
			}
		}
		c.For(Subject{Manager: "npm", DepName: "react", UpdateType: "major"}).Rules()
	})
}
