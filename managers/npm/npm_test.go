package npm_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/npm"
)

func Test(t *testing.T)        { managertest.Run(t, npm.Manager) }
func FuzzExtract(f *testing.F) { managertest.Fuzz(f, npm.Manager) }

func BenchmarkExtract(b *testing.B) {
	var text strings.Builder
	text.WriteString("{\"dependencies\": {\n")
	for i := range 2000 {
		fmt.Fprintf(&text, "  \"@scope/package-%d\": \"^1.%d.0 || ^2.0.0\",\n", i, i)
	}
	text.WriteString("}}\n")
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if r := npm.Manager.Extract(managers.NewFile("package.json", text.String(), nil)); len(r.Deps) != 2000 {
			b.Fatal(len(r.Deps), r.Problems)
		}
	}
}
