package gomoddirective_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/gomoddirective"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestScheme(t *testing.T) {
	s := gomoddirective.Scheme{}
	versioningtest.Ascending(t, s, "1.9", "1.21rc1", "1.21rc2", "1.21.0", "1.21.3", "1.22")
	versioningtest.Admits(t, s, [][3]string{{"1.21", "1.21 1.21.5 1.22.0", "1.20 2.0 1.21rc1"}})
	versioningtest.Updates(t, s, [][4]string{
		{"1.21", "1.24.1", "replace", "1.21"},
		{"1.21", "1.24.1", "bump", "1.24"},
		{"1.21.3", "1.24.1", "bump", "1.24.1"},
		{"1.21.3", "1.24.1", "pin", "1.24.1"},
	})
}
