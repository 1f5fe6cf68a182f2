package managertest_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/managertest"
)

var entry = regexp.MustCompile(`(?m)^(\w+) ([\w.]+)(?:@(\w+))?\r?$`)

// extract reads lines "name value@digest", a small language that obeys all laws.
func extract(file managers.File) managers.Result {
	var deps []managers.Dep
	for _, at := range entry.FindAllStringSubmatchIndex(file.Text, -1) {
		d := managers.Dep{
			Name:       file.Text[at[2]:at[3]],
			Datasource: "npm",
			Value:      managers.Field{Text: file.Text[at[4]:at[5]], Start: at[4]},
		}
		if at[6] >= 0 {
			d.Digest = managers.Field{Text: file.Text[at[6]:at[7]], Start: at[6]}
		} else {
			d.Pin = []managers.Piece{{Start: at[5], End: at[5], New: "@{digest}"}}
		}
		deps = append(deps, d)
	}
	return managers.Result{Deps: deps}
}

// TestCheck checks that each law is reported when a manager breaks it, and only then.
func TestCheck(t *testing.T) {
	const text = "a 1.0\nb 2.0@abc\n"
	calls := 0
	for name, test := range map[string]struct {
		mutate func(*managers.Result, string)
		want   string // in the report; "" for none
	}{
		"obedient": {func(*managers.Result, string) {}, ""},
		"not twice the same": {func(r *managers.Result, _ string) {
			if calls++; calls%2 == 0 {
				r.Deps[0].Name = "other"
			}
		}, "extracting twice differs"},
		"no name":       {func(r *managers.Result, _ string) { r.Deps[0].Name = "" }, "no name or no datasource"},
		"no datasource": {func(r *managers.Result, _ string) { r.Deps[0].Datasource = "" }, "no name or no datasource"},
		"no link":       {func(r *managers.Result, _ string) { r.Deps[0].Needs = []string{"x"} }, "no Link"},
		"odd line":      {func(r *managers.Result, _ string) { r.Deps[0].Line = 9 }, "line 9 is not in the file"},
		"problem elsewhere": {func(r *managers.Result, _ string) {
			r.Problems = []managers.Problem{{Path: "g", Line: 1, Text: "x"}}
		}, "not about a line of a file"},
		"wrong place": {func(r *managers.Result, _ string) { r.Deps[0].Value.Start++ }, "is not at byte"},
		"beyond the end": {func(r *managers.Result, text string) {
			r.Deps[0].Value.Start = len(text)
		}, "is not at byte"},
		"overlap": {func(r *managers.Result, _ string) {
			r.Deps[0].Digest = managers.Field{Text: ".0", Start: 3}
		}, "overlaps another"},
		"same field": {func(r *managers.Result, _ string) {
			name := r.Deps[1].Name
			r.Deps[1] = r.Deps[0]
			r.Deps[1].Name = name
		}, ""},
		"wrong field": {func(r *managers.Result, text string) {
			r.Deps[0].Value = managers.Field{Text: text[4:5], Start: 4}
			r.Deps[0].Pin = nil
		}, "set to"},
		"edit lost": {func(r *managers.Result, text string) {
			if strings.Contains(text, "19.0") {
				r.Deps = r.Deps[1:]
			}
		}, "set to 19.0"},
		"edit changes another": {func(r *managers.Result, text string) {
			if strings.Contains(text, "19.0") {
				r.Deps[1].Name = "other"
			}
		}, "set to 19.0"},
		"digest lost": {func(r *managers.Result, text string) {
			if strings.Contains(text, "aba") {
				r.Deps[1].Digest = managers.Field{}
			}
		}, "set to aba"},
		"bad pin": {func(r *managers.Result, _ string) {
			if r.Deps[0].Pin != nil {
				r.Deps[0].Pin[0].New = "@@{digest}"
			}
		}, "pinned to"},
	} {
		t.Run(name, func(t *testing.T) {
			m := &managers.Manager{Name: "mutant", Extract: func(f managers.File) managers.Result {
				r := extract(f)
				if len(r.Deps) > 1 {
					test.mutate(&r, f.Text)
				}
				return r
			}}
			got := strings.Join(managertest.Check(m, managertest.Repository{Files: map[string]string{"f": text}}), "\n")
			if test.want == "" && got != "" || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want a report of %q", got, test.want)
			}
		})
	}
}

var sample = &managers.Manager{Name: "sample", Files: []string{"**/*.sample"}, Extract: extract}

func TestRun(t *testing.T) { managertest.Run(t, sample) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, sample) }
