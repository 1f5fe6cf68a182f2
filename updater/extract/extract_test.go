package extract

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/managers"
	managersall "github.com/currant-bot/currant/managers/all"
	"github.com/currant-bot/currant/updater/gitrepo"
)

// folder returns a snapshot of files.
func folder(t testing.TB, files map[string]string) *gitrepo.Snapshot {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return snapshot(t, dir)
}

func snapshot(t testing.TB, dir string) *gitrepo.Snapshot {
	t.Helper()
	s, err := gitrepo.Folder(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// counting returns an offer of a manager that finds a dependency named as the file
// and counts how often it is asked.
func counting(name string, calls *atomic.Int64, extract func(managers.File) managers.Result) Offer {
	m := &managers.Manager{Name: name, Extract: func(f managers.File) managers.Result {
		calls.Add(1)
		return extract(f)
	}}
	return Offer{m, func(string) bool { return true }}
}

func named(f managers.File) managers.Result {
	return managers.Result{Deps: []managers.Dep{{Name: f.Text}}}
}

func TestEachFileIsOfferedOnce(t *testing.T) {
	var a, b atomic.Int64
	s := folder(t, map[string]string{"x": "1", "y/z": "2"})
	r, err := Run(t.Context(), s, []Offer{counting("a", &a, named), counting("b", &b, named)}, nil)
	if err != nil || a.Load() != 2 || b.Load() != 2 || r.Files != 2 || r.Parsed != 4 {
		t.Errorf("%d and %d calls, %+v, %v", a.Load(), b.Load(), r, err)
	}
	var got []string
	for _, f := range r.Found {
		got = append(got, f.Path+" "+f.Manager+" "+f.Dep.Name)
	}
	if diff := cmp.Diff([]string{"x a 1", "x b 1", "y/z a 2", "y/z b 2"}, got); diff != "" {
		t.Error(diff)
	}
}

// What was parsed in one repository is known in the next, as long as all that
// was read is the same.
func TestMemo(t *testing.T) {
	var calls atomic.Int64
	withLock := counting("m", &calls, func(f managers.File) managers.Result {
		data, err := f.FS.Open("lock")
		if err != nil {
			return managers.Result{Deps: []managers.Dep{{Name: "unlocked"}}}
		}
		defer data.Close()
		text := make([]byte, 10)
		n, _ := data.Read(text)
		return managers.Result{Deps: []managers.Dep{{Name: "locked " + string(text[:n])}}}
	})
	withLock.Match = func(path string) bool { return path == "manifest" }
	memo := NewMemo()
	for i, step := range []struct {
		files map[string]string
		want  string
		calls int64
	}{
		{map[string]string{"manifest": "1"}, "unlocked", 1},
		{map[string]string{"manifest": "1", "other": "x"}, "unlocked", 1},
		{map[string]string{"manifest": "1", "lock": "a"}, "locked a", 2},
		{map[string]string{"manifest": "1", "lock": "b"}, "locked b", 3},
		{map[string]string{"manifest": "1", "lock": "a"}, "locked a", 3},
		{map[string]string{"manifest": "2", "lock": "a"}, "locked a", 4},
		{map[string]string{"manifest": "1"}, "unlocked", 4},
	} {
		r, err := Run(t.Context(), folder(t, step.files), []Offer{withLock}, memo)
		if err != nil || len(r.Found) != 1 || r.Found[0].Dep.Name != step.want || calls.Load() != step.calls {
			t.Errorf("step %d: %+v after %d calls, %v", i, r.Found, calls.Load(), err)
		}
	}
}

// all offers every file to the managers that usually read it.
func all(t testing.TB) []Offer {
	t.Helper()
	var out []Offer
	for _, m := range managersall.Managers {
		out = append(out, Offer{m, func(path string) bool {
			base := filepath.Base(path)
			switch m.Name {
			case "dockerfile":
				return strings.HasPrefix(base, "Dockerfile")
			case "kubernetes", "flux":
				return strings.HasSuffix(base, ".yaml")
			case "github-actions":
				return strings.HasSuffix(base, ".yml")
			case "npm":
				return base == "package.json"
			case "pep621":
				return base == "pyproject.toml"
			}
			return false
		}})
	}
	return out
}

// Each bad file gives a line, and the good one beside it is read.
func TestBadFiles(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&bomb, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	bomb.WriteString("kind: Pod\napiVersion: v1\n")
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("Dockerfile", "FROM redis:7.0\n")
	write("bomb.yml", bomb.String()+"jobs: *a39\n")
	write("deep.yml", "jobs: "+strings.Repeat("[", 100_000))
	write("Dockerfile.binary", "FROM \x00\xff\xfe")
	write("Dockerfile.utf16", "\xff\xfeF\x00R\x00O\x00M\x00 \x00x\x00")
	write("package.json", `{"dependencies": {`)
	write("pyproject.toml", "[project\n")
	if err := errors.Join(
		os.Symlink("/etc/passwd", filepath.Join(dir, "Dockerfile.link")),
		os.WriteFile(filepath.Join(dir, "Dockerfile.large"), nil, 0o600),
		os.Truncate(filepath.Join(dir, "Dockerfile.large"), 50<<20),
	); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	r, err := Run(t.Context(), snapshot(t, dir), all(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	lines := make(map[string]int)
	for _, p := range r.Problems {
		lines[p.Path]++
		if strings.ContainsAny(p.Text, "\n\x00") || len(p.Text) > 300 {
			t.Errorf("%q", p.String())
		}
	}
	for _, name := range []string{"deep.yml", "Dockerfile.binary", "Dockerfile.utf16", "package.json", "pyproject.toml", "Dockerfile.link", "Dockerfile.large"} {
		if lines[name] != 1 {
			t.Errorf("%s has %d lines: %v", name, lines[name], r.Problems)
		}
	}
	if lines["bomb.yml"] > 1 { // its aliases are never expanded, so it may pass for a file without dependencies
		t.Errorf("%v", r.Problems)
	}
	if len(r.Found) != 1 || r.Found[0].Dep.Name != "redis" {
		t.Errorf("%+v", r.Found)
	}
}

// A mistake in a manager is a problem of one file.
func TestPanicIsAProblem(t *testing.T) {
	var calls atomic.Int64
	bad := counting("bad", &calls, func(f managers.File) managers.Result {
		if f.Path == "x" {
			panic("ouch")
		}
		return named(f)
	})
	bad.Manager.Link = func(managers.Dep, managers.Defs) managers.Dep { panic("ouch again") }
	linked := counting("linked", &calls, func(managers.File) managers.Result {
		return managers.Result{Deps: []managers.Dep{{Name: "needy", Needs: []string{"k"}}}}
	})
	linked.Manager.Link = bad.Manager.Link
	r, err := Run(t.Context(), folder(t, map[string]string{"x": "1", "y": "2"}), []Offer{bad, linked}, NewMemo())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range r.Problems {
		got = append(got, p.String())
	}
	if len(got) != 3 || !strings.Contains(got[1]+got[2], "ouch again") || !strings.Contains(got[0], "ouch") {
		t.Errorf("%q", got)
	}
}

func TestGivingUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var calls atomic.Int64
	if _, err := Run(ctx, folder(t, map[string]string{"x": "1"}), []Offer{counting("a", &calls, named)}, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// BenchmarkRun reads a repository of usual files; MB/s are of all its text.
func BenchmarkRun(b *testing.B) {
	files := make(map[string]string)
	size := 0
	for i := range 200 {
		dir := fmt.Sprintf("service%03d/", i)
		files[dir+"Dockerfile"] = "FROM golang:1.20 AS build\nRUN go build\nFROM alpine:3.18\nCOPY --from=build /x /x\n"
		files[dir+"package.json"] = `{"dependencies": {` + strings.TrimSuffix(strings.Repeat(fmt.Sprintf("\n\"react%d\": \"^17.0.0\",", i), 40), ",") + "}}"
		files[dir+"deploy.yaml"] = strings.Repeat("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n  - image: redis:7.0\n    name: a\n---\n", 20)
		files[dir+"pyproject.toml"] = "[project]\nname = \"x\"\ndependencies = [\n" + strings.Repeat("  \"flask==1.0\",\n", 30) + "]\n"
	}
	for _, text := range files {
		size += len(text)
	}
	s := folder(b, files)
	offers := all(b)
	for name, memo := range map[string]*Memo{"parsing": nil, "remembered": NewMemo()} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				r, err := Run(b.Context(), s, offers, memo)
				if err != nil || len(r.Found) < 1000 {
					b.Fatalf("%d found, %v", len(r.Found), err)
				}
			}
		})
	}
}

func TestIncludes(t *testing.T) {
	s := folder(t, map[string]string{"a.list": "b\nmissing", "b": "c\na.list", "c": "", "d": ""})
	var calls atomic.Int64
	o := counting("a", &calls, func(f managers.File) managers.Result {
		return managers.Result{Deps: []managers.Dep{{Name: f.Path}}, Includes: strings.Split(f.Text, "\n")}
	})
	o.Match = func(path string) bool { return strings.HasSuffix(path, ".list") }
	other := counting("b", new(atomic.Int64), named)
	r, err := Run(t.Context(), s, []Offer{o, other}, NewMemo())
	if err != nil || calls.Load() != 3 || r.Files != 4 {
		t.Errorf("%d calls, %d files, %v", calls.Load(), r.Files, err)
	}
	var got []string
	for _, f := range r.Found {
		if f.Manager == "a" {
			got = append(got, f.Path)
		}
	}
	if diff := cmp.Diff([]string{"a.list", "b", "c"}, got); diff != "" {
		t.Error(diff)
	}
}
