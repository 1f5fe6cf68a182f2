// Package githubtest defines a GitHub that runs inside a process: what a bot
// needs of GitHub's REST and GraphQL interfaces and of git over HTTP, for
// tests and for demonstrations.
//
// It is laid out as a GitHub Enterprise Server on one port: /api/v3/ is the
// REST interface, /api/graphql GraphQL, /OWNER/NAME.git a repository by git's
// smart HTTP; both interfaces answer without the /api prefix too. Requests are
// routed by GitHub's own list of operations, so that no endpoint can be made
// up: a path that GitHub does not have is answered 404 "not a GitHub
// operation", one that is not built here 501 with the operation's name.
//
// What git knows is kept nowhere but in bare git repositories: heads, commits,
// files and mergeability of pull requests are worked out at each read, and a
// merge is a real three-way merge. Package githubtest/spec validates what goes
// over the wire against GitHub's published description.
//
// Everything is safe for concurrent use, and several servers can run side by
// side.
package githubtest

//go:generate go run ./spec/gen

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// Options say how a server is set up. The zero value is good.
type Options struct {
	Addr      string           // to listen on; "" for a free port of 127.0.0.1
	Now       func() time.Time // the clock of dates and expiries; nil for time.Now
	Bot       string           // login of the app whose tokens are used; "" for "currant[bot]"
	RateLimit int              // requests an account may make in an hour; 0 for any number, which an Enterprise Server allows unless limits are switched on
}

// A Server is a running GitHub.
type Server struct {
	opts        Options
	dir         string // holds the bare repositories
	base        string // such as "http://127.0.0.1:4711", without a slash
	backendPath string // of git's own program for HTTP
	http        *http.Server
	routes      []route
	shapes      shapes
	handlers    map[string]handler

	mu       sync.Mutex // guards all below
	lastID   int64
	accounts map[string]*account // by lower-case login
	repos    map[string]*repo    // by lower-case "owner/name"
	moved    map[string]*repo    // by former lower-case "owner/name"
	teams    map[string][]string // slugs by lower-case login of their organisation
	tokens   map[string]*token

	apps          map[int64]*app
	installations map[int64]*installation
	codes         map[string]pendingApp // of apps that are being made

	faults  []*armedFault
	log     []Exchange
	observe []func(Traffic)
	onPush  []func(Push)
	onMerge []func(Merge)
	hooks   []hook
	pending []func() // calls of those to make once mu is free

	happened []happening // what hooks are still to be told
}

// New starts a server. Close it to stop it and to remove its repositories.
func New(o Options) (*Server, error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Bot == "" {
		o.Bot = "currant[bot]"
	}
	backend, err := checkGit()
	if err != nil {
		return nil, err
	}
	routes, err := allRoutes()
	if err != nil {
		return nil, err
	}
	shapes, err := allShapes()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "githubtest-")
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", o.Addr)
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("starting a GitHub: %w", err)
	}
	s := &Server{
		opts: o, dir: dir, base: "http://" + l.Addr().String(), backendPath: backend,
		routes: routes, shapes: shapes, handlers: handlers(),
		accounts: map[string]*account{}, repos: map[string]*repo{}, moved: map[string]*repo{}, tokens: map[string]*token{},
		apps: map[int64]*app{}, installations: map[int64]*installation{}, codes: map[string]pendingApp{},
	}
	s.account(o.Bot, "Bot")
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 10 * time.Second}
	go s.http.Serve(l)
	return s, nil
}

// Close stops the server and removes its repositories.
func (s *Server) Close() error {
	err := s.http.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if rm := os.RemoveAll(s.dir); err == nil {
		err = rm
	}
	return err
}

// URL returns the server's address without a slash, such as
// "http://127.0.0.1:4711". It is what go-github's WithEnterpriseURLs wants.
func (s *Server) URL() string { return s.base }

// APIURL returns the address of the REST interface, with a slash: Renovate's
// "endpoint".
func (s *Server) APIURL() string { return s.base + "/api/v3/" }

// CloneURL returns the address that git fetches repository name from, without
// credentials.
func (s *Server) CloneURL(name string) string { return s.base + "/" + name + ".git" }

// Host returns the server's host and port.
func (s *Server) Host() string { return strings.TrimPrefix(s.base, "http://") }

// now returns the time in the precision that GitHub's dates have.
func (s *Server) now() time.Time { return s.opts.Now().UTC().Truncate(time.Second) }

func (s *Server) id() int64 {
	s.lastID++
	return s.lastID
}

// locked runs f with the state locked and then makes the calls that f caused.
func (s *Server) locked(f func()) {
	s.mu.Lock()
	f()
	s.announce()
	calls := s.pending
	s.pending = nil
	s.mu.Unlock()
	for _, call := range calls {
		call()
	}
}
