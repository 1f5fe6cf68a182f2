package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/updater/platform"
)

func TestFetch(t *testing.T) {
	r := newRemote(t, map[string]string{"a.txt": "one\n"})
	srv := serve(t, r)
	for name, url := range map[string]string{"http": srv.repo(), "path": r.bare, "file": "file://" + r.bare} {
		t.Run(name, func(t *testing.T) {
			m := fetched(t, url, Options{})
			if got, _ := fs.ReadFile(snapshot(t, m, "").FS, "a.txt"); !strings.HasPrefix(string(got), "one\n") {
				t.Errorf("a.txt is %q", got)
			}
			if changed, err := m.Fetch(t.Context()); changed || err != nil {
				t.Errorf("fetching again: %v, %v", changed, err)
			}
			head := r.commit("main", "more", map[string]string{"b.txt": "two " + name + "\n"})
			if changed, err := m.Fetch(t.Context()); !changed || err != nil {
				t.Errorf("fetching a commit: %v, %v", changed, err)
			}
			s := snapshot(t, m, "main")
			if got, _ := fs.ReadFile(s.FS, "b.txt"); string(got) != "two "+name+"\n" || s.Commit != head {
				t.Errorf("b.txt is %q at %s", got, s.Commit)
			}
			if out := runGit(t, m.Dir(), "fsck", "--no-dangling"); out != "" {
				t.Errorf("git fsck: %s", out)
			}
		})
	}
}

func TestFetchNothingNewIsOneRequest(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	srv := serve(t, r)
	m := fetched(t, srv.repo(), Options{})
	srv.requests.Store(0)
	if _, err := m.Fetch(t.Context()); err != nil || srv.requests.Load() != 1 {
		t.Errorf("%d requests, %v", srv.requests.Load(), err)
	}
}

// A file that only a commit before the cut had must come when a new commit has it again.
func TestShallowGetsOldContentBack(t *testing.T) {
	r := newRemote(t, map[string]string{"v": "old content\n"})
	r.commit("main", "second", map[string]string{"v": "new content\n"})
	m := fetched(t, serve(t, r).repo(), Options{Depth: 1})
	if n := runGit(t, m.Dir(), "rev-list", "--count", "main"); n != "1" {
		t.Fatalf("%s commits were fetched, want 1", n)
	}
	r.commit("main", "back", map[string]string{"v": "old content\n"})
	if _, err := m.Fetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := fs.ReadFile(snapshot(t, m, "").FS, "v"); string(got) != "old content\n" {
		t.Errorf("%q, %v", got, err)
	}
	if n := runGit(t, m.Dir(), "rev-list", "--count", "main"); n != "2" {
		t.Errorf("%s commits, want 2: a later fetch must not get all history", n)
	}
	runGit(t, m.Dir(), "fsck")
}

func TestForcePushAndDeletedBranch(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	r.commit("feature", "f", map[string]string{"f": "1"})
	m := fetched(t, r.bare, Options{})
	runGit(t, r.work, "checkout", "-q", "main")
	runGit(t, r.work, "commit", "-q", "--amend", "-m", "rewritten")
	runGit(t, r.work, "push", "-q", "-f", "origin", "main", ":feature")
	if changed, err := m.Fetch(t.Context()); !changed || err != nil {
		t.Fatal(changed, err)
	}
	refs, err := m.Refs()
	want := Refs{Default: "main", Heads: map[string]string{"main": r.head("main")}, Tags: map[string]string{}}
	if diff := cmp.Diff(want, refs); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestTags(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	runGit(t, r.work, "tag", "light")
	runGit(t, r.work, "tag", "-m", "release", "v1.0.0")
	runGit(t, r.work, "push", "-q", "--tags", "origin")
	m := fetched(t, r.bare, Options{Want: func(string) bool { return true }})
	refs, err := m.Refs()
	if diff := cmp.Diff(map[string]string{"light": r.head("main"), "v1.0.0": r.head("main")}, refs.Tags); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	// Another process reads the same from disk.
	again, err := NewMirrors(filepath.Dir(m.Dir()), Options{}).Mirror(r.bare)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Refs(); !cmp.Equal(refs, got) || err != nil {
		t.Errorf("%v: %s", err, cmp.Diff(refs, got))
	}
}

func TestEmptyRemote(t *testing.T) {
	r := newRemote(t, nil)
	for _, url := range []string{r.bare, serve(t, r).repo()} {
		m := fetched(t, url, Options{})
		if refs, err := m.Refs(); len(refs.Heads) != 0 || refs.Default != "" || err != nil {
			t.Errorf("%v, %v", refs, err)
		}
		if changed, err := m.Fetch(t.Context()); changed || err != nil {
			t.Errorf("fetching nothing again: %v, %v", changed, err)
		}
		if _, err := m.Snapshot(t.Context(), ""); !errors.Is(err, platform.ErrNotFound) {
			t.Errorf("snapshot of nothing: %v", err)
		}
	}
	r.commit("main", "first", map[string]string{"a": "1"})
}

func TestDamageIsRepaired(t *testing.T) {
	damages := map[string]func(t *testing.T, dir string){
		"pack gone": func(t *testing.T, dir string) {
			os.RemoveAll(filepath.Join(dir, "objects", "pack"))
		},
		"index cut": func(t *testing.T, dir string) {
			overwrite(t, dir, "objects/pack/*.idx", func(b []byte) []byte { return b[:len(b)/2] })
		},
		"pack overwritten": func(t *testing.T, dir string) {
			overwrite(t, dir, "objects/pack/*.pack", func(b []byte) []byte { return append(b[:12:12], make([]byte, len(b)-12)...) })
		},
		"references garbled": func(t *testing.T, dir string) {
			overwrite(t, dir, "packed-refs", func(b []byte) []byte { return []byte("rubbish\n") })
		},
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			r := newRemote(t, map[string]string{"a": strings.Repeat("text ", 100)})
			first := fetched(t, r.bare, Options{})
			damage(t, first.Dir())
			m, err := NewMirrors(filepath.Dir(first.Dir()), Options{}).Mirror(r.bare)
			if err != nil {
				t.Fatal(err)
			}
			// At most one pass sees the damage; the next fetch repairs it.
			if _, err := m.Fetch(t.Context()); err != nil {
				t.Fatal(err)
			}
			if s, err := m.Snapshot(t.Context(), ""); err == nil {
				fs.ReadFile(s.FS, "a")
			}
			if _, err := m.Fetch(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got, err := fs.ReadFile(snapshot(t, m, "").FS, "a"); err != nil || len(got) != 500 {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
}

// A pass that meets the damage repairs it itself, also when it is about to push.
func TestDamageUnderneath(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1", "d/b": "2"})
	zero := func(b []byte) []byte { return append(b[:12:12], make([]byte, len(b)-12)...) }
	for what, use := range map[string]func(*Mirror) error{
		"snapshot": func(m *Mirror) error { _, err := m.Snapshot(t.Context(), "main"); return err },
		"push": func(m *Mirror) error {
			_, err := m.Push(t.Context(), bot, at, []platform.Branch{branch("x", r.head("main"), "", "2")})
			return err
		},
	} {
		dir := fetched(t, r.bare, Options{}).Dir()
		m, err := NewMirrors(filepath.Dir(dir), Options{}).Mirror(r.bare) // with nothing in its cache
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.objects(); err != nil {
			t.Fatal(err)
		}
		m.objs.store.(*filesystem.Storage).Close()
		m.ms.cache.Clear()
		overwrite(t, dir, "objects/pack/*.pack", zero)
		if err := use(m); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		runGit(t, dir, "fsck")
	}
}

func FuzzPackedRefs(f *testing.F) {
	f.Add("# pack-refs with: peeled \n1111111111111111111111111111111111111111 refs/heads/main\n^2222222222222222222222222222222222222222\n")
	f.Add("^x\n")
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, "HEAD"), []byte("ref: refs/heads/main\n"), 0o644)
		os.WriteFile(filepath.Join(dir, "packed-refs"), []byte(text), 0o644)
		set, err := readPackedRefs(dir)
		if err != nil {
			return
		}
		if err := writePackedRefs(dir, set); err != nil {
			t.Fatal(err)
		}
		if again, err := readPackedRefs(dir); err != nil || !again.equal(set) {
			t.Errorf("%v: %v became %v", err, set, again)
		}
	})
}

func overwrite(t *testing.T, dir, glob string, change func([]byte) []byte) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, glob))
	if len(files) == 0 {
		t.Fatalf("no %s", glob)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		os.Chmod(f, 0o644)
		if err := os.WriteFile(f, change(b), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestManyPiecesAreMadeOne(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	m := fetched(t, r.bare, Options{})
	packs, _ := filepath.Glob(filepath.Join(m.Dir(), "objects/pack/*.pack"))
	for i := range maxPacks {
		os.Link(packs[0], filepath.Join(m.Dir(), fmt.Sprintf("objects/pack/copy%d.pack", i)))
	}
	if _, err := m.Fetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if packs, _ = filepath.Glob(filepath.Join(m.Dir(), "objects/pack/*.pack")); len(packs) != 1 {
		t.Errorf("%d packs", len(packs))
	}
}

func TestCredentials(t *testing.T) {
	const secret = "s3cret-t0ken"
	r := newRemote(t, map[string]string{"a": "1"})
	srv := serve(t, r)
	srv.password = secret
	good := func(context.Context, string) (Credential, error) {
		return Credential{User: "x-access-token", Password: secret}, nil
	}
	m := fetched(t, srv.repo(), Options{Credentials: good})
	inURL := strings.Replace(srv.repo(), "://", "://me:"+secret+"@", 1)
	m2 := fetched(t, inURL, Options{})
	for _, m := range []*Mirror{m, m2} {
		if strings.Contains(m.URL(), secret) || strings.Contains(m.Dir(), secret) {
			t.Errorf("the secret is in %s or %s", m.URL(), m.Dir())
		}
		filepath.WalkDir(m.Dir(), func(p string, d fs.DirEntry, err error) error {
			if b, _ := os.ReadFile(p); strings.Contains(string(b), secret) {
				t.Errorf("the secret is in %s", p)
			}
			return nil
		})
	}
	srv.password = "another"
	_, err := m.Fetch(t.Context())
	var auth *platform.AuthError
	if !errors.As(err, &auth) {
		t.Errorf("wrong password: %v", err)
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if strings.Contains(fmt.Sprintf("%v %+v %#v", e, e, e), secret) {
			t.Errorf("the secret is in the error %v", e)
		}
	}
	// The server repeats the password in its answer, and the user name may be the token.
	m3, _ := NewMirrors(t.TempDir(), Options{}).Mirror(strings.Replace(srv.repo(), "://", "://"+secret+"@", 1))
	if _, err := m3.Fetch(t.Context()); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("token as user: %v", err)
	}
}

func TestHostAsksToWait(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	srv := serve(t, r)
	srv.before = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	m, _ := NewMirrors(t.TempDir(), Options{}).Mirror(srv.repo())
	_, err := m.Fetch(t.Context())
	var retry *platform.RetryError
	if !errors.As(err, &retry) || retry.After != 7*time.Second {
		t.Errorf("%v", err)
	}
	srv.before = func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "gone fishing", http.StatusBadGateway)
		return true
	}
	if _, err = m.Fetch(t.Context()); !errors.As(err, &retry) {
		t.Errorf("502: %v", err)
	}
	srv.before = func(w http.ResponseWriter, _ *http.Request) bool {
		http.NotFound(w, nil)
		return true
	}
	if _, err = m.Fetch(t.Context()); !errors.Is(err, platform.ErrNotFound) {
		t.Errorf("404: %v", err)
	}
	if _, err := m.Refs(); !errors.Is(err, ErrNotFetched) {
		t.Errorf("reading without a fetch: %v", err)
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	for _, url := range []string{"ext::sh -c id", "-oProxyCommand=id", "ftp://example.test/a", "git://example.test/a", "https://example.test/a\nb"} {
		if _, err := NewMirrors(t.TempDir(), Options{}).Mirror(url); err == nil {
			t.Errorf("%q is taken", url)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1", "b/c": "2"})
	ms := NewMirrors(t.TempDir(), Options{})
	url := serve(t, r).repo()
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			m, err := ms.Mirror(url)
			if err != nil {
				t.Error(err)
				return
			}
			for range 3 {
				if _, err := m.Fetch(t.Context()); err != nil {
					t.Error(err)
				}
				s, err := m.Snapshot(t.Context(), "main")
				if err != nil {
					t.Error(err)
					return
				}
				for _, f := range s.List() {
					if _, err := fs.ReadFile(s.FS, f.Path); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	r.commit("main", "meanwhile", map[string]string{"d": "3"})
	wg.Wait()
}
