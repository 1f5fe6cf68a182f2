package githubactions_test

import (
	"strings"
	"testing"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/githubactions"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T)        { managertest.Run(t, githubactions.Manager) }
func FuzzExtract(f *testing.F) { managertest.Fuzz(f, githubactions.Manager) }

func BenchmarkExtract(b *testing.B) {
	job := `    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@5de9a8a28a6b5f1cd3a3c2b1a8d4bcb6a1a5f5aa # v4.1.1
      - name: build
        run: |
          echo "a script that takes some lines"
          make all test
`
	var text strings.Builder
	text.WriteString("jobs:\n")
	for i := range 300 {
		text.WriteString("  job" + strings.Repeat("x", i) + ":\n" + job)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if r := githubactions.Manager.Extract(managers.NewFile(".github/workflows/ci.yml", text.String(), nil)); len(r.Deps) != 600 {
			b.Fatal(len(r.Deps), r.Problems)
		}
	}
}
