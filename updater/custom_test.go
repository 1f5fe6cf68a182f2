package updater

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/datasources"
	sources "github.com/currant-bot/currant/datasources/custom"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/render"
)

const customConfig = `{
  "customManagers": [
    {"customType": "regex", "managerFilePatterns": ["/\\.env$/"], "matchStrings": ["(?<depName>\\w+)_VERSION=(?<currentValue>[^\\s@]+)(?:@(?<currentDigest>\\S+))?"],
     "datasourceTemplate": "custom.mine", "packageNameTemplate": "{{lowercase depName}}",
     "autoReplaceStringTemplate": "{{depName}}_VERSION={{newValue}}{{#if newDigest}}@{{newDigest}}{{/if}}"},
    {"customType": "jsonata", "fileFormat": "json", "managerFilePatterns": ["tools.json"], "matchStrings": ["tools.{\"depName\": name, \"currentValue\": version}"], "datasourceTemplate": "npm"}
  ],
  "customDatasources": {"mine": {"defaultRegistryUrlTemplate": "https://releases.example.test/{{packageName}}.json", "format": "yaml", "transformTemplates": ["{\"releases\": {{packageName}}}"]}},
  "ignorePaths": ["vendor/**"]
}`

// customWorld resolves a configuration that defines managers and a datasource.
func customWorld(t *testing.T, text string) (plan.World, *config.Config) {
	t.Helper()
	c, diags, err := config.Resolve(context.Background(), config.Input{
		Files:    func(path string) ([]byte, bool) { return []byte(text), path == "renovate.json" },
		Managers: []config.ManagerInfo{{Name: "jsonata"}, {Name: "regex"}},
	})
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	w := plan.World{
		Config: c, Managers: make(map[string]*managers.Manager),
		Sources:  map[string]*datasources.Source{"custom": sources.Source(customTools.Query)},
		Defaults: func(string, string) []string { return nil },
	}
	offers, problems := customManagers(c)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, o := range offers {
		w.Managers[o.Manager.Name] = o.Manager
	}
	customSources(&w)
	return w, c
}

func TestCustomOffers(t *testing.T) {
	for text, want := range map[string]string{
		customConfig: "jsonata:tools.json regex:a.env",
		strings.Replace(customConfig, `"ignorePaths"`, `"enabledManagers": ["custom.regex"], "ignorePaths"`, 1): "regex:a.env",
	} {
		_, c := customWorld(t, text)
		var got []string
		offers, _ := customManagers(c)
		for _, o := range offers {
			for _, path := range []string{"a.env", "vendor/b.env", "tools.json", "other"} {
				if o.Match(path) {
					got = append(got, o.Manager.Name+":"+path)
				}
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("got %s, want %s", s, want)
		}
	}
}

func TestCustomDatasource(t *testing.T) {
	w, _ := customWorld(t, customConfig)
	d := w.Managers["regex"].Extract(managers.NewFile("a.env", "TOOL_VERSION=1.0.0\n", nil)).Deps[0]
	asked := plan.Ask(w, []plan.Found{{Manager: "regex", Path: "a.env", Dep: d}})[0]
	want := []datasources.Query{{
		Datasource: "custom.mine", Registry: "https://releases.example.test/tool.json", Package: "tool",
		Recipe: sources.Recipe{Format: "yaml", Transforms: []string{`{"releases": tool}`}}.String(),
	}}
	if diff := cmp.Diff(want, asked.Queries); diff != "" || asked.Versioning != "semver-coerced" {
		t.Errorf("%s %s %v", diff, asked.Versioning, asked.Reasons)
	}
	d.Datasource = "custom.unknown"
	if asked := plan.Ask(w, []plan.Found{{Manager: "regex", Path: "a.env", Dep: d}})[0]; asked.SkipCode != "unsupported-datasource" {
		t.Errorf("a datasource that nobody defines: %+v", asked)
	}
}

// TestCustomSplice changes what custom managers found, which is proved as for
// any other manager.
func TestCustomSplice(t *testing.T) {
	w, c := customWorld(t, customConfig)
	files := fstest.MapFS{
		"a.env":      {Data: []byte("# keep\r\nTOOL_VERSION=1.0.0\r\nOTHER_VERSION=1.0.0@sha256:aa\n")},
		"tools.json": {Data: []byte(`{"same": "1.0.0", "tools": [{"name": "x", "version": "1.0.0"}]}`)},
	}
	for _, tc := range []struct{ manager, path, name, digest, want string }{
		{"regex", "a.env", "TOOL", "", "# keep\r\nTOOL_VERSION=2.0.0\r\nOTHER_VERSION=1.0.0@sha256:aa\n"},
		{"regex", "a.env", "OTHER", "sha256:bb", "# keep\r\nTOOL_VERSION=1.0.0\r\nOTHER_VERSION=2.0.0@sha256:bb\n"},
		{"jsonata", "tools.json", "x", "", `{"same": "1.0.0", "tools": [{"name": "x", "version": "2.0.0"}]}`},
	} {
		for _, d := range w.Managers[tc.manager].Extract(managers.NewFile(tc.path, string(files[tc.path].Data), nil)).Deps {
			if d.Name != tc.name {
				continue
			}
			m := plan.Member{
				Decision: &plan.Decision{Found: plan.Found{Manager: tc.manager, Path: tc.path, Dep: d}, Settings: c.Top()},
				Update:   plan.Update{Type: "major", Value: "2.0.0", Digest: tc.digest},
			}
			change, err := render.Splice(files, w.Managers, []plan.Member{m})
			if err != nil {
				t.Errorf("%s: %v", tc.name, err)
				continue
			}
			if got := change[tc.path].Text; got != tc.want {
				t.Errorf("%s: %q", tc.name, got)
			}
		}
	}
}
