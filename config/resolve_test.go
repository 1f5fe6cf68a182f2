package config

import (
	"context"
	"io/fs"
	"strings"
	"testing"
)

// files is a repository, and memory a source of presets, both in memory.
type files map[string]string

func (f files) read(path string) ([]byte, bool) {
	text, ok := f[path]
	return []byte(text), ok
}

type memory map[string]string

func (m memory) Preset(_ context.Context, ref Ref) ([]byte, string, error) {
	text, ok := m[ref.String()]
	if !ok {
		return nil, "", fs.ErrNotExist
	}
	return []byte(text), "", nil
}

// resolve resolves files["renovate.json"], and wants no error.
func resolve(t *testing.T, in Input) (*Config, []Diagnostic) {
	t.Helper()
	c, diags, err := Resolve(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return c, diags
}

func input(renovate string) Input {
	return Input{
		Files:      files{"renovate.json": renovate}.read,
		Repository: "acme/shop", Platform: "github",
		Managers: []ManagerInfo{
			{Name: "npm", Patterns: []string{"/(^|/)package\\.json$/"}, Categories: []string{"js"}},
			{Name: "dockerfile", Categories: []string{"docker"}, Defaults: map[string]any{"commitMessageTopic": "image {{depName}}"}},
			{Name: "pre-commit", Off: true}, {Name: "flux"}, {Name: "regex"},
		},
		Datasources: []DatasourceInfo{
			{Name: "npm"},
			{Name: "docker", Defaults: map[string]any{"commitMessageTopic": "{{depName}} Docker tag", "digest": map[string]any{"commitMessageTopic": "{{depName}} digest"}}},
		},
	}
}

func noErrors(t *testing.T, diags []Diagnostic) {
	t.Helper()
	for _, d := range diags {
		if d.Severity == Error {
			t.Error(d)
		}
	}
}

func TestDiscovery(t *testing.T) {
	for _, tc := range []struct{ name, text string }{
		{"renovate.json", `{"labels": ["x"],} // c`},
		{"renovate.json5", `{labels: ['x']}`},
		{".github/renovate.json5", `{labels: ['x']}`},
		{".renovaterc", `{"labels": ["x"]}`},
		{"currant.json", `{"labels": ["x"]}`},
		{"package.json", `{"name": "a", "renovate": {"labels": ["x"]}}`},
	} {
		in := input("")
		in.Files = files{tc.name: tc.text}.read
		c, diags := resolve(t, in)
		noErrors(t, diags)
		if c.File() != tc.name || strings.Join(c.Top().Strings("labels"), " ") != "x" {
			t.Errorf("%s: file %q, labels %v", tc.name, c.File(), c.Top().Strings("labels"))
		}
	}
	in := input("")
	in.Files = files{"renovate.json": `{"labels": ["r"]}`, ".github/currant.json": `{"labels": ["c"]}`}.read
	if c, _ := resolve(t, in); c.File() != ".github/currant.json" {
		t.Errorf("file %q", c.File())
	}
	in.Files = files{}.read
	if c, diags := resolve(t, in); c.File() != "" || len(diags) > 0 || c.Top().String("branchPrefix") != "renovate/" {
		t.Errorf("without file: %q %v", c.File(), diags)
	}
}

// TestDiagnostics has a file, and all that is to be said of it.
func TestDiagnostics(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{`{"automrege": true}`, `renovate.json:1:2: there is no option "automrege": did you mean "automerge"?`},
		{`{"zzz": true}`, `renovate.json:1:2: there is no option "zzz"`},
		{`{"automerge": "yes"}`, `renovate.json:1:2: "automerge" should be a boolean, found a string`},
		{`{"cloneSubmodules": true}`, `renovate.json:1:2: "cloneSubmodules" is not supported yet: it would fetch git submodules too`},
		{`{"draftPR": false}`, ``},
		{`{"bumpVersion": "mirror:chalk"}`, ``},
		{`{"bumpVersion": "huge"}`, `renovate.json:1:17: "huge" is no value of "bumpVersion": it can be major, minor, patch, prerelease`},
		{`{"bumpVersions": [{"filePatterns": ["a"], "matchStrings": ["(?<version>.+)"]}]}`, ``},
		{`{"bumpVersions": [{"filePatterns": ["a"], "matchStrings": [".+"]}]}`, `renovate.json:1:60: expression /.+/ has no group (?<version>...), which is what is raised`},
		{`{"bumpVersions": [{"filePatterns": ["/(/"]}]}`, "renovate.json:1:19: an entry of bumpVersions needs \"matchStrings\"\nrenovate.json:1:37: expression /(/: error parsing regexp: missing closing ): `(`"},
		{`{"vulnerabilityAlerts": {"enabled": false}}`, ``},
		{`{"postUpgradeTasks": {"commands": ["x"]}}`, ``},
		{`{"postUpgradeTasks": {"commands": ["x"], "executionMode": "often"}}`, `renovate.json:1:59: "often" is no value of "executionMode": it can be update, branch`},
		{`{"allowedCommands": ["."]}`, `renovate.json:1:2: "allowedCommands" is for operators only and has no effect here: it would allow commands that match`},
		{`{"postUpdateOptions": ["npmDedupe", "composerWithAll"]}`, `renovate.json:1:37: "composerWithAll" of "postUpdateOptions" is not supported yet`},
		{`{"npmrc": "{{ secrets.X }}"}`, "renovate.json:1:11: there is no secrets.X: the operator has not set it"},
		{`{"token": "x"}`, `renovate.json:1:2: "token" is for operators only and has no effect here: it would log in to the platform with this token`},
		{`{"packageRules": [{"automerge": true}]}`, `renovate.json:1:19: a rule needs something to match, such as matchPackageNames; for everything, set its options at the top`},
		{`{"packageRules": [{"matchPackageNames": ["/a(?!b)/"], "automerge": true}]}`, `renovate.json:1:42: expression /a(?!b)/ looks around, which RE2 cannot: use a second pattern with a leading "!" for what must not match`},
		{`{"packageRules": [{"matchUpdateTypes": ["majr"], "enabled": false}]}`, `renovate.json:1:41: "majr" is no value of "matchUpdateTypes": did you mean "major"?`},
		{`{"packageRules": [{"matchUpdateTypes": ["major"], "allowedVersions": "<2"}]}`, `renovate.json:1:70: "allowedVersions" cannot stand beside "matchUpdateTypes": it decides which updates there are`},
		{`{"enabledManagers": ["npmm"]}`, `renovate.json:1:22: there is no manager "npmm": did you mean "npm"?`},
		{`{"enabledManagers": ["maven"]}`, `renovate.json:1:22: there is no manager "maven" yet: this would enable it`},
		{`{"minimumReleaseAge": "3 dayz"}`, `renovate.json:1:23: "3 dayz" is no length of time such as "3 days"`},
		{`{"matchPackageNames": ["x"]}`, `renovate.json:1:2: "matchPackageNames" has no effect at the top: it belongs inside packageRules`},
		{`{"extends": ["config:recomended"]}`, `renovate.json:1:14: there is no preset "config:recomended": did you mean "config:recommended"?`},
		{`{"extends": ["local>acme/none"]}`, `renovate.json:1:14: preset "local>acme/none" cannot be fetched: there is no file local>acme/none//default.json`},
		{`{"extends": ["npm>none"]}`, `renovate.json:1:14: preset "npm>none" cannot be fetched: there is no file npm>renovate-config-none`},
		{`{"extends": ["schdule:weekly"]}`, `renovate.json:1:14: there is no preset "schdule:weekly": did you mean "schedule:weekly"?`},
		{`{"extends": ["config:base"]}`, `renovate.json:1:14: "config:base" is called "config:recommended" now`},
		{`{"a": 1, "b": 2}`, "renovate.json:1:2: there is no option \"a\"\nrenovate.json:1:10: there is no option \"b\""},
		{`{"labels": [}`, `renovate.json:1:13: "}" where "]" should close an array`},
	} {
		in := input(tc.text)
		in.Presets = memory{}
		_, diags := resolve(t, in)
		var got []string
		for _, d := range diags {
			got = append(got, d.String())
		}
		if strings.Join(got, "\n") != tc.want {
			t.Errorf("%s\n got %s\nwant %s", tc.text, strings.Join(got, "\n     "), tc.want)
		}
	}
}

func TestPackages(t *testing.T) {
	const manifest = `{"name": "x", "renovate-config": {"default": {"labels": ["default"]}, "sub": {"extends": [":label({{arg0}})"]}}}`
	for ref, want := range map[string]string{
		"npm>acme": "default", "acme:sub(a)": "a", "@acme": "default", "@acme:sub(b)": "b", "@acme/presets:sub(c)": "c", "npm>@acme/presets": "default",
		"renovate-config-acme:default": "default",
	} {
		in := input(`{"extends": ["` + ref + `"]}`)
		in.Presets = memory{"npm>renovate-config-acme": manifest, "npm>@acme/renovate-config": manifest, "npm>@acme/presets": manifest}
		c, diags := resolve(t, in)
		noErrors(t, diags)
		if got := strings.Join(c.Top().Strings("labels"), " "); got != want {
			t.Errorf("%s: labels %q, want %q", ref, got, want)
		}
	}
}

func TestPresetChain(t *testing.T) {
	in := input(`{"extends": ["local>acme/presets"], "labels": ["own"]}`)
	in.Presets = memory{
		"local>acme/presets//default.json": `{"extends": ["local>acme/presets:backend(7 days, x)", ":automergeMinor"], "addLabels": ["one"]}`,
		"local>acme/presets//backend.json": "{\n  \"addLabels\": [\"two\"],\n  \"packageRules\": [{\n    \"matchPackageNames\": [\"{{arg1}}/**\"],\n    \"minimumReleaseAge\": \"{{arg0}}\"\n  }]\n}",
	}
	c, diags := resolve(t, in)
	noErrors(t, diags)
	if got := strings.Join(c.Top().Strings("addLabels"), " "); got != "two one" {
		t.Errorf("addLabels %s", got)
	}
	s := c.For(Subject{DepName: "x/y"})
	if age, _ := s.Age("minimumReleaseAge"); age != 7*day {
		t.Errorf("age %v", age)
	}
	const want = "local>acme/presets//backend.json:5 via local>acme/presets > local>acme/presets:backend(7 days, x) (packageRules[0].minimumReleaseAge)"
	if got := s.Origin("minimumReleaseAge").String(); got != want {
		t.Errorf("origin\n got %s\nwant %s", got, want)
	}
	if got := c.Top().Origin("labels").String(); got != "renovate.json:1 (labels[0])" {
		t.Errorf("origin %s", got)
	}
	if got := c.For(Subject{DepName: "a", UpdateType: "minor"}); !got.Bool("automerge") || got.Origin("automerge").String() != "default:automergeMinor via local>acme/presets > :automergeMinor (minor.automerge)" {
		t.Errorf("automerge %v from %s", got.Bool("automerge"), got.Origin("automerge"))
	}
}

func TestCycleAndStale(t *testing.T) {
	in := input(`{"extends": ["local>a/b"]}`)
	in.Presets = memory{"local>a/b//default.json": `{"extends": ["local>a/b:x"]}`, "local>a/b//x.json": `{"extends": ["local>a/b"], "labels": ["x"]}`}
	c, diags := resolve(t, in)
	if len(diags) != 1 || diags[0].Text != `preset "local>a/b" takes itself over: local>a/b > local>a/b:x > local>a/b` {
		t.Errorf("diagnostics %v", diags)
	}
	if _, stale := c.Stale(); !stale {
		t.Error("a configuration that misses a preset is trusted")
	}
}

func TestManagers(t *testing.T) {
	c, diags := resolve(t, input(`{"flux": {"managerFilePatterns": ["/^clusters/.+\\.ya?ml$/"]}, "dockerfile": {"enabled": false}, "pre-commit": {"enabled": true}}`))
	noErrors(t, diags)
	if got := strings.Join(c.Managers(), " "); got != "flux npm pre-commit regex" {
		t.Errorf("managers %s", got)
	}
	if o, ok := c.Enabled("dockerfile"); ok || o.Option != "dockerfile.enabled" {
		t.Errorf("dockerfile %v %v", ok, o)
	}
	p := c.Patterns("flux")
	if len(p) != 1 || !p[0].Match("clusters/a/b.yaml") || p[0].Match("x.yaml") || p[0].Origin.Line != 1 {
		t.Errorf("patterns %v", p)
	}
	c, _ = resolve(t, input(`{"enabledManagers": ["npm", "custom.regex"]}`))
	if got := strings.Join(c.Managers(), " "); got != "npm regex" {
		t.Errorf("managers %s", got)
	}
}

func TestIgnores(t *testing.T) {
	c, _ := resolve(t, input(`{"ignorePaths": ["docs/", "**/*.tmpl"]}`))
	for path, want := range map[string]bool{"a/docs/b": true, "a.tmpl": true, "a/b.tmpl": true, "a/b": false, "Docs/x": false} {
		if _, got := c.Ignores(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
	c, _ = resolve(t, input(`{"includePaths": ["src/**", "go.mod"]}`))
	for path, want := range map[string]bool{"src/a/b": false, "go.mod": false, "a/go.mod": true} {
		if _, got := c.Ignores(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestHostRules(t *testing.T) {
	in := input(`{"hostRules": [{"matchHost": "https://r.example.test/a/", "token": "{{ secrets.T }}"}, {"hostType": "docker", "timeout": 5}, {"matchHost": "example.test", "username": "u", "password": "{{ secrets.P }}"}], "extends": ["local>p/q"]}`)
	in.Presets = memory{"local>p/q//default.json": `{"hostRules": [{"matchHost": "q.example.test", "hostType": "npm", "password": "{{ secrets.T }}"}]}`}
	in.Global = []byte(`{secrets: {T: 'tok'}}`)
	c, diags := resolve(t, in)
	if len(diags) != 1 || !strings.Contains(diags[0].Text, "secrets.P") {
		t.Errorf("diagnostics %v", diags)
	}
	rules := c.HostRules()
	if len(rules) != 4 || rules[3].Password.Reveal() != "tok" || rules[0].HostType != "docker" || rules[1].MatchHost != "example.test" || rules[2].Token.Reveal() != "tok" || rules[2].Token.String() != "[secret]" {
		t.Errorf("rules %v", rules)
	}
	for url, want := range map[string]bool{"https://r.example.test/a/b": true, "https://r.example.test/b": false, "https://x.test": false} {
		if rules[2].Matches("docker", url) != want {
			t.Errorf("%s", url)
		}
	}
	if !rules[1].Matches("", "https://sub.example.test:8443/x") || rules[1].Matches("", "https://myexample.test") {
		t.Error("domains")
	}
}

// TestArtifactory checks that the operator may say where an Artifactory is and a repository what for, and that mistakes have a place.
func TestArtifactory(t *testing.T) {
	in := input(`{"artifactory": {"npm": "npm-all"}}`)
	in.Global = []byte(`{"artifactory": {"url": "https://art.bank.test/artifactory", "docker": "docker"}}`)
	c, diags := resolve(t, in)
	if len(diags) > 0 {
		t.Error(diags)
	}
	for datasource, want := range map[string]string{
		"npm":    "https://art.bank.test/artifactory/api/npm/npm-all/",
		"docker": "https://art.bank.test/docker",
		"pypi":   "https://registry.example.test",
	} {
		if got, _, _ := c.Artifactory().Map(datasource, "https://registry.example.test", "x"); got != want {
			t.Errorf("%s is asked at %s, not %s", datasource, got, want)
		}
	}
	for text, want := range map[string]string{
		`{"artifactory": {"npm": "npm-all"}}`:                                 "1:17: artifactory needs \"url\"",
		`{"artifactory": {"url": "https://art.bank.test", "nmp": "npm-all"}}`: "1:17: artifactory: there is no kind \"nmp\"",
	} {
		_, diags := resolve(t, input(text))
		if len(diags) == 0 || !strings.Contains(diags[0].String(), want) {
			t.Errorf("%s: %v, want %q", text, diags, want)
		}
	}
}

// TestOrganisation checks inheritConfig: the organisation's configuration is below the repository's own and above the operator's.
func TestOrganisation(t *testing.T) {
	const org = `{"labels": ["org"], "prHourlyLimit": 7, "packageRules": [{"matchPackageNames": ["x"], "automerge": true}]}`
	for _, tc := range []struct {
		name, operator string
		presets        memory
		labels, errors string
	}{
		{"read", `{"inheritConfig": true, "labels": ["op"]}`, memory{"local>acme/renovate-config//org-inherited-config.json": org}, "org", ""},
		{"off", `{"labels": ["op"]}`, memory{"local>acme/renovate-config//org-inherited-config.json": org}, "op", ""},
		{"elsewhere", `{"inheritConfig": true, "inheritConfigRepoName": "{{topLevelOrg}}/policy", "inheritConfigFileName": "all.json"}`, memory{"local>acme/policy//all.json": org}, "org", ""},
		{"missing", `{"inheritConfig": true, "labels": ["op"]}`, memory{}, "op", ""},
		{"missing, strict", `{"inheritConfig": true, "inheritConfigStrict": true}`, memory{}, "", "org-inherited-config.json of acme/renovate-config cannot be had"},
		{"broken", `{"inheritConfig": true}`, memory{"local>acme/renovate-config//org-inherited-config.json": "{"}, "", "org-inherited-config.json:1"},
	} {
		in := input(`{"prConcurrentLimit": 3}`)
		in.Global, in.Presets, in.Repository = []byte(tc.operator), tc.presets, "acme/shop"
		c, diags := resolve(t, in)
		if got := strings.Join(c.Top().Strings("labels"), " "); got != tc.labels {
			t.Errorf("%s: labels are %q, not %q", tc.name, got, tc.labels)
		}
		var errs []string
		for _, d := range diags {
			if d.Severity == Error {
				errs = append(errs, d.String())
			}
		}
		if all := strings.Join(errs, "; "); (all == "") != (tc.errors == "") || !strings.Contains(all, tc.errors) {
			t.Errorf("%s: %q, want %q", tc.name, all, tc.errors)
		}
	}
}
