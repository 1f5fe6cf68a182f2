package lockfile_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	schemes "github.com/currant-bot/currant/datasources/versioning/all"
	"github.com/currant-bot/currant/templating/sandbox"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/render/lockfile"
)

func TestMain(m *testing.M) {
	sandbox.Main(os.Args)
	os.Exit(m.Run())
}

// world is what a test's tool lives in.
type world struct {
	dir   string // with the folders bin, work, results
	asked atomic.Int32
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{dir: t.TempDir()}
	if err := os.Mkdir(filepath.Join(w.dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	return w
}

// program puts a shell script on the PATH, which says its version when it is asked.
func (w *world) program(t *testing.T, name, version, script string) {
	t.Helper()
	text := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" = --version ]; then echo %s %s; exit; fi\n%s", name, version, script)
	if err := os.WriteFile(filepath.Join(w.dir, "bin", name), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// RoundTrip is the world's only registry.
func (w *world) RoundTrip(req *http.Request) (*http.Response, error) {
	w.asked.Add(1)
	rec := httptest.NewRecorder()
	io.WriteString(rec, "1.5.0")
	resp := rec.Result()
	resp.Request = req
	return resp, nil
}

var fake = &lockfile.Tool{
	Name: "fake", Doc: "fake.lock", Files: []string{"fake.lock"}, Datasource: "npm", Scheme: "semver",
	Reads: func(name string) bool { return filepath.Base(name) != "secret.txt" },
	Fits: func(lock, version string) string {
		if strings.HasPrefix(lock, "old") && !strings.HasPrefix(version, "0.") {
			return "the lock file is an old one"
		}
		return ""
	},
	Recipe: func(w lockfile.Work) (lockfile.Recipe, error) {
		r := lockfile.Recipe{Steps: []lockfile.Step{lockfile.Run("lock", "--cafile", lockfile.Authority)}, Env: []string{"FAKE_PROXY=" + lockfile.Proxy, "FAKE_HOME=" + lockfile.Home},
			Home: map[string]string{".config/fake": "cache=" + lockfile.Cache + "\n"}}
		if w.Renew {
			r.Remove = []string{"fake.lock"}
		}
		return r, nil
	},
}

func (w *world) keeper(t *testing.T) *lockfile.Keeper {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return lockfile.New(lockfile.Options{
		Tools: []*lockfile.Tool{fake}, Box: sandbox.New(exe), Environ: []string{"PATH=" + filepath.Join(w.dir, "bin"), "TOKEN=hunter2", "HOME=" + w.dir},
		Scratch: filepath.Join(w.dir, "work"), Results: filepath.Join(w.dir, "results"), Versions: schemes.Schemes, Limits: lockfile.Limits(),
		Redact: func(s string) string { return strings.ReplaceAll(s, "hunter2", "[secret]") }, Now: time.Now,
	})
}

func (w *world) job(files, edited map[string]string) lockfile.Job {
	fsys, names := fstest.MapFS{}, []string{}
	for name, text := range files {
		names = append(names, name)
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	for name, text := range edited {
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return lockfile.Job{
		Work: lockfile.Work{Lock: "a/fake.lock", Text: files["a/fake.lock"], FS: fsys, Files: names}, Edited: edited,
		Registries: []string{"https://registry.example.test"}, Next: w,
	}
}

var files = map[string]string{"a/fake.json": "left ^1\n", "a/fake.lock": "left 1.0.0\n", "a/secret.txt": "s", "b/other": "o"}

func texts(c platform.Changeset) map[string]string {
	out := make(map[string]string)
	for name, f := range c {
		out[name] = f.Text
	}
	return out
}

// fetch is a script that asks the registry as a tool would.
const fetch = `
version=$(/usr/bin/python3 -c '
import os, ssl, urllib.request
context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
opener = urllib.request.build_opener(urllib.request.ProxyHandler({"https": os.environ["FAKE_PROXY"]}), urllib.request.HTTPSHandler(context=context))
print(opener.open("https://HOST/left").read().decode())
') || exit 4
read name range < fake.json
echo "$name $version for $range" > fake.lock
`

func TestAToolRunsInACopy(t *testing.T) {
	w := newWorld(t)
	w.program(t, "fake", "1.2.3", strings.Replace(fetch, "HOST", "registry.example.test", 1))
	k := w.keeper(t)
	edited := map[string]string{"a/fake.json": "left ^1.5\n"}
	if why := k.Ready(t.Context(), "a/fake.lock", "", nil); why != "" {
		t.Fatal(why)
	}
	for range 2 { // the second time nothing runs
		c, err := k.Update(t.Context(), w.job(files, edited))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"a/fake.lock": "left 1.5.0 for ^1.5\n"}, texts(c)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	if n := w.asked.Load(); n != 1 {
		t.Errorf("the registry was asked %d times", n)
	}
	if left, err := os.ReadDir(filepath.Join(w.dir, "work")); err != nil || len(left) > 0 {
		t.Errorf("%v, error %v, is left of the copies", left, err)
	}
	if c, err := k.Update(t.Context(), w.job(files, map[string]string{"a/fake.json": "left ^1.6\n"})); err != nil || texts(c)["a/fake.lock"] != "left 1.5.0 for ^1.6\n" {
		t.Errorf("with another manifest: %v, error %v", texts(c), err)
	}
}

// TestAToolIsAlone shows what a hostile tool cannot do.
func TestAToolIsAlone(t *testing.T) {
	w := newWorld(t)
	outside := filepath.Join(w.dir, "outside")
	if err := os.WriteFile(outside, []byte("private"), 0o644); err != nil {
		t.Fatal(err)
	}
	w.program(t, "fake", "1.2.3", `{
echo "token ${TOKEN:-none}"
cat `+outside+` 2>/dev/null || echo "outside no"
test -e secret.txt && echo "secret yes"
echo x > `+outside+` 2>/dev/null || echo "write no"
cat "$FAKE_HOME/.config/fake" | sed 's,=.*/cache,=CACHE,'
} > fake.lock`)
	c, err := w.keeper(t).Update(t.Context(), w.job(files, nil))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := texts(c)["a/fake.lock"], "token none\noutside no\nwrite no\ncache=CACHE\n"; got != want {
		t.Errorf("it could: %q, want %q", got, want)
	}
	if text, err := os.ReadFile(outside); err != nil || string(text) != "private" {
		t.Errorf("outside is %q, error %v", text, err)
	}
}

func TestFailures(t *testing.T) {
	for _, x := range []struct {
		name, script string
		edited       map[string]string
		want         []string
	}{
		{"exit code", "echo first; echo 'no version of left matches' >&2; exit 7", nil, []string{"fake could not update a/fake.lock", "exit code 7", "no version of left matches"}},
		{"a secret", "echo Bearer hunter2 https://bot:pw@registry.example.test/x; exit 1", nil, []string{"[secret]"}},
		{"another host", strings.Replace(fetch, "HOST", "elsewhere.example.test", 1), nil, []string{"elsewhere.example.test", "hostRules"}},
		{"the lock file is gone", "rm fake.lock", nil, []string{"gone"}},
		{"the lock file is a link", "rm fake.lock; ln -s /etc/passwd fake.lock", nil, []string{"gone"}},
		{"the lock file is a link inside", "mkdir d; rm fake.lock; ln -s d fake.lock", nil, []string{"no file"}},
		{"the manifest", "echo right >> fake.json; echo x > fake.lock", map[string]string{"a/fake.json": "left ^1.5\n"}, []string{"it changed a/fake.json"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			w := newWorld(t)
			w.program(t, "fake", "1.2.3", x.script)
			c, err := w.keeper(t).Update(t.Context(), w.job(files, x.edited))
			var failure *lockfile.Failure
			if !errors.As(err, &failure) {
				t.Fatalf("%v, error %v, want a failure", texts(c), err)
			}
			for _, part := range x.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "bot:pw") || strings.Contains(err.Error(), w.dir) {
				t.Errorf("it tells too much: %q", err)
			}
		})
	}
}

func TestReady(t *testing.T) {
	w := newWorld(t)
	ready := func(lock, text string, constraints map[string]string) string {
		t.Helper()
		return w.keeper(t).Ready(t.Context(), lock, text, constraints)
	}
	if why := ready("fake.lock", "", nil); !strings.Contains(why, "fake is missing") || !strings.Contains(why, "--lock-tool fake=PATH") {
		t.Errorf("without the tool: %q", why)
	}
	if why := ready("other.lock", "", nil); !strings.Contains(why, "does not write other.lock") {
		t.Errorf("a lock file of no tool: %q", why)
	}
	w.program(t, "fake", "1.2.3", "")
	for _, x := range []struct {
		text, constraint, want string
	}{
		{"", "", ""},
		{"", "1.2.3", ""},
		{"", "2.0.0", "constraints wants 2.0.0"},
		{"old", "", "the lock file is an old one"},
		{"", "no range!", `constraints says "no range!"`},
	} {
		constraints := map[string]string{}
		if x.constraint != "" {
			constraints["fake"] = x.constraint
		}
		if why := ready("fake.lock", x.text, constraints); (x.want == "") != (why == "") || !strings.Contains(why, x.want) {
			t.Errorf("%+v: %q", x, why)
		}
	}
}

func TestUpdateEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	w.program(t, "fake", "1.2.3", "exec /usr/bin/python3 -c 'import time; time.sleep(1000)'")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err := w.keeper(t).Update(ctx, w.job(files, nil)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}
