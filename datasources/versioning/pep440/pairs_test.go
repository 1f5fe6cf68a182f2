package pep440_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/pep440"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

// TestOrder compares with Python's own packaging.
func TestOrder(t *testing.T) {
	versioningtest.Order(t, pep440.Scheme{}, "../testdata/pep440/order.txt", func(string) string { return "" })
}

// TestRanges compares with Python's own packaging.
func TestRanges(t *testing.T) {
	arbitrary := regexp.MustCompile(`===\s*[^,\s]*`)
	versioningtest.Ranges(t, pep440.Scheme{}, "../testdata/pep440/ranges.txt", func(text, v, want string) (says, why string) {
		for _, term := range arbitrary.FindAllString(text, -1) {
			if !(pep440.Scheme{}).Valid(strings.TrimLeft(term, "= ")) {
				return "invalid", "since no version is called so, it can only be a mistake for =="
			}
		}
		return "", ""
	})
}
