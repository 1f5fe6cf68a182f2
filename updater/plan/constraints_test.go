package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/managers"
)

func needing(version, name string, any ...string) datasources.Release {
	return datasources.Release{Version: version, Requires: map[string][]string{name: any}, Published: now.AddDate(-1, 0, 0)}
}

func around(f Found, constraints map[string]string) Found {
	return with(f, func(d *managers.Dep) { d.Constraints = constraints })
}

// constraintsFiltering keeps to what the repository is for, and says why a release was left out.
func TestConstraintsFiltering(t *testing.T) {
	app := npm("app", "1.0.0")
	nodes := map[string]Listing{"app": answer(needing("1.0.0", "node", ">=14"), needing("1.1.0", "node", ">=16"), needing("1.2.0", "node", ">=18.18"), needing("1.3.0", "node", ">=20"))}
	tool := Found{"pep621", "pyproject.toml", managers.Dep{Name: "tool", Datasource: "pypi", Value: managers.Field{Text: "==1.0", Start: 5}}}
	pythons := map[string]Listing{"tool": answer(needing("1.0", "python", ">=2.7"), needing("1.1", "python", ">=3.8"), needing("1.2", "python", "<3", ">=3.9"), needing("1.3", "python", ">=3.11"))}
	strict := func(more string) string { return `{"constraintsFiltering": "strict"` + more + `}` }
	for name, tt := range map[string]struct {
		config  string
		found   Found
		answers map[string]Listing
		want    string
		because string
	}{
		"off":                     {`{"constraints": {"node": "16"}}`, app, nodes, "minor 1.3.0", ""},
		"without constraints":     {strict(``), app, nodes, "minor 1.3.0", ""},
		"of configuration":        {strict(`, "constraints": {"node": "16"}`), app, nodes, "minor 1.1.0", `1.2.0: it needs node >=18.18, and the repository is for "16" (renovate.json:1`},
		"a version":               {strict(`, "constraints": {"node": "18.17.0"}`), app, nodes, "minor 1.1.0", ""},
		"a range":                 {strict(`, "constraints": {"node": "^18.18 || ^20"}`), app, nodes, "minor 1.2.0", ""},
		"of the file":             {strict(``), around(app, map[string]string{"node": ">=16"}), nodes, "minor 1.1.0", `the repository is for ">=16" (package.json)`},
		"configuration wins":      {strict(`, "constraints": {"node": ">=20"}`), around(app, map[string]string{"node": ">=16"}), nodes, "minor 1.3.0", ""},
		"others do not count":     {strict(`, "constraints": {"go": "1"}`), app, nodes, "minor 1.3.0", ""},
		"one that is no range":    {strict(`, "constraints": {"node": "newest one"}`), app, nodes, "minor 1.3.0", `constraintsFiltering cannot compare node`},
		"in a rule":               {`{"constraints": {"node": "16"}, "packageRules": [{"matchPackageNames": ["app"], "constraintsFiltering": "strict"}]}`, app, nodes, "minor 1.1.0", ""},
		"Python":                  {strict(``), around(tool, map[string]string{"python": ">=3.9"}), pythons, "minor ==1.2", `1.3: it needs python >=3.11, and the repository is for ">=3.9" (pyproject.toml)`},
		"one of two":              {strict(`, "constraints": {"python": "3.8.1"}`), tool, pythons, "minor ==1.1", `1.2: it needs python <3 or >=3.9`},
		"Poetry's way":            {strict(``), around(tool, map[string]string{"python": "^3.9"}), pythons, "minor ==1.2", ""},
		"of Pipenv":               {strict(``), around(tool, map[string]string{"python": "==3.9.*"}), pythons, "minor ==1.2", ""},
		"by another scheme":       {strict(`, "constraints": {"python": "3.8.1"}, "constraintsVersioning": {"python": "exact"}`), tool, pythons, "", `1.3: it needs python >=3.11`},
		"nothing is left":         {strict(`, "constraints": {"node": "10"}`), app, nodes, "", `1.1.0: it needs node >=16`},
		"what nobody can compare": {strict(`, "constraints": {"node": "16"}`), app, map[string]Listing{"app": answer(needing("1.0.0", "node", ""), needing("1.1.0", "node", "new ones"))}, "", `1.1.0: it needs node new ones`},
	} {
		d := decide(t, world(t, tt.config), tt.answers, tt.found)[0]
		if diff := cmp.Diff(tt.want, strings.Join(updates(d), ", ")); diff != "" || !strings.Contains(because(d), tt.because) {
			t.Errorf("%s: -want +got:\n%s%q is wanted in\n%s", name, diff, tt.because, because(d))
		}
	}
}

// What a module needs is asked for each release above the one in use, once.
func TestNeedsOneByOne(t *testing.T) {
	w := world(t, `{"constraintsFiltering": "strict"}`)
	w.Sources["go"] = &datasources.Source{Name: "go", Versioning: "semver", Requirer: true}
	found := Found{"npm", "go.mod", managers.Dep{
		Name: "example.test/shop", Datasource: "go", Value: managers.Field{Text: "v1.0.0", Start: 5}, Constraints: map[string]string{"%goMod": "1.21.3"},
	}}
	later := releases("v2.0.0")[0]
	later.Package = "example.test/shop/v2"
	asked := Ask(w, []Found{found})
	f := facts(asked, map[string]Listing{"example.test/shop": answer(append(releases("v0.9.0", "v1.0.0", "v1.1.0", "v1.2.0"), later)...)})
	_, missing := Decide(w, asked, f)
	var names []string
	for _, q := range missing.Needs {
		names = append(names, q.Package+" "+q.Version)
	}
	if diff := cmp.Diff([]string{"example.test/shop v1.1.0", "example.test/shop v1.2.0", "example.test/shop/v2 v2.0.0"}, names); diff != "" {
		t.Fatal(diff)
	}
	for _, tt := range []struct {
		needs []Need // of v1.1.0, v1.2.0, v2.0.0
		want  string
		facts Completeness
	}{
		{[]Need{{}, {}, {}}, "minor v1.2.0, major v2.0.0 (unsupported)", Complete},
		{[]Need{{Requires: map[string][]string{"%goMod": {">=1.20"}}}, {Requires: map[string][]string{"%goMod": {">=1.22"}}}, {Requires: map[string][]string{"%goMod": {">=1.21"}}}}, "minor v1.1.0, major v2.0.0 (unsupported)", Complete},
		{[]Need{{}, {Err: datasources.ErrNotFound}, {}}, "minor v1.1.0, major v2.0.0 (unsupported)", Complete},
		{[]Need{{}, {Err: errOutage}, {}}, "", Failed},
	} {
		f.Needs = make(map[DigestQuery]Need)
		for i, q := range missing.Needs {
			f.Needs[q] = tt.needs[i]
		}
		ds, still := Decide(w, asked, f)
		if diff := cmp.Diff(tt.want, strings.Join(updates(ds[0]), ", ")); diff != "" || ds[0].Facts != tt.facts || !still.None() {
			t.Errorf("%v: %s, %v is missing: %s%s", tt.needs, ds[0].Facts, still, diff, because(ds[0]))
		}
	}
}
