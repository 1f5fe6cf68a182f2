// Package managertest tests managers against files in their testdata, and
// checks the laws that hold for all of them.
package managertest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/currant-bot/currant/managers"
)

var update = flag.Bool("update", false, "rewrite the want sections of testdata")

// Run tests m on each archive in testdata, and checks the laws on it; see
// [Check].
//
// An archive is a repository: its files, then a section "want" with a line for
// each dependency and each problem:
//
//	PATH:LINE NAME [PACKAGE] VALUE DIGEST | KIND DATASOURCE further=...
//	PATH:LINE: TEXT
//	PATH is for NAME VALUE
//
// The flag -update writes that section. Of the files, m is given those that its patterns match, and those
// that patterns on lines "read: PATTERN" in the archive's comment do, as if configuration
// named them; the others are there for it to find.
func Run(t *testing.T, m *managers.Manager) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no testdata/*.txtar (%v)", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { runArchive(t, m, name) })
	}
}

func runArchive(t *testing.T, m *managers.Manager, name string) {
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	last := len(a.Files) - 1
	if last < 1 || a.Files[last].Name != "want" {
		t.Fatal("the last section is not want")
	}
	repo := repository(m, a)
	for _, broken := range Check(m, repo) {
		t.Error(broken)
	}
	if broken := checkCRLF(m, repo); broken != "" {
		t.Error(broken)
	}
	got, want := strings.Join(extract(m, repo).lines(), "\n")+"\n", string(a.Files[last].Data)
	if got == want {
		return
	}
	if !*update {
		t.Errorf("-want +got (rewrite with -update):\n%s", cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		return
	}
	a.Files[last].Data = []byte(got)
	if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Fuzz checks the laws on any file.
func Fuzz(f *testing.F, m *managers.Manager) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range archives {
		a, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for path, text := range repository(m, a).Files {
			f.Add(path, text)
		}
	}
	f.Fuzz(func(t *testing.T, path, text string) {
		text = strings.TrimPrefix(strings.ToValidUTF8(text, "?"), "\ufeff")
		for _, broken := range Check(m, Repository{Files: map[string]string{path: text}}) {
			t.Error(broken)
		}
	})
}
