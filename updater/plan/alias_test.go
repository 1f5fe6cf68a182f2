package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
)

func TestAliased(t *testing.T) {
	chart := func(repository string) Found {
		return with(npm("app", "1.0.0"), func(d *managers.Dep) { *d = d.Chart(repository) })
	}
	also := func(url string) func(*managers.Dep) {
		return func(d *managers.Dep) { d.Registries, d.Skip, d.Note = append(d.Registries, url), "", "" }
	}
	for _, tc := range []struct {
		name, config string
		found        Found
		want         string
	}{
		{"an image", `{"registryAliases": {"hub.example.test": "mirror.example.test/hub"}}`, image("hub.example.test/redis", "7.0"), "docker mirror.example.test/hub/redis"},
		{"the longest", `{"registryAliases": {"a.test": "b.test", "a.test/x": "c.test"}}`, image("a.test/x/y", "1"), "docker c.test/y"},
		{"a whole element", `{"registryAliases": {"a.test": "b.test"}}`, image("a.testing/y", "1"), "docker a.testing/y"},
		{"of one manager only", `{"npm": {"registryAliases": {"a.test": "b.test"}}}`, image("a.test/y", "1"), "docker a.test/y"},
		{"a chart repository", `{"registryAliases": {"team": "https://charts.example.test"}}`, chart("@team"), "helm app https://charts.example.test"},
		{"a registry of charts", `{"registryAliases": {"team": "oci://charts.example.test/x", "charts.example.test": "mirror.test"}}`, chart("alias:team"), "docker mirror.test/x/app"},
		{"stable", ``, chart("@stable"), "helm app default"},
		{"another stable", `{"registryAliases": {"stable": "https://charts.example.test"}}`, chart("@stable"), "helm app https://charts.example.test"},
		{"before the file's own", `{"registryAliases": {"team": "https://charts.example.test"}}`, with(chart("@team"), also("https://own.example.test")), "helm app https://charts.example.test https://own.example.test"},
		{"only the file's own", ``, with(chart("@team"), also("https://own.example.test")), "helm app https://own.example.test"},
		{"nobody knows it", ``, chart("@team"), "helm app skip placeholder-url"},
		{"no alias", `{"registryAliases": {"charts.example.test": "mirror.test"}}`, chart("https://charts.example.test/a"), "helm app https://charts.example.test/a"},
	} {
		w := world(t, tc.config)
		d := Aliased(w.Config, []Found{tc.found})[0].Dep
		got := strings.Join(append([]string{d.Datasource, d.PackageName()}, d.Registries...), " ")
		if d.Skip != "" {
			got += " skip " + string(d.Skip)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tc.name, diff)
		}
		if d.Skip == "" && d.Note != "" {
			t.Errorf("%s: it is not skipped, and has the note %q", tc.name, d.Note)
		}
	}
}

func TestHomed(t *testing.T) {
	action := Found{Manager: "github-actions", Dep: managers.Dep{Name: "actions/checkout", Kind: "action", Datasource: "github-tags"}}
	named := with(action, func(d *managers.Dep) { d.Registries = []string{"https://github.com/"} })
	runner := with(action, func(d *managers.Dep) { d.Kind = "github-runner" })
	for endpoint, want := range map[string]string{
		"https://ghe.example.test/api/v3/": "https://ghe.example.test default",
		"https://api.github.com/":          "",
		"https://api.github.com":           "",
		"":                                 "",
	} {
		got := Homed([]Found{action, named, runner, npm("react", "1.0.0")}, endpoint)
		for i, want := range []string{want, "https://github.com/", "", ""} {
			if text := strings.Join(got[i].Dep.Registries, " "); text != want {
				t.Errorf("at %q, %s of %s: %q, want %q", endpoint, got[i].Dep.Name, got[i].Manager, text, want)
			}
		}
	}
}
