package poetry_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/poetry"
)

func Test(t *testing.T)        { managertest.Run(t, poetry.Manager) }
func FuzzExtract(f *testing.F) { managertest.Fuzz(f, poetry.Manager) }

func BenchmarkExtract(b *testing.B) {
	var text strings.Builder
	text.WriteString("[tool.poetry.dependencies]\n")
	for i := range 2000 {
		fmt.Fprintf(&text, "package-%d = {version = \"^1.%d\", extras = [\"x\"]} # why\n", i, i)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if r := poetry.Manager.Extract(managers.NewFile("pyproject.toml", text.String(), nil)); len(r.Deps) != 2000 {
			b.Fatal(len(r.Deps), r.Problems)
		}
	}
}
