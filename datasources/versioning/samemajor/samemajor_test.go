package samemajor_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/samemajor"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestScheme(t *testing.T) {
	versioningtest.Admits(t, samemajor.Scheme{}, [][3]string{{"1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0"}})
	versioningtest.Updates(t, samemajor.Scheme{}, [][4]string{
		{"1.2.3", "1.9.0", "replace", "1.2.3"},
		{"1.2.3", "1.9.0", "bump", "1.9.0"},
		{"1.2.3", "2.0.0", "replace", "2.0.0"},
		{"1.2.3", "2.0.0", "in-range-only", "error"},
	})
}
