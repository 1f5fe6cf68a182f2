package pep621_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/pep621"
)

func Test(t *testing.T)        { managertest.Run(t, pep621.Manager) }
func FuzzExtract(f *testing.F) { managertest.Fuzz(f, pep621.Manager) }

func BenchmarkExtract(b *testing.B) {
	var text strings.Builder
	text.WriteString("[project]\ndependencies = [\n")
	for i := range 2000 {
		fmt.Fprintf(&text, "  \"package-%d[extra] >=1.%d,<2 ; python_version < '3.12'\", # why\n", i, i)
	}
	text.WriteString("]\n")
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if r := pep621.Manager.Extract(managers.NewFile("pyproject.toml", text.String(), nil)); len(r.Deps) != 2000 {
			b.Fatal(len(r.Deps), r.Problems)
		}
	}
}
