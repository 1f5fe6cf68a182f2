package githubtest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"strconv"
	"strings"
)

// serveGit answers git's smart HTTP through git's own http-backend.
func (s *Server) serveGit(w http.ResponseWriter, r *http.Request, body []byte, name, what string) {
	op := "git-upload-pack"
	if what == "git-receive-pack" || r.URL.Query().Get("service") == "git-receive-pack" {
		op = "git-receive-pack"
	}
	e := Exchange{Method: r.Method, Path: r.URL.Path, Op: op, Repo: name, Write: what == "git-receive-pack"}
	c := &call{s: s, r: r, op: op, body: body, header: http.Header{}}
	_, err, done := s.disturb(c, name)
	if done && err == errCut {
		s.record(e, nil)
		panic(http.ErrAbortHandler)
	}
	var rp *repo
	if err == nil {
		s.locked(func() { rp, err = s.admitGit(c, name, op) })
	}
	e.Login = c.who.login()
	if rp != nil {
		e.Repo = rp.fullName()
	}
	if err != nil {
		e.Status = refuseGit(w, err)
		s.record(e, nil)
		return
	}
	rec := s.backend(c, rp, what)
	e.Status = rec.Code
	s.record(e, nil)
	if c.fault != nil && c.fault.Kind == Lose {
		panic(http.ErrAbortHandler)
	}
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	io.Copy(w, rec.Body) // an error means that the client has gone
}

// admitGit returns the repository if the caller may fetch from it or push to it.
func (s *Server) admitGit(c *call, name, op string) (*repo, error) {
	var err error
	if c.who, err = s.authenticate(c.r); err != nil {
		return nil, err
	}
	rp, err := s.visible(c.who, name)
	if to := s.moved[strings.ToLower(name)]; err != nil && to != nil {
		rp, err = s.visible(c.who, to.fullName())
	}
	if c.who == nil && (err != nil || op == "git-receive-pack") {
		return nil, fail(401, "Authentication required")
	}
	if err != nil {
		return nil, err
	}
	level := "read"
	if op == "git-receive-pack" {
		level = "write"
	}
	c.repo = rp
	forAll := !rp.private && level == "read" // with any token
	if c.who != nil && !forAll && (!c.who.allows("contents", level) || !c.who.reaches(rp) && level == "write") {
		return nil, fail(403, "Permission to %s.git denied to %s.", rp.fullName(), c.who.login())
	}
	if rp.archived && level == "write" {
		return nil, fail(403, "This repository was archived so it is read-only.")
	}
	return rp, nil
}

func refuseGit(w http.ResponseWriter, err error) int {
	e, isError := err.(*Error)
	if !isError {
		e = fail(500, "%v", err)
	}
	if e.Status == 401 {
		w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
	}
	for k, v := range e.Header {
		w.Header()[k] = v
	}
	http.Error(w, e.Message, e.Status)
	return e.Status
}

// backend runs git http-backend. A push runs with the state locked, so that
// what it changes is seen at once and no other change comes between.
func (s *Server) backend(c *call, rp *repo, what string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	if what != "git-receive-pack" {
		runBackend(rec, c, rp, what, nil)
		return rec
	}
	s.locked(func() {
		before, err := rp.git.refs()
		if err != nil {
			rec.WriteHeader(500)
			return
		}
		runBackend(rec, c, rp, what, s.guard(rp, c))
		s.pushed(rp, before, c.who.account)
	})
	return rec
}

// runBackend runs git http-backend with the request's whole body: package cgi
// refuses a chunked one, which is what git sends for all but small pushes.
func runBackend(w http.ResponseWriter, c *call, rp *repo, what string, env []string) {
	r := c.r.Clone(c.r.Context())
	r.Body = io.NopCloser(bytes.NewReader(c.body))
	r.ContentLength = int64(len(c.body))
	r.TransferEncoding = nil
	r.Header.Set("Content-Length", strconv.Itoa(len(c.body)))
	r.Header.Del("Authorization")
	r.URL.Path = "/" + what
	env = append(env, rp.git.environment()...)
	env = append(env, "GIT_PROJECT_ROOT="+string(rp.git), "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER="+c.who.login())
	if v := r.Header.Get("Git-Protocol"); v != "" {
		env = append(env, "GIT_PROTOCOL="+v)
	}
	h := cgi.Handler{
		Path: c.s.backendPath,
		Root: "/", Dir: string(rp.git), Env: without(env, "GIT_DIR"), InheritEnv: []string{"PATH"}, Stderr: io.Discard,
	}
	h.ServeHTTP(w, r)
}

// without returns env without a variable.
func without(env []string, name string) []string {
	var out []string
	for _, kv := range env {
		if !strings.HasPrefix(kv, name+"=") {
			out = append(out, kv)
		}
	}
	return out
}

// A command is one reference that a push wants to change.
type command struct{ old, new, ref string }

// commands reads what a push wants: packet lines up to a flush.
func commands(body []byte) []command {
	var out []command
	for len(body) >= 4 {
		n, err := strconv.ParseUint(string(body[:4]), 16, 16)
		if err != nil || n < 4 || int(n) > len(body) {
			break
		}
		line, _, _ := bytes.Cut(body[4:n], []byte{0})
		body = body[n:]
		if f := strings.Fields(string(line)); len(f) == 3 {
			out = append(out, command{old: f[0], new: f[1], ref: f[2]})
		}
	}
	return out
}

// guard returns the environment that tells the update hook what to refuse.
func (s *Server) guard(rp *repo, c *call) []string {
	var deny, keep []string
	why := ""
	for _, cmd := range commands(c.body) {
		branch, isBranch := strings.CutPrefix(cmd.ref, "refs/heads/")
		if strings.HasPrefix(cmd.ref, "refs/pull/") {
			deny, why = append(deny, cmd.ref), "deny updating a hidden ref"
		}
		rule := rp.rule(branch)
		if !isBranch || rule == nil || rule.passes(c.who.account) {
			continue
		}
		keep = append(keep, cmd.ref)
		if cmd.old == zero {
			continue // the branch is new
		}
		if rule.byPulls() {
			deny, why = append(deny, cmd.ref), "Changes must be made through a pull request."
		} else if m := rp.missing(rule, cmd.new); m != "" && cmd.new != zero {
			deny, why = append(deny, cmd.ref), m
		}
	}
	main := ""
	if !c.who.allows("workflows", "write") && rp.head(rp.main) != "" {
		main = "refs/heads/" + rp.main
	}
	return []string{
		"GITHUBTEST_MAIN=" + main,
		fmt.Sprintf("GITHUBTEST_DENY=%s", strings.Join(deny, " ")),
		fmt.Sprintf("GITHUBTEST_KEEP=%s", strings.Join(keep, " ")),
		"GITHUBTEST_WHY=" + why,
	}
}
