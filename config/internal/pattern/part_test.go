package pattern

import (
	"regexp"
	"strings"
	"testing"
)

func TestParts(t *testing.T) {
	for expr, want := range map[string]string{
		`(^|/)Chart\.ya?ml$`:                    "Chart.y",
		`(^|/)(?:docker-)?compose[^/]*\.ya?ml$`: "compose",
		`\.ya?ml$`:                              ".y",
		`(?i)chart`:                             "",
		`aa|b`:                                  "aa b",
		`aa|b?`:                                 "",
		`(abc)+d`:                               "abc",
		`x*`:                                    "",
		`(^|/)([Dd]ocker|[Cc]ontainer)file$`:    "ocker ontainer",
		`(?s)^(?:(?:[^/]+/)*node_modules/.*)$`:  "node_modules/",
		`(?s)^(?:a/[^/]*|b/[^/]*)$`:             "a/ b/",
		`(^|/)(workflow-templates|\.github)/.+\.ya?ml$`: "workflow-templates .github",
	} {
		if got := strings.Join(partsOf(regexp.MustCompile(expr)), " "); got != want {
			t.Errorf("%s: %q, not %q", expr, got, want)
		}
	}
	if p := partsOf(nil); p != nil || !p.in("anything") {
		t.Errorf("of nothing: %q", p)
	}
}

// FuzzParts checks that what matches has one of the parts.
func FuzzParts(f *testing.F) {
	f.Add(`(^|/)Chart\.ya?ml$`, "a/Chart.yml")
	f.Add(`(?:a+|b)c{2}(?i:d)`, "acCD")
	f.Fuzz(func(t *testing.T, expr, text string) {
		re, err := regexp.Compile(expr)
		if err == nil && re.MatchString(text) && !partsOf(re).in(text) {
			t.Errorf("%q matches %q, which has none of %q", expr, text, partsOf(re))
		}
	})
}
