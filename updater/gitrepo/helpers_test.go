package gitrepo

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/currant-bot/currant/updater/platform"
)

var bot = platform.Account{Login: "currant[bot]", Name: "Currant", Email: "currant@example.test"}

var at = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// runGit runs git in dir without any configuration of this machine.
func runGit(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.test", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.test")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return strings.TrimSpace(string(out))
}

// writeFiles writes files below dir; a text "-> x" makes a link to x, "#!" an executable.
func writeFiles(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			if err := os.Symlink(target, p); err != nil {
				t.Fatal(err)
			}
			continue
		}
		mode := os.FileMode(0o644)
		if strings.HasPrefix(text, "#!") {
			mode = 0o755
		}
		if err := os.WriteFile(p, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
}

// A remote is a bare repository with a work tree to make its commits in.
type remote struct {
	t    testing.TB
	bare string
	work string
}

func newRemote(t testing.TB, files map[string]string) *remote {
	t.Helper()
	dir := t.TempDir()
	r := &remote{t, filepath.Join(dir, "repo.git"), filepath.Join(dir, "work")}
	runGit(t, dir, "init", "-q", "--bare", "-b", "main", "repo.git")
	for _, kv := range []string{"http.receivepack", "uploadpack.allowFilter", "receive.advertiseAtomic"} {
		runGit(t, r.bare, "config", kv, "true")
	}
	runGit(t, dir, "init", "-q", "-b", "main", "work")
	runGit(t, r.work, "remote", "add", "origin", r.bare)
	if files != nil {
		r.commit("main", "first", files)
	}
	return r
}

// commit commits files on top of branch, which is made from what is checked out if it is new, and
// returns the commit. An empty text deletes the file.
func (r *remote) commit(branch, message string, files map[string]string) string {
	r.t.Helper()
	if runGit(r.t, r.work, "rev-parse", "--abbrev-ref", "--symbolic-full-name", "--all") != "" {
		if runGit(r.t, r.work, "branch", "--list", branch) == "" {
			runGit(r.t, r.work, "checkout", "-q", "-b", branch)
		} else {
			runGit(r.t, r.work, "checkout", "-q", branch)
		}
	}
	for name, text := range files {
		if text == "" {
			if err := os.Remove(filepath.Join(r.work, name)); err != nil {
				r.t.Fatal(err)
			}
			delete(files, name)
		}
	}
	writeFiles(r.t, r.work, files)
	runGit(r.t, r.work, "add", "-A")
	runGit(r.t, r.work, "commit", "-q", "--allow-empty", "-m", message)
	runGit(r.t, r.work, "push", "-q", "-f", "origin", branch)
	return runGit(r.t, r.work, "rev-parse", "HEAD")
}

func (r *remote) head(branch string) string {
	r.t.Helper()
	return runGit(r.t, r.bare, "for-each-ref", "--format=%(objectname)", "refs/heads/"+branch)
}

// A gitServer serves the parent folder of a remote over smart HTTP.
type gitServer struct {
	*httptest.Server
	requests atomic.Int64
	password string                                            // wanted if not empty
	before   func(w http.ResponseWriter, r *http.Request) bool // reports whether it answered
}

func serve(t testing.TB, r *remote) *gitServer {
	t.Helper()
	backend := strings.TrimSpace(runGit(t, r.bare, "--exec-path")) + "/git-http-backend"
	s := &gitServer{}
	h := &cgi.Handler{Path: backend, Env: []string{"GIT_PROJECT_ROOT=" + filepath.Dir(r.bare), "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=somebody", "GIT_CONFIG_NOSYSTEM=1"}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		s.requests.Add(1)
		if _, password, _ := req.BasicAuth(); password != s.password {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			http.Error(w, "who are you, "+password+"?", http.StatusUnauthorized)
			return
		}
		if s.before != nil && s.before(w, req) {
			return
		}
		body, err := io.ReadAll(req.Body) // CGI knows no chunks
		if err != nil {
			t.Error(err)
		}
		req.Body, req.ContentLength, req.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
		h.ServeHTTP(w, req)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *gitServer) repo() string { return s.URL + "/repo.git" }

func fetched(t testing.TB, url string, opts Options) *Mirror {
	t.Helper()
	m, err := NewMirrors(t.TempDir(), opts).Mirror(url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Fetch(context.Background()); err != nil {
		t.Fatal(err)
	}
	return m
}

func snapshot(t testing.TB, m *Mirror, branch string) *Snapshot {
	t.Helper()
	s, err := m.Snapshot(context.Background(), branch)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
