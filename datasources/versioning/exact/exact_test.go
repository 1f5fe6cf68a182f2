package exact_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/exact"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestScheme(t *testing.T) {
	s := exact.Scheme{}
	if s.Compare("main", "release") != 0 || s.Compatible("main", "release") || !s.Compatible("main", "main") {
		t.Error("one name is an update of another")
	}
	versioningtest.Admits(t, s, [][3]string{{"main", "main", "release"}})
}
