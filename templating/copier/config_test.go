package copier_test

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources/versioning/pep440"
	"github.com/currant-bot/currant/templating/copier"
)

type memory map[string]string

func (m memory) List(context.Context) ([]string, error) { return slices.Sorted(maps.Keys(m)), nil }

func (m memory) Read(_ context.Context, path string) (string, error) {
	if text, ok := m[path]; ok {
		return text, nil
	}
	return "", fs.ErrNotExist
}

func TestReadConfig(t *testing.T) {
	got, err := copier.ReadConfig(t.Context(), memory{
		"copier.yaml": `_answers_file: .answers/{{ name }}.yml
_min_copier_version: "9.3"
_subdirectory: template
_tasks: &code [make]
_migrations:
  - version: v2.0.0
    command: migrate
  - always
_external_data: {base: ../other.yml}
_secret_questions: [key]
name: demo
key: {type: str, secret: true}
---
!include shared/*.yml
`,
		"shared/a.yml": "size:\n  choices:\n    Small: s\n    Large: {value: l}\n  default: s\n  when: '{{ name }}'\n",
		"shared/b.yml": "team:\n  help: Who?\n  choices: [[Core, c], w]\n",
		"other/c.yml":  "_jinja_extensions: [evil]\n",
	})
	want := copier.Config{
		AnswersFile: ".answers/{{ name }}.yml", MinCopier: "9.3", Folder: "template", Suffix: ".jinja", Tasks: true,
		Migrations: []copier.Migration{{Version: "v2.0.0", Command: "migrate"}, {Command: "always"}},
		External:   map[string]string{"base": "../other.yml"}, Secrets: []string{"key", "key"},
		Files: []string{"copier.yaml", "shared/a.yml", "shared/b.yml"},
		Questions: []copier.Question{
			{Name: "name", Default: true}, {Name: "key", Type: "str"},
			{Name: "size", Choices: []string{"s", "l"}, Default: true, When: "{{ name }}"},
			{Name: "team", Help: "Who?", Choices: []string{"c", "w"}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("ReadConfig (-want +got):\n%s\nerror %v", diff, err)
	}
	if !got.Outside() {
		t.Error("it reads data from outside, and that is not noticed")
	}
	for _, tt := range []struct {
		from, to string
		want     int
	}{{"v1.0.0", "v2.0.0", 2}, {"v1.0.0", "v1.1.0", 1}, {"v2.0.0", "v3.0.0", 1}, {"abc1234", "v2.0.0", 2}} {
		if n := len(got.Applicable(tt.from, tt.to, pep440.Scheme{})); n != tt.want {
			t.Errorf("%d migrations run from %s to %s, want %d", n, tt.from, tt.to, tt.want)
		}
	}
}

func TestCodeIsNotHidden(t *testing.T) {
	for name, text := range map[string]string{
		"in a merged map":       "x: &x\n  _jinja_extensions: [e]\n<<: *x\n",
		"in a list of merges":   "x: &x\n  _jinja_extensions: [e]\n<<: [*x]\n",
		"behind an alias":       "x: &x [e]\n_jinja_extensions: *x\n",
		"in an include":         "_jinja_extensions: !include x.yml\n",
		"in a second document":  "name: demo\n---\n_jinja_extensions: [e]\n",
		"as a string":           "_jinja_extensions: e\n",
		"overridden by nothing": "_jinja_extensions: [e]\n---\n_jinja_extensions: []\n",
	} {
		if c, err := copier.ReadConfig(t.Context(), memory{"copier.yml": text}); err == nil && !c.Extensions {
			t.Errorf("%s: the extension is not seen", name)
		}
	}
}

func FuzzReadConfig(f *testing.F) {
	f.Add("name: demo\n_tasks: [make]\n---\n!include '*.yml'\n")
	f.Add("a: &a {b: 1}\n<<: [*a, *a]\n_migrations: [{version: 1, command: x}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		copier.ReadConfig(t.Context(), memory{"copier.yml": text, "x.yml": text})
	})
}
