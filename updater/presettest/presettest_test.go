package presettest

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	datasourcesall "github.com/currant-bot/currant/datasources/all"
	schemesall "github.com/currant-bot/currant/datasources/versioning/all"
	managersall "github.com/currant-bot/currant/managers/all"
	"github.com/currant-bot/currant/updater"
)

func files(m map[string]string) fstest.MapFS {
	out := make(fstest.MapFS)
	for name, text := range m {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

var presets = files(map[string]string{
	"default.json":     `{"extends": ["local>acme/presets:frameworks", "local>other/presets"], "separateMinorPatch": true}`,
	"frameworks.json":  "{\"packageRules\": [\n{\"description\": \"Ours.\", \"matchPackageNames\": [\"react*\"],\n\"groupName\": \"React\", \"automerge\": true}]}",
	"scheduled.json5":  `{schedule: ["before 5am on monday"], timezone: "Europe/Berlin"}`,
	"digests.json":     `{"pinDigests": true}`,
	"careful.json":     `{"dependencyDashboardApproval": true, "minimumReleaseAge": "7 days"}`,
	"nested/deep.json": `{"extends": ["../frameworks"]}`,
	"wrong.json":       `{"automege": true}`,
})

func newRunner() *Runner {
	return &Runner{
		Kit:     updater.Kit{Managers: managersall.Managers, Sources: datasourcesall.Sources, Schemes: schemesall.Schemes},
		Presets: &Source{Repository: "acme/presets", FS: presets},
	}
}

// one is a case over npm's react 17.0.0, of which there is 17.0.1.
func one(t testing.TB, text string) Case {
	t.Helper()
	for field, value := range map[string]string{
		"dependency": `{manager: "npm", datasource: "npm", depName: "react", currentValue: "17.0.0"}`,
		"releases":   `["17.0.0", {version: "17.0.1", date: "2026-03-01"}]`,
		"now":        `"2026-03-02T02:00:00Z"`,
	} {
		if !strings.Contains(text, field+":") {
			text = field + ": " + value + ", " + text
		}
	}
	full := "[{" + text + "}]"
	cases, bad, err := Load(files(map[string]string{Folder + "/a.json5": full}))
	if err != nil || len(bad) > 0 || len(cases) != 1 {
		t.Fatalf("%v, %v, %v", cases, bad, err)
	}
	return cases[0]
}

func TestRun(t *testing.T) {
	r := newRunner()
	for _, test := range []struct{ text, want string }{
		{`preset: "default", want: {updateType: "patch", group: "React", branch: "renovate/patch-react", automerge: true, state: "ready", inSchedule: true, labels: []}`, ""},
		{`preset: "nested/deep", want: {group: "React"}`, ""},
		{`preset: "local>acme/presets:frameworks", want: {group: "React"}`, ""},
		{`preset: "./frameworks.json", config: {labels: ["a"]}, want: {labels: ["a"]}`, ""},
		{`config: {enabled: false}, want: []`, ""},
		{`preset: "scheduled", want: {inSchedule: true}`, ""}, // 03:00 in Berlin, on a Monday
		{`preset: "careful", want: {state: "waiting", automerge: false}`, ""},

		{`preset: "default", want: {automerge: false}`, "automerge: want false, got true: frameworks.json:3 via local>acme/presets//default.json > local>acme/presets:frameworks (packageRules[0].automerge): automerge is true “Ours.”"},
		{`preset: "default", want: {group: ""}`, "group: want , got React: frameworks.json:3"},
		{`preset: "default", want: {branch: "x"}`, "branch: want x, got renovate/patch-react: frameworks.json:3"},
		{`preset: "default", want: {title: "x"}`, "title: want x, got Update dependency react to v17.0.1"},
		{`preset: "default", want: {labels: ["a"]}`, "labels: want a, got nothing: nothing sets labels"},
		{`preset: "default", want: {state: "approval"}`, "state: want approval, got ready"},
		{`preset: "default", want: {newValue: "17.0.2"}`, "newValue: want 17.0.2, got 17.0.1"},
		{`preset: "scheduled", now: "2026-03-04", want: {inSchedule: true}`, "inSchedule: want true, got false: scheduled.json5:1"},
		{`preset: "default", want: []`, "updates: want no such update, got patch to 17.0.1"},
		{`preset: "default", want: [{updateType: "patch"}, {updateType: "major"}]`, "updates: want major, got no such update"},
		{`config: {enabled: false}, want: {updateType: "patch"}`, "updates: want patch, got no such update: updates are switched off by enabled: false"},
		{`preset: "wrong", want: []`, "preset: want a configuration without errors, got there is no option \"automege\""},
		{`preset: "missing", want: []`, "preset: want a configuration without errors"},
		{`preset: "default", dependency: {manager: "nmp", datasource: "npm", depName: "react"}, want: []`, `got there is no manager "nmp"`},
	} {
		t.Run(test.text, func(t *testing.T) {
			got, err := r.Run(t.Context(), one(t, test.text))
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, f := range got.Failures {
				all = append(all, fmt.Sprintf("%s: want %s, got %s: %s", f.Field, f.Want, f.Got, strings.Join(f.Rules, "; ")))
			}
			if text := strings.Join(all, "\n"); text != test.want && (test.want == "" || len(all) != 1 || !strings.Contains(text, test.want)) {
				t.Errorf("got  %s\nwant %s", text, test.want)
			}
		})
	}
}

func TestLoad(t *testing.T) {
	cases, bad, err := Load(files(map[string]string{
		Folder + "/one.json":        `{"preset": "default", "dependency": {"depName": "a", "datasource": "npm"}, "want": []}`,
		Folder + "/sub/two.json5":   "// two\n{cases: [\n{preset: 'x', dependency: {packageName: 'b', datasource: 'npm'}, want: {state: 'ready'}}]}",
		Folder + "/README.md":       "how we test",
		Folder + "/bad/syntax.json": `{"cases": [}`,
		Folder + "/bad/date.json":   `[{"preset": "x", "now": "tomorrow", "dependency": {"depName": "a", "datasource": "npm"}, "want": []}]`,
		Folder + "/bad/dep.json":    `[{"preset": "x", "dependency": {"depName": "a"}, "want": []}]`,
		Folder + "/bad/kind.json":   `[7]`,
		Folder + "/bad/field.json":  `[{"preset": "x", "dependency": {"depName": "a", "datasource": "npm"}, "wants": []}]`,
		Folder + "/bad/type.json":   `[{"preset": "x", "dependency": {"depName": "a", "datasource": "npm"}, "want": [{"automerge": "yes"}]}]`,
		Folder + "/bad/rel.json":    `[{"preset": "x", "releases": [{"versoin": "1"}], "dependency": {"depName": "a", "datasource": "npm"}, "want": []}]`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) != 2 || cases[1].Dependency.DepName != "b" || cases[1].Origin.Line != 3 {
		t.Errorf("%+v", cases)
	}
	if len(bad) < 7 {
		t.Errorf("only %d are wrong: %v", len(bad), bad)
	}
	for _, d := range bad {
		if d.Line == 0 || !strings.HasPrefix(d.File, Folder+"/bad/") {
			t.Errorf("%+v", d)
		}
	}
	if _, _, err := Load(files(nil)); err == nil {
		t.Error("no cases are no error")
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(`{cases: [{preset: "default", dependency: {datasource: "npm", depName: "a", currentValue: "1"}, releases: ["2"], want: {}}]}`)
	f.Add(`[{config: {"enabled": false}, dependency: {datasource: "docker", packageName: "a", currentDigest: "x"}, want: []}]`)
	r := newRunner()
	f.Fuzz(func(t *testing.T, text string) {
		cases, _, err := Load(files(map[string]string{Folder + "/a.json5": text}))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases[:min(3, len(cases))] {
			if _, err := r.Run(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func BenchmarkHundredCases(b *testing.B) {
	c := one(b, `preset: "default", want: {group: "React"}`)
	for b.Loop() {
		r := newRunner()
		for range 100 {
			if got, err := r.Run(b.Context(), c); err != nil || len(got.Failures) > 0 {
				b.Fatal(got, err)
			}
		}
	}
}
