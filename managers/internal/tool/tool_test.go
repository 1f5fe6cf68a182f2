package tool

import (
	"regexp"
	"testing"
)

func TestTables(t *testing.T) {
	tables := load() // panics on a line that cannot be read
	for name, tool := range tables.mise {
		if _, err := regexp.Compile(tool.Extract); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(tables.asdf) < 100 || len(tables.backends) < 900 {
		t.Errorf("asdf has %d tools, mise's registry %d", len(tables.asdf), len(tables.backends))
	}
}

func TestLookup(t *testing.T) {
	if got, ok := Asdf("terraform"); !ok || got != (Tool{Datasource: "github-releases", Package: "hashicorp/terraform", Extract: `^v(?<version>\S+)`}) {
		t.Errorf("terraform is %+v", got)
	}
	if got, ok := Mise("kustomize"); !ok || got.Extract != `^kustomize/v(?<version>\S+)` {
		t.Errorf("kustomize is %+v", got)
	}
	if _, ok := Asdf("jq"); ok {
		t.Error("asdf knows what only mise does")
	}
	if got := Backend("k9s"); got != "aqua:derailed/k9s" {
		t.Errorf("k9s is installed with %q", got)
	}
	if got, ok := Asdf("nodejs"); !ok || got.Name != "node" {
		t.Errorf("nodejs is %+v", got)
	}
}
