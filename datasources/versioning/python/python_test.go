package python_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/python"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestScheme(t *testing.T) {
	versioningtest.Updates(t, python.Scheme{}, [][4]string{
		{">=3.9", "3.14.0", "replace", ">=3.9"},
		{">=3.9,<3.13", "3.14.2", "replace", ">=3.9,<3.15"},
		{"^3.9", "4.0.0", "replace", "^4.0"},
		{"3.12", "3.14", "replace", "3.14"},
		{"3.12.*", "3.14.2", "replace", "3.14.*"},
		{"~3.12", "3.14.2", "replace", "~3.14"},
	})
	if _, err := (python.Scheme{}).Constraint("three"); err == nil {
		t.Error("a word is a constraint")
	}
}
