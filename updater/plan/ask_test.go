package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
)

func TestAsk(t *testing.T) {
	registries := func(urls ...string) func(*managers.Dep) {
		return func(d *managers.Dep) { d.Registries = urls }
	}
	for _, tc := range []struct {
		name, config string
		found        Found
		want         string // "datasource package registry, ..." or "skip: reason"
		reason       string // that must be told
	}{
		{"default registry", ``, npm("react", "1.0.0"), "npm react " + registry, ""},
		{"its own registry", ``, with(npm("react", "1.0.0"), registries("https://own.example.test")), "npm react https://own.example.test", ""},
		{"first only", ``, with(npm("react", "1.0.0"), registries("https://a.example.test", "https://b.example.test")), "npm react https://a.example.test", ""},
		{"all of those that merge", ``, with(npm("x", "1.0.0"), func(d *managers.Dep) {
			d.Datasource, d.Registries = "merging", []string{"https://a.example.test", "default"}
		}), "merging x https://a.example.test, merging x " + registry, ""},
		{"registryUrls at the top yield to the file", `{"registryUrls": ["https://conf.example.test"]}`, with(npm("react", "1.0.0"), registries("https://own.example.test")), "npm react https://own.example.test", ""},
		{"registryUrls at the top", `{"registryUrls": ["https://conf.example.test"]}`, npm("react", "1.0.0"), "npm react https://conf.example.test", ""},
		{"registryUrls of a rule win", `{"packageRules": [{"matchPackageNames": ["react"], "registryUrls": ["https://rule.example.test"]}]}`, with(npm("react", "1.0.0"), registries("https://own.example.test")), "npm react https://rule.example.test", ""},
		{"defaultRegistryUrls", `{"packageRules": [{"matchDatasources": ["npm"], "defaultRegistryUrls": ["https://mirror.example.test"]}]}`, npm("react", "1.0.0"), "npm react https://mirror.example.test", ""},
		{"a fixed source has no registry", `{"registryUrls": ["https://conf.example.test"]}`, action("actions/checkout", "v4"), "github-tags actions/checkout ", ""},
		{"through an Artifactory", `{"artifactory": {"url": "https://art.bank.test/artifactory", "npm": "npm-all"}}`, npm("react", "1.0.0"), "npm react https://art.bank.test/artifactory/api/npm/npm-all/", ""},
		{"an image through an Artifactory", `{"artifactory": {"url": "https://art.bank.test/artifactory", "docker": {"ghcr.io": "gh", "*": "all"}}, "labels": []}`, image("ghcr.io/acme/app", "1"), "docker acme/app https://art.bank.test/gh", ""},
		{"ignoreDeps", `{"ignoreDeps": ["react"]}`, npm("react", "1.0.0"), "skip: ignored", "renovate.json:1"},
		{"enabled false", `{"enabled": true, "packageRules": [{"matchPackageNames": ["react"], "enabled": false}]}`, npm("react", "1.0.0"), "skip: disabled", "packageRules[0]"},
		{"enabled false for a manager", `{"npm": {"enabled": false}}`, npm("react", "1.0.0"), "skip: disabled", "npm.enabled"},
		{"override", `{"packageRules": [{"matchDepNames": ["node"], "overrideDatasource": "docker", "overridePackageName": "lib/{{depName}}", "overrideDepName": "Node"}]}`, npm("node", "1.0.0"), "docker lib/Node " + registry, ""},
		{"the manager says why not", ``, with(image("x", "1"), func(d *managers.Dep) { d.Skip, d.Note = managers.ContainsVariable, "VERSION has no default" }), "skip: contains-variable", "VERSION has no default"},
		{"no datasource of that name", ``, with(npm("x", "1.0.0"), func(d *managers.Dep) { d.Datasource = "cobol" }), "skip: unsupported-datasource", `"cobol"`},
		{"no version", ``, with(image("x", ""), func(d *managers.Dep) {}), "skip: unspecified-version", ""},
		{"no version, but a digest is wanted", `{"pinDigests": true}`, image("x", ""), "docker x " + registry, ""},
		{"a variable holds part of it", ``, with(image("x", ""), func(d *managers.Dep) { d.Value, d.Composed = managers.Field{}, "1.2" }), "docker x " + registry, ""},
	} {
		w := world(t, tc.config)
		d := Ask(w, []Found{tc.found})[0]
		var got []string
		for _, q := range d.Queries {
			got = append(got, q.Datasource+" "+q.Package+" "+q.Registry)
		}
		if d.SkipCode != "" {
			got = []string{"skip: " + d.SkipCode}
		}
		if text := strings.Join(got, ", "); text != tc.want {
			t.Errorf("%s: %s, not %s", tc.name, text, tc.want)
		}
		if d.SkipCode != "" && len(d.Reasons) == 0 || !strings.Contains(because(d), tc.reason) {
			t.Errorf("%s: the reason is %q", tc.name, because(d))
		}
	}
}

func TestAskWithoutAnyRegistry(t *testing.T) {
	w := world(t, "")
	w.Defaults = func(string, string) []string { return nil }
	if d := Ask(w, []Found{npm("react", "1.0.0")})[0]; d.SkipCode != "unknown-registry" || !strings.Contains(because(d), "registryUrls") {
		t.Errorf("%s: %s", d.SkipCode, because(d))
	}
}

func TestVersioningOf(t *testing.T) {
	own := func(v string) Found { return with(npm("x", "1.0.0"), func(d *managers.Dep) { d.Versioning = v }) }
	for _, tc := range []struct {
		name, config, want string
		found              Found
	}{
		{"of the manager", ``, "npm", npm("x", "1.0.0")},
		{"of the datasource", ``, "semver-coerced", with(action("x", "v1"), func(d *managers.Dep) { d.Versioning = "" })},
		{"of the dependency", ``, "loose", own("loose")},
		{"configured at the top yields to the dependency", `{"npm": {"versioning": "semver"}}`, "loose", own("loose")},
		{"configured at the top", `{"npm": {"versioning": "semver"}}`, "semver", npm("x", "1.0.0")},
		{"of a rule", `{"packageRules": [{"matchPackageNames": ["x"], "versioning": "semver"}]}`, "semver", own("loose")},
	} {
		if got := Ask(world(t, tc.config), []Found{tc.found})[0].Versioning; got != tc.want {
			t.Errorf("%s: %s, not %s", tc.name, got, tc.want)
		}
	}
}

func TestQueriesAreDistinct(t *testing.T) {
	ds := Ask(world(t, ""), []Found{npm("a", "1.0.0"), npm("b", "1.0.0"), npm("a", "2.0.0")})
	var got []string
	for _, q := range Queries(ds) {
		got = append(got, q.Package)
	}
	if diff := cmp.Diff([]string{"a", "b"}, got); diff != "" {
		t.Error(diff)
	}
}

// Options that a file gives its own dependency hold, unless a rule says otherwise.
func TestOptionsFromTheFile(t *testing.T) {
	f := with(npm("go", "1.20.0"), func(d *managers.Dep) {
		d.Config = map[string]any{"extractVersion": "^go(?<version>.+)$"}
	})
	answers := map[string]Listing{"go": answer(releases("go1.20.0", "go1.21.0", "release-2.0.0")...)}
	if diff := cmp.Diff([]string{"minor 1.21.0"}, updates(decide(t, world(t, ""), answers, f)[0])); diff != "" {
		t.Error(diff)
	}
	rule := world(t, `{"packageRules": [{"matchPackageNames": ["go"], "extractVersion": "^release-(?<version>.+)$"}]}`)
	if diff := cmp.Diff([]string{"major 2.0.0"}, updates(decide(t, rule, answers, with(f, func(d *managers.Dep) { d.Value.Text = "2.0.0-0" }))[0])); diff == "" {
		t.Error("a prerelease is in use")
	}
	if got := decide(t, rule, answers, with(f, func(d *managers.Dep) { d.Value.Text = "^1.0.0 || ^2.0.0" }))[0].Current; got != "2.0.0" {
		t.Errorf("with the rule %q is in use", got)
	}
}
