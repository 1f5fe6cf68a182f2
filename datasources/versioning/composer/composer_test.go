package composer_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/composer"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

// TestOrder compares with Composer's own composer/semver.
func TestOrder(t *testing.T) {
	versioningtest.Order(t, composer.Scheme{}, "../testdata/composer/order.txt", func(string) string { return "" })
}

// TestRanges compares with Composer's own composer/semver.
func TestRanges(t *testing.T) {
	versioningtest.Ranges(t, composer.Scheme{}, "../testdata/composer/ranges.txt", func(text, v, want string) (says, why string) {
		if text == "@beta" {
			return "invalid", "since there is no version in it"
		}
		return "", ""
	})
}

func TestUpdate(t *testing.T) {
	versioningtest.Updates(t, composer.Scheme{}, [][4]string{
		{"1.0.3", "1.1.0", "replace", "1.1.0"},
		{"v1.0.3", "1.1.0", "replace", "v1.1.0"},
		{"^1.0", "2.3.1", "replace", "^2.0"},
		{"^1.0", "1.3.1", "bump", "^1.3"},
		{"^1.0", "2.3.1", "widen", "^1.0 || ^2.0"},
		{"^1|^2", "3.3.1", "widen", "^1|^2||^3"},
		{"~1.2.0", "1.3.1", "replace", "~1.3.0"},
		{">=1.0,<2.0", "2.3.1", "replace", ">=1.0,<3.0"},
		{"1.0.*", "1.3.1", "replace", "1.3.*"},
		{"^1.0", "1.3.1", "pin", "1.3.1"},
	})
}
