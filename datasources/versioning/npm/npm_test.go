package npm_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/npm"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestUpdate(t *testing.T) {
	versioningtest.Updates(t, npm.Scheme{}, [][4]string{
		{"18", "20.1.0", "replace", "20"},
		{"18.x", "20.1.0", "replace", "20.x"},
		{"v18", "20.1.0", "replace", "v20"},
		{"1.2.x", "1.3.4", "replace", "1.3.x"},
		{"1.*", "2.3.4", "replace", "2.*"},
		{"~1.2", "2.3.4", "replace", "~2.3"},
		{"~1.0.0", "1.1.7", "replace", "~1.1.0"},
		{"~ 1.0.0", "1.1.7", "replace", "~ 1.1.0"},
		{"^1.0.0", "2.0.7", "replace", "^2.0.0"},
		{"^1.0.0", "v2.0.7", "replace", "^2.0.0"},
		{"^1.0", "2.3.7", "replace", "^2.0"},
		{"^0.2.1", "0.3.4", "replace", "^0.3.0"},
		{"^0.0.1", "0.0.2", "replace", "^0.0.2"},
		{"^0.0.1", "1.2.3", "replace", "^1.0.0"},
		{"^5.0.3", "5.5.0", "replace", "^5.0.3"},
		{"^1.0.0", "2.0.0-rc.1", "replace", "^2.0.0-rc.1"},
		{"1.0.0", "1.1.0", "replace", "1.1.0"},
		{"v1.0.0", "1.1.0", "replace", "v1.1.0"},
		{"=1.0.0", "v1.1.0", "replace", "=1.1.0"},
		{"1.0", "1.1.0", "replace", "1.1"},
		{"^1.0.0 || ^2.0.0", "3.1.0", "replace", "^3.0.0"},
		{"<=1.2", "1.3.4", "replace", "<=1.3"},
		{"<2.0.0", "2.3.4", "replace", "<3.0.0"},
		{"<1.5", "2.3.4", "replace", "<2.4"},
		{"<1.5.2", "1.5.2", "replace", "<1.5.3"},
		{"*", "2.3.4", "replace", "*"},
		{">=1.0.0-0 <2.0.0-0", "2.3.4", "replace", ">=1.0.0-0 <3.0.0-0"},
		{">=1.0.0-0 <2.0.0-0", "1.3.4", "bump", ">=1.3.4-0 <2.0.0-0"},
		{"^2.0.0", "1.4.0", "replace", "^1.0.0"},
		{">=2.0.0", "1.4.0", "replace", ">=1.4.0"},

		{"^1.0.0", "1.1.0", "bump", "^1.1.0"},
		{"^1.0", "1.0.7", "bump", "^1.0"},
		{"~1", "1.1.7", "bump", "~1"},
		{"~1", "2.1.7", "bump", "~2"},
		{"~1.0", "1.1.7", "bump", "~1.1"},
		{"5", "5.1.7", "bump", "5"},
		{"5.0", "6.1.7", "bump", "6.1"},
		{">= 0.1.21 < 0.2.0", "0.1.24", "bump", ">= 0.1.24 < 0.2.0"},
		{">= 0.0.1 <= 0.1", "0.0.2", "bump", ">= 0.0.2 <= 0.1"},
		{">= 0.0.1 < 0.1", "0.2.1", "bump", ">= 0.2.1 < 0.3"},
		{">= 0.0.1 < 0.0.4", "0.0.5", "bump", ">= 0.0.5 < 0.0.6"},
		{">= 0.0.1 < 1", "1.0.1", "bump", ">= 1.0.1 < 2"},
		{"^1.0.0 || ^2.0.0", "2.4.0", "bump", "^1.0.0 || ^2.4.0"},
		{"^1.0.0 || ^2.0.0", "1.4.0", "bump", "^1.4.0 || ^2.0.0"},
		{"1.0.0 - 2.0.0", "1.4.0", "bump", "1.0.0 - 2.0.0"},
		{"*", "1.4.0", "bump", "*"},

		{"<=1.2.3", "1.2.4", "widen", "<=1.2.4"},
		{">=1.2.3", "2.0.0", "widen", ">=1.2.3"},
		{"^1.2.3", "2.0.0", "widen", "^1.2.3 || ^2.0.0"},
		{"^1.0.0 || ^2.0.0", "3.0.0", "widen", "^1.0.0 || ^2.0.0 || ^3.0.0"},
		{"^1||^2", "3.0.0", "widen", "^1||^2||^3"},
		{"1.x - 2.x", "3.0.0", "widen", "1.x - 3.x"},
		{"1.0.0 - 2.0.0", "2.3.0", "widen", "1.0.0 - 2.3.0"},
		{">=1.0.0 <2.0.0", "2.3.0", "widen", ">=1.0.0 <3.0.0"},
		{"1.2.3", "2.3.0", "widen", "2.3.0"},

		{"^1.2.3", "2.3.0", "pin", "2.3.0"},
		{"^1.2.3", "v1.3.0", "pin", "1.3.0"},
		{"=1.2.3", "1.3.0", "pin", "=1.3.0"},
		{"1.x || 2.x", "1.3.0", "pin", "1.3.0"},

		{"^1.2.3", "1.3.0", "update-lockfile", "^1.2.3"},
		{"^1.2.3", "2.3.0", "update-lockfile", "^2.0.0"},
		{"^1.2.3", "2.3.0", "auto", "^2.0.0"},
		{"^1.2.3", "1.3.0", "in-range-only", "^1.2.3"},
		{"^1.2.3", "2.3.0", "in-range-only", "error"},
		{">1.2.3", "1.2.3", "replace", "error"},
		{"^1.2.3", "2.3", "replace", "error"},
	})
}

func TestExact(t *testing.T) {
	for text, want := range map[string]string{
		"1.2.3": "1.2.3", "=1.2.3": "1.2.3", "v1.2.3": "v1.2.3", "= 1.2.3-rc.1": "1.2.3-rc.1",
		"1.2": "", "1.2.x": "", "^1.2.3": "", "1.2.3 || 1.2.4": "", ">=1.2.3": "", "*": "", "": "", "1.2.3 - 1.2.3": "",
	} {
		c, err := npm.Scheme{}.Constraint(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Exact(); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"^1.x.y":       `"^1.x.y" is not an npm range: "1.x.y" is not a version`,
		">":            `">" is not an npm range: there is no version after ">"`,
		"latest":       `"latest" is not an npm range: "latest" is not a version`,
		"1.2,3":        `"1.2,3" is not an npm range: "1.2,3" is not a version`,
		"1 - 2 3":      `"1 - 2 3" is not an npm range: a hyphen range stands alone`,
		"1.2.3.4":      `"1.2.3.4" is not an npm range: "1.2.3.4" is not a version`,
		"1.2-beta":     `"1.2-beta" is not an npm range: "1.2-beta" is not a version`,
		"01.2.3":       `"01.2.3" is not an npm range: "01.2.3" is not a version`,
		">=1.2 <1.x.3": `">=1.2 <1.x.3" is not an npm range: "1.x.3" has a number after a wildcard`,
	} {
		_, err := npm.Scheme{}.Constraint(text)
		if err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	for b.Loop() {
		npm.Scheme{}.Compare("1.22.3", "1.22.4-rc.1")
	}
}

func BenchmarkConstraint(b *testing.B) {
	for b.Loop() {
		if _, err := (npm.Scheme{}).Constraint("^1.2.3 || >=2.0.0 <3.0.0"); err != nil {
			b.Fatal(err)
		}
	}
}
