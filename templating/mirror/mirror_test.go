package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources/versioning/pep440"
	"github.com/currant-bot/currant/templating/git"
	"github.com/currant-bot/currant/templating/mirror"
	"github.com/currant-bot/currant/templating/source"
)

// A server serves bare repositories below dir by git's own smart HTTP, to who knows the password.
type server struct {
	t        *testing.T
	git      *git.Git
	dir      string
	url      string
	fetches  atomic.Int32
	requests atomic.Int32
}

func newServer(t *testing.T) *server {
	t.Helper()
	g, err := git.Find(t.Context(), os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, git: g, dir: t.TempDir()}
	path, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	backend := &cgi.Handler{Path: path, Args: []string{"http-backend"}, Env: []string{"GIT_PROJECT_ROOT=" + s.dir, "GIT_HTTP_EXPORT_ALL=1"}}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		if user, password, ok := r.BasicAuth(); !ok || user != "bot" || password != "s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/info/refs") {
			s.fetches.Add(1)
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	s.url = web.URL
	return s
}

func (s *server) run(stdin string, args ...string) string {
	s.t.Helper()
	out, err := s.git.Run(context.Background(), git.Command{Args: args, Stdin: strings.NewReader(stdin)})
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

// release makes a commit with a file, and moves tags to it.
func (s *server) release(text string, tags ...string) string {
	s.t.Helper()
	dir := filepath.Join(s.dir, "base.git")
	from := "from refs/heads/main^0\n"
	if _, err := os.Stat(dir); err != nil {
		s.run("", "init", "-q", "--bare", "-b", "main", dir)
		from = ""
	}
	stream := fmt.Sprintf("commit refs/heads/main\ncommitter a <a@example.test> %d +0000\ndata %d\n%s\n%sM 100644 inline f\ndata %d\n%s\n",
		time.Now().Unix(), len(text), text, from, len(text), text)
	for _, tag := range tags {
		stream += "reset refs/tags/" + tag + "\nfrom refs/heads/main\n\n"
	}
	s.run(stream, "--git-dir="+dir, "fast-import", "--quiet", "--force")
	return s.run("", "--git-dir="+dir, "rev-parse", "main")
}

func (s *server) source() source.Source {
	s.t.Helper()
	src, err := source.Parse(s.url + "/base.git")
	if err != nil {
		s.t.Fatal(err)
	}
	return src
}

func (s *server) options(dir string) mirror.Options {
	return mirror.Options{Dir: dir, Credential: func(_ context.Context, url string) (string, string, bool) {
		return "bot", "s3cret", strings.HasPrefix(url, s.url+"/")
	}}
}

func TestOneFetchForAllCallers(t *testing.T) {
	s := newServer(t)
	s.release("1", "v1.0.0")
	dir := t.TempDir()
	store := mirror.New(s.git, s.options(dir))
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			m, err := store.Open(t.Context(), s.source())
			if err != nil {
				t.Error(err)
				return
			}
			if text, err := m.ReadFile(t.Context(), "v1.0.0", "f"); err != nil || text != "1" {
				t.Errorf("f is %q, %v", text, err)
			}
			if _, err := m.ReadFile(t.Context(), "v1.0.0", "g"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("reading a file that is not there: %v", err)
			}
		})
	}
	wait.Wait()
	if n := s.fetches.Load(); n != 1 {
		t.Errorf("the server saw %d fetches, want 1", n)
	}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if text, _ := os.ReadFile(p); strings.Contains(string(text), "s3cret") {
				t.Errorf("the password is in %s", p)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// What one audience was let in to, another must ask for itself.
func TestAudience(t *testing.T) {
	type key struct{}
	s := newServer(t)
	s.release("1", "v1.0.0")
	store := mirror.New(s.git, mirror.Options{
		Dir:      t.TempDir(),
		Audience: func(ctx context.Context) string { who, _ := ctx.Value(key{}).(string); return who },
		Credential: func(ctx context.Context, _ string) (string, string, bool) {
			return "bot", "s3cret", ctx.Value(key{}) == "acme"
		},
	})
	for range 2 {
		if _, err := store.Open(context.WithValue(t.Context(), key{}, "acme"), s.source()); err != nil {
			t.Error(err)
		}
		var gone *mirror.UnreachableError
		if _, err := store.Open(context.WithValue(t.Context(), key{}, "bank"), s.source()); !errors.As(err, &gone) {
			t.Errorf("bank reads what is acme's: %v", err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	s := newServer(t)
	s.release("1", "v1.0.0")
	for name, o := range map[string]mirror.Options{
		"wrong password": {Credential: func(context.Context, string) (string, string, bool) { return "bot", "wr0ng", true }},
		"none":           {},
		"forbidden host": {Allow: func(string) error { return errors.New("this host is not allowed") }},
	} {
		o.Dir = t.TempDir()
		_, err := mirror.New(s.git, o).Open(t.Context(), s.source())
		var gone *mirror.UnreachableError
		if !errors.As(err, &gone) || strings.Contains(err.Error(), "wr0ng") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestInterruptedMirrorIsMadeAgain(t *testing.T) {
	s := newServer(t)
	s.release("1", "v1.0.0")
	dir := t.TempDir()
	m, err := mirror.New(s.git, s.options(dir)).Open(t.Context(), s.source())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(m.Dir(), "HEAD")); err != nil {
		t.Fatal(err)
	}
	if m, err = mirror.New(s.git, s.options(dir)).Open(t.Context(), s.source()); err != nil || len(m.Tags()) != 1 {
		t.Errorf("after the loss of HEAD: %v", err)
	}
}

func TestOldVersions(t *testing.T) {
	s := newServer(t)
	first := s.release("1", "v1.0.0", "v1")
	dir := t.TempDir()
	clock := time.Now().Add(-2 * time.Hour)
	o := s.options(dir)
	o.Now = func() time.Time { return clock }
	if _, err := mirror.New(s.git, o).Open(t.Context(), s.source()); err != nil {
		t.Fatal(err)
	}
	second := s.release("2", "v1.1.0", "v1")
	clock = clock.Add(time.Hour)
	m, err := mirror.New(s.git, o).Open(t.Context(), s.source())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		ref       string
		committed time.Time
		want      string
		guessed   bool
	}{
		{"v1.0.0", time.Time{}, first, false},
		{"v1.0.0", clock, first, false},
		{"v1", time.Time{}, second, false},
		{"v1", clock.Add(-30 * time.Minute), first, true},
		{"v1", clock.Add(time.Minute), second, false},
		{first[:10], clock, first, false},
		{"v9", clock, "", false},
		{"--help", clock, "", false},
	} {
		got, err := m.Old(t.Context(), tt.ref, tt.committed, pep440.Scheme{})
		if err != nil || got.Commit != tt.want || (got.Guessed != "") != tt.guessed {
			t.Errorf("Old(%q, %v) = %+v, %v, want %s", tt.ref, tt.committed, got, err, tt.want)
		}
	}
	if moves := m.Moved(); len(moves) != 1 || moves[0].Tag != "v1" || moves[0].From != first || moves[0].To != second {
		t.Errorf("moved tags %+v", moves)
	}
	log, err := m.Log(t.Context(), first, second, 10)
	if err != nil || len(log) != 1 || log[0].Subject != "2" {
		t.Errorf("log %+v, %v", log, err)
	}
}

func TestViewHasOnlyFullVersions(t *testing.T) {
	s := newServer(t)
	first := s.release("1", "v1.0.0", "v1", "release-1")
	second := s.release("2", "v1.1.0", "v1.1", "v1", "latest")
	m, err := mirror.New(s.git, s.options(t.TempDir())).Open(t.Context(), s.source())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := m.View(t.Context(), dir, pep440.Scheme{}, mirror.Ref{Name: "v1", Commit: first}, mirror.Ref{Name: "v1.1.0", Commit: second}); err != nil {
		t.Fatal(err)
	}
	want := first + " refs/heads/v1\n" + second + " refs/heads/currant\n" + first + " refs/tags/v1.0.0\n" + second + " refs/tags/v1.1.0"
	if diff := cmp.Diff(sorted(want), sorted(s.run("", "--git-dir="+dir, "for-each-ref", "--format=%(objectname) %(refname)"))); diff != "" {
		t.Errorf("refs (-want +got):\n%s", diff)
	}
	if got := s.run("", "--git-dir="+dir, "describe", "--tags", "v1"); got != "v1.0.0" {
		t.Errorf("v1 is described as %q, want v1.0.0", got)
	}
	s.run("", "--git-dir="+dir, "fsck", "--connectivity-only")
}

func sorted(text string) map[string]bool {
	all := make(map[string]bool)
	for l := range strings.SplitSeq(text, "\n") {
		all[l] = true
	}
	return all
}
