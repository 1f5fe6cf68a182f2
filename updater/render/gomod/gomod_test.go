package gomod

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/render/lockfile"
)

func TestImportsFollow(t *testing.T) {
	const before = "package a\n\nimport (\n\t\"fmt\"\n\tx \"example.test/left\" // why\n\t\"example.test/left/sub\"\n\t\"example.test/left/v3\"\n\t`example.test/leftover`\n)\n\nvar _ = \"example.test/left\"\n"
	const after = "package a\n\nimport (\n\t\"fmt\"\n\tx \"example.test/left/v2\" // why\n\t\"example.test/left/v2/sub\"\n\t\"example.test/left/v3\"\n\t`example.test/leftover`\n)\n\nvar _ = \"example.test/left\"\n"
	w := lockfile.Work{
		Lock: "m/go.sum", Options: []string{"gomodUpdateImportPaths"}, Files: []string{"m/a.go", "m/b.go", "m/broken.go", "other/a.go"},
		Changes: []lockfile.Change{{Name: "example.test/left", Renamed: "example.test/left/v2", To: "v2.0.0"}},
		FS: fstest.MapFS{
			"m/a.go": {Data: []byte(before)}, "m/b.go": {Data: []byte("package a\n")}, "m/broken.go": {Data: []byte("import")}, "other/a.go": {Data: []byte(before)},
		},
	}
	r, err := recipe(w)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"m/a.go": after}, r.Write); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(r.Steps) != 2 || r.Steps[1].Args[1] != "tidy" {
		t.Errorf("steps %v: a rename needs tidying", r.Steps)
	}
}

func TestSteps(t *testing.T) {
	for _, x := range []struct {
		options string
		renew   bool
		want    string
	}{
		{"", false, "get -t ./..."},
		{"gomodTidy", false, "get -t ./...; mod tidy"},
		{"gomodTidy gomodTidyE", false, "get -t ./...; mod tidy -e"},
		{"gomodTidy1.17", false, "get -t ./...; mod tidy -compat=1.17"},
		{"gomodTidy", true, "get -t -u ./...; mod tidy"},
	} {
		r, err := recipe(lockfile.Work{Lock: "go.sum", Options: strings.Fields(x.options), Renew: x.renew, FS: fstest.MapFS{}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range r.Steps {
			got = append(got, strings.Join(s.Args, " "))
		}
		if s := strings.Join(got, "; "); s != x.want {
			t.Errorf("%q: %q, want %q", x.options, s, x.want)
		}
	}
	r, err := recipe(lockfile.Work{Lock: "go.sum", Packages: []string{"./cmd/...", "../evil", "-exec=x", "./tools"}, FS: fstest.MapFS{}})
	if got := strings.Join(r.Steps[0].Args, " "); err != nil || got != "get -t ./cmd/... ./tools" {
		t.Errorf("goGetDirs: %q, %v", got, err)
	}
	if _, err := recipe(lockfile.Work{Lock: "go.sum", FS: fstest.MapFS{"vendor/modules.txt": {}}}); err == nil {
		t.Error("a vendor folder is not written, and nobody was told")
	}
}
