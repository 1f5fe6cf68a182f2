package npm_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/npm"
)

func TestUpdate(t *testing.T) {
	for _, test := range []struct {
		text, to string
		strategy versioning.Strategy
		want     string // "" for an error
	}{
		{"18", "20.1.0", versioning.Replace, "20"},
		{"18.x", "20.1.0", versioning.Replace, "20.x"},
		{"v18", "20.1.0", versioning.Replace, "v20"},
		{"1.2.x", "1.3.4", versioning.Replace, "1.3.x"},
		{"1.*", "2.3.4", versioning.Replace, "2.*"},
		{"~1.2", "2.3.4", versioning.Replace, "~2.3"},
		{"~1.0.0", "1.1.7", versioning.Replace, "~1.1.0"},
		{"~ 1.0.0", "1.1.7", versioning.Replace, "~ 1.1.0"},
		{"^1.0.0", "2.0.7", versioning.Replace, "^2.0.0"},
		{"^1.0.0", "v2.0.7", versioning.Replace, "^2.0.0"},
		{"^1.0", "2.3.7", versioning.Replace, "^2.0"},
		{"^0.2.1", "0.3.4", versioning.Replace, "^0.3.0"},
		{"^0.0.1", "0.0.2", versioning.Replace, "^0.0.2"},
		{"^0.0.1", "1.2.3", versioning.Replace, "^1.0.0"},
		{"^5.0.3", "5.5.0", versioning.Replace, "^5.0.3"},
		{"^1.0.0", "2.0.0-rc.1", versioning.Replace, "^2.0.0-rc.1"},
		{"1.0.0", "1.1.0", versioning.Replace, "1.1.0"},
		{"v1.0.0", "1.1.0", versioning.Replace, "v1.1.0"},
		{"=1.0.0", "v1.1.0", versioning.Replace, "=1.1.0"},
		{"1.0", "1.1.0", versioning.Replace, "1.1"},
		{"^1.0.0 || ^2.0.0", "3.1.0", versioning.Replace, "^3.0.0"},
		{"<=1.2", "1.3.4", versioning.Replace, "<=1.3"},
		{"<2.0.0", "2.3.4", versioning.Replace, "<3.0.0"},
		{"<1.5", "2.3.4", versioning.Replace, "<2.4"},
		{"<1.5.2", "1.5.2", versioning.Replace, "<1.5.3"},
		{"*", "2.3.4", versioning.Replace, "*"},
		{"^2.0.0", "1.4.0", versioning.Replace, "^1.0.0"},
		{">=2.0.0", "1.4.0", versioning.Replace, ">=1.4.0"},

		{"^1.0.0", "1.1.0", versioning.Bump, "^1.1.0"},
		{"^1.0", "1.0.7", versioning.Bump, "^1.0"},
		{"~1", "1.1.7", versioning.Bump, "~1"},
		{"~1", "2.1.7", versioning.Bump, "~2"},
		{"~1.0", "1.1.7", versioning.Bump, "~1.1"},
		{"5", "5.1.7", versioning.Bump, "5"},
		{"5.0", "6.1.7", versioning.Bump, "6.1"},
		{">= 0.1.21 < 0.2.0", "0.1.24", versioning.Bump, ">= 0.1.24 < 0.2.0"},
		{">= 0.0.1 <= 0.1", "0.0.2", versioning.Bump, ">= 0.0.2 <= 0.1"},
		{">= 0.0.1 < 0.1", "0.2.1", versioning.Bump, ">= 0.2.1 < 0.3"},
		{">= 0.0.1 < 0.0.4", "0.0.5", versioning.Bump, ">= 0.0.5 < 0.0.6"},
		{">= 0.0.1 < 1", "1.0.1", versioning.Bump, ">= 1.0.1 < 2"},
		{"^1.0.0 || ^2.0.0", "2.4.0", versioning.Bump, "^1.0.0 || ^2.4.0"},
		{"^1.0.0 || ^2.0.0", "1.4.0", versioning.Bump, "^1.4.0 || ^2.0.0"},
		{"1.0.0 - 2.0.0", "1.4.0", versioning.Bump, "1.0.0 - 2.0.0"},
		{"*", "1.4.0", versioning.Bump, "*"},

		{"<=1.2.3", "1.2.4", versioning.Widen, "<=1.2.4"},
		{">=1.2.3", "2.0.0", versioning.Widen, ">=1.2.3"},
		{"^1.2.3", "2.0.0", versioning.Widen, "^1.2.3 || ^2.0.0"},
		{"^1.0.0 || ^2.0.0", "3.0.0", versioning.Widen, "^1.0.0 || ^2.0.0 || ^3.0.0"},
		{"^1||^2", "3.0.0", versioning.Widen, "^1||^2||^3"},
		{"1.x - 2.x", "3.0.0", versioning.Widen, "1.x - 3.x"},
		{"1.0.0 - 2.0.0", "2.3.0", versioning.Widen, "1.0.0 - 2.3.0"},
		{">=1.0.0 <2.0.0", "2.3.0", versioning.Widen, ">=1.0.0 <3.0.0"},
		{"1.2.3", "2.3.0", versioning.Widen, "2.3.0"},

		{"^1.2.3", "2.3.0", versioning.Pin, "2.3.0"},
		{"^1.2.3", "v1.3.0", versioning.Pin, "1.3.0"},
		{"=1.2.3", "1.3.0", versioning.Pin, "=1.3.0"},
		{"1.x || 2.x", "1.3.0", versioning.Pin, "1.3.0"},

		{"^1.2.3", "1.3.0", versioning.UpdateLockfile, "^1.2.3"},
		{"^1.2.3", "2.3.0", versioning.UpdateLockfile, "^2.0.0"},
		{"^1.2.3", "2.3.0", versioning.Auto, "^2.0.0"},
		{"^1.2.3", "1.3.0", versioning.InRangeOnly, "^1.2.3"},
		{"^1.2.3", "2.3.0", versioning.InRangeOnly, ""},
		{">1.2.3", "1.2.3", versioning.Replace, ""},
		{"^1.2.3", "2.3", versioning.Replace, ""},
	} {
		c, err := npm.Scheme{}.Constraint(test.text)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		got, err := c.Update("", test.to, test.strategy)
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%q to %s, %s: got %q, %v; want %q", test.text, test.to, test.strategy, got, err, test.want)
		}
	}
}
