//go:build locktools

package all_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/currant-bot/currant/datasources"
	schemes "github.com/currant-bot/currant/datasources/versioning/all"
	"github.com/currant-bot/currant/templating/sandbox"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/render/all"
	"github.com/currant-bot/currant/updater/render/lockfile"
	"github.com/currant-bot/currant/updater/render/lockfile/lockfiletest"
)

func TestMain(m *testing.M) {
	sandbox.Main(os.Args)
	os.Exit(m.Run())
}

// bench is a keeper of the real tools, which asks the registries of lockfiletest.
type bench struct {
	*lockfile.Keeper
	world *lockfiletest.World
}

func newBench(t *testing.T) bench {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	named := make(map[string][]string)
	for _, kv := range strings.Fields(os.Getenv("CURRANT_TEST_LOCK_TOOLS")) {
		name, path, _ := strings.Cut(kv, "=")
		named[name] = append(named[name], path)
	}
	dir := t.TempDir()
	return bench{lockfile.New(lockfile.Options{
		Tools: all.Tools, Box: sandbox.New(exe), Environ: os.Environ(), Named: named, Scratch: filepath.Join(dir, "work"), Results: filepath.Join(dir, "results"),
		Versions: schemes.Schemes, Limits: lockfile.Limits(), Now: time.Now,
	}), &lockfiletest.World{}}
}

// update brings the lock file of files up to date and returns its new text.
func (b bench) update(t *testing.T, files map[string]string, lock string, edited map[string]string, change func(*lockfile.Job)) string {
	t.Helper()
	fsys := fstest.MapFS{}
	var names []string
	for name, text := range files {
		names = append(names, name)
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	for name, text := range edited {
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	tool := lockfile.Of(all.Tools, lock)
	j := lockfile.Job{
		Work:   lockfile.Work{Lock: lock, Text: files[lock], FS: fsys, Files: names},
		Edited: edited, Next: b.world, Registries: append(datasources.DefaultRegistries(tool.Datasource), datasources.Companions(tool.Datasource)...),
	}
	if change != nil {
		change(&j)
	}
	if why := b.Ready(t.Context(), lock, j.Text, j.Constraints); why != "" {
		t.Fatalf("%s: %s", lock, why)
	}
	c, err := b.Update(t.Context(), j)
	if err != nil {
		t.Fatalf("%v\nasked: %s", err, strings.Join(b.world.Asked(), "\n"))
	}
	out, ok := c[lock]
	if !ok {
		if text, err := fs.ReadFile(fsys, lock); err == nil {
			return string(text)
		}
		t.Fatalf("%s did not change: %v", lock, changed(c))
	}
	return out.Text
}

func changed(c platform.Changeset) (names []string) {
	for name := range c {
		names = append(names, name)
	}
	return names
}

// A kind of lock file, with a manifest that names left-foot once, and how the lock file tells its version.
type kind struct {
	lock, manifest, text string
	from, narrow, exact  string            // ranges: of 1.0.0 alone, from 1.1.0 on, and of 1.1.0 alone
	locked               string            // matches left-foot's version in the lock file
	more                 map[string]string // other files
	empty                string            // a lock file to begin with, where the tool must know its form
}

var kinds = map[string]kind{
	"npm": {
		lock: "package-lock.json", manifest: "package.json", text: `{"name": "shoes", "version": "1.0.0", "dependencies": {"left-foot": "RANGE"}}` + "\n",
		from: "1.0.0", narrow: "^1.1.0", exact: "1.1.0", locked: `"node_modules/left-foot": \{\s*"version": "([^"]+)"`,
	},
	"pnpm": {
		lock: "pnpm-lock.yaml", manifest: "package.json", text: `{"name": "shoes", "version": "1.0.0", "packageManager": "pnpm@9.1.0", "dependencies": {"left-foot": "RANGE"}}` + "\n",
		from: "1.0.0", narrow: "^1.1.0", exact: "1.1.0", locked: `left-foot:\s+specifier: \S+\s+version: (\S+)`, empty: "lockfileVersion: '9.0'\n",
	},
	"yarn 1": {
		lock: "yarn.lock", manifest: "package.json", text: `{"name": "shoes", "version": "1.0.0", "dependencies": {"left-foot": "RANGE"}}` + "\n",
		from: "1.0.0", narrow: "^1.1.0", exact: "1.1.0", locked: `(?m)^left-foot@\S+:\s+version "([^"]+)"`, empty: "# yarn lockfile v1\n",
	},
	"yarn 4": {
		lock: "yarn.lock", manifest: "package.json", text: `{"name": "shoes", "version": "1.0.0", "packageManager": "yarn@4.1.0", "dependencies": {"left-foot": "RANGE"}}` + "\n",
		from: "1.0.0", narrow: "^1.1.0", exact: "1.1.0", locked: `(?m)^"left-foot@npm:\S+":\s+version: (\S+)`, empty: "__metadata:\n  version: 8\n",
	},
	"bun": {
		lock: "bun.lock", manifest: "package.json", text: `{"name": "shoes", "version": "1.0.0", "dependencies": {"left-foot": "RANGE"}}` + "\n",
		from: "1.0.0", narrow: "^1.1.0", exact: "1.1.0", locked: `"left-foot@([^"]+)"`,
	},
	"cargo": {
		lock: "Cargo.lock", manifest: "Cargo.toml", text: "[package]\nname = \"shoes\"\nversion = \"1.0.0\"\nedition = \"2021\"\n\n[dependencies]\nleft-foot = \"RANGE\"\n",
		from: "=1.0.0", narrow: "1.1", exact: "=1.1.0", locked: `name = "left-foot"\nversion = "([^"]+)"`, more: map[string]string{"src/lib.rs": "\n"},
	},
	"uv": {
		lock: "uv.lock", manifest: "pyproject.toml", text: "[project]\nname = \"shoes\"\nversion = \"1.0.0\"\nrequires-python = \">=3.10\"\ndependencies = [\"left-footRANGE\"]\n",
		from: "==1.0.0", narrow: ">=1.1,<2", exact: "==1.1.0", locked: `name = "left-foot"\nversion = "([^"]+)"`,
	},
	"poetry": {
		lock: "poetry.lock", manifest: "pyproject.toml", text: "[tool.poetry]\nname = \"shoes\"\nversion = \"1.0.0\"\ndescription = \"\"\nauthors = []\npackage-mode = false\n\n[tool.poetry.dependencies]\npython = \"^3.10\"\nleft-foot = \"RANGE\"\n",
		from: "1.0.0", narrow: "^1.1", exact: "1.1.0", locked: `name = "left-foot"\nversion = "([^"]+)"`,
	},
}

func (k kind) with(value string) map[string]string {
	files := map[string]string{k.manifest: strings.Replace(k.text, "RANGE", value, 1)}
	maps.Copy(files, k.more)
	return files
}

func (k kind) version(t *testing.T, lock string) string {
	t.Helper()
	m := regexp.MustCompile(k.locked).FindStringSubmatch(lock)
	if m == nil {
		t.Fatalf("no version in\n%s", lock)
	}
	return m[1]
}

func TestRealTools(t *testing.T) {
	for name, k := range kinds {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			files := k.with(k.from)
			if k.empty != "" {
				files[k.lock] = k.empty
			}
			first := b.update(t, files, k.lock, nil, nil)
			if v := k.version(t, first); v != "1.0.0" {
				t.Fatalf("a new lock file has %s, want 1.0.0", v)
			}
			files[k.lock] = first

			raised := b.update(t, files, k.lock, k.with(k.narrow), nil)
			if v := k.version(t, raised); v != "1.2.0" {
				t.Errorf("after %s the lock file has %s, want the newest", k.narrow, v)
			}
			pinned := b.update(t, files, k.lock, k.with(k.exact), nil)
			if v := k.version(t, pinned); v != "1.1.0" {
				t.Errorf("after %s the lock file has %s", k.exact, v)
			}
			files = k.with(k.exact)
			files[k.lock] = pinned
			if carry := lockfile.Of(all.Tools, k.lock).Carry; carry != nil {
				files[k.lock] = carry(pinned, []lockfile.Change{{Name: "left-foot", Exact: k.exact, Value: k.narrow}})
			}
			kept := b.update(t, files, k.lock, k.with(k.narrow), nil)
			if v := k.version(t, kept); v != "1.1.0" {
				t.Errorf("a range that admits what is locked raised it to %s", v)
			}
			files = k.with(k.narrow)
			files[k.lock] = kept
			if again := b.update(t, files, k.lock, nil, nil); again != kept {
				t.Errorf("a second run changed the lock file:\n%s", again)
			}
			renewed := b.update(t, files, k.lock, nil, func(j *lockfile.Job) { j.Renew = true })
			if v := k.version(t, renewed); v != "1.2.0" {
				t.Errorf("renewed, the lock file has %s, want 1.2.0", v)
			}
			asked := len(b.world.Asked())
			b.update(t, files, k.lock, nil, func(j *lockfile.Job) { j.Renew = true })
			if n := len(b.world.Asked()); n != asked {
				t.Errorf("the same work again asked %d times", n-asked)
			}
		})
	}
}
