package copier_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/copier"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T)        { managertest.Run(t, copier.Manager) }
func FuzzExtract(f *testing.F) { managertest.Fuzz(f, copier.Manager) }

// TestNoSecret checks that credentials of an address are repeated nowhere.
func TestNoSecret(t *testing.T) {
	for _, src := range []string{
		"https://user:s3cret@git.example.test/team/t.git", "git+https://s3cret@git.example.test/t",
		"git+ssh://me:s3cret@git.example.test:22/t", "https://a:s3cret@b@git.example.test/t", "file://s3cret@/opt/t",
	} {
		r := copier.Manager.Extract(managers.NewFile(".copier-answers.yml", "_commit: v1.0\n_src_path: "+src+"\n", nil))
		if got := fmt.Sprintf("%+v", r); strings.Contains(got, "s3cret") {
			t.Errorf("%s: %s", src, got)
		}
	}
}

func BenchmarkExtract(b *testing.B) {
	text := "# Changes here will be overwritten by Copier\n_commit: v1.2.3\n_src_path: gh:owner/template\n" + strings.Repeat("answer: some value\n", 50)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if r := copier.Manager.Extract(managers.NewFile(".copier-answers.yml", text, nil)); len(r.Deps) != 1 {
			b.Fatal(r)
		}
	}
}
