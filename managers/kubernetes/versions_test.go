package kubernetes_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/kubernetes"
)

// TestVersions changes manifests to a newer API version. An archive's comment names the version, its files are
// before.yaml, after.yaml, and person with what is left to do, if anything.
func TestVersions(t *testing.T) {
	archives, err := filepath.Glob("testdata/versions/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives (%v)", err)
	}
	for _, name := range archives {
		t.Run(filepath.Base(name), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files := make(map[string]string)
			for _, f := range a.Files {
				files[f.Name] = string(f.Data)
			}
			after, person := upgrade(t, files["before.yaml"], strings.TrimSpace(string(a.Comment)))
			if diff := cmp.Diff(files["after.yaml"], after); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff(files["person"], person); diff != "" {
				t.Errorf("for a person, -want +got:\n%s", diff)
			}
		})
	}
}

func upgrade(t *testing.T, text, version string) (after, person string) {
	t.Helper()
	var edits []managers.Edit
	for _, d := range kubernetes.Manager.Extract(managers.NewFile("before.yaml", text, nil)).Deps {
		if d.Datasource != "kubernetes-api" {
			continue
		}
		along := d.AlongWith(version)
		edits = append(append(edits, d.Value.Replace(version)), along.Edits...)
		for _, p := range along.Person {
			person += p + "\n"
		}
		if len(along.Notes) == 0 {
			t.Errorf("%s %s: nothing says why", d.Name, d.Value.Text)
		}
	}
	after, err := managers.Apply(text, edits)
	if err != nil {
		t.Fatal(err)
	}
	return after, person
}
