package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources/versioning"
)

// numbers is a scheme of whole numbers; "<N" is its only range.
type numbers struct{}

func (numbers) Valid(v string) bool            { return v != "" && strings.Trim(v, "0123456789") == "" }
func (numbers) Compare(a, b string) int        { return len(a)*100 - len(b)*100 + strings.Compare(a, b) }
func (numbers) Stable(string) bool             { return true }
func (numbers) Parts(string) versioning.Parts  { return versioning.Parts{} }
func (numbers) Compatible(string, string) bool { return true }
func (n numbers) Constraint(s string) (versioning.Constraint, error) {
	if !n.Valid(strings.TrimPrefix(s, "<")) {
		return nil, errors.New("no constraint")
	}
	return below(s), nil
}

type below string

func (b below) Exact() string { return "" }
func (b below) Matches(v string) bool {
	if limit, ok := strings.CutPrefix(string(b), "<"); ok {
		return numbers{}.Compare(v, limit) < 0
	}
	return v == string(b)
}
func (b below) Update(string, string, versioning.Strategy) (string, error) { return string(b), nil }

// TestMatchers has a matcher, and subjects for which it holds and does not.
func TestMatchers(t *testing.T) {
	for _, tc := range []struct {
		matcher string
		yes, no []Subject
	}{
		{`"matchPackageNames": ["react", "@x/**"]`, []Subject{{DepName: "React"}, {DepName: "a", PackageName: "@x/y"}}, []Subject{{DepName: "reactor"}, {DepName: "react", PackageName: "other"}, {}}},
		{`"matchPackageNames": ["!react"]`, []Subject{{DepName: "vue"}}, []Subject{{DepName: "react"}, {}}},
		{`"matchDepNames": ["react"]`, []Subject{{DepName: "react", PackageName: "other"}}, []Subject{{PackageName: "react"}}},
		{`"matchManagers": ["custom.regex"]`, []Subject{{Manager: "regex"}}, []Subject{{Manager: "npm"}, {}}},
		{`"matchManagers": ["/^np/"]`, []Subject{{Manager: "npm"}}, []Subject{{Manager: "flux"}}},
		{`"matchDatasources": ["docker"]`, []Subject{{Datasource: "docker"}}, []Subject{{Datasource: "npm"}, {}}},
		{`"matchDepTypes": "dev"`, []Subject{{DepType: "dev"}}, []Subject{{DepType: "devDependencies"}, {}}},
		{`"matchCategories": ["docker", "python"]`, []Subject{{Manager: "dockerfile"}, {Categories: []string{"python"}}}, []Subject{{Manager: "npm"}, {}}},
		{`"matchFileNames": ["apps/**", "*.lock"]`, []Subject{{File: "apps/a/b.yaml"}, {File: "x", LockFiles: []string{"a.lock"}}}, []Subject{{File: "x"}, {}}},
		{`"matchUpdateTypes": ["minor", "bump"]`, []Subject{{UpdateType: "minor"}, {UpdateType: "patch", Bump: true}}, []Subject{{UpdateType: "patch"}, {}}},
		{`"matchUpdateTypes": ["!major"]`, []Subject{{UpdateType: "minor"}}, []Subject{{UpdateType: "major"}, {}}},
		{`"matchCurrentValue": "/^v/"`, []Subject{{CurrentValue: "v1"}}, []Subject{{CurrentValue: "1"}, {}}},
		{`"matchNewValue": "v*"`, []Subject{{NewValue: "v1"}}, []Subject{{NewValue: "1"}, {}}},
		{`"matchCurrentVersion": "!/^0/"`, []Subject{{CurrentVersion: "1"}, {LockedVersion: "1", CurrentVersion: "0"}, {CurrentValue: "1"}}, []Subject{{CurrentVersion: "0"}, {}}},
		{`"matchCurrentVersion": "<5"`, []Subject{{CurrentValue: "4"}, {CurrentValue: "x", CurrentVersion: "3"}}, []Subject{{CurrentValue: "5"}, {CurrentValue: "x"}, {}}},
		{`"matchCurrentVersion": "4"`, []Subject{{CurrentValue: "<5"}, {LockedVersion: "9"}}, []Subject{{CurrentValue: "<3"}, {}}},
		{`"matchCurrentAge": "> 2 days"`, []Subject{{CurrentAge: 72 * time.Hour}}, []Subject{{CurrentAge: time.Hour}, {}}},
		{`"matchSourceUrls": ["https://github.com/acme/**"]`, []Subject{{SourceURL: "https://github.com/acme/x"}}, []Subject{{SourceURL: "https://github.com/other/x"}, {}}},
		{`"matchRegistryUrls": ["https://r.example.test/**"]`, []Subject{{Registries: []string{"https://r.example.test/x"}}}, []Subject{{Registries: []string{"https://q.example.test/x"}}, {}}},
		{`"matchRepositories": ["acme/*"]`, []Subject{{}}, []Subject{{Repository: "other/x"}}},
		{`"matchBaseBranches": ["main", "/^release/"]`, []Subject{{BaseBranch: "release-1"}}, []Subject{{BaseBranch: "dev"}, {}}},
		{`"matchMonorepos": ["kubernetes"]`, []Subject{{SourceURL: "https://github.com/kubernetes/client-go.git"}}, []Subject{{SourceURL: "https://github.com/acme/client-go"}, {}}},
		{`"matchJsonata": ["$detectPlatform(sourceUrl) = 'gitlab'"]`, []Subject{{SourceURL: "https://gitlab.example.test/a/b"}}, []Subject{{SourceURL: "https://git.example.test/a/b"}, {}}},
		{`"matchJsonata": ["isLockfileUpdate = true"]`, []Subject{{UpdateType: "minor", LockOnly: true}}, []Subject{{UpdateType: "minor"}, {}}},
		{`"matchJsonata": ["isBreaking = false"]`, []Subject{{UpdateType: "minor"}}, []Subject{{UpdateType: "major"}, {}}},
		{`"matchJsonata": ["depName = \"a\""]`, []Subject{{DepName: "a"}}, []Subject{{DepName: "b"}, {}}},
		{`"matchJsonata": ["$detectPlatform( sourceUrl )='github'"]`, []Subject{{SourceURL: "https://github.com/a/b"}}, []Subject{{SourceURL: "https://git.example.test/a/b"}, {}}},
		{`"matchUpdateTypes": ["lockfileUpdate"]`, []Subject{{UpdateType: "minor", LockOnly: true}}, []Subject{{UpdateType: "minor"}, {}}},
		{`"matchJsonata": ["updateType = 'minor'", "depName = 'a' and $not($exists(vulnerabilityFixVersion))"]`, []Subject{{UpdateType: "minor"}, {DepName: "a"}}, []Subject{{UpdateType: "major"}, {}}},
		{`"matchManagers": ["npm"], "matchDepNames": ["a"]`, []Subject{{Manager: "npm", DepName: "a"}}, []Subject{{Manager: "npm"}, {DepName: "a"}}},
	} {
		in := input(`{"packageRules": [{` + tc.matcher + `, "labels": ["hit"]}]}`)
		in.Schemes = func(string) (versioning.Scheme, error) { return numbers{}, nil }
		c, diags := resolve(t, in)
		noErrors(t, diags)
		for _, s := range tc.yes {
			if got := c.For(s); !got.Has("labels") || len(got.Rules()) != 1 {
				t.Errorf("%s does not match %+v", tc.matcher, s)
			}
		}
		for _, s := range tc.no {
			if c.For(s).Has("labels") {
				t.Errorf("%s matches %+v", tc.matcher, s)
			}
		}
	}
}

// TestPrecedence has what is set where, and what must hold in the end.
func TestPrecedence(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		s          Subject
		option     string
		want       string
	}{
		{"default", `{}`, Subject{}, "commitMessageTopic", "dependency {{depName}}"},
		{"datasource", `{}`, Subject{Datasource: "docker"}, "commitMessageTopic", "{{depName}} Docker tag"},
		{"manager", `{}`, Subject{Manager: "dockerfile"}, "commitMessageTopic", "image {{depName}}"},
		{"datasource over manager", `{"dockerfile": {"commitMessageTopic": "block"}}`, Subject{Datasource: "docker", Manager: "dockerfile"}, "commitMessageTopic", "{{depName}} Docker tag"},
		{"datasource over the file", `{}`, Subject{Datasource: "docker", Own: map[string]any{"commitMessageTopic": "own"}}, "commitMessageTopic", "{{depName}} Docker tag"},
		{"the file over manager", `{}`, Subject{Manager: "dockerfile", Own: map[string]any{"commitMessageTopic": "own"}}, "commitMessageTopic", "own"},
		{"top", `{"commitMessageTopic": "top"}`, Subject{Manager: "npm"}, "commitMessageTopic", "top"},
		{"manager over top", `{"commitMessageTopic": "top"}`, Subject{Manager: "dockerfile"}, "commitMessageTopic", "image {{depName}}"},
		{"datasource over top", `{"commitMessageTopic": "top"}`, Subject{Datasource: "docker"}, "commitMessageTopic", "{{depName}} Docker tag"},
		{"block", `{"commitMessageTopic": "top", "dockerfile": {"commitMessageTopic": "block"}}`, Subject{Manager: "dockerfile"}, "commitMessageTopic", "block"},
		{"rule", `{"dockerfile": {"commitMessageTopic": "block"}, "packageRules": [{"matchPackageNames": ["*"], "commitMessageTopic": "rule"}]}`, Subject{Manager: "dockerfile", DepName: "a"}, "commitMessageTopic", "rule"},
		{"later rule", `{"packageRules": [{"matchPackageNames": ["*"], "commitMessageTopic": "1"}, {"matchPackageNames": ["a"], "commitMessageTopic": "2"}]}`, Subject{DepName: "a"}, "commitMessageTopic", "2"},
		{"type's block", `{"digest": {"commitMessageTopic": "d"}}`, Subject{DepName: "a", UpdateType: "digest"}, "commitMessageTopic", "d"},
		{"type's block merges", `{"digest": {"automerge": true}}`, Subject{DepName: "a", UpdateType: "digest", Datasource: "docker"}, "commitMessageTopic", "{{depName}} digest"},
		{"rule over type's block", `{"major": {"commitMessageTopic": "m"}, "packageRules": [{"matchPackageNames": ["a"], "commitMessageTopic": "rule"}]}`, Subject{DepName: "a", UpdateType: "major"}, "commitMessageTopic", "rule"},
		{"block inside a rule", `{"packageRules": [{"matchPackageNames": ["a"], "commitMessageTopic": "r", "major": {"commitMessageTopic": "m"}}]}`, Subject{DepName: "a", UpdateType: "major"}, "commitMessageTopic", "m"},
		{"block inside a rule, other type", `{"packageRules": [{"matchPackageNames": ["a"], "commitMessageTopic": "r", "major": {"commitMessageTopic": "m"}}]}`, Subject{DepName: "a", UpdateType: "minor"}, "commitMessageTopic", "r"},
		{"rule inside a rule", `{"packageRules": [{"matchPackageNames": ["a"], "packageRules": [{"matchManagers": ["npm"], "commitMessageTopic": "in"}]}]}`, Subject{DepName: "a", Manager: "npm"}, "commitMessageTopic", "in"},
		{"rule in a manager's block", `{"npm": {"packageRules": [{"matchPackageNames": ["*"], "commitMessageTopic": "in"}]}}`, Subject{DepName: "a", Manager: "dockerfile"}, "commitMessageTopic", "image {{depName}}"},
		{"new group, old slug", `{"packageRules": [{"matchPackageNames": ["*"], "groupName": "g", "groupSlug": "s"}, {"matchPackageNames": ["a"], "groupName": "h"}]}`, Subject{DepName: "a"}, "groupSlug", ""},
		{"language block", `{"docker": {"commitMessageTopic": "lang"}}`, Subject{DepName: "a", Manager: "dockerfile"}, "commitMessageTopic", "lang"},
		{"null", `{"commitMessageTopic": "x", "packageRules": [{"matchPackageNames": ["*"], "commitMessageTopic": null}]}`, Subject{DepName: "a"}, "commitMessageTopic", ""},
		{"override", `{"packageRules": [{"matchDepNames": ["a"], "overridePackageName": "org/{{depName}}"}, {"matchPackageNames": ["org/a"], "commitMessageTopic": "hit"}]}`, Subject{DepName: "a"}, "commitMessageTopic", "hit"},
		{"monorepo", `{"extends": ["group:monorepos"]}`, Subject{DepName: "x", SourceURL: "https://github.com/babel/babel", UpdateType: "minor"}, "groupName", "babel monorepo"},
		{"monorepo ignored", `{"extends": ["group:monorepos"], "ignorePresets": ["group:babelMonorepo"]}`, Subject{DepName: "x", SourceURL: "https://github.com/babel/babel", UpdateType: "minor"}, "groupName", ""},
		{"one monorepo", `{"extends": ["group:babelMonorepo"]}`, Subject{DepName: "x", SourceURL: "https://github.com/babel/babel", UpdateType: "major"}, "groupName", "babel monorepo"},
		{"preset in a rule", `{"packageRules": [{"extends": ["monorepo:babel"], "groupName": "g"}]}`, Subject{DepName: "x", SourceURL: "https://github.com/babel/babel"}, "groupName", "g"},
		{"unspecified type", `{"packageRules": [{"matchPackageNames": ["*"], "matchUpdateTypes": ["major"], "groupName": "g"}]}`, Subject{DepName: "a"}, "groupName", ""},
	} {
		c, diags := resolve(t, input(tc.text))
		noErrors(t, diags)
		if got := c.For(tc.s).String(tc.option); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestMerge(t *testing.T) {
	in := input(`{"extends": [":label(a)", "local>p/q"], "labels": ["b"], "addLabels": ["x"], "ignoreDeps": ["i"], "constraints": {"go": "1"}}`)
	in.Presets = memory{"local>p/q//default.json": `{"addLabels": ["p"], "ignoreDeps": ["j"], "schedule": "at any time", "constraints": {"node": "2"}}`}
	c, diags := resolve(t, in)
	noErrors(t, diags)
	top := c.Top()
	for option, want := range map[string]string{"labels": "b", "addLabels": "p x", "ignoreDeps": "j i"} {
		if got := strings.Join(top.Strings(option), " "); got != want {
			t.Errorf("%s: got %s, want %s", option, got, want)
		}
	}
	if got := top.Object("constraints"); got["go"] != "1" || got["node"] != "2" {
		t.Errorf("constraints %v", got)
	}
}

func TestForce(t *testing.T) {
	in := input(`{"automerge": true, "packageRules": [{"matchPackageNames": ["*"], "automerge": true}]}`)
	in.Global = []byte(`{force: {automerge: false}, extends: [":label(g)"]}`)
	c, diags := resolve(t, in)
	noErrors(t, diags)
	if s := c.For(Subject{DepName: "a"}); s.Bool("automerge") || s.Strings("labels")[0] != "g" {
		t.Errorf("automerge %v, labels %v", s.Bool("automerge"), s.Strings("labels"))
	}
}

func TestDigest(t *testing.T) {
	a, _ := resolve(t, input(`{"labels": ["a"]}`))
	b, _ := resolve(t, input(`{ "labels": ["a"] } // same`))
	d, _ := resolve(t, input(`{"labels": ["b"]}`))
	if a.Digest() != b.Digest() || a.Digest() == d.Digest() || a.Digest() == "" {
		t.Error("digests")
	}
}

func TestWith(t *testing.T) {
	c, _ := resolve(t, input(`{}`))
	if got := c.Top().With("group").String("commitMessageTopic"); got != "{{{groupName}}}" {
		t.Errorf("topic %q", got)
	}
}
