package pattern

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestParts(t *testing.T) {
	for expr, want := range map[string]string{
		`(^|/)Chart\.ya?ml$`:                    "Chart.y, ml",
		`(^|/)(?:docker-)?compose[^/]*\.ya?ml$`: "compose, .y, ml",
		`\.ya?ml$`:                              ".y, ml",
		`(?i)chart`:                             "",
		`aaa|bb`:                                "aaa bb",
		`aa|b`:                                  "",
		`aa|b?`:                                 "",
		`(abc)+d`:                               "abc",
		`((ab|cd)x*ef)`:                         "ab cd, ef",
		`x*`:                                    "",
		`(^|/)([Dd]ocker|[Cc]ontainer)file$`:    "ocker ontainer, file",
		`(?s)^(?:(?:[^/]+/)*node_modules/.*)$`:  "node_modules/",
		`(?s)^(?:a/[^/]*|b/[^/]*)$`:             "a/ b/",
		`(^|/)(workflow-templates|\.github)/.+\.ya?ml$`: "workflow-templates .github, .y, ml",
	} {
		var got []string
		for _, p := range needsOf(regexp.MustCompile(expr)).parts {
			got = append(got, strings.Join(p, " "))
		}
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("%s: %q, not %q", expr, got, want)
		}
	}
	if n := needsOf(nil); !n.in("anything") {
		t.Errorf("of nothing: %q", n)
	}
}

func TestEndings(t *testing.T) {
	for expr, want := range map[string]string{
		`(^|/)Chart\.ya?ml$`:         "ml",
		`\.(ya?ml|sh|toml|bash)$`:    "ml sh toml bash",
		`\.json5?$`:                  "",
		`(?i)\.toml$`:                "",
		`(?m)\.toml$`:                "",
		`\.toml`:                     "",
		`(^|/)([Dd]ocker)file[^/]*$`: "",
	} {
		got := needsOf(regexp.MustCompile(expr)).endings
		slices.Sort(got)
		wanted := strings.Fields(want)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("%s: %q, not %q", expr, got, want)
		}
	}
}

// FuzzParts checks that what matches has what is needed.
func FuzzParts(f *testing.F) {
	f.Add(`(^|/)Chart\.ya?ml$`, "a/Chart.yml")
	f.Add(`(?:a+|b)c{2}(?i:d)`, "acCD")
	f.Fuzz(func(t *testing.T, expr, text string) {
		re, err := regexp.Compile(expr)
		if err == nil && re.MatchString(text) && !needsOf(re).in(text) {
			t.Errorf("%q matches %q, which lacks some of %q", expr, text, needsOf(re))
		}
	})
}
