package ruby_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/ruby"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

// TestOrder compares with RubyGems' own Gem::Version.
func TestOrder(t *testing.T) {
	versioningtest.Order(t, ruby.Scheme{}, "../testdata/ruby/order.txt", func(string) string { return "" })
}

// TestRanges compares with RubyGems' own Gem::Requirement.
func TestRanges(t *testing.T) {
	versioningtest.Ranges(t, ruby.Scheme{}, "../testdata/ruby/ranges.txt", func(text, v, want string) (says, why string) { return "", "" })
}

func TestUpdate(t *testing.T) {
	versioningtest.Updates(t, ruby.Scheme{}, [][4]string{
		{"1.0", "1.1", "replace", "1.1"},
		{"'1.0'", "1.1.2", "replace", "'1.1.2'"},
		{"\"~> 1.2\"", "2.3.4", "replace", "\"~> 2.0\""},
		{"\"~> 1.2\"", "2.3.4", "bump", "\"~> 2.3\""},
		{"'~> 1.2.0'", "1.3.4", "replace", "'~> 1.3.0'"},
		{"'>= 1.0', '< 2.0'", "2.1", "replace", "'>= 1.0', '< 3.0'"},
		{"\">= 1.0\",  \"< 2.0\"", "1.9", "replace", "\">= 1.0\",  \"< 2.0\""},
		{"'~> 1.2'", "1.9", "pin", "'1.9'"},
		{"'< 6'", "6.1", "replace", "'< 7'"},
	})
}
