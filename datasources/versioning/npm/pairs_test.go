package npm_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/npm"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

// TestOrder compares with npm's own package semver.
func TestOrder(t *testing.T) {
	versioningtest.Order(t, npm.Scheme{}, "../testdata/npm/order.txt", func(string) string { return "" })
}

// TestRanges compares with npm's own package semver.
func TestRanges(t *testing.T) {
	same := func(text, v, want string) (says, why string) { return "", "" }
	versioningtest.Ranges(t, npm.Scheme{}, "../testdata/npm/ranges.txt", same)
}
