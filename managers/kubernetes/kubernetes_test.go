package kubernetes_test

import (
	"strings"
	"testing"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/kubernetes"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, kubernetes.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, kubernetes.Manager) }

func BenchmarkExtract(b *testing.B) {
	const manifest = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\nspec:\n  template:\n    spec:\n      containers:\n      - name: main\n        image: registry.example.test/team/app:1.2.3\n"
	text := strings.Repeat(manifest, 2000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r := kubernetes.Manager.Extract(managers.NewFile("all.yaml", text, nil))
		if len(r.Deps) != 2*2000 {
			b.Fatal(len(r.Deps))
		}
	}
}
