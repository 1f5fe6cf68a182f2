package node_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/node"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestScheme(t *testing.T) {
	for v, want := range map[string]bool{
		"18.0.0": true, "v20.1.0": true, "21.0.0": false, "25.1.0": false, "27.0.0": true, "27.0.0-alpha.1": false, "22": false,
	} {
		if got := (node.Scheme{}).Stable(v); got != want {
			t.Errorf("%s: got %v", v, got)
		}
	}
	versioningtest.Updates(t, node.Scheme{}, [][4]string{{"18", "20.1.0", "replace", "20"}, {">=18", "20.1.0", "replace", ">=18"}})
}
