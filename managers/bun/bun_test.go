package bun_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/bun"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T)        { managertest.Run(t, bun.Manager) }
func FuzzExtract(f *testing.F) { managertest.Fuzz(f, bun.Manager) }

func BenchmarkExtract(b *testing.B) {
	text := "{\"dependencies\": {\n" + strings.Repeat("  \"a\": \"^1.0.0\",\n", 2000) + "}}\n"
	fsys := fstest.MapFS{"bun.lock": {}}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if r := bun.Manager.Extract(managers.NewFile("package.json", text, fsys)); len(r.Deps) != 1 {
			b.Fatal(len(r.Deps), r.Problems)
		}
	}
}
